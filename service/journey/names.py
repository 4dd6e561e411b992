"""How names are compared: "Post-Purchase", "post_purchase" and " post purchase " are equal; for
examples, "It's late!" and "its late" are equal too.
"""

import re
import unicodedata

_GAPS = re.compile(r"[\s_-]+")


def folded(text: str) -> str:
    """``text`` for lookups: NFKC, caseless, with uniform separators."""
    return _GAPS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def letters_of(text: str) -> str:
    """The letters, marks and digits of ``text``, caseless; if it has none, all its characters."""
    known = folded(text)
    return "".join(sign for sign in known if unicodedata.category(sign)[0] in "LMN") or known
