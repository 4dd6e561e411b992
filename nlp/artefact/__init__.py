"""The bundled model: its files lie in this folder, described by ``manifest.json``."""

from pathlib import Path
from typing import Final

BUNDLED: Final = Path(__file__).parent
