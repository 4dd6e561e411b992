"""``voc migrate``: the schema, and nothing else."""

from typing import Final

import typer

import migrations
from service.settings import Settings

NEWER: Final = (
    "A newer version has migrated the database already: nothing is left to do for this one."
)


def migrate() -> None:
    """Bring the database's schema up to date. Safe to run any number of times, also at once."""
    if migrations.upgrade(Settings().sqlalchemy_url) is migrations.State.NEWER:
        typer.echo(NEWER, err=True)
