"""``voc migrate``: the schema, and nothing else."""

from typing import Final

import typer

import migrations
from service.settings import Settings

NEWER: Final = (
    "A newer version has already migrated the database; there is nothing to do for this version."
)


def migrate() -> None:
    """Bring the database schema up to date. Safe to run repeatedly and concurrently."""
    if migrations.upgrade(Settings().sqlalchemy_url) is migrations.State.NEWER:
        typer.echo(NEWER, err=True)
