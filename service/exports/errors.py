"""Why a file can't be made."""

from typing import ClassVar

from service.errors import Problem


class NotInstalled(Problem):
    """This installation lacks what makes files of that form; detail says what to install."""

    status: ClassVar[int] = 501
    code: ClassVar[str] = "not_installed"


class NoParquet(NotInstalled):
    """Parquet needs pyarrow: pip install 'verbatim-voc[parquet]', then restart; or ask for csv."""


class NoFont(NotInstalled):
    """There is no font to draw text with: install one, e.g. fonts-dejavu-core; or ask for svg."""
