"""``python -m service.cli`` is ``voc``."""

from service.cli import app

app()
