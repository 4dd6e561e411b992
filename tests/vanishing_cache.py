"""A cache that another thread empties at the worst moment."""

from typing import Any


class VanishingCache(dict[Any, Any]):
    """Empty as soon as somebody has asked whether something is in it, or has put something in."""

    def __contains__(self, key: object) -> bool:
        found = super().__contains__(key)
        self.clear()
        return found

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, value)
        self.clear()
