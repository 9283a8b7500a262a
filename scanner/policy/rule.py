"""Rule files -> checked rules. A rule's path under its folder is its identity."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from scanner import documents, library
from scanner.documents import Document, Fault
from scanner.documents.positions import Node, find, join_path, locate, split_path
from scanner.errors import PackError
from scanner.model import Origin, Profile, RuleInfo, Severity
from scanner.policy import rule_reads
from scanner.policy.cel import compile_expression
from scanner.policy.expression import Reads
from scanner.policy.fix import RuleFix
from scanner.subjects import IN_PLACE, KINDS

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

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
    root, origin = _document(path)
    _check(root, origin)
    value = root.value
    identity = ".".join(path.relative_to(folder).with_suffix("").parts)
    kind = value["subject"]
    if kind not in KINDS:
        raise _wrong(root, origin, "subject", f"there is no subject {kind!r}", kind, KINDS)
    rule = _rule(root, origin, identity, KINDS[kind].names)
    if rule.fix and (kind not in IN_PLACE or rule.joined):
        message = "a fix belongs to a rule about one subject that stands in the file as it is: " + ", ".join(IN_PLACE)
        raise PackError(message, _where(root, origin, "fix"))
    return RuleFile(rule, root, origin)


def _rule(root: Node, origin: Origin, identity: str, names: tuple[str, ...]) -> Rule:
    value = root.value
    each = value.get("each", ())
    each = (each,) if isinstance(each, str) else tuple(each)
    expressions = {}
    for name in ("when", "require", "detail"):
        if name in value:
            expressions[name] = compile_expression(value[name], names, _where(root, origin, name))
    if "when" in value.get("fix", {}):
        expressions["fix_when"] = compile_expression(value["fix"]["when"], names, _where(root, origin, "fix.when"))
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


def _document(path: Path) -> tuple[Node, Origin]:
    """The one document of a YAML file."""
    name = str(path)
    parts = list(documents.read(name, documents.decode(path.read_bytes())))
    for part in parts:
        if isinstance(part, Fault):
            raise PackError(part.message, f"{name}:{part.line}")
    if len(parts) != 1 or not isinstance(parts[0], Document):
        raise PackError("a rule file holds exactly one document", name)
    document = parts[0]
    for key, line, _ in document.duplicates:
        raise PackError(f"the key {key!r} stands twice", f"{name}:{line + 1}")
    return document.root, document.origin


@cache
def _validator() -> Validator:
    import jsonschema

    schema = json.loads((library.data_root() / "rules" / SCHEMA).read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)


def _check(root: Node, origin: Origin) -> None:
    """Raise PackError for the first thing that the schema refuses."""
    for error in sorted(_validator().iter_errors(root.value), key=lambda error: list(map(str, error.absolute_path))):
        place = tuple(str(part) for part in error.absolute_path)
        if error.validator == "additionalProperties":
            known: Mapping[str, Any] = error.schema["properties"]  # type: ignore[index]
            unknown = next(key for key in cast("dict[str, Any]", error.instance) if key not in known)
            raise _wrong(root, origin, join_path((*place, unknown)), f"there is no key {unknown!r}", unknown, known)
        raise PackError(error.message, _where(root, origin, join_path(place)))


def _where(root: Node, origin: Origin, dotted: str) -> str:
    mark, _ = find(root.mark, split_path(dotted))  # type: ignore[arg-type]
    return f"{origin.path}:{locate(origin, mark).line}"


def _wrong(root: Node, origin: Origin, dotted: str, message: str, given: str, known: Mapping[str, Any]) -> PackError:
    import difflib

    near = difflib.get_close_matches(given, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "known: " + ", ".join(sorted(known))
    return PackError(message, _where(root, origin, dotted), hint)


def load_folder(folder: Path) -> Iterator[RuleFile]:
    """Every rule of a folder, in the order of their identities."""
    for path in rule_paths(folder):
        yield load(path, folder)
