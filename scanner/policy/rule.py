"""Rule files -> checked rules. A rule's path under its folder is its identity."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.msgpack import encode

from scanner import library, objectives
from scanner.baseline import Worse
from scanner.controls import Platform
from scanner.errors import PackError, UsageError, raise_together
from scanner.late import regex
from scanner.model import Profile, RuleInfo, Severity, lowered
from scanner.policy import every_item, expression, object_kinds, rule_reads
from scanner.policy.cel import compile_expression
from scanner.policy.expression import Reads
from scanner.policy.fix import RuleFix
from scanner.policy.variables import FACTS, KEY
from scanner.sources import boundary
from scanner.subjects import IN_FILE, IN_PLACE, KINDS

if TYPE_CHECKING:
    from scanner.datafile import DataFile

SCHEMA = "schema.json"
IDENTITY = regex(r"[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*")
"""Of a rule, from whatever folder its path is counted."""
NAMING = "name files and folders in lower-case letters, digits and single hyphens, such as kubernetes/no-ssh-port.yaml"
_PLATFORMS = {"stack": Platform.OTHER}
"""Of rules about some families of subjects: frameworks about Kubernetes or agents say nothing about Docker."""
_LIST = regex(r"([^{}]+: )\{[\w.]+\}")
"""A message that is a text, a colon and one placeholder."""
_LISTING = ("input", "setup", "scan", "copies")
"""Rules of which findings in one file become one that lists what its places hold."""
_PURPOSE = frozenset((("stack", "purpose"), ("stack", "intended")))
"""What an expression reads that asks what a file is for."""
_SUFFIXES = (".yaml", ".yml")
"""That of rule files, and one by which a file looks like one."""


class LowerReason(Struct, frozen=True):
    """A reason for which a finding counts lower."""

    when: bytes
    to: Severity
    """As what it then counts."""
    because: str
    """With placeholders, as a message has them."""
    of_file: bool
    """It is what the file is for, not what the subject states."""


class FactReason(Struct, frozen=True):
    """A fact of workloads that makes findings about their containers count one step lower, and why."""

    fact: str
    because: str


class Rule(Struct, frozen=True):
    """A rule ready to be evaluated; expressions are in CEL's compiled form."""

    info: RuleInfo
    require: bytes
    when: bytes | None
    kinds: tuple[str, ...]
    """Kubernetes kinds that the rule is about, as `object_kinds` reads them; empty for all."""
    each: tuple[str, ...]
    """Paths of the lists or mappings whose items the rule checks; empty for the subject as a whole."""
    at: str
    or_at: str
    """What a finding points at if the field of `at` is not stated and this one is."""
    message: str
    detail: bytes | None
    """What a message inserts as `{detail}`."""
    lower: tuple[LowerReason, ...]
    """Why a finding counts lower; the first one that holds is told."""
    lower_by: tuple[FactReason, ...]
    """What of the workload of a container makes a finding count one step lower; the first one that holds is told."""
    related: Mapping[str, str]
    """Name of a related place -> the message of a finding about it."""
    encoded_reads: bytes
    """`RuleReads`: of most rules nobody asks for it, and to decode it takes as long as all the rest."""
    joined: bool
    """It uses facts, so that it needs all subjects first."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """The values in force."""
    formats: Mapping[str, str] = field(default_factory=dict)
    """What the texts in some parameters must be, such as `regex`."""
    fix: RuleFix | None = None
    """What clears a finding."""
    every_item: bytes | None = None
    """Whether all items meet `require`; there where that is quicker than to ask for one after the other."""
    part_fails: bool = False
    """A text of which parts are computed fails if the others do; otherwise it is unknown."""
    of_item: bool = False
    """What it requires depends on the item, its key and the parameters alone."""

    @property
    def words(self) -> frozenset[str]:
        """Every name that affects the outcome, to decide whether a field of unknown value could affect it."""
        return rule_reads.decoded(self.encoded_reads).words

    @property
    def reads(self) -> Reads:
        """All that expressions, `each` and the message read; what they read of `item` counts as read under `each`."""
        return rule_reads.decoded(self.encoded_reads).reads

    @property
    def decisive(self) -> Reads:
        """What `when` and, in a rule without `each`, `require` read."""
        return rule_reads.decoded(self.encoded_reads).decisive


class RuleFile(Struct, frozen=True):
    """A rule with its file, for callers that need its examples and its fix."""

    rule: Rule
    data: DataFile


def rule_paths(folder: Path) -> list[Path]:
    """The rule files of a folder, in the order of their identities, and those that only look like one."""
    return list(map(Path, rule_files(folder)))


def rule_files(folder: Path) -> list[str]:
    """What `rule_paths` gives, as texts."""
    found = (
        os.path.join(parent, name)
        for parent, folders, files in os.walk(folder)
        for name in (*folders, *files)
        if name.endswith(_SUFFIXES)
    )
    return sorted(found, key=lambda path: path.split(os.sep))


def refuse_outside(folder: Path) -> None:
    """Raise an error for a folder of further rules that holds none, or leads out of its work tree by a link."""
    inside = boundary.of_folder(str(folder))
    found = rule_paths(folder)
    if not found:
        raise UsageError(f"there are no rules in {folder}", hint="name a folder that holds rule files")
    raise_together(PackError(boundary.LEADS_OUT, str(path)) for path in found if not inside.holds(str(path)))


def identity_of(path: Path, folder: Path) -> str:
    """The identity that the path of a file gives to its rule, counted from the folder of the rules."""
    return ".".join(path.relative_to(folder).with_suffix("").parts)


def _misnamed(path: Path, identity: str) -> Iterator[PackError]:
    """What is wrong with the name of a rule file."""
    if path.suffix != _SUFFIXES[0]:
        yield PackError(f"the name of a rule file ends in {_SUFFIXES[0]}", f"{path}:1", "rename the file")
    if not IDENTITY.fullmatch(identity):
        yield PackError(f"not a rule id: {identity!r}", f"{path}:1", NAMING)


def load(path: Path, folder: Path) -> RuleFile:
    """The rule in a file.

    Raises PackError with file and line for whatever is wrong with it.
    """
    from scanner import datafile  # a pack from the cache needs neither
    from scanner.policy import rule_names

    identity = identity_of(path, folder)
    raise_together(_misnamed(path, identity))
    file = datafile.read(path, library.data_root() / "rules" / SCHEMA)
    kind = file.value["subject"]
    if kind not in KINDS:
        raise file.unknown(("subject",), "subject", kind, KINDS)
    errors = list(_unknown_objectives(file))
    expressions = _compiled(file, errors)
    errors += rule_names.faults(file, expressions)
    if "kinds" in file.value and object_kinds.OBJECT not in KINDS[kind].names:
        errors.append(file.error(("kinds",), f"a {kind} is not a Kubernetes object, so it has no kinds"))
    file.refuse(errors)
    rule = _rule(file, identity, expressions)
    fixable = (*IN_PLACE, *IN_FILE)
    if rule.fix and (kind not in fixable or rule.joined):
        message = "a fix is allowed only in a rule about one subject that is in the file as it is: " + ", ".join(
            fixable
        )
        raise file.error(("fix",), message)
    return RuleFile(rule, file)


def _unknown_objectives(file: DataFile) -> Iterator[PackError]:
    known = objectives.load()
    for index, name in enumerate(file.value["objectives"]):
        if name not in known:
            yield file.unknown(("objectives", index), "objective", name, known, objectives.LISTED)


def _compiled(file: DataFile, errors: list[PackError]) -> dict[str, bytes]:
    """The expressions of a rule by their names; those that do not compile add to the errors."""
    value, names = file.value, KINDS[file.value["subject"]].names
    compiled = {}
    for name, place in rule_reads.places_of_expressions(value).items():
        try:
            compiled[name] = compile_expression(reduce(getitem, place, value), names, file.where(place))
        except PackError as error:
            errors.append(error)
    if "each" in value and "require" in compiled:
        starts = rule_reads.starts(rule_reads.paths_of_each(value).values(), names)
        reads_key = bool(expression.reads(compiled["require"]).of(KEY))
        together = every_item.source(starts, value["require"], reads_key=reads_key)
        compiled["every_item"] = compile_expression(together, names, file.where(("require",)))
    return compiled


def _rule(file: DataFile, identity: str, expressions: Mapping[str, bytes]) -> Rule:
    value = file.value
    parameters = value.get("parameters", {})
    each = tuple(rule_reads.paths_of_each(value).values())
    starts = rule_reads.starts(each, KINDS[value["subject"]].names)
    read = rule_reads.of(expressions, starts, value, object_kinds.READS if "kinds" in value else ())
    return Rule(
        _info(identity, value),
        require=expressions["require"],
        when=expressions.get("when"),
        kinds=tuple(value.get("kinds", ())),
        each=each,
        at=value.get("at", ""),
        or_at=value.get("or_at", ""),
        message=value["message"],
        detail=expressions.get("detail"),
        lower=tuple(_lower_reasons(value, expressions)),
        lower_by=tuple(_reasons(value.get("lower_by_fact", ()))),
        related=value.get("related", {}),
        encoded_reads=encode(read),
        joined=any(path[0] == FACTS for path in read.reads.paths),
        parameters={name: each["default"] for name, each in parameters.items()},
        formats={name: each["format"] for name, each in parameters.items() if "format" in each},
        fix=RuleFix.of(value["fix"], expressions.get("fix_when"), expressions.get("fix_safe_when"))
        if "fix" in value
        else None,
        every_item=expressions.get("every_item"),
        part_fails=value.get("part") == "fails",
        of_item=bool(each) and rule_reads.only_item(expressions["require"], KINDS[value["subject"]].names),
    )


def _lower_reasons(value: dict[str, Any], expressions: Mapping[str, bytes]) -> Iterator[LowerReason]:
    for number, each in enumerate(rule_reads.lower_of(value).values()):
        when = expressions[rule_reads.lower_name(number)]
        to = Severity(each.get("to") or lowered(Severity(value["severity"])))
        yield LowerReason(when, to, each["because"].strip(), not _PURPOSE.isdisjoint(expression.reads(when).paths))


def _reasons(stated: dict[str, str] | Sequence[dict[str, str]]) -> Iterator[FactReason]:
    for each in (stated,) if isinstance(stated, dict) else stated:
        yield FactReason(each["fact"], each["because"].strip())


def _info(identity: str, value: dict[str, Any]) -> RuleInfo:
    return RuleInfo(
        id=identity,
        title=value["title"],
        severity=Severity(value["severity"]),
        profile=Profile(value.get("profile", Profile.DEFAULT)),
        why=value["why"].strip(),
        remediation=value["remediation"].strip(),
        limits=value["limits"].strip(),
        subject=value["subject"],
        shown_by=KINDS[value["subject"]].shown_by,
        objectives=tuple(value["objectives"]),
        same_as=tuple(value.get("same_as", ())),
        overlaps=tuple(value.get("overlaps", ())),
        references=tuple(value.get("references", ())),
        sensitive=value.get("sensitive", False),
        proves=value.get("pass") != "none",
        fix_is_safe=value["fix"]["safe"] if "fix" in value else None,
        once=value.get("once", ""),
        lists=_start_of_list(value["message"]) if value.get("once") in _LISTING else "",
        platform=_PLATFORMS.get(value["subject"].partition(".")[0]),
        formerly=tuple(value.get("formerly", ())),
        worse=Worse(value["worse"]) if "worse" in value else None,
    )


def _start_of_list(message: str) -> str:
    """The start of a message that is a text, a colon and one placeholder; empty for any other message."""
    found = _LIST.fullmatch(message)
    return found[1] if found else ""


def load_folder(folder: Path) -> Iterator[RuleFile]:
    """Every rule of a folder, in the order of their identities."""
    for path in rule_paths(folder):
        yield load(path, folder)
