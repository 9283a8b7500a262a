"""Fields that the message or `at` of a rule names and that none of its examples has.

Manifests have no schema here, so this is the only way to find a misspelt field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from scanner.documents.positions import join_path, split_path
from scanner.errors import PackError, nearest
from scanner.facts.derived import Derived
from scanner.model import Outcome, Subject
from scanner.policy import items
from scanner.policy.aim import aim
from scanner.policy.evaluate import Evaluator
from scanner.policy.expression import Path
from scanner.policy.message import NOTHING
from scanner.policy.placeholders import placeholders
from scanner.policy.rule import Rule, RuleFile
from scanner.policy.variables import ITEM, KEY

_BREAK = "\0\0"
_NAME_OF_SUBJECT, _DETAIL = ("subject",), ("detail",)


class ExampleRun(Struct, frozen=True):
    """One example, ready to be evaluated."""

    kind: str
    """`passes`, `fails`, `unknown` or `skips`."""
    rule: Rule
    """The rule with the parameters of the example."""
    subjects: Sequence[Subject]
    derived: Derived
    """What was derived of them."""

    def asked(self) -> Iterator[tuple[Subject, items.Item]]:
        """What the rule looks at: each subject of its kind, or each of the items in it."""
        for subject in self.subjects:
            facts = self.derived.facts(subject)
            if subject.kind != self.rule.info.subject or items.missing(facts, self.rule.each):
                continue
            for item in items.of(subject, facts, self.rule.each) if self.rule.each else (items.whole(subject),):
                yield subject, item


def faults(file: RuleFile, runs: Sequence[ExampleRun]) -> Iterator[PackError]:
    """Placeholders and an `at` that no example gives anything for, given all examples."""
    yield from _unfilled(file, [run for run in runs if run.kind == "fails"])
    yield from _unreached(file, [run for run in runs if run.kind in ("fails", "passes")])


def _unfilled(file: RuleFile, runs: Sequence[ExampleRun]) -> Iterator[PackError]:
    """Placeholders without a value in all findings of the failing examples."""
    paths = [path for path in placeholders(file.rule.message) if path != _NAME_OF_SUBJECT]
    probe = _BREAK.join(f"{{{join_path(path)}}}" for path in paths)
    told = [
        finding.message.split(_BREAK)
        for run in runs
        for finding in Evaluator([replace(run.rule, message=probe)]).evaluate(run.subjects, run.derived).findings
        if finding.outcome is Outcome.FAIL
    ]
    for number, path in enumerate(paths if told else ()):
        texts = {text[number] for text in told}
        if path == _DETAIL and texts <= {"", NOTHING}:
            yield file.data.error(_DETAIL, "the expression of `detail` returns no text in any failing example")
        elif texts == {NOTHING}:
            values = [_values(subject, item) for run in runs for subject, item in run.asked()]
            message = f"no failing example has a value for {{{join_path(path)}}}"
            yield file.data.error(("message",), message, _meant(path, values, "did you mean {{{}}}?"))


def _unreached(file: RuleFile, runs: Sequence[ExampleRun]) -> Iterator[PackError]:
    """An `at` that leads to its whole length in no example, so that every finding points at some parent of it."""
    path = split_path(file.rule.at)
    asked = [each for run in runs for each in run.asked()]
    if not path or not asked or any(len(aim(file.rule, *each)[1]) == len(path) for each in asked):
        return
    values = [_start(subject, item, path) for subject, item in asked]
    message = f"no passing or failing example has the field {file.rule.at} that `at` names"
    hint = _meant(path, values, "did you mean {}?") or "correct the path, or add an example that has the field"
    yield file.data.error(("at",), message, hint)


def _values(subject: Subject, item: items.Item) -> dict[str, Any]:
    return {**subject.bindings, ITEM: item.value, KEY: item.key}


def _start(subject: Subject, item: items.Item, path: Path) -> Any:
    """The value that `at` counts from."""
    if item.key is not None:
        return item.value
    return subject.bindings if path[0] in subject.marks else subject.bindings[subject.focus]


def _meant(path: Path, values: Iterable[Any], question: str) -> str:
    """What was probably meant by a path that leads nowhere, by the names where it ends in the values."""
    deepest, known = 0, set[str]()
    for value in values:
        depth, names = _end(path, value)
        if depth > deepest:
            deepest, known = depth, set()
        if depth == deepest:
            known.update(names)
    name = nearest(path[deepest], known) if deepest < len(path) else ""
    return question.format(join_path((*path[:deepest], name, *path[deepest + 1 :]))) if name else ""


def _end(path: Path, value: Any) -> tuple[int, Iterable[str]]:
    """The number of parts of a path that exist in a value, and the names at the point where it ends."""
    for depth, part in enumerate(path):
        if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            return depth, value if isinstance(value, dict) else ()
    return len(path), ()
