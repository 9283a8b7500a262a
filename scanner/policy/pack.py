"""The rule pack: every rule of the shipped and the given folders, compiled once and kept by content."""

from __future__ import annotations

import base64
from binascii import a2b_base64
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import asdict

from scanner import library, objectives
from scanner.configured import RuleChanges
from scanner.controls import ShownBy
from scanner.errors import UsageError, did_you_mean, raise_together
from scanner.model import PROFILES, Profile, RuleInfo, Severity
from scanner.policy import shared_ids
from scanner.policy.expression import Reads
from scanner.policy.fix import RuleFix
from scanner.policy.rule import SCHEMA, Rule, load_folder, refuse_outside, rule_files, rule_paths
from scanner.policy.tuning import Tuning, apply_settings, resolve_ids
from scanner.rule_ids import ANY_RULE, RuleIds
from scanner.schema_errors import shown

_SHAPE = " ".join(name for kind in (Rule, RuleInfo, RuleFix, Reads) for name in kind.__struct_fields__)
"""What a kept rule is made of: one that was kept in another shape is compiled anew."""
_WORDS: Mapping[str, Mapping[str, Any]] = {
    name: {word.value: word for word in words}
    for name, words in (("severity", Severity), ("profile", Profile), ("shown_by", ShownBy))
}
"""Field of the metadata -> its values by their names."""


class Pack(Struct, frozen=True):
    """Rules in the order of their identities, and the digest of the files they were read from."""

    rules: tuple[Rule, ...]
    digest: str
    ids: RuleIds = ANY_RULE
    """Identities of all rules, those of other profiles too."""
    same_as: frozenset[str] = frozenset()
    """Ids of other tools' checks that the rules cover, including rules of other profiles and switched-off rules."""
    changes: RuleChanges = field(default_factory=RuleChanges)
    """What a configuration made of the rules."""
    not_run: tuple[RuleInfo, ...] = ()
    """Rules of the profiles default and strict, or of the requested one, that do not run."""
    tuning: str = ""
    """Digest of what a configuration made of the rules; empty where it changed nothing that decides."""

    def local(self) -> list[Rule]:
        """Rules that look at one subject only."""
        return [rule for rule in self.rules if not rule.joined]

    def joined(self) -> list[Rule]:
        """Rules that use facts, so that they need all subjects first."""
        return [rule for rule in self.rules if rule.joined]


class AllRules(Struct, frozen=True):
    """Every rule of the shipped and the given folders, of all profiles, and the digest of the files."""

    rules: tuple[Rule, ...]
    digest: str

    @property
    def ids(self) -> RuleIds:
        """The identities of the rules."""
        return RuleIds.of(rule.info for rule in self.rules)

    def of_profile(self, profile: Profile) -> frozenset[str]:
        """The rules that a profile holds."""
        return frozenset(rule.info.id for rule in self.rules if rule.info.profile in included(profile))

    def choose(self, held: Collection[str], tuning: Tuning | None = None) -> Pack:
        """The rules of a choice, as a configuration tunes them.

        Raises UsageError for a tuning that names what is not there, and where no rule is left.
        """
        ids = self.ids
        tuned = apply_settings(self.rules, held, resolve_ids(tuning or Tuning(), ids))
        same_as = frozenset(other for rule in self.rules for other in rule.info.same_as)
        counted = self.of_profile(Profile.STRICT).union(held)
        running = {rule.info.id for rule in tuned.rules}
        not_run = tuple(rule.info for rule in self.rules if rule.info.id in counted - running)
        return Pack(tuned.rules, self.digest, ids, same_as, tuned.changes, not_run, tuned.digest)


def load(
    profile: Profile | None, cache: library.Cache, extra: Sequence[Path] = (), tuning: Tuning | None = None
) -> Pack:
    """The rules of a profile, from the shipped folder and from folders that were named, as a configuration tunes them.

    Raises PackError for a rule that is wrong, or for an identity that two rules share; UsageError for a folder without
    rules and for a tuning that names what is not there.
    """
    rules = load_all(cache, extra)
    return rules.choose(rules.of_profile(profile or Profile.DEFAULT), tuning)


def load_all(cache: library.Cache, extra: Sequence[Path] = ()) -> AllRules:
    """Every rule of the shipped folder and of folders that were named; raises as `load` does."""
    shipped = library.data_root() / "rules"
    sources = rule_files(shipped)
    digest = cache.digest("rules", [shipped / SCHEMA, *sources], shipped)
    checked_against = objectives.files()
    objectives_digest = cache.digest("objectives", checked_against, checked_against[0].parent)
    key = library.combine(digest, objectives_digest, _SHAPE)
    rules = [_from_plain(plain) for plain in cache.keep("rules", key, lambda: _compile(shipped))]
    for folder in extra:
        refuse_outside(folder)
        for file in load_folder(folder):
            rules.append(file.rule)
            sources.append(file.data.path)
        digest = library.combine(digest, library.digest(rule_paths(folder), folder))
    raise_together(shared_ids.faults(zip((rule.info for rule in rules), sources, strict=True)))
    return AllRules(tuple(rules), digest)


def included(profile: Profile) -> tuple[Profile, ...]:
    """The profiles whose rules a profile holds."""
    return PROFILES[: PROFILES.index(profile) + 1]


def no_rule(name: str, known: Iterable[str]) -> UsageError:
    """The error for a name that is not a rule's, with the nearest one."""
    return UsageError(f"there is no rule {shown(name)}", hint=did_you_mean(name, known) or "see `assay rules list`")


def _compile(folder: Path) -> list[dict[str, Any]]:
    return [_to_plain(file.rule) for file in load_folder(folder)]


def _to_plain(rule: Rule) -> dict[str, Any]:
    plain = asdict(rule)
    plain["info"] = asdict(rule.info)
    plain["words"] = sorted(rule.words)
    for name in ("reads", "decisive"):
        some = getattr(rule, name)
        plain[name] = [sorted(paths) for paths in (some.values, some.sizes, some.presences)]
    plain["fix"] = rule.fix.plain() if rule.fix else None
    for name in ("require", "when", "detail", "every_item"):
        plain[name] = base64.b64encode(plain[name]).decode() if plain[name] else None
    return plain


def _from_plain(plain: dict[str, Any]) -> Rule:
    info = dict(plain["info"])
    for name in ("objectives", "same_as", "references", "formerly"):
        info[name] = tuple(info[name])
    for name, words in _WORDS.items():
        info[name] = words[info[name]]
    return Rule(
        RuleInfo(**info),
        require=a2b_base64(plain["require"]),
        when=a2b_base64(plain["when"]) if plain["when"] else None,
        kinds=tuple(plain["kinds"]),
        each=tuple(plain["each"]),
        at=plain["at"],
        message=plain["message"],
        detail=a2b_base64(plain["detail"]) if plain["detail"] else None,
        related=plain["related"],
        words=frozenset(plain["words"]),
        reads=_reads(plain["reads"]),
        decisive=_reads(plain["decisive"]),
        parameters=plain["parameters"],
        formats=plain["formats"],
        fix=RuleFix.of_plain(plain["fix"]) if plain["fix"] else None,
        every_item=a2b_base64(plain["every_item"]) if plain["every_item"] else None,
        of_item=plain["of_item"],
    )


def _reads(plain: list[list[list[str]]]) -> Reads:
    return Reads(*(frozenset(map(tuple, paths)) for paths in plain))
