"""How many subjects of a format are read of one input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from scanner.documents import Document, Fault
from scanner.model import Subject
from scanner.subjects.document import first_line
from scanner.subjects.format import Format

OVERLONG = "overlong"
"""The field in which a reader says why it did not take in a subject as a whole."""


class Quota:
    """Counts the subjects of one input; those beyond what a format allows are told as a loss."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def first(self, found: Iterator[Subject], form: Format, part: Document, losses: list[Fault]) -> Iterator[Subject]:
        """The subjects of a document, as many as its format still allows."""
        most, name = form.most, form.name
        if most is None:
            yield from found
            return
        for subject in found:
            self._taken[name] += 1
            if self._taken[name] > most:
                if self._taken[name] == most + 1:
                    why = f"more than {most:,} items of the format {name}: the others are not assessed"
                    losses.append(Fault(why, first_line(part), ""))
                return
            if why := subject.bindings[subject.focus].get(OVERLONG):
                losses.append(Fault(str(why), first_line(part), ""))
            yield subject
