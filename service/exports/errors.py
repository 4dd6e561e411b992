"""Errors about exports."""

from typing import ClassVar

from service.errors import Problem, Unavailable


class NotInstalled(Problem):
    """This installation lacks a component for files of that format; detail says what to install."""

    status: ClassVar[int] = 501
    code: ClassVar[str] = "not_installed"


class NoParquet(NotInstalled):
    """Parquet needs pyarrow: pip install 'verbatim-voc[parquet]', then restart; or request csv."""


class NoFont(NotInstalled):
    """There is no font to draw text with: install one, e.g. fonts-dejavu-core; or request svg."""


class DrawingBusy(Unavailable):
    """Other pictures are being drawn; wait as Retry-After says and try again."""

    code = "drawing_busy"
