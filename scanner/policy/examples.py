"""Runs the examples of a rule: its outcome, its place and its fix are proved by the rule's own file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from msgspec.structs import replace

from scanner import documents, facts, subjects
from scanner.documents.positions import Node
from scanner.errors import PackError
from scanner.facts.derived import Derived
from scanner.facts.field_filter import FieldFilter
from scanner.model import Finding, Outcome, Subject
from scanner.policy import example_coverage, example_names, rule_reads
from scanner.policy.evaluate import Evaluator
from scanner.policy.example_coverage import ExampleRun
from scanner.policy.lowered_by_fact import with_lowered
from scanner.policy.rule import Rule, RuleFile
from scanner.policy.variables import FACTS
from scanner.subjects import KINDS

_EXPECTED = {"passes": Outcome.PASS, "fails": Outcome.FAIL, "unknown": Outcome.UNKNOWN, "skips": None}


def check(file: RuleFile) -> Iterator[PackError]:
    """What is wrong with the examples of a rule, and what none of them reaches; nothing where all is well."""
    runs: list[ExampleRun] = []
    shown: set[str] = set()
    for index, example in enumerate(file.data.root.get("examples").elements()):
        place = ("examples", index)
        kinds = [kind for kind in _EXPECTED if kind in example.value]
        if len(kinds) != 1 or ("input" in example.value) == ("text" in example.value):
            message = (
                "an example has one of the keys passes, fails, unknown and skips, and one of the keys input and text"
            )
            yield file.data.error(place, message)
            continue
        if wrong := list(example_names.faults(file, place, example)):
            yield from wrong
            continue
        run = ExampleRun(kinds[0], _rule(file, example), *_subjects(file, example))
        found = _findings(run, run.rule)
        for problem in (*_outcome(example.value, run.kind, found), *_fix(file, example, run.kind)):
            yield file.data.error(place, problem)
        runs.append(run)
        shown.update(_decisive(run, file.rule, example.value.get("parameters", {}), found))
    for kind in ("passes", "fails"):
        if all(kind not in example for example in file.data.value["examples"]):
            yield file.data.error(("examples",), f"has no example with `{kind}`")
    if len(runs) == len(file.data.value["examples"]):  # one that is left out may be the one that reaches a field
        yield from example_coverage.faults(file, runs)
        for name in file.rule.parameters.keys() - shown:
            hint = "add an example that sets another value under `parameters` and has another outcome"
            yield file.data.error(("parameters", name), f"no example shows the effect of the parameter {name!r}", hint)


def _findings(run: ExampleRun, rule: Rule) -> list[Finding]:
    found = Evaluator([rule], include_passes=True).evaluate(run.subjects, run.derived).findings
    return with_lowered(found, [rule], run.subjects, run.derived)


def _decisive(run: ExampleRun, rule: Rule, given: Mapping[str, Any], found: list[Finding]) -> Iterator[str]:
    """The parameters of an example without which the rule, with their defaults, has another result."""
    for name in given:
        default = replace(run.rule, parameters={**run.rule.parameters, name: rule.parameters[name]})
        if _findings(run, default) != found:
            yield name


def _rule(file: RuleFile, example: Node) -> Rule:
    """The rule with the parameters that the example gives it."""
    return replace(file.rule, parameters={**file.rule.parameters, **example.value.get("parameters", {})})


def _subjects(file: RuleFile, example: Node) -> tuple[list[Subject], Derived]:
    """The subjects of an example, those a whole text yields or one made of the input's bindings, and their facts."""
    if "text" in example.value:
        found: Iterable[Subject] = subjects.recognise(example_names.parts(example.value)).subjects
        if file.rule.joined:
            found = FieldFilter([rule_reads.of_subject(file.rule)]).of(found)  # as in a scan
        some = list(found)
        return some, facts.derive(some, whole=not example.value.get("part", False))
    subject = _given(file, example.get("input"), example.get("input").value)
    return [subject], Derived({subject: example.value["input"].get(FACTS, {})})


def _given(file: RuleFile, node: Node, values: dict[str, Any]) -> Subject:
    kind = file.rule.info.subject
    focus = KINDS[kind].focus
    bindings: dict[str, Any] = {**{name: {} for name in KINDS[kind].names}, **values}
    bindings.pop(FACTS, None)
    marks = {name: child.mark for name, child in node.items() if child.mark}
    marks.setdefault(focus, node.mark)  # type: ignore[arg-type]
    return Subject(kind, "example", "example", file.data.origin, bindings, marks, focus)


def _outcome(example: dict[str, Any], kind: str, found: list[Finding]) -> Iterator[str]:
    wanted = _EXPECTED[kind]
    told = [finding for finding in found if finding.outcome is not Outcome.PASS]
    if wanted is None:
        if found:
            yield f"should not apply, but gives {found[0].outcome}: {found[0].message}"
        return
    if wanted is Outcome.PASS:
        if told:
            yield f"should pass, but gives {told[0].outcome}: {told[0].message}"
        elif not found:
            yield "should pass, but the rule does not apply to it"
        return
    outcomes = {finding.outcome for finding in told}
    if outcomes != {wanted}:
        yield f"should give {wanted}, but gives {', '.join(sorted(outcomes)) or 'pass or nothing'}" + (
            f": {told[0].message}" if told else ""
        )
        return
    fields = [finding.location.field for finding in told]
    if "at" in example and example["at"] not in fields:
        yield f"should point at {_field(example['at'])}, but points at {', '.join(map(_field, fields))}"
    lines = [finding.location.line for finding in told]
    if "line" in example and example["line"] not in lines:
        yield f"should point at line {example['line']}, but points at {', '.join(map(str, lines))}"
    counted = {finding.severity.value for finding in told}
    if "severity" in example and example["severity"] not in counted:
        yield f"should count as {example['severity']}, but counts as {', '.join(sorted(counted))}"
    if "because" in example and not any(example["because"] in finding.counted_because for finding in told):
        yield f"should count lower because {example['because']!r}, but does because {told[0].counted_because!r}"
    if "says" in example and not any(example["says"] in finding.message for finding in told):
        yield f"should say {example['says']!r}, but says {told[0].message!r}"


def _field(path: str) -> str:
    return path or "the subject as a whole"


def _fix(file: RuleFile, example: Node, kind: str) -> Iterator[str]:
    """A fix must resolve every failing input, and applying it again must change nothing.

    Only a fix that translates or has a `when` may leave an input unchanged: it applies to some inputs only.
    """
    remedy = file.rule.fix
    if not remedy or kind != "fails" or "input" not in example.value:
        return
    given = example.get("input")
    fixed, _ = _fixed(file, example, given)
    if fixed.value == given.value and remedy.may_have_no_answer:
        return
    twice, left = _fixed(file, example, fixed)
    if left:
        yield f"the fix does not resolve the finding: {left[0].message}"
    if twice.value != fixed.value:
        yield "applying the fix twice gives another result than applying it once"


def _fixed(file: RuleFile, example: Node, given: Node) -> tuple[Node, list[Finding]]:
    """An input with the fix applied to all its findings, and the findings before."""
    subject = _given(file, given, given.value)
    derived = Derived({subject: given.value.get(FACTS, {})})
    evaluation = Evaluator([_rule(file, example)]).evaluate([subject], derived)
    focus = subject.bindings[subject.focus]
    for applicable in reversed(evaluation.fixes):  # a list may shrink
        focus = applicable.rule_fix.applied(focus, applicable.item)
    text = json.dumps({**given.value, subject.focus: focus})
    (document,) = documents.read("fixed.json", text)
    return cast("documents.Document", document).root, evaluation.findings
