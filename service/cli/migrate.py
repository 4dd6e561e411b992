"""``voc migrate``: the schema, and nothing else."""

import migrations
from service.settings import Settings


def migrate() -> None:
    """Bring the database's schema up to date. Safe to run any number of times, also at once."""
    migrations.upgrade(Settings().sqlalchemy_url)
