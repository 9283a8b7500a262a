"""Rule files -> checked rules. A rule's path under its folder is its identity."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scanner import datafile, library, objectives
from scanner.datafile import DataFile
from scanner.documents.positions import Node
from scanner.errors import PackError
from scanner.model import Origin, Profile, RuleInfo, Severity
from scanner.policy import rule_reads
from scanner.policy.cel import compile_expression
from scanner.policy.expression import Reads
from scanner.policy.fix import RuleFix
from scanner.subjects import IN_PLACE, KINDS

SCHEMA = "schema.json"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule ready to be evaluated; expressions are in CEL's compiled form."""

    info: RuleInfo
    require: bytes
    when: bytes | None
    each: tuple[str, ...]
    """Paths of the lists or mappings whose items the rule asks its question of; empty for the subject as a whole."""
    at: str
    message: str
    detail: bytes | None
    """What a message inserts as `{detail}`."""
    related: Mapping[str, str]
    """Name of a related place -> what a finding says of it."""
    words: frozenset[str]
    """Every name that decides the outcome, to tell whether a field of unknown value could matter to it."""
    reads: Reads
    """All that the expressions, `each` and the message read; what they read of `item` counts as read under `each`."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    fix: RuleFix | None = None
    """What clears a finding."""

    @property
    def joined(self) -> bool:
        """It uses facts, so that it needs all subjects first."""
        return any(path[0] == rule_reads.FACTS for path in self.reads.paths)


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A rule with the file it stands in, for those who need its examples and its fix."""

    rule: Rule
    root: Node
    origin: Origin


def rule_paths(folder: Path) -> list[Path]:
    """The rule files of a folder, in the order of their identities."""
    return sorted(folder.rglob("*.yaml"))


def load(path: Path, folder: Path) -> RuleFile:
    """The rule in a file.

    Raises PackError with file and line for whatever is wrong with it.
    """
    file = datafile.read(path, library.data_root() / "rules" / SCHEMA)
    value, known = file.value, objectives.load()
    file.refuse(_unknown_names(file, known))
    identity = ".".join(path.relative_to(folder).with_suffix("").parts)
    kind = value["subject"]
    rule = _rule(file, identity, KINDS[kind].names)
    if rule.fix and (kind not in IN_PLACE or rule.joined):
        message = "a fix belongs to a rule about one subject that stands in the file as it is: " + ", ".join(IN_PLACE)
        raise file.error(("fix",), message)
    return RuleFile(rule, file.root, file.origin)


def _unknown_names(file: DataFile, known: Collection[str]) -> Iterator[PackError]:
    if file.value["subject"] not in KINDS:
        yield file.unknown(("subject",), "subject", file.value["subject"], KINDS)
    for index, name in enumerate(file.value["objectives"]):
        if name not in known:
            yield file.unknown(("objectives", index), "objective", name, known, objectives.LISTED)


def _rule(file: DataFile, identity: str, names: tuple[str, ...]) -> Rule:
    value = file.value
    each = value.get("each", ())
    each = (each,) if isinstance(each, str) else tuple(each)
    expressions = {}
    for name in ("when", "require", "detail"):
        if name in value:
            expressions[name] = compile_expression(value[name], names, file.where((name,)))
    if "when" in value.get("fix", {}):
        expressions["fix_when"] = compile_expression(value["fix"]["when"], names, file.where(("fix", "when")))
    starts = rule_reads.starts(each, names)
    return Rule(
        _info(identity, value),
        require=expressions["require"],
        when=expressions.get("when"),
        each=each,
        at=value.get("at", ""),
        message=value["message"],
        detail=expressions.get("detail"),
        related=value.get("related", {}),
        words=rule_reads.words(expressions, starts),
        reads=rule_reads.reads(expressions, starts, value["message"]),
        parameters=value.get("parameters", {}),
        fix=RuleFix.of(value["fix"], expressions.get("fix_when")) if "fix" in value else None,
    )


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
        references=tuple(value.get("references", ())),
        sensitive=value.get("sensitive", False),
    )


def load_folder(folder: Path) -> Iterator[RuleFile]:
    """Every rule of a folder, in the order of their identities."""
    for path in rule_paths(folder):
        yield load(path, folder)
