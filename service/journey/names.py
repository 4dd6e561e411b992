"""How names are compared: "Post-Purchase", "post_purchase" and " post purchase " are the same; of
what is said, "It's late!" and "its late" are too."""

import re
import unicodedata

_GAPS = re.compile(r"[\s_-]+")


def folded(text: str) -> str:
    """``text`` as it is looked up: Unicode-compatible, caseless, gaps made equal."""
    return _GAPS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def spoken(text: str) -> str:
    """The letters, marks and digits of ``text``, caseless; of a text without any, what it has."""
    known = folded(text)
    return "".join(sign for sign in known if unicodedata.category(sign)[0] in "LMN") or known
