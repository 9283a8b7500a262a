"""An evidence pack or a file of results -> the entry of its run, before it has a place in a ledger."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from scanner import safe_read
from scanner.baseline import COUNTED, BaselineState
from scanner.errors import UnreadableError, UsageError
from scanner.evidence.canonical import compact
from scanner.evidence.ledger.entry import MOST_FAILURES, Entry, Failure, RunResult, Totals, WaiverInForce
from scanner.evidence.manifest import MANIFEST, digest_of, pack_digest
from scanner.evidence.packing import is_zip
from scanner.evidence.reading import opened
from scanner.evidence.run_record import RUN, RunRecord
from scanner.evidence.totals import RESULTS
from scanner.evidence.verifying import verify
from scanner.exit_codes import CLEAN, FAILED
from scanner.gate import reaches
from scanner.late import regex
from scanner.limits import MIB
from scanner.masking import mask
from scanner.model import Outcome, Severity
from scanner.reports.results import VERSION
from scanner.sources import git
from scanner.subjects import CONFIGURATION_CHANGE
from scanner.waived import WaiverState

_MOST = 2048 * MIB
_IN_FORCE = (WaiverState.MATCHED, WaiverState.UNUSED)
_TIME = regex(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


class _Place(Struct):
    path: str
    line: int


class _Subject(Struct):
    kind: str


class _Finding(Struct):
    rule: str
    outcome: Outcome
    severity: Severity
    message: str
    subject: _Subject
    location: _Place
    fingerprint: str
    counted_severity: Severity | None = None
    waiver: str = ""
    baseline_state: BaselineState | None = None

    @property
    def counted(self) -> Severity:
        return self.counted_severity or self.severity


class _Waiver(Struct):
    id: str
    state: WaiverState
    expires: str = ""
    approver: str = ""


class _Framework(Struct):
    id: str
    edition: str
    counts: dict[str, int]


class _Git(Struct):
    commit: str
    dirty: bool | None = None


class _Run(Struct):
    ended: str
    fail_on: Severity
    frameworks: tuple[str, ...]
    git: _Git | None = None
    profile: str = ""
    kubernetes_version: str = ""
    configuration: dict[str, Any] = field(default_factory=dict)

    def settings(self) -> str:
        """The digest of what decided."""
        names = ("profile", "kubernetes_version", "fail_on", "frameworks", "configuration")
        return digest_of(compact({name: getattr(self, name) for name in names}))


class _Tool(Struct):
    version: str
    ruleset_digest: str


class _Verdict(Struct):
    exit_code: int
    reason: str


class _Summary(Struct):
    inputs: dict[str, int]
    severities: dict[str, int]


class _Comparison(Struct):
    commit: str = ""


class _Results(Struct):
    """The keys of `assay-results/2` that an entry is made from."""

    format: str
    tool: _Tool
    run: _Run
    verdict: _Verdict
    findings: list[_Finding]
    frameworks: list[_Framework]
    summary: _Summary
    waivers: list[_Waiver] = field(default_factory=list)
    comparison: _Comparison | None = None


def entry_of(path: Path, root: Path, actor: str) -> Entry:
    """The entry of a pack, or of a file of results; sequence and digest of the line before it follow later.

    `root` is a folder of the repository whose commits are looked up, and `actor` who ran what results are about, as
    far as that is known: a file of results does not say it, a pack does.
    """
    if path.is_dir() or is_zip(path):
        return _of_pack(path)
    try:
        data = safe_read.read(path, _MOST, follow=False)
    except UnreadableError as error:
        raise UsageError(error.message, str(path)) from None
    results = _results(data, str(path))
    state = results.run.git or _Git("")
    if not _TIME.fullmatch(results.run.ended):
        hint = "name the pack that it belongs to, or a file that `assay gate` or `assay scan` wrote"
        raise UsageError("these results do not say when the run ended", str(path), hint=hint)
    tree, branch = _known(root, state.commit) if state.commit else ("", "")
    return _entry(results)(
        time=results.run.ended,
        kind="gate" if results.comparison else "scan",
        commit=state.commit,
        tree=tree,
        dirty=state.dirty is not False and bool(state.commit),
        branch=_text(branch),
        digest=_named(digest_of(data)),
        actor=_text(actor),
        configuration=_named(results.run.settings()),
    )


def _of_pack(path: Path) -> Entry:
    pack = opened(path)
    if faults := verify(pack).faults:
        hint = f"see `assay evidence verify {path}`"
        raise UsageError(f"the pack is not intact, so it is not recorded: {faults[0]}", str(path), hint=hint)
    record = RunRecord.from_bytes(pack.content[RUN])
    own = record.repository
    return _entry(_results(pack.content[RESULTS], f"{path}: {RESULTS}"))(
        time=record.ended,
        kind="evidence",
        commit=own.commit if own else "",
        tree=own.tree if own else "",
        dirty=bool(own and own.dirty),
        branch=own.branch if own else "",
        digest=_named(pack_digest(pack.content[MANIFEST])),
        actor=record.actor.name,
        configuration=_named(record.configuration.digest),
    )


def _results(data: bytes, shown: str) -> _Results:
    hint = f"name a pack, or a file in the format {VERSION} that --output json=FILE of `assay gate` wrote"
    try:
        found = msgspec.json.decode(data, type=_Results)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise UsageError(f"this is not a file of results: {error}", shown, hint=hint) from None
    if found.format != VERSION:
        raise UsageError(f"this has the format {found.format!r}, and not {VERSION}", shown, hint=hint)
    return found


def _known(root: Path, commit: str) -> tuple[str, str]:
    """(tree, branch) of a commit in the repository around a folder, as far as it is known there."""
    folder = os.path.abspath(root)
    if not git.top(folder):
        return "", ""

    def line(*arguments: str) -> str:
        return (git.answer(folder, *arguments) or b"").decode(errors="surrogateescape").strip()

    tree = line("rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{tree}}")
    is_current = line("rev-parse", "--verify", "--quiet", "HEAD") == commit
    return tree, line("symbolic-ref", "--quiet", "--short", "HEAD") if is_current else ""


def _entry(results: _Results) -> partial[Entry]:
    """The entry of results, which lacks what they do not state: where they come from, and their digests."""
    failed = [each for each in results.findings if each.outcome is Outcome.FAIL]
    weakened = tuple(dict.fromkeys(each.message for each in failed if each.subject.kind == CONFIGURATION_CHANGE))
    asked = results.run.frameworks
    return partial(
        Entry,
        sequence=1,
        base=results.comparison.commit if results.comparison else "",
        version=results.tool.version,
        verdict=_verdict(results, failed, weakened),
        exit_code=results.verdict.exit_code,
        reason=results.verdict.reason,
        ruleset=_named(results.tool.ruleset_digest),
        frameworks=asked,
        totals=Totals(
            results.summary.inputs, len(failed), sum(bool(each.waiver) for each in failed), results.summary.severities
        ),
        controls={f"{own.id}@{own.edition}": own.counts for own in results.frameworks if _name(own) in asked},
        failures=_failures(failed),
        failures_omitted=max(0, len(failed) - MOST_FAILURES),
        waivers=tuple(WaiverInForce(own.id, own.expires, own.approver) for own in _in_force(results)),
        weakened=weakened,
        previous="",
    )


def _named(digest: str) -> str:
    return f"sha256:{digest}"


def _text(given: str) -> str:
    """A text without what looks like a credential, and with other bytes than UTF-8 written out."""
    return mask(given).encode("utf-8", "backslashreplace").decode()


def _name(framework: _Framework) -> str:
    return f"{framework.id}@{framework.edition}"


def _in_force(results: _Results) -> list[_Waiver]:
    return [each for each in results.waivers if each.state in _IN_FORCE]


def _failures(failed: list[_Finding]) -> tuple[Failure, ...]:
    found = (
        Failure(each.fingerprint, each.rule, each.counted, each.location.path, each.location.line, each.waiver)
        for each in failed
    )
    ordered = sorted(found, key=lambda each: (each.fingerprint, each.path, each.line, each.rule, each.waiver))
    return tuple(ordered[:MOST_FAILURES])


def _verdict(results: _Results, failed: list[_Finding], weakened: tuple[str, ...]) -> RunResult:
    """What the exit code means, and what it rests on where it is 0."""
    code = results.verdict.exit_code
    if code == FAILED:
        return "failed"
    if code != CLEAN:
        return "incomplete"
    if weakened:
        return "weakened"
    waived = (each for each in failed if each.waiver and each.baseline_state in COUNTED)
    return "waived" if any(reaches(each.counted, results.run.fail_on) for each in waived) else "passed"
