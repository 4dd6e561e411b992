"""The service: feedback arrives over HTTP, is analysed in the background, and becomes pain
points.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("verbatim-voc")
except PackageNotFoundError:  # running from a plain checkout
    __version__ = "0.0.0"
