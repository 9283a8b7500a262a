"""A rule's fix as edits of the text of a subject. Loaded only where fixes are requested."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

from msgspec.structs import replace

from scanner.documents.edits import Spot, find, rewrite_at, same
from scanner.documents.layout import Layout
from scanner.documents.positions import Node
from scanner.errors import UneditableError
from scanner.marks import Children, Mark, Place, children_of, holds, start_of
from scanner.places import Edit, Fix
from scanner.policy.evaluate import Evaluation
from scanner.policy.fix import ApplicableFix, base_of
from scanner.subjects.agents.kinds import FILE

_OBJECT = "object"
"""What holds the focus of a subject of Kubernetes."""
CODE_BLOCK = "the field is in a code block of a document"


class FixWriter:
    """Writes the fixes of one input as edits of its text.

    `text` gives the text with lines that end in a line feed; `why_not` says why the input is not to be edited.
    """

    def __init__(self, text: Callable[[], str], newline: str = "\n", why_not: str = "") -> None:
        self._text = text
        self._newline = newline
        self._why_not = why_not
        self._spots: dict[tuple[int, int], tuple[Spot, Node]] = {}
        """What several fixes change, by the identities of its mark and of the whole, which are kept with it."""

    @cached_property
    def _layout(self) -> Layout:
        return Layout(self._text())

    def attach(self, evaluation: Evaluation) -> None:
        """Give the findings of an evaluation of the input their fixes."""
        for applicable in evaluation.fixes:
            finding = evaluation.findings[applicable.finding]
            evaluation.findings[applicable.finding] = replace(finding, fix=self.fix(applicable))

    def fix(self, applicable: ApplicableFix) -> Fix | None:
        """The fix with its edits; None where it does not apply to the finding."""
        rule_fix, subject, focus = applicable.rule_fix, applicable.subject, applicable.focus
        fixed = rule_fix.applied(focus, applicable.item)
        if same(focus, fixed):
            return None
        base = base_of(subject)
        whole = next(each for each in (FILE, _OBJECT, subject.focus) if each in subject.bindings)
        origin, top = subject.origin, Node(subject.bindings[whole], subject.marks[whole])
        why_not = self._why_not or (CODE_BLOCK if origin.first_line or origin.columns else "")
        edits: tuple[Edit, ...] = ()
        if not why_not:
            try:
                edits = self._edits(top, subject.marks[base], fixed)
            except UneditableError as error:
                why_not = error.message
        return Fix(rule_fix.safe, rule_fix.words(focus, applicable.item), edits, why_not)

    def _edits(self, top: Node, mark: Mark, wanted: Any) -> tuple[Edit, ...]:
        layout = self._layout
        key = id(mark), id(top.value)
        if key not in self._spots:
            self._spots[key] = find(layout, top, path_to(top, mark)), top
        edits = rewrite_at(layout, self._spots[key][0], wanted)
        if self._newline == "\n":
            return edits
        return tuple(replace(edit, text=edit.text.replace("\n", self._newline)) for edit in edits)


def path_to(top: Node, inner: Mark) -> tuple[str | int, ...]:
    """The path from a node to a mark in it; raises UneditableError for one that is there by an alias or a merge."""
    mark, place = top.mark, start_of(inner)
    path: list[str | int] = []
    while mark is not inner:
        found = _around(children_of(mark) if mark else None, place)
        if found is None:
            raise UneditableError(
                "the field is reached through a YAML alias or merge key (<<), so a change would affect other places"
            )
        path.append(found[0])
        mark = found[1]
    return tuple(path)


def _around(children: Children, place: Place) -> tuple[str | int, Mark] | None:
    """The key or index and the mark of the child that holds a place."""
    pairs: Iterable[tuple[str | int, Mark]] = ()
    if isinstance(children, list):  # in the order of the text, and there may be thousands
        index = bisect_right(children, place, key=start_of) - 1
        pairs = [(index, children[index])] if index >= 0 else ()
    elif isinstance(children, dict):
        pairs = children.items()
    return next((pair for pair in pairs if holds(pair[1], place)), None)


def with_change(value: Any, path: Sequence[str | int], change: Callable[[Any], Any]) -> Any:
    """A value with another one at a path in it; the parts beside the path are the same objects."""
    if not path:
        return change(value)
    head, rest = path[0], path[1:]
    try:
        inner = with_change(value[head], rest, change)
    except (KeyError, IndexError, TypeError):
        raise UneditableError("the field cannot be located in the file") from None
    if isinstance(value, list):
        return [inner if index == head else item for index, item in enumerate(value)]
    return {**value, head: inner}
