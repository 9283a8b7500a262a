"""The declaration of a format of this package."""

from __future__ import annotations

from msgspec import Struct

from scanner.subjects.unread.format import FormatSignature


class Known(Struct, frozen=True):
    """A format of this package: what it is called and known by, and the module that reads it."""

    name: str
    title: str
    module: str
    loaded_from: str
    """Paths from which a tool loads such a document, whatever it holds."""
    signs: tuple[FormatSignature, ...]
    """What it is known by elsewhere."""
    kinds: bool = False
    text_signs: str = ""
    shared: bool = False
    """Other programs load documents from these paths too, so that one must also hold a sign."""
