"""A change as its gate sees it: what of a tree is worse than on the base of the change."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain

from msgspec.structs import replace

from scanner import mended_files, sources
from scanner.baseline import BaselineState, Worse
from scanner.changed_settings import Change, with_changes
from scanner.completeness import is_incomplete
from scanner.counted_less import counted_less
from scanner.errors import UsageError
from scanner.findings import merged_findings
from scanner.finished_scan import Comparison, Scan
from scanner.gate import Before
from scanner.gate.causes import Causes
from scanner.gate.matching import ALL, Side, folders_of, match
from scanner.gate.waivers.matching import matches
from scanner.gate.waivers.subjects import subjects
from scanner.hidden_inputs import hidden_inputs
from scanner.inputs import Memory, hides_something
from scanner.loss import OUTSIDE
from scanner.lost_sight import out_of_sight, state_of
from scanner.model import Finding, Input, InputStatus, Outcome
from scanner.options import Options
from scanner.scan import Evaluated, evaluate, link
from scanner.scan_rules import scan_rules
from scanner.shared import Shared
from scanner.sources import Selection, git_file
from scanner.sources.git_base import Base
from scanner.sources.source import LINK
from scanner.subjects import CONFIGURATION_CHANGE, WAIVER
from scanner.waived import WaiverState

_LOST = f"{LINK}, in place of what was assessed on the base"


_NOTHING = Change()


def compare(
    paths: Sequence[str],
    options: Options,
    base: Base,
    watch: Callable[[Input], object] | None = None,
    change: Change = _NOTHING,
) -> Scan:
    """Scan files and folders, and say of each finding what became of it since the base.

    The files of the base are read from Git; a file that is the same on both sides is assessed once. The same rules and
    options count for both. What a `change` makes weaker in the configuration is a finding. `watch` is called with each
    input when it is done. Raises what `scan` raises.
    """
    shared = Shared(scan_rules(options), Memory(identity=partial(git_file.identity_of, commit=base.commit)))
    with shared.ending():
        return _compare(paths, options, base, watch, change, shared)


def _compare(
    paths: Sequence[str],
    options: Options,
    base: Base,
    watch: Callable[[Input], object] | None,
    change: Change,
    shared: Shared,
) -> Scan:
    head = replace(options.selection, may_be_missing=True, submodules=False)
    sides = [replace(head, revision=base.commit, staged=False, index=""), head]
    past, present = _scopes(paths, sides, options.configuration.place("paths"))
    now = evaluate(present, replace(options, selection=present.selection), watch, shared, meanwhile=link)
    was = replace(options, selection=past.selection, waivers=None, inline_ignores=False)
    before = evaluate(past, was, None, shared, reported=False)
    now.read.inputs = list(_with_lost(before.read.inputs, now.read.inputs))
    hidden = hidden_inputs(before, now, paths, shared)
    now = with_changes(now, change, [*hidden, *counted_less(before, now, {each.path for each in hidden})])
    return compared(before, now, base, change.notes).result()


def _scopes(paths: Sequence[str], sides: Iterable[Selection], place: str) -> list[sources.Scope]:
    """What paths cover on each side: all objects on both or on neither.

    Raises UsageError for a path that is on neither side.
    """
    scopes = [sources.scope(paths, side, place) for side in sides]
    for path in paths:
        if all(path in each.missing for each in scopes):
            raise UsageError(f"no such file or folder, here or on the base: {path}", place)
    return [replace(each, whole=all(other.whole for other in scopes)) for each in scopes]


def compared(before: Evaluated, now: Evaluated, base: Base, notes: Sequence[str] = ()) -> Evaluated:
    """A scan, with what became of each finding since another one with the same rules."""
    joined = {rule.info.id for rule in now.by.rules.rules if rule.joined}
    matched = match(side_of(before, joined), side_of(now, joined), orders_of(now), lists_of(now))
    mended = mended_files.judged(matched.findings, now, partial(_of_commit, now, base))
    findings = list(_with_causes(_about_waivers(out_of_sight(mended, before, now, joined), now), before, now, joined))
    grouped = now.by.grouped
    gone = merged_findings(matched.gone, before.read.shared, grouped=grouped)
    states = _states(merged_findings(findings, now.read.shared, grouped=grouped), gone)
    comparison = Comparison(base.name, base.commit, states, tuple(gone), (*notes, *_notes(before, now, findings, base)))
    errors = frozenset(each.fingerprint for each in before.findings if each.outcome is Outcome.ERROR)
    assessed = any(item.status is InputStatus.ASSESSED for item in before.read.inputs)
    always = frozenset(info.id for info in now.own_rules if info.subject == CONFIGURATION_CHANGE)
    known = Before(compared=True, assessed=assessed, inputs=frozenset(unread(before)), errors=errors, always=always)
    past_rules = {finding.rule for finding in gone}
    past = (info for each in before.also for info in each.rules.values() if info.id in past_rules)
    own = (*now.own_rules, *past)
    return replace(now, findings=findings, comparison=comparison, before=known, own_rules=own)


def _states(*findings: Iterable[Finding]) -> dict[BaselineState, int]:
    return dict(Counter(each.baseline_state for each in chain(*findings) if each.baseline_state))


def _about_waivers(findings: Sequence[Finding], now: Evaluated) -> list[Finding]:
    """The findings, of which those about a waiver count only where it would cover something that counts.

    Those about a waiver that the change itself adds count in any case.
    """
    some = [finding for finding in findings if finding.counts and finding.subject_kind != WAIVER]
    idle = {
        subject.identity
        for result, subject in zip(now.waivers.results, subjects(now.waivers.results), strict=True)
        if result.state is not WaiverState.PROPOSED and not any(matches(result.waiver, finding) for finding in some)
    }
    return [
        replace(each, baseline_state=BaselineState.UNCHANGED) if each.subject_id in idle and each.counts else each
        for each in findings
    ]


def side_of(state: Evaluated, joined: Collection[str]) -> Side:
    """One side of a comparison: what a scan found. `joined` are the rules that compare objects."""
    read = state.read
    return Side(
        state.findings,
        {item.path: _parts_lost(item) for item in read.inputs},
        {item.path.rstrip("/") for item in read.inputs if _is_link(item)},
        {subject.identity for subject in read.subjects} | read.others,
        {(subject.overlay or subject.origin.path, subject.identity) for subject in read.subjects},
        joined if any(map(hides_something, read.inputs)) else (),
    )


def _parts_lost(item: Input) -> int:
    """The number of parts of an input that could not be read."""
    whole = item.status in (InputStatus.UNREADABLE, InputStatus.NOT_ASSESSED)
    return ALL if whole else sum(loss.kind != OUTSIDE for loss in item.losses)


def _with_lost(before: Iterable[Input], now: Iterable[Input]) -> Iterator[Input]:
    """The inputs of the head, where a link in place of what was assessed on the base is not readable."""
    assessed = {item.path for item in before if item.status is InputStatus.ASSESSED}
    above = {folder for path in assessed for folder in folders_of(path)}
    for item in now:
        lost = _is_link(item) and item.path.rstrip("/") in assessed | above
        yield replace(item, status=InputStatus.UNREADABLE, reason=_LOST) if lost else item


def _is_link(item: Input) -> bool:
    return not item.sha256 and item.reason.startswith(LINK)


def orders_of(state: Evaluated) -> dict[str, Worse]:
    """Which value of a rule is worse than another, of the rules that state it."""
    return {rule.info.id: rule.info.worse for rule in state.by.rules.rules if rule.info.worse}


def lists_of(state: Evaluated) -> set[str]:
    """The rules whose one finding for an input lists what its places hold."""
    return {rule.info.id for rule in state.by.rules.rules if rule.info.lists}


def unread(state: Evaluated) -> Iterator[str]:
    """Paths of the inputs that were not assessed, at least in part."""
    strict = state.options.strict_documents
    return (item.path for item in state.read.inputs if is_incomplete(item, strict=strict))


def _with_causes(findings: Sequence[Finding], before: Evaluated, now: Evaluated, joined: set[str]) -> Iterator[Finding]:
    """The findings, those of rules that compare objects with the changes that may have caused them."""
    causes: Causes | None = None
    for finding in findings:
        if finding.rule in joined and finding.baseline_state and finding.counts:
            causes = causes or Causes(*map(state_of, (before, now)))
            yield causes.told(finding)
        else:
            yield finding


def _of_commit(now: Evaluated, base: Base, path: str) -> bytes | None:
    return git_file.content(os.path.join(now.where.root, path), Selection(revision=base.commit))


def _digests(state: Evaluated) -> dict[str, str]:
    return {item.path: item.sha256 for item in state.read.inputs if item.status is not InputStatus.SKIPPED}


def _notes(before: Evaluated, now: Evaluated, findings: Sequence[Finding], base: Base) -> Iterator[str]:
    """That there is no change, and what could not be read on one of the two sides, or on both."""
    if base.no_change and _digests(before) == _digests(now):
        yield f"no file differs from the base, so this proves nothing about a change. {base.no_change}"
    past, present = set(unread(before)), set(unread(now))
    both = past & present
    seals = [{item.path: item.sha256 for item in each.read.inputs if item.path in both} for each in (before, now)]
    for path in sorted(both):
        was, is_now = (each.get(path, "") for each in seals)
        changed = ", and the change alters it" if was and is_now and was != is_now else ""
        yield f"{path} is not assessed in full, and was not on the base{changed}"
    paths, left = {item.path for item in now.read.inputs if item.path in past}, mended_files.told(findings)
    for path in sorted((past - present) & paths):
        more = f": {left[path]}" if path in left else ""
        yield f"{path} could not be read in full on the base, so what the change leaves in it is not compared{more}"
