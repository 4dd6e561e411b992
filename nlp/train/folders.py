"""Output folders, checked before a run starts."""

from pathlib import Path
from tempfile import NamedTemporaryFile

from nlp.labelled.records import DataError


def make_folders(*folders: Path | None) -> None:
    """Create the folders. Raise DataError early for a folder that cannot be created or written
    to."""
    for folder in filter(None, folders):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise DataError(f"{folder} cannot be written to: {error}") from error
