"""The running thing: feedback in over HTTP, analysis in the background, pain points out."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("verbatim-voc")
except PackageNotFoundError:  # running from a plain checkout
    __version__ = "0.0.0"
