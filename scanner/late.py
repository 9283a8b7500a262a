"""Regular expressions that are compiled when they are first used, so that a start does not wait for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from re import compile as regex

__all__ = ["regex"]

if not TYPE_CHECKING:

    class regex:  # noqa: N801 - it stands for a function
        """What `re.compile` gives, compiled when it is first used."""

        def __init__(self, text: str, flags: int = 0) -> None:
            self.pattern = text
            self._flags = flags

        def __getattr__(self, name: str) -> Any:
            import re

            found = getattr(re.compile(self.pattern, self._flags), name)
            setattr(self, name, found)  # the next time it is found without coming here
            return found
