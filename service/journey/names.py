"""How names are compared: "Post-Purchase", "post_purchase" and " post purchase " are the same."""

import re
import unicodedata

_GAPS = re.compile(r"[\s_-]+")


def folded(text: str) -> str:
    """``text`` as it is looked up: Unicode-compatible, caseless, gaps made equal."""
    return _GAPS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
