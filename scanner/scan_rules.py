"""The rules, policies, frameworks and engines of a scan, as its options choose them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache as once
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from scanner import engines, library
from scanner.errors import UsageError, located
from scanner.frameworks import catalogue, checks, scope
from scanner.frameworks.links import Bearing, Mappings, links
from scanner.model import Profile
from scanner.options import Options
from scanner.policy import pack
from scanner.policy.evaluate import Evaluator
from scanner.policy.kubernetes_versions import minor_of
from scanner.policy.rule import Rule, rule_paths
from scanner.policy.tuning import Tuning
from scanner.subjects import WAIVER

if TYPE_CHECKING:
    from scanner.admission import policy_evaluator


def rules_of(options: Options) -> pack.Pack:
    """The rules that a scan with these options runs; raises as `scan` does."""
    return scan_rules(options).rules


class ScanRules(Struct, frozen=True):
    """What a scan judges by."""

    everything: pack.AllRules
    """All rules, of which those of the scan were chosen."""
    rules: pack.Pack
    policies: policy_evaluator.PolicyEvaluator | None
    """Admission policies that are evaluated for the objects as well."""
    frameworks: Callable[[], tuple[catalogue.Framework, ...]]
    """Those to assess, loaded when they are first asked for."""
    mappings: Callable[[], Mappings]
    """The mappings of these frameworks, by what they name; made when asked for."""
    missing: Callable[[], Bearing]
    """The rules that do not run, by the controls on which they would bear; made when asked for."""
    scopes: Mapping[tuple[str, str], scope.Scope]
    engines: tuple[engines.Engine, ...]
    """Further engines, ready to run."""
    about_waivers: tuple[Rule, ...] = ()
    """Rules about waivers, where the options name any: neither a profile nor a selection leaves them out."""
    own: str = ""
    """Digest of the files of rules that are not shipped, as they were before and after these were read."""

    @property
    def grouped(self) -> dict[str, str]:
        """The rules of which findings become one -> `subject`, `setup` and so on.

        Where paths are in scope of a framework and others are not, each file keeps its own findings.
        """
        divided = any(each.paths for each in self.scopes.values())
        return {rule: once for rule, once in self.rules.grouped.items() if once == "subject" or not divided}


def scan_rules(options: Options) -> ScanRules:
    """Rules, policies, frameworks and engines, as the options ask for them."""
    cache = library.Cache(options.cache_folder)
    before = _digests(options.rule_folders)
    rules = pack.load_all(cache, options.rule_folders)
    policies = _policies(options.policies)
    frameworks = once(lambda: catalogue.load(cache, options.framework_files, rules.ids))
    chosen = once(lambda: catalogue.choose(frameworks(), options.frameworks))
    if options.framework_files or options.scope:
        frameworks()  # what is wrong with these is said before files are read
    with located(options.configuration.place("framework")):
        asked = chosen() if options.frameworks else ()
    held = rules.choose(_held(rules, asked, options), options.tuning)
    mappings = once(lambda: Mappings(chosen()))
    return ScanRules(
        rules,
        held,
        policies,
        chosen,
        mappings,
        once(lambda: mappings().bearing(held.not_run)),
        scope.load(options.scope, frameworks()) if options.scope else {},
        tuple(engines.find(name, checks.load(name, cache), options.limits) for name in options.other_engines),
        about_waivers(rules, options) if options.waivers or options.inline_ignores else (),
        library.combine(*before, *_digests(options.rule_folders)) if before else "",
    )


def about_waivers(rules: pack.AllRules, options: Options) -> tuple[Rule, ...]:
    """The rules about waivers, without those that are skipped or switched off."""
    everything = [rule.info.id for rule in rules.rules]
    chosen = rules.choose(everything, Tuning((), options.tuning.skip, options.tuning.rules))
    return tuple(rule for rule in chosen.rules if rule.info.subject == WAIVER)


def _digests(folders: Sequence[Path]) -> list[str]:
    """A digest of the rule files of each folder; of files that cannot be read, one that never comes again."""
    try:
        return [library.digest(rule_paths(folder), folder) for folder in folders]
    except UsageError:
        return [os.urandom(16).hex()]


def _held(rules: pack.AllRules, frameworks: Sequence[catalogue.Framework], options: Options) -> frozenset[str]:
    """The rules to run before a configuration changes anything: those that are mapped to requested frameworks.

    Rules of low strength are among them, because the controls that depend on these alone are counted.
    """
    if not options.frameworks:
        return rules.of_profile(options.profile or Profile.DEFAULT)
    of_profile = rules.of_profile(options.profile or Profile.STRICT)
    linked = links(frameworks, [rule.info for rule in rules.rules])
    return of_profile.intersection(rule for rule, some in linked.items() if some)


def _policies(paths: Sequence[Path]) -> policy_evaluator.PolicyEvaluator | None:
    """The admission policies to hold objects to, loaded only where there are some: they need much that rules do not."""
    if not paths:
        return None
    from scanner.admission import policy_evaluator, policy_files

    return policy_evaluator.PolicyEvaluator(policy_files.load(paths))


def evaluators(rules: pack.Pack, options: Options, *, by_path: bool = False) -> Iterator[Evaluator]:
    """Of the rules that look at one subject, and of those that need all."""
    with located(options.configuration.place("kubernetes-version")):
        minor = minor_of(options.kubernetes_version)
    for some in (rules.local(), rules.joined() if options.joined else ()):
        yield Evaluator(
            some,
            include_passes=options.include_passes,
            kubernetes_minor=minor,
            by_path=by_path,
            lists_subjects=options.lists_subjects,
            context=options.context,
        )
