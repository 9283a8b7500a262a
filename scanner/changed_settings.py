"""What a change does to what it is judged by: its configuration, and its waivers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress

from msgspec import Struct
from msgspec.structs import replace

from scanner.configuration.weakening import ConfigurationChange
from scanner.errors import AssayError
from scanner.gate import waivers
from scanner.gate.waivers.subjects import subjects
from scanner.marks import keyless
from scanner.model import Finding, Subject
from scanner.places import Origin
from scanner.policy.evaluate import Evaluator
from scanner.policy.pack import AllRules
from scanner.scan import Evaluated
from scanner.scan_rules import about_waivers
from scanner.subjects import CONFIGURATION_CHANGE
from scanner.waived import WaiverFile, Waivers, WaiverState
from scanner.waiving import shown


class ChangedConfiguration(Struct, frozen=True):
    """The configuration file of a change, where it differs from that of the base."""

    path: str
    content: bytes
    """As the change has it; empty where the change deletes it."""
    changes: Callable[[AllRules], Iterable[ConfigurationChange]]
    """What is weaker in it."""


class Change(Struct, frozen=True):
    """What a change does to what it is judged by."""

    configuration: ChangedConfiguration | None = None
    waivers: WaiverFile | None = None
    """The file of waivers as the change has it: what it adds does not count yet."""
    past_waivers: WaiverFile | None = None
    """The same at the common ancestor, which the change began with."""
    notes: tuple[str, ...] = ()
    """What is to be told about that."""


def with_changes(now: Evaluated, change: Change, hidden: Iterable[ConfigurationChange] = ()) -> Evaluated:
    """A scan with what a change proposes, and with what it makes weaker or hides as findings."""
    weaker = list(change.configuration.changes(now.by.everything)) if change.configuration else []
    if change.waivers:
        now, more = _with_proposals(now, change.waivers, change.past_waivers)
        weaker += more
    return _with_findings(now, [*weaker, *hidden], change)


def _read(file: WaiverFile | None, now: Evaluated) -> Waivers:
    return waivers.read(file, now.by.rules.ids, shown(file.path, str(now.where.root))) if file else Waivers()


def _with_proposals(
    now: Evaluated, head: WaiverFile, past: WaiverFile | None
) -> tuple[Evaluated, list[ConfigurationChange]]:
    """A scan with the waivers that a change adds, what is wrong with these, and what it makes weaker in their file."""
    counted, path = _read(now.options.waivers, now), shown(head.path, str(now.where.root))
    try:
        read = _read(head, now)
    except AssayError as error:
        told = f"the file of waivers of the change is wrong: {error.message}"
        return now, [ConfigurationChange("waivers", told, path)]
    before = counted
    with suppress(AssayError):
        before = _read(past, now)
    known = replace(counted, entries=(*counted.entries, *before.entries))
    proposed = waivers.proposed(known, read)
    rules = about_waivers(now.by.everything, now.options)
    about = Evaluator(rules, include_passes=now.options.include_passes).evaluate(subjects(proposed))
    now.evaluation.merge(about)
    now.read.contents.setdefault(path, head.content)
    results = (*now.waivers.results, *proposed)
    today = str(now.options.today or "")
    listed = replace(now.waivers, file=now.waivers.file or path, today=today, results=results)
    own = tuple(rule.info for rule in rules)
    now = replace(now, waivers=listed, findings=[*about.findings, *now.findings], own_rules=own)
    return now, list(_weaker_waivers(before, read, path))


def _weaker_waivers(base: Waivers, head: Waivers, path: str) -> Iterator[ConfigurationChange]:
    for person in head.approvers:
        if person not in base.approvers:
            yield ConfigurationChange("approvers", f"{person} is added to the approvers of waivers", path)
    if head.max_life > base.max_life:
        told = f"waivers may last {head.max_life} days instead of {base.max_life}"
        yield ConfigurationChange("max-life", told, path)


def _with_findings(now: Evaluated, changes: Iterable[ConfigurationChange], change: Change) -> Evaluated:
    """A scan with what was found in the changes of its configuration; their rules run whatever else is selected."""
    rules = [rule for rule in now.by.everything.rules if rule.info.subject == CONFIGURATION_CHANGE]
    found = Evaluator(rules, include_passes=now.options.include_passes).evaluate(map(_subject, changes))
    if change.configuration:
        now.read.contents.setdefault(change.configuration.path, change.configuration.content)
    now.evaluation.merge(found)
    now, findings = _accepted(now, found.findings)
    own = (*now.own_rules, *(rule.info for rule in rules))
    return replace(now, findings=[*findings, *now.findings], own_rules=own)


def _accepted(now: Evaluated, findings: list[Finding]) -> tuple[Evaluated, Sequence[Finding]]:
    """Findings about the configuration with the waivers of the base that cover them."""
    if not findings or now.options.waivers is None or now.options.today is None:
        return now, findings
    applied = waivers.apply(_read(now.options.waivers, now), findings, now.options.today)
    matched = {each.waiver.id: each for each in applied.results if each.matched}
    results = tuple(
        matched.get(each.waiver.id, each) if each.state is not WaiverState.PROPOSED else each
        for each in now.waivers.results
    )
    return replace(now, waivers=replace(now.waivers, results=results)), applied.findings


def _subject(change: ConfigurationChange) -> Subject:
    """A weaker setting as a subject that rules are about."""
    data = {"key": change.key, "words": change.words, "weakens": True}
    mark = keyless((change.line - 1, 0), (change.line, 0))
    identity = f"{CONFIGURATION_CHANGE}/{change.path}/{change.key}/{change.words}"
    label = f"{change.key} in {change.path}"
    origin = Origin(change.path)
    return Subject(CONFIGURATION_CHANGE, identity, label, origin, {"change": data}, {"change": mark}, "change")
