"""Files and folders that only their owner can read.

Existing ones keep their permissions.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO


def make_folder(folder: Path) -> None:
    """Make a folder, unless it exists."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def open_new(file: Path) -> BinaryIO:
    """A new file, opened for writing."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def prepare_sqlite(database: str | None) -> None:
    """Make an empty database file, unless it exists, and its folder.

    SQLite itself would make one that everybody can read; its log and its index get the same
    permissions. If none can be made, SQLite says why.
    """
    if not database or database.startswith((":memory:", "file:")):
        return
    make_folder(Path(database).parent)
    with suppress(OSError):
        open_new(Path(database)).close()
