"""Folders that something is written to in the end."""

from pathlib import Path
from tempfile import NamedTemporaryFile

from nlp.train.records import DataError


def make_folders(*folders: Path | None) -> None:
    """Raise DataError, before anything takes time, for a folder that cannot be made or takes no
    file."""
    for folder in filter(None, folders):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise DataError(f"{folder} cannot be written to: {error}") from error
