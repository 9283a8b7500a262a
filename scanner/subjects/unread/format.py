"""The declaration of each format that is recognised and not read."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from scanner.subjects.data_predicates import Shape, fits


class FormatSignature(Struct, frozen=True):
    """What a format is known by; all that is given must hold."""

    shape: Shape = None
    """Of the data of a document; any mapping that is not empty where only a path is given."""
    path: str = ""
    """Regular expression of the path from the root of the scan."""
    text: str = ""
    """Regular expression of the text of a file that is neither YAML nor JSON."""

    def in_data(self, path: str, value: Any) -> bool:
        """Whether a document matches the signature."""
        if self.text or not re.search(self.path, path):
            return False
        return bool(isinstance(value, dict) and value) if self.shape is None else fits(value, self.shape)

    def in_text(self, path: str, text: str) -> bool:
        """Whether a text matches the signature."""
        return bool(self.text and re.search(self.path, path) and re.search(self.text, text, re.MULTILINE))


class UnreadFormat(Struct, frozen=True):
    """One format of the list."""

    name: str
    """What reports and `not_assessed` of assay.yaml call it."""
    title: str
    """Such as `a Compose file`."""
    unjudged: str
    """The parts of it that are not assessed."""
    known_by: str
    """Its signs in words."""
    signs: tuple[FormatSignature, ...]
    instead: str = ""
    """What a user can do so that it is read."""
    because: str = ""
    """Why it is not read, where that is not only that nobody wrote a reader."""

    @property
    def reason(self) -> str:
        """Why a document of the format is not assessed."""
        why = f", because {self.because}" if self.because else ""
        told = f"{self.title}, which Assay does not read{why}: {self.unjudged} are not assessed"
        return f"{told}; {self.instead}" if self.instead else told
