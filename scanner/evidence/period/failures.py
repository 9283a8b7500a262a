"""Runs on the files of a branch -> each failure with the run that first saw it, and the run from which it was mended.

A failure is identified by its fingerprint. It counts as mended from the first complete run without it that had the same
kind, rules, configuration and frameworks as a run that saw it. Any other run without it could not have seen it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from scanner.evidence.ledger.entry import Failure
from scanner.evidence.period.moments import Period, shown
from scanner.evidence.period.runs import Run
from scanner.sources.git_history import History


class FailureState(StrEnum):
    """What became of a failure by the end of the period."""

    OPEN = "open"
    """The last run saw it, or no complete run followed."""
    MENDED = "mended"
    UNKNOWN = "not known"
    """Later runs did not see it, and none of them had the same rules and configuration."""
    OF_CHANGE = "of a change"
    """It is about what a change does, so a later run cannot see it, and its absence shows nothing."""


_OF_CHANGE = "gate.configuration-not-weakened"
"""The rule about what a change does to the configuration of the scan."""


class Episode(Struct, frozen=True):
    """A failure from the run that first saw it until it was mended, or until the end of the period."""

    fingerprint: str
    rule: str
    severity: str
    path: str
    line: int
    """The first place at the last run that saw it."""
    places: int
    """Places at that run."""
    first_seen: str
    first_sequence: int
    may_be_older: bool
    """No earlier complete run could have seen it."""
    last_seen: str
    mended: str
    """The end of the first comparable run without it; empty where there is none."""
    state: FailureState
    seconds: int
    """From the first run that saw it to the run from which it was mended, or to the last run that saw it."""
    waivers: tuple[str, ...]
    """Waivers that covered it at some run."""

    @property
    def id(self) -> str:
        """What tells it from all others of a report."""
        return f"{self.fingerprint}:{self.first_sequence}"


_Key = tuple[str, str, str, tuple[str, ...]]


class _Open(Struct):
    """An episode that goes on."""

    first: Run
    last: Run
    may_be_older: bool
    rule: str
    keys: set[_Key]
    waivers: set[str]
    missed: bool = False
    """A later run did not see it, and had other rules or another configuration."""


def on_branch(runs: Sequence[Run], history: History) -> list[Run]:
    """The runs on exactly the files of a commit of the branch, in the order of the commits, then of their times."""
    places: dict[str, list[int]] = {}
    own = {each.commit: place for place, each in enumerate(history.commits)}
    for place, each in enumerate(history.commits):
        places.setdefault(each.tree, []).append(place)
    found = []
    for run in runs:
        if run.entry.dirty or run.tree not in places:
            continue
        later = [place for place in places[run.tree] if history.commits[place].committed >= run.moment]
        place = own.get(run.entry.commit, later[0] if later else places[run.tree][-1])
        found.append((place, run.order, run))
    return [run for *_, run in sorted(found, key=lambda each: each[:2])]


def episodes(runs: Sequence[Run], period: Period) -> list[Episode]:
    """The failures of a period, by the runs on the branch up to its end, the earliest first."""
    going: dict[str, _Open] = {}
    done: list[Episode] = []
    could: set[_Key] = set()
    for run in runs:
        if run.moment >= period.end:
            continue
        key = _key(run)
        seen = {each.fingerprint for each in run.entry.failures}
        for failure in run.entry.failures:
            _see(going, failure, run, key, could)
        if _is_whole(run):
            could.add(key)
            for fingerprint in [name for name in going if name not in seen]:
                if going[fingerprint].rule == _OF_CHANGE:
                    continue
                if key in going[fingerprint].keys:
                    done.append(_episode(fingerprint, going.pop(fingerprint), run))
                else:
                    going[fingerprint].missed = True
    done += [_episode(fingerprint, each, None) for fingerprint, each in going.items()]
    within = (each for each in done if not each.mended or each.mended >= shown(period.start))
    return sorted(within, key=lambda each: (each.first_seen, each.fingerprint))


def _see(going: dict[str, _Open], failure: Failure, run: Run, key: _Key, could: set[_Key]) -> None:
    own = going.setdefault(failure.fingerprint, _Open(run, run, key not in could, failure.rule, set(), set()))
    own.last = run
    own.missed = False
    own.keys.add(key)
    if failure.waiver:
        own.waivers.add(failure.waiver)


def _key(run: Run) -> _Key:
    own = run.entry
    return own.kind, own.ruleset, own.configuration, own.frameworks


def _is_whole(run: Run) -> bool:
    """Whether a failure that the entry does not list was not there."""
    return run.entry.verdict != "incomplete" and not run.entry.failures_omitted


def _episode(fingerprint: str, own: _Open, without: Run | None) -> Episode:
    last = [each for each in own.last.entry.failures if each.fingerprint == fingerprint]
    end = without or own.last
    state = FailureState.MENDED if without else FailureState.UNKNOWN if own.missed else FailureState.OPEN
    if own.rule == _OF_CHANGE:
        state = FailureState.OF_CHANGE
    return Episode(
        fingerprint=fingerprint,
        rule=last[0].rule,
        severity=last[0].severity,
        path=last[0].path,
        line=last[0].line,
        places=len(last),
        first_seen=shown(own.first.moment),
        first_sequence=own.first.entry.sequence,
        may_be_older=own.may_be_older,
        last_seen=shown(own.last.moment),
        mended=shown(without.moment) if without else "",
        state=state,
        seconds=max(0, end.moment - own.first.moment),
        waivers=tuple(sorted(own.waivers)),
    )
