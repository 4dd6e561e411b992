"""Files and folders for their owner alone: other users of the machine can't read them.

What is there already keeps the permissions that it has.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO


def make_folder(folder: Path) -> None:
    """Make a folder, unless it is there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def open_new(file: Path) -> BinaryIO:
    """A new file, to be written."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def prepare_sqlite(database: str | None) -> None:
    """Make an empty file of a database, unless it is there, and the folder around it.

    SQLite would make one that all can read; its log and its index get what that has. If none can be
    made, SQLite says why.
    """
    if not database or database.startswith((":memory:", "file:")):
        return
    make_folder(Path(database).parent)
    with suppress(OSError):
        open_new(Path(database)).close()
