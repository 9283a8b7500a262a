"""The one error base of Assay: what is wrong, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

_COMPARABLE = 80
"""Characters of a name that is compared with others: a longer one is not a misspelt name, and comparing takes long."""


class AssayError(Exception):
    """Something a person can mend: a message, the place it is about, and a hint.

    `location` is text such as ``rules/kubernetes/x.yaml:12`` or empty. Raised low, printed once by the CLI.
    """

    further: tuple[AssayError, ...] = ()
    """What else is wrong beside it, such as the other faults of one file."""

    def __init__(self, message: str, location: str = "", hint: str = "", excerpt: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.location = location
        self.hint = hint
        self.excerpt = tuple(excerpt)
        """Lines of what it is about, to be shown below the message."""

    def __str__(self) -> str:
        return "\n".join(line for error in self.each() for line in error.lines())

    def lines(self) -> Iterator[str]:
        """The error as lines: the message, and the excerpt."""
        yield self.on_one_line()
        yield from (f"    {line}" for line in self.excerpt)

    def each(self) -> Iterator[AssayError]:
        """The error itself and those beside it."""
        yield self
        yield from self.further

    def on_one_line(self) -> str:
        """Its place, its message and its hint, without the errors beside it."""
        where = f"{self.location}: " if self.location else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}{self.message}{hint}"


class UsageError(AssayError):
    """The command line or an option names something that does not exist."""


class PackError(AssayError):
    """A rule, an objective, a catalogue or another file of the rule pack is wrong."""


class UnreadableError(AssayError):
    """An input, or a part of one, cannot be read; the scan goes on without it.

    `line` is the 1-based line of the fault in the input, 0 where it is not known.
    """

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class UneditableError(AssayError):
    """A place in a text cannot be edited safely; the message says why, without naming the place."""


@contextmanager
def located(where: str) -> Iterator[None]:
    """Give a UsageError that leaves this block without a place the one that its value was read from."""
    try:
        yield
    except UsageError as error:
        error.location = error.location or where
        raise


def raise_together(errors: Iterable[AssayError]) -> None:
    """Raise the first of some errors with the others as its `further`; nothing where there are none."""
    found = list(errors)
    if found:
        found[0].further = tuple(found[1:])
        raise found[0]


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """The hint `did you mean high?` for an unknown name that is near a known one; empty where none is near."""
    near = nearest(name, known)
    return f"did you mean {near}?" if near else ""


def nearest(name: object, known: Iterable[str]) -> str:
    """The known name that an unknown one is probably a misspelling of; empty where none is near."""
    import difflib

    text = str(name)
    if len(text) > _COMPARABLE:
        return ""
    folded = {candidate.casefold(): candidate for candidate in known}
    return next((folded[near] for near in difflib.get_close_matches(text.casefold(), folded, n=1)), "")
