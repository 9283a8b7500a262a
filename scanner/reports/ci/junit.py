"""The `junit` report: JUnit XML with a test case for each rule and input, as test views of CI services read it.

A failure is a finding that fails the scan. An error was not assessed. Skipped is what decides nothing: an unknown
outcome, a finding below the threshold, waived or not made worse by a change, and an input that is accepted as not
assessed. A rule without findings passes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from scanner.exit_codes import INCOMPLETE, NOTHING
from scanner.finished_scan import Scan
from scanner.model import Finding, InputStatus, Outcome
from scanner.reports.changed import state_of
from scanner.reports.ci.counted import counts, fails
from scanner.reports.ci.notes import Kind, Note, configured, counted, incomplete, remarks
from scanner.reports.format import TextFormat
from scanner.reports.safe_text import safe

_SHOWN = 100
"""Findings that one test case names."""
_RESULTS = ("failure", "error", "skipped")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;"})


class _Case(Struct, frozen=True):
    """A test case: `result` is one of `_RESULTS`, or empty where it passes."""

    group: str
    name: str
    result: str = ""
    message: str = ""
    details: tuple[str, ...] = ()
    path: str = ""
    line: int = 0


def render(scan: Scan) -> Iterator[str]:
    """Return the suites as XML, piece by piece: first the scan, then its inputs, then each rule."""
    suites = [("assay.scan", [_whole(scan)]), ("assay.inputs", list(_inputs(scan))), *_rules(scan)]
    every = [case for _, cases in suites for case in cases]
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f"<testsuites{_attributes({'name': 'Assay', **_numbers(every)})}>\n"
    for position, (name, cases) in enumerate(suites):
        if not cases:
            continue
        numbers = {"name": name, **_numbers(cases), "timestamp": scan.run.started.removesuffix("Z")}
        yield f"<testsuite{_attributes(numbers)}>\n"
        yield from _properties(scan) if position == 0 else ()
        for case in cases:
            yield from _written(case)
        yield "</testsuite>\n"
    yield "</testsuites>\n"


def _whole(scan: Scan) -> _Case:
    """Whether everything was assessed: this case is never missing, so an empty scan is not a passed one."""
    failed = scan.verdict.exit_code in (INCOMPLETE, NOTHING)
    name = "everything was assessed"
    return _Case("assay.scan", name, "error" if failed else "", scan.verdict.reason if failed else "")


def _properties(scan: Scan) -> Iterator[str]:
    """What a configuration changed, the verdict and further remarks."""
    said = [("configuration", note.text) for note in configured(scan)]
    said += [("verdict", scan.verdict.reason), *(("note", note.text) for note in remarks(scan))]
    yield "<properties>\n"
    yield from (f"<property{_attributes({'name': name, 'value': text})}/>\n" for name, text in said)
    yield "</properties>\n"


def _inputs(scan: Scan) -> Iterator[_Case]:
    """Each input that was assessed or should have been."""
    lost: dict[str, list[Note]] = {}
    for note in incomplete(scan):
        if note.kind not in (Kind.INCOMPLETE, Kind.ERROR):
            lost.setdefault(note.path, []).append(note)
    for item in scan.inputs:
        if notes := lost.get(item.path):
            texts = tuple(f"line {note.line}: {note.sentence}" if note.line else note.sentence for note in notes)
            yield _Case("assay.inputs", item.path, "error", notes[0].sentence, texts[1:], item.path, notes[0].line)
        elif item.accepted:
            yield _Case("assay.inputs", item.path, "skipped", f"accepted as not assessed: {item.accepted}")
        elif item.status is InputStatus.ASSESSED:
            yield _Case("assay.inputs", item.path, path=item.path)


def _rules(scan: Scan) -> Iterator[tuple[str, list[_Case]]]:
    """A suite for each rule that was evaluated: a case for each input with a finding, and one for what passes."""
    found: dict[str, dict[str, list[Finding]]] = {}
    for finding in scan.findings:
        found.setdefault(finding.rule, {}).setdefault(finding.location.path, []).append(finding)
    for name, info in sorted(scan.rules.items()):
        cases = [_case(scan, path, findings) for path, findings in found.get(name, {}).items()]
        listed = sum(finding.outcome is Outcome.PASS for each in found.get(name, {}).values() for finding in each)
        if passed := scan.counts.get(name, {}).get(Outcome.PASS, 0) - listed:
            details = (f"{counted(passed, 'outcome')} passed",)
            cases.append(_Case(name, f"{info.title}: all other subjects", details=details))
        yield name, cases


def _case(scan: Scan, path: str, findings: Sequence[Finding]) -> _Case:
    """One rule and one input, with the worst of its outcomes."""
    ranks = {result: rank for rank, result in enumerate((*_RESULTS, ""))}
    pairs = sorted(((_result(scan, finding), finding) for finding in findings), key=lambda pair: ranks[pair[0]])
    worst, first = pairs[0]
    shown = [_line(finding) for result, finding in pairs if result]
    more = [f"and {len(shown) - _SHOWN:,} more"] if len(shown) > _SHOWN else []
    rule = scan.rules[first.rule]
    fix = [f"Fix: {' '.join(rule.remediation.split())}"] if worst == "failure" and rule.remediation else []
    details = (*shown[1:_SHOWN], *more, *fix)
    return _Case(
        first.rule, f"{rule.title}: {path}", worst, shown[0] if worst else "", details, path, first.location.line
    )


def _result(scan: Scan, finding: Finding) -> str:
    if counts(finding):
        return "failure" if fails(scan, finding) else "skipped"
    return {Outcome.PASS: "", Outcome.ERROR: "error"}.get(finding.outcome, "skipped")


def _line(finding: Finding) -> str:
    place = finding.location
    label = finding.severity if finding.outcome is Outcome.FAIL else finding.outcome
    told = "; ".join(part for part in (state_of(finding), finding.waiver and f"waived by {finding.waiver}") if part)
    return f"{place.path}:{place.line}:{place.column}: {label}: {finding.message}{f' ({told})' if told else ''}"


def _numbers(cases: Iterable[_Case]) -> dict[str, str | int]:
    results = Counter(case.result for case in cases)
    names = {"tests": results.total(), "failures": results["failure"], "errors": results["error"]}
    return {**names, "skipped": results["skipped"], "time": 0}


def _written(case: _Case) -> Iterator[str]:
    place: dict[str, str | int] = {"file": case.path} if case.path else {}
    line: dict[str, str | int] = {"line": case.line} if case.line else {}
    head = {"classname": case.group, "name": case.name, **place, **line, "time": 0}
    details = "\n".join(map(_text, case.details))
    if not case.result and not details:
        yield f"<testcase{_attributes(head)}/>\n"
        return
    tag = case.result or "system-out"
    told = (
        {"message": case.message, **({} if case.result == "skipped" else {"type": case.group})} if case.result else {}
    )
    yield f"<testcase{_attributes(head)}><{tag}{_attributes(told)}>{details}</{tag}></testcase>\n"


def _attributes(values: dict[str, str | int] | dict[str, str]) -> str:
    return "".join(f' {name}="{_text(str(value))}"' for name, value in values.items())


def _text(text: str) -> str:
    return safe(text).translate(_ESCAPES)


FORMAT = TextFormat(
    media_type="application/xml", for_terminal=False, shows_fixes=False, tells_commit=False, render=render
)
