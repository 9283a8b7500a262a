"""Whether the frameworks that a swarm declares exist, and whether its security scan names the same ones."""

from __future__ import annotations

from itertools import islice
from typing import NotRequired, TypedDict

from scanner.facts.fact import Fact
from scanner.facts.framework_names import family, framework, near
from scanner.facts.groups import place
from scanner.facts.roles import texts
from scanner.facts.setups import Setups, Swarm
from scanner.facts.step import Facts, read, step
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.governance import ESCALATION, PROCESS, RECOVERY, REQUIREMENT


class Unknown(TypedDict):
    """A name that is not that of a known framework, with a usual one that resembles it."""

    name: str
    near: NotRequired[str]


UNKNOWN = Fact(
    "unknown_frameworks",
    (PROCESS, REQUIREMENT),
    list[Unknown],
    "The names among its frameworks that are not those of a known law, standard or framework, at most 100.",
    provide="state the frameworks",
)
UNREQUIRED = Fact(
    "unrequired",
    (PROCESS,),
    list[str],
    "The declared frameworks that no security scan of the swarm names, at most 100; absent without a list of a scan.",
    provide="state the frameworks of the process and of the security scan",
    related=("scan",),
)
UNDECLARED = Fact(
    "undeclared",
    (REQUIREMENT,),
    list[str],
    "At most 100 frameworks of a security scan that the swarm does not declare, without lists of weaknesses such as "
    "OWASP; absent where it declares none.",
    provide="state the frameworks of the process and of the security scan",
    related=("declaration",),
)
DECLARED = Fact(
    "declared_frameworks",
    (ESCALATION, RECOVERY, REQUIREMENT),
    list[str],
    "The frameworks that its swarm or spec declares, each in one spelling without an edition (`pci-dss`, `gdpr`).",
    provide="state the frameworks of the system",
)


_MOST = 100
"""Names of one subject that a fact lists."""
_TESTS = regex(r"(?i)\W*(owasp|asvs|masvs|cwe|cve|sans|mitre|att&?ck)\b")


def _names(subjects: list[Subject]) -> dict[str, str]:
    """The frameworks that subjects name: their spelling by framework."""
    named = (name for subject in subjects for name in texts(subject.bindings[subject.focus].get("frameworks")))
    return {framework(name): name for name in named}


@step(
    Setups,
    gives=(UNKNOWN, UNREQUIRED, UNDECLARED, DECLARED),
    reads=(
        read(PROCESS, "process.frameworks"),
        read(REQUIREMENT, "requirement.frameworks"),
        read(ESCALATION),
        read(RECOVERY),
    ),
)
def check_frameworks(setups: Setups, facts: Facts) -> None:
    """Which frameworks exist, and whether a declared one is also required and the reverse."""
    for swarm in setups.all:
        for subject in (*swarm.group[PROCESS], *swarm.group[REQUIREMENT]):
            names = texts(subject.bindings[subject.focus].get("frameworks"))
            unknown = (name for name in dict.fromkeys(names) if not family(name))
            facts.add(subject, UNKNOWN, [_unknown(name) for name in islice(unknown, _MOST)])
        declared = _names(swarm.group[PROCESS]) | (_names(swarm.group[REQUIREMENT]) if swarm.is_spec else {})
        for subject in (*swarm.group[ESCALATION], *swarm.group[RECOVERY], *swarm.group[REQUIREMENT]):
            facts.add(subject, DECLARED, sorted(declared))
        if not swarm.is_spec:
            _compare(swarm, facts)


def _unknown(name: str) -> Unknown:
    alike = near(name)
    return Unknown(name=name, near=alike) if alike else Unknown(name=name)


def _compare(swarm: Swarm, facts: Facts) -> None:
    """Hold the frameworks that are declared and those of security scans against each other."""
    processes, scans = swarm.group[PROCESS], swarm.group[REQUIREMENT]
    declared, scanned = _names(processes), _names(scans)
    lists = any(isinstance(scan.bindings[scan.focus].get("frameworks"), list) for scan in scans)
    if declared and (scanned or lists):
        for process in processes:
            _differ(process, UNREQUIRED, scanned, facts)
            facts.relate(process, "scan", place(scans[0], "frameworks"))
        for scan in scans:
            _differ(scan, UNDECLARED, declared, facts)
            facts.relate(scan, "declaration", place(processes[0], "frameworks"))


def _differ(subject: Subject, fact: Fact[list[str]], others: dict[str, str], facts: Facts) -> None:
    """The frameworks of a subject that others do not name; lists of weaknesses, such as OWASP, need no declaration."""
    names = texts(subject.bindings[subject.focus].get("frameworks"))
    if names:
        missing = [name for name in names if framework(name) not in others]
        told = (name for name in missing if fact is not UNDECLARED or not _TESTS.match(name))
        facts.add(subject, fact, list(islice(told, _MOST)))
