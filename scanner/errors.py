"""The one error base of Assay: what is wrong, where, and what to do about it."""

from __future__ import annotations


class AssayError(Exception):
    """Something a person can mend: a message, the place it is about, and a hint.

    `location` is text such as ``rules/kubernetes/x.yaml:12`` or empty. Raised low, printed once by the CLI.
    """

    def __init__(self, message: str, location: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.location = location
        self.hint = hint

    def __str__(self) -> str:
        where = f"{self.location}: " if self.location else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}{self.message}{hint}"


class UsageError(AssayError):
    """The command line or an option names something that does not exist."""


class PackError(AssayError):
    """A rule, an objective, a catalogue or another file of the rule pack is wrong."""


class UnreadableError(AssayError):
    """An input, or a part of one, cannot be read; the scan goes on without it.

    `line` is the 1-based line of the fault in the input, 0 where no line can be told.
    """

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class UneditableError(AssayError):
    """A place in a text cannot be edited without a surprise; the message says why, without naming the place."""
