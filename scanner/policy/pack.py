"""The rule pack: every rule of the shipped and the given folders, compiled once and kept by content."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from msgspec import Struct, field

from scanner import library, objectives
from scanner.configured import RuleChanges
from scanner.errors import UsageError, did_you_mean, raise_together
from scanner.model import PROFILES, Profile, RuleInfo
from scanner.policy import shared_ids
from scanner.policy.expression import Reads
from scanner.policy.fix import RuleFix
from scanner.policy.rule import SCHEMA, Rule, load_folder, refuse_outside, rule_files, rule_paths
from scanner.policy.rule_reads import RuleReads
from scanner.policy.tuning import Tuning, apply_settings, resolve_ids
from scanner.rule_ids import ANY_RULE, RuleIds
from scanner.schema_errors import shown

_SHAPE = " ".join(name for kind in (Rule, RuleInfo, RuleFix, RuleReads, Reads) for name in kind.__struct_fields__)
"""What a kept rule is made of: one that was kept in another shape is compiled anew."""


class Pack(Struct, frozen=True):
    """Rules in the order of their identities, and the digest of the files they were read from."""

    rules: tuple[Rule, ...]
    digest: str
    ids: RuleIds = ANY_RULE
    """Identities of all rules, those of other profiles too."""
    changes: RuleChanges = field(default_factory=RuleChanges)
    """What a configuration made of the rules."""
    not_run: tuple[RuleInfo, ...] = ()
    """Rules of the profiles default and strict, or of the requested one, that do not run."""
    tuning: str = ""
    """Digest of what a configuration made of the rules; empty where it changed nothing that decides."""

    @property
    def grouped(self) -> dict[str, str]:
        """The rules of which findings of several subjects or files are one -> which of them."""
        return {rule.info.id: rule.info.once for rule in self.rules if rule.info.once not in ("", "input")}

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
        held = included(profile)
        return frozenset(rule.info.id for rule in self.rules if rule.info.profile in held)

    def choose(self, held: Collection[str], tuning: Tuning | None = None) -> Pack:
        """The rules of a choice, as a configuration tunes them.

        Raises UsageError for a tuning that names what is not there, and where no rule is left.
        """
        ids = self.ids
        tuned = apply_settings(self.rules, held, resolve_ids(tuning or Tuning(), ids))
        counted = self.of_profile(Profile.STRICT).union(held)
        left = counted.difference(rule.info.id for rule in tuned.rules)
        not_run = tuple(rule.info for rule in self.rules if rule.info.id in left)
        return Pack(tuned.rules, self.digest, ids, tuned.changes, not_run, tuned.digest)


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
    rules = list(cache.keep("rules", key, lambda: _compile(shipped), list[Rule]))
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


def _compile(folder: Path) -> list[Rule]:
    return [file.rule for file in load_folder(folder)]
