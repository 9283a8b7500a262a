"""Objects that no tool applies as they are: what is open about them, and not wrong.

A page shows a part of a file, so what its blocks leave out is open, and so is the image that a word such as
`your-image:latest` stands for. Flux may merge an object into one that another tool applies, which then has what the
object leaves out. Data of tests may be of any version. Of a file that its name puts out of use only credentials are
assessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scanner.contexts import IF_APPLIED, IF_STATED, IF_WHOLE, Context, is_only_shown, is_set_aside, is_test_data
from scanner.late import regex
from scanner.model import CREDENTIALS, Outcome, Subject
from scanner.places import ATTACK, COPY, NAMED, SCANNER
from scanner.policy import items
from scanner.policy.aim import aim
from scanner.policy.loaded_rules import RuleAbout
from scanner.policy.observed import pointed_at
from scanner.policy.rule import Rule
from scanner.policy.rule_reads import MERGING
from scanner.policy.rule_results import RuleResult
from scanner.policy.undecided import UndecidedReason
from scanner.subjects.document import DOCUMENT

_KUBERNETES, _STACK, _COMMAND = "kubernetes.", "stack.", "agents.command"
_IDENTITY = (("metadata", "name"), ("object", "metadata", "name"))
"""Where a rule points if an object lacks others beside it: it has no field that is wrong."""
_SELECTING = ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")
"""Kinds of `apps/v1` whose `spec.selector` is required."""
_TARGET = ("spec", "scaleTargetRef", "name")
_REFERENCES = "object-references-resolved"
"""The objective of rules about objects that others name."""
_LEFT_OUT = UndecidedReason(
    f"a page often shows a part of what is applied, so what this block leaves out is not known; to decide, {IF_WHOLE}",
    IF_WHOLE,
)
_BESIDE = UndecidedReason(
    f"a page often shows a part of what is applied, so what is beside this object is not known; to decide, {IF_WHOLE}",
    IF_WHOLE,
)
FRAGMENT = UndecidedReason("no API server takes the object that the page shows, so it leaves nothing open")
"""Why results are left out that are open because of what a block of a page does not show."""
_STANDS_FOR = UndecidedReason(
    "the page names an image that stands for another one; to decide, name the image", "name the image"
)
_MERGED = UndecidedReason(
    f"Flux merges this object into one that may state it (annotation `{MERGING[-1]}`); to decide, {IF_STATED}",
    IF_STATED,
)
_READ_BY_TESTS = UndecidedReason(f"tests read this file as data; to decide, {IF_APPLIED}", IF_APPLIED)
_VERSION = ("apiVersion",)
"""What tests read in old forms too, to show that a program still knows them."""
_IMAGE = ("image",)
_OWN = (
    r"(?:your|my|some)[-_.][\w.-]+|(?:your|my)(?:app|application|api|backend|company|container|frontend|image|name"
    r"|org|organization|project|registry|repo|repository|server|service|site|user|username|web|webapp|worker)"
    r"|example(?:[-_]\w+)*|(?:username|org|registry)(?:[-_]name)?|(?-i:[A-Z][A-Z0-9]*(?:[-_][A-Z0-9]+)*)"
)
_PLACEHOLDER = regex(
    r"(?i).*[<>{}\[\]].*|.*\.{3}.*"
    rf"|(?:[^/@]+/)*(?:{_OWN}|(?:image|app|application)(?:[-_]name)?)(?::[^/@]*)?|(?:[^/@]+/)*(?:{_OWN})(?:[.:][\w.-]+)?/.*"
)
"""An image that stands for the one of the reader: `<image>`, `your-image:latest`, `myapp`, `your-registry/app`."""


_ATTACKER = regex(r"(?i)(?<![a-z])(?:evil|attackers?|backdoor(?:ed)?|malicious|pwn(?:ed)?|hackers?|privesc)(?![a-z])")


_SCANNER = regex(
    r"(?:(?:index\.)?docker\.io/)?(?:docker/docker-bench-security|aquasec/kube-bench)(?:[:@].*)?"
    r"|ghcr\.io/aquasecurity/kube-bench(?:[:@].*)?"
)
"""Images of the CIS benchmarks: https://github.com/docker/docker-bench-security, https://github.com/aquasecurity/kube-bench
as of 2026-11. Their documentation starts them with the namespaces and the folders of the host."""


_CONTAINERS = ("containers", "initContainers", "ephemeralContainers")


def purpose(subject: Subject) -> str:
    """What the text around a subject is for, if it bears on the subject.

    `SCANNER` for a scanner of hosts that a text shows, `COPY`, or `ATTACK` for a part of an attack.

    In a text about attacks, that is an object with a name of an attacker, and a command that keeps the purpose: one
    that only reaches machines of testers and targets.
    """
    told = subject.origin.purpose
    if is_only_shown(subject.overlay or subject.origin.path, subject.kind) and _is_scanner(subject):
        return SCANNER
    if told != ATTACK or subject.kind == _COMMAND:
        return told
    if not subject.kind.startswith((_KUBERNETES, _STACK)):
        return ""
    image = subject.bindings[subject.focus].get("image", "")
    return ATTACK if _ATTACKER.search(f"{subject.name} {image}") else ""


def _is_scanner(subject: Subject) -> bool:
    """Whether all images of an object are those of scanners of hosts."""
    if not subject.kind.startswith((_KUBERNETES, _STACK)):
        return False
    pod = subject.bindings.get("pod")
    lists = (
        [pod.get(name) or () for name in _CONTAINERS] if isinstance(pod, dict) else [[subject.bindings[subject.focus]]]
    )
    images = [str(each.get("image", "")) for some in lists for each in some if isinstance(each, dict)]
    return bool(images) and all(map(_SCANNER.fullmatch, images))


def doubt(subject: Subject, context: Context | None) -> UndecidedReason | None:
    """Why failures of an object may be open where it is; `context` is what all inputs count as."""
    path = subject.overlay or subject.origin.path
    if subject.kind.startswith(_KUBERNETES) and _is_merged(subject):
        return _MERGED
    if not subject.kind.startswith((_KUBERNETES, _STACK)) or context not in (None, Context.DOCUMENTATION):
        return None
    if subject.origin.purpose != NAMED and (is_only_shown(path, subject.kind) or subject.origin.purpose == COPY):
        return FRAGMENT if _is_refused(subject.bindings.get("object")) else _LEFT_OUT
    if subject.kind.startswith(_STACK):
        return None
    return _READ_BY_TESTS if context is None and is_test_data(path) else None


def _is_refused(shown: Any) -> bool:
    """Whether an API server refuses an object: its name holds a space, or it lacks the selector of its pods."""
    if not isinstance(shown, dict):
        return False
    metadata, spec = shown.get("metadata"), shown.get("spec")
    if isinstance(metadata, dict) and " " in str(metadata.get("name") or "").strip():
        return True
    needs = shown.get("apiVersion") == "apps/v1" and shown.get("kind") in _SELECTING
    return needs and isinstance(spec, dict) and "selector" not in spec


def _is_merged(subject: Subject) -> bool:
    """Whether Flux adds an object to one that is there, whose other fields stay."""
    stated: Any = subject.bindings
    for key in MERGING:
        stated = stated.get(key) if isinstance(stated, dict) else None
    return str(stated).casefold() == "merge"


def judged(rule: Rule, subject: Subject, found: RuleResult, why: UndecidedReason) -> RuleResult:
    """The result of a rule for an object in doubt: a failure stays one where the object states what is wrong."""
    if found.outcome is not Outcome.FAIL:
        return found
    if why in (_LEFT_OUT, FRAGMENT) and _names_no_image(rule, subject):
        return RuleResult(Outcome.UNKNOWN, _STANDS_FOR, found.item)
    if not _is_open(rule, subject, found, why):
        return found
    is_object = why is _LEFT_OUT and subject.kind.startswith(_KUBERNETES)
    about_others = is_object and _is_about_others(rule, pointed_at(rule, subject))
    return RuleResult(Outcome.UNKNOWN, _BESIDE if about_others else why, found.item)


def _is_about_others(rule: Rule, path: tuple[str, ...]) -> bool:
    """Whether a rule asks for other objects than the one that it points at."""
    return path in _IDENTITY or path == _TARGET or _REFERENCES in rule.info.objectives


def _names_no_image(rule: Rule, subject: Subject) -> bool:
    """Whether a rule points at an image that stands for another one."""
    if pointed_at(rule, subject) != _IMAGE:
        return False
    named = subject.bindings[subject.focus].get("image")
    return isinstance(named, str) and _PLACEHOLDER.fullmatch(named) is not None


def _is_open(rule: Rule, subject: Subject, found: RuleResult, why: UndecidedReason) -> bool:
    path = pointed_at(rule, subject)
    if why is _READ_BY_TESTS:
        return path == _VERSION
    if _is_about_others(rule, path):
        return why is not _MERGED
    if subject.kind.startswith(_STACK):
        return False
    return aim(rule, subject, found.item or items.whole(subject))[1] != path


def assessed(rules: Sequence[RuleAbout], subject: Subject) -> Sequence[RuleAbout]:
    """Those of the rules about a subject that are evaluated for it where it is."""
    if not _is_out_of_use(subject):
        return rules
    return [each for each in rules if CREDENTIALS in each.ready.rule.info.objectives]


def _is_out_of_use(subject: Subject) -> bool:
    """Whether it is, or is in, an object of a file that no tool applies because of its name.

    What a chart or an overlay takes in is applied.
    """
    if subject.overlay or not is_set_aside(subject.origin.path):
        return False
    if subject.kind == DOCUMENT:
        return bool(subject.bindings["document"].get("format") == _KUBERNETES[:-1])
    return subject.kind.startswith(_KUBERNETES)
