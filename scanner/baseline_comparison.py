"""A tree and a baseline file: the file as it is written, what a tree has beyond it, and what of it is stale."""

from __future__ import annotations

import json
import os
import shlex
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from scanner import __version__, library
from scanner.baseline import BaselineState
from scanner.comparison import lists_of, orders_of, side_of, unread
from scanner.completeness import missing_kinds
from scanner.findings import merged_findings
from scanner.finished_scan import Comparison, Scan
from scanner.gate import Before
from scanner.gate.baseline_file import FORMAT, Baseline, Entry, Tool, Unread
from scanner.gate.matching import Matched, match, parts_of
from scanner.masking import harmless, hidden
from scanner.model import Input, InputStatus, Outcome, Profile
from scanner.options import Options
from scanner.policy.tuning import SourcedValue, Tuning, resolve_ids
from scanner.reports.json_text import Entries, json_text
from scanner.scan import Evaluated, evaluate

_Entries = tuple[Entry, ...]


def complete(options: Options) -> Options:
    """Options with which all rules run, whatever a configuration selects: a baseline always holds all findings."""
    rules = tuple(replace(each, enabled=True if each.enabled else None) for each in options.tuning.rules)
    return replace(options, profile=Profile.OPINION, frameworks=(), scope=None, tuning=Tuning(rules=rules))


def baseline_of(state: Evaluated) -> Baseline:
    """The baseline of a tree, without credentials."""
    findings = [finding for finding in state.findings if finding.outcome is not Outcome.PASS]
    entries = _without_credentials([Entry.of(finding) for finding in findings])
    with_findings = {finding.subject_id for finding in findings}
    others = {subject.identity for subject in state.read.subjects} - with_findings
    return Baseline(
        FORMAT,
        Tool("Assay", __version__),
        _digest(state),
        tuple(sorted(entries, key=lambda entry: entry.order)),
        tuple(sorted(_unread(state.read.inputs), key=lambda each: each.path)),
        tuple(sorted({hidden(identity) for identity in others if parts_of(identity)[1]})),
    )


def text_of(baseline: Baseline) -> Iterator[str]:
    """A baseline as JSON, a finding on a line."""
    plain = msgspec.to_builtins(baseline)
    return json_text(
        Entries((key, iter(value) if isinstance(value, list | tuple) else value) for key, value in plain.items())
    )


def compare(
    paths: Sequence[str],
    options: Options,
    baseline: Baseline,
    name: str,
    watch: Callable[[Input], object] | None = None,
) -> Scan:
    """Scan files and folders, and say of each finding what became of it since a baseline was written.

    `name` is that of the file in reports. Raises what `scan` raises.
    """
    now = evaluate(paths, options, watch)
    parts = _Parts.of(baseline, now)
    matched = _matched(baseline, parts, now)
    shown = (*merged_findings(matched.findings, now.read.shared, grouped=now.by.grouped), *matched.gone)
    states = Counter(each.baseline_state for each in shown if each.baseline_state)
    notes = tuple(_notes(baseline, name, now, matched))
    known = Before(
        compared=True,
        baseline=name,
        inputs=frozenset(each.path for each in baseline.unread if each.counts(strict=options.strict_documents)),
        errors=frozenset(entry.fingerprint for entry in baseline.findings if entry.outcome is Outcome.ERROR),
    )
    comparison = Comparison(name, "", dict(states), tuple(matched.gone), notes)
    return replace(now, findings=matched.findings, comparison=comparison, before=known).result()


def pruned(baseline: Baseline, now: Evaluated) -> Baseline:
    """A baseline without the entries whose findings are gone, and without the inputs that are assessed now."""
    parts = _Parts.of(baseline, now)
    stale = _stale(baseline, parts, now)
    kept = tuple(entry for entry in baseline.findings if id(entry) not in stale)
    missing = {each.path for each in _unread(now.read.inputs)}
    alone = {entry.subject.id for entry in baseline.findings} - {entry.subject.id for entry in kept}
    present = {subject.identity for subject in now.read.subjects}
    return replace(
        baseline,
        findings=kept,
        unread=tuple(each for each in baseline.unread if each.path in missing or not parts.covers(each.path)),
        subjects=tuple(sorted({*baseline.subjects, *(each for each in alone & present if parts_of(each)[1])})),
    )


def _stale(baseline: Baseline, parts: _Parts, now: Evaluated) -> set[int]:
    """Entries whose findings are gone."""
    matched = _matched(baseline, parts, now)
    gone = Counter(
        _key(Entry.of(each), each.rule) for each in matched.gone if each.baseline_state is BaselineState.FIXED
    )
    failing = {finding.fingerprint for finding in now.findings if finding.outcome is Outcome.ERROR}
    stale = set()
    for entry in parts.compared:
        key = _key(entry, now.by.rules.ids.current(entry.rule))
        if gone[key]:
            gone[key] -= 1
            stale.add(id(entry))
        elif entry.outcome is Outcome.ERROR and entry.fingerprint not in failing:
            stale.add(id(entry))
    return stale


def _key(entry: Entry, rule: str) -> tuple[object, ...]:
    """Everything that tells an entry from others, with the id that its rule has now."""
    own = (rule, entry.path, entry.subject.id, entry.field, entry.evidence)
    return (*own, entry.fingerprint, entry.occurrence, entry.overlay)


class _Parts(Struct):
    """The entries of a baseline that a scan can judge, and which paths it reads."""

    compared: _Entries
    tops: tuple[str, ...]
    """The scanned paths, as findings name them; empty for all."""
    passed_over: Collection[str]
    """Files and folders that were found and not read."""

    @classmethod
    def of(cls, baseline: Baseline, now: Evaluated) -> _Parts:
        """The parts that a scan can judge: of rules that run, in paths that it reads."""
        tops = tuple(os.path.relpath(path, now.where.root) for path in now.where.paths)
        passed = {item.path for item in now.read.inputs if item.status is InputStatus.SKIPPED and not item.sha256}
        parts = cls((), () if os.curdir in tops else tops, passed)
        running, current = _running(now), now.by.rules.ids.current
        parts.compared = tuple(
            entry for entry in baseline.findings if current(entry.rule) in running and parts.covers(entry.path)
        )
        return parts

    def covers(self, path: str) -> bool:
        """Whether a file is, or would be, read."""
        above = {path, *_folders(path)}
        return (not self.tops or not above.isdisjoint(self.tops)) and above.isdisjoint(self.passed_over)


def _folders(path: str) -> Iterator[str]:
    """The folders above a file, as inputs and as paths name them."""
    while path := os.path.dirname(path.rstrip("/")):
        yield path
        yield f"{path}/"
        if path == "/":
            return


def _running(now: Evaluated) -> set[str]:
    """Ids of all rules, policies and checks that run."""
    own = {rule.info.id for rule in now.by.rules.rules}
    policies = {info.id for info in now.by.policies.rules} if now.by.policies else set()
    return own.union(policies, *(each.rules for each in now.also))


def _matched(baseline: Baseline, parts: _Parts, now: Evaluated) -> Matched:
    """What became of the entries that a scan can judge."""
    titles = {rule.info.id: rule.info.title for rule in now.by.rules.rules}
    current = now.by.rules.ids.current
    past = [
        entry.finding(current(entry.rule), titles.get(current(entry.rule), current(entry.rule)))
        for entry in parts.compared
    ]
    side = baseline.side(past, strict=now.options.strict_documents)
    joined = {rule.info.id for rule in now.by.rules.rules if rule.joined}
    return match(side, side_of(now, joined), orders_of(now), lists_of(now))


def _notes(baseline: Baseline, name: str, now: Evaluated, matched: Matched) -> Iterator[str]:
    """What a reader has to know of the baseline."""
    file = shlex.quote(name)
    renew = f"findings of other rules count as new; `assay baseline write {file}` renews it"
    if baseline.tool.version != __version__:
        yield f"{name} was written by Assay {baseline.tool.version}, and this is {__version__}: {renew}"
    elif baseline.ruleset_digest != _digest(now):
        yield f"{name} was written with other rules, parameters or another version of Kubernetes: {renew}"
    stale = sum(each.baseline_state is BaselineState.FIXED for each in matched.gone)
    if stale == 1:
        yield f"1 entry of {name} is stale: its finding is gone; `assay baseline prune {file}` removes it"
    elif stale:
        which = f"{stale} entries of {name} are stale: their findings are gone"
        yield f"{which}; `assay baseline prune {file}` removes them"
    strict = now.options.strict_documents
    past = {each.path for each in baseline.unread if each.counts(strict=strict)}
    for path in sorted((past - set(unread(now))) & {item.path for item in now.read.inputs}):
        yield f"{path} could not be read in full when {name} was written, so its findings are not compared"


def _digest(state: Evaluated) -> str:
    """Of what decides outcomes, whichever rules run: rules, parameters, policies, platforms."""
    settings = {
        each.rule: [_values(each.parameters), _values(each.added)]
        for each in resolve_ids(state.options.tuning, state.by.rules.ids).rules
        if each.parameters or each.added
    }
    policies = [state.by.policies.digest] if state.by.policies else []
    told = json.dumps(settings, sort_keys=True, default=str)
    return library.combine(state.by.rules.digest, *policies, *state.options.platforms, told)


def _values(given: Mapping[str, SourcedValue]) -> dict[str, Any]:
    return {name: each.value for name, each in given.items()}


def _unread(inputs: Iterable[Input]) -> Iterator[Unread]:
    for item in inputs:
        if kinds := sorted({*missing_kinds(item, strict=True)}):
            yield Unread(hidden(item.path), tuple(kinds))


def _without_credentials(entries: list[Entry]) -> list[Entry]:
    """Entries with a placeholder for each credential."""
    clean = harmless(entries)
    return [entry if _texts(entry) <= clean else _masked(entry) for entry in entries]


def _texts(entry: Entry) -> set[str]:
    return {entry.path, entry.field, entry.subject.id, *filter(None, (entry.evidence, entry.overlay))}


def _masked(entry: Entry) -> Entry:
    return replace(
        entry,
        path=hidden(entry.path),
        field=hidden(entry.field),
        subject=replace(entry.subject, id=hidden(entry.subject.id)),
        overlay=hidden(entry.overlay),
        evidence=None if entry.evidence is None or hidden(entry.evidence) != entry.evidence else entry.evidence,
    )
