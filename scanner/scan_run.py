"""The circumstances of a scan: the digests of what decided, and what the caller told."""

from __future__ import annotations

from collections.abc import Iterable

from scanner import __version__, engines, library, sources
from scanner.configured import Configuration
from scanner.finished_scan import Run
from scanner.frameworks import catalogue, checks
from scanner.model import Profile
from scanner.options import Options
from scanner.scan_rules import ScanRules


def run_of(
    by: ScanRules,
    options: Options,
    configuration: Configuration,
    where: sources.Scope,
    also: Iterable[engines.EngineResults],
) -> Run:
    """What reports say of a run, with the configuration that counted."""
    policies = [by.policies.digest] if by.policies else []
    other = [part for each in also for part in (checks.digest(each.engine), each.version)]
    everything = [
        by.rules.digest,
        *policies,
        catalogue.digest_of_data(library.Cache(options.cache_folder), options.framework_files),
        *other,
    ]
    running = sorted(rule.info.id for rule in by.rules.rules)
    return Run(
        version=__version__,
        started=options.started,
        ended="",
        arguments=options.arguments,
        profile=options.profile or (Profile.STRICT if options.frameworks else Profile.DEFAULT),
        kubernetes_version=options.kubernetes_version,
        fail_on=options.fail_on,
        pack_digest=library.combine(*everything),
        ruleset_digest=library.combine(
            *everything, by.rules.tuning, options.kubernetes_version, options.deploy_target, *running
        ),
        asked=tuple(f"{each.id}@{each.edition}" for each in by.frameworks()) if options.frameworks else (),
        all_frameworks=options.all_frameworks,
        git_commit=where.tree.commit if where.tree else options.git_commit,
        git_dirty=False if where.tree else options.git_dirty,
        configuration=configuration,
    )
