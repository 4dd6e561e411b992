"""The database of a command that uses existing data: it is neither created nor migrated."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import typer
from sqlalchemy.engine import make_url

import migrations
from service.db import Database

UNUSABLE: Final = 2
"""The exit code, the same as for invalid arguments."""


@contextmanager
def existing_database(url: str) -> Iterator[Database]:
    """The database at ``url``.

    Raises:
        typer.Exit: it does not exist or has an older schema; a message says which.
        DBAPIError: it can't be used.
    """
    _check_file(url)
    database = Database(url)
    try:
        with database.engine.connect() as connection:
            state = migrations.state_of(connection)
        if state is migrations.State.OLDER:
            raise _refusal("The database schema is older than this version; run `voc migrate`.")
        yield database
    finally:
        database.dispose()


def _check_file(url: str) -> None:
    """Reject a missing file, which SQLite would create."""
    made = make_url(url)
    if made.get_backend_name() == "sqlite" and not Path(made.database or "").is_file():
        raise _refusal(f"There is no database {made.database}; set VOC_DATA_DIR to its folder.")


def _refusal(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(UNUSABLE)
