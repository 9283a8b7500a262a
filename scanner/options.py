"""How to scan: everything that a caller may choose, with its default."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from msgspec import Struct, field

from scanner import sources
from scanner.configured import Configuration
from scanner.contexts import Context
from scanner.limits import DEFAULTS, Limits
from scanner.model import OWN_ENGINE, Profile, Severity
from scanner.policy.kubernetes_versions import NEWEST_KUBERNETES
from scanner.policy.tuning import Tuning
from scanner.waived import WaiverFile


class Options(Struct, frozen=True):
    """How to scan. Clock, environment and folders come in here, so that a scan repeats byte for byte."""

    profile: Profile | None = None
    """The profile.

    None is the default profile, and with frameworks the default and strict rules that are mapped to them.
    """
    frameworks: tuple[str, ...] = ()
    """Ids, `id@edition` or families: only rules that are mapped to them run.

    All rules of the profile run where none is named.
    """
    all_frameworks: bool = False
    """Tell the controls of all frameworks one by one."""
    framework_files: tuple[Path, ...] = ()
    """Frameworks of one's own, beside the shipped ones."""
    scope: Path | None = None
    """A scope file: which part of the scan belongs to which framework, and which controls do not apply."""
    fail_on: Severity = Severity.LOW
    allow_incomplete: bool = False
    strict_documents: bool = False
    """What cannot be read in documentation, source code and workflows of CI services makes a scan incomplete."""
    include_passes: bool = False
    lists_subjects: bool = False
    """Give each subject with its outcomes, and the identity of each file in Git; no result comes from the cache."""
    kubernetes_version: str = f"1.{NEWEST_KUBERNETES}"
    deploy_target: str = ""
    """Who deploys Compose files: `stack`, `compose`, or empty where each file tells."""
    compose_files: tuple[tuple[str, ...], ...] = ()
    """Compose files that are deployed together, beside those that Compose itself finds; a later one adds to those
    before."""
    rule_folders: tuple[Path, ...] = ()
    """Folders of further rules."""
    context: Context | None = None
    """What all inputs count as; None where the path of each decides."""
    joined: bool = True
    """Run the rules that compare objects, too, and not only those that look at one."""
    tuning: Tuning = field(default_factory=Tuning)
    """Which rules run, how severe they count, and their parameters."""
    policies: tuple[Path, ...] = ()
    """Files and folders of ValidatingAdmissionPolicies that are evaluated for the objects as well."""
    jobs: int = 0
    """Processes that read files, 0 for as many as there are processors and it pays."""
    limits: Limits = DEFAULTS
    """What one input may cost."""
    cache_folder: Path | None = None
    reuse: bool = True
    """Take the results of unchanged files from the cache, and keep those of others."""
    started: str = ""
    """When the run began, in RFC 3339; empty where reports should not state it."""
    arguments: tuple[str, ...] = ()
    git_commit: str = ""
    git_dirty: bool | None = None
    values: tuple[str, ...] = ()
    """Files of values for Helm charts besides their own, of which a later one wins."""
    fixes: bool = False
    """Give each failing finding the fix that its rule has, for reports that show it."""
    selection: sources.Selection = field(default_factory=sources.Selection)
    """Which files under the paths are read; with a revision, reports state its commit."""
    configuration: Configuration = field(default_factory=Configuration)
    """Further changes by a configuration, which every report lists first."""
    waivers: WaiverFile | None = None
    """The file of waivers that counts."""
    inline_ignores: bool = False
    """Annotations and comments in scanned files that ignore a rule count as waivers."""
    today: date | None = None
    """The day as of which waivers count; needed where there are any."""
    engines: tuple[str, ...] = ()
    """Further engines, of those that `engines.NAMES` lists; our own always runs."""

    @property
    def other_engines(self) -> tuple[str, ...]:
        """The engines besides our own that were requested, each once."""
        return tuple(dict.fromkeys(name for name in self.engines if name != OWN_ENGINE))

    @property
    def platforms(self) -> tuple[str, ...]:
        """What files are assessed for, as far as the caller says."""
        return (self.kubernetes_version, *filter(None, (self.deploy_target,)))
