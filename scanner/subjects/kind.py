"""The declaration of each kind of subject."""

from __future__ import annotations

from msgspec import Struct

from scanner.controls import ShownBy


class Kind(Struct, frozen=True):
    """A kind of subject; nothing has a default, so that a new kind states everything."""

    names: tuple[str, ...]
    """What rule expressions may name, first the one that a rule's `at` counts from."""
    shown_by: ShownBy
    """Whether it is the configuration of a platform, or a statement in a document."""

    @property
    def focus(self) -> str:
        """The name that a rule's `at` counts from."""
        return self.names[0]
