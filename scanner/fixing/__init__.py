"""Fixes in files: `fix` computes them, the public API beside `scanner.scan.scan`; `overwrite` writes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from scanner import gate, inputs, rendering, sources
from scanner.configured import Configuration, RuleChanges
from scanner.errors import UsageError
from scanner.facts.field_filter import FieldFilter
from scanner.fixing.bases import Bases, Rebuild
from scanner.fixing.cross_file import CrossFileProof
from scanner.fixing.file_fixes import FixResult, FixSelection, SkippedFix, fix_file, placed
from scanner.inputs.batches import spread
from scanner.joined_stage import JoinedStage
from scanner.model import Finding, Input, Outcome, Profile, Subject
from scanner.policy import pack
from scanner.policy.evaluate import Evaluator
from scanner.policy.fix_edits import CODE_BLOCK
from scanner.scan import Options, evaluators
from scanner.scan_rules import scan_rules
from scanner.sources import File, RenderedFile, Source, content_of
from scanner.waiving import Waiving, prepare

__all__ = ["FixResult", "FixSelection", "Fixes", "SkippedFix", "fix"]


class Fixes(Struct, frozen=True):
    """What is to be written; nothing is written yet."""

    root: Path
    """The folder that paths are relative to."""
    inputs: tuple[Input, ...]
    files: tuple[FixResult, ...]
    """Each file with something to fix, whether or not that can be done."""
    suggested: tuple[SkippedFix, ...]
    """Findings with a fix in what is never edited: charts, overlays, code blocks."""
    unsafe: Mapping[str, int]
    """Rule -> findings whose fix may change behaviour, where such fixes were not requested."""
    risks: Mapping[str, str] = field(default_factory=dict)
    """Of these rules, what may stop working."""
    waived: tuple[Finding, ...] = ()
    """Findings with a fix that are left alone, because a waiver in force covers them."""
    configuration: Configuration = field(default_factory=Configuration)
    """In what the rules and options depart from the defaults."""


class _FirstLook(Struct):
    """What the first look at each file gave."""

    inputs: list[Input] = field(default_factory=list)
    subjects: dict[str, list[Subject]] = field(default_factory=dict)
    """Path -> those that rules about all subjects look at."""
    found: list[tuple[Source, list[Finding]]] = field(default_factory=list)
    """Each file with failures of rules that have a fix."""
    contents: dict[str, bytes] = field(default_factory=dict)
    """Path -> text, where comments in it may be waivers."""
    bases: Bases = field(default_factory=Bases)


class _Choice(Struct):
    """What of it is to be fixed."""

    selection: FixSelection
    wanted: list[File] = field(default_factory=list)
    suggested: list[SkippedFix] = field(default_factory=list)
    waived: list[Finding] = field(default_factory=list)
    unsafe: Counter[str] = field(default_factory=Counter)


def fix(
    paths: Sequence[str], options: Options, selection: FixSelection, watch: Callable[[Input], object] | None = None
) -> Fixes:
    """Compute the fixes of files.

    A fix that does not resolve its finding, or causes another, is skipped with the reason.

    `watch` is called with each input when it was read. Raises UsageError for a path, profile or rule that does not
    exist, and for standard input and a Git revision, which have no file to write; PackError for a wrong rule.
    """
    if sources.STDIN in paths or options.selection.revision:
        raise UsageError(
            "only files can be fixed", hint="name files or folders; `assay scan` shows the fixes for standard input"
        )
    by = scan_rules(options)
    rules = by.rules
    selection = replace(selection, rules=frozenset(map(rules.ids.current, selection.rules)))
    _check(selection, rules, options.profile or Profile.DEFAULT)
    where = sources.scope(paths, options.selection, options.configuration.place("paths"))
    local, joined = evaluators(rules, replace(options, include_passes=True))  # a pass that goes is a loss
    waiving = prepare(options, by, str(where.root))
    reads = (*joined.reads(), *(waiving.reads() if waiving else ()))
    work = inputs.Work(FieldFilter(reads), fixes=True, limits=options.limits, deploy_target=options.deploy_target)
    look = _look(where, local, options, work, frozenset(rule.info.id for rule in rules.rules if rule.fix), watch)
    choice = _chosen(look, selection, waiving)
    plain, bases = replace(work, fixes=False), look.bases
    fixer = _FileFixer(local, options, plain, choice.selection, [*choice.wanted, *bases.files.values()])
    rebuild = Rebuild(where, _rendering(options), local, plain, options.jobs, bases)
    whole = where.whole and inputs.unread_kinds(look.inputs)
    stage = JoinedStage(
        joined, None, options.limits, include_passes=True, foreign=bool(options.rule_folders), jobs=options.jobs
    )
    size = sum(item.bytes for item in look.inputs)
    proof = CrossFileProof(stage, size, look.subjects, whole, fixer.subjects, rebuild, fixer.again)
    proved = proof.prove(fixer.all())
    read, told = gate.accept(look.inputs, options.configuration, strict=False, whole=where.whole)
    told = replace(told, rules=rules.changes)
    risks = {rule.info.id: rule.fix.risk for rule in rules.rules if rule.fix and rule.info.id in choice.unsafe}
    suggested, waived = tuple(choice.suggested), tuple(choice.waived)
    return Fixes(where.root, tuple(read), tuple(proved), suggested, dict(choice.unsafe), risks, waived, told)


class _FileFixer:
    """Works on the files to fix, in processes of their own."""

    def __init__(
        self, local: Evaluator, options: Options, work: inputs.Work, selection: FixSelection, wanted: Sequence[File]
    ) -> None:
        self._local, self._options, self._work, self._selection = local, options, work, selection
        self._wanted = {source.path: source for source in wanted}
        self._read: dict[tuple[str, bytes], list[Subject]] = {}

    def all(self) -> list[FixResult]:
        """Every file with its fixes."""
        return self._fixed(self._wanted.values(), self._selection)

    def again(self, path: str, rule: str) -> FixResult:
        """One file without the fixes of a rule."""
        selection = replace(self._selection, without=self._selection.without | {rule})
        return self._fixed([self._wanted[path]], selection)[0]

    def subjects(self, results: Sequence[FixResult]) -> dict[str, list[Subject]]:
        """Of changed files, the subjects that rules about all subjects look at."""
        new = {(result.path, result.after) for result in results} - self._read.keys()
        edited = (File(path, after) for path, after in sorted(new))
        for source, portions in inputs.assess_all(edited, self._local, self._options.jobs, self._work):
            found = [subject for portion in portions for subject in portion.subjects]
            self._read[source.path, content_of(source)] = found
        return {result.path: self._read[result.path, result.after] for result in results}

    def _fixed(self, wanted: Iterable[File], selection: FixSelection) -> list[FixResult]:
        limits = self._options.limits
        target = self._options.deploy_target
        work = partial(fix_file, local=self._local, selection=selection, limits=limits, deploy_target=target)
        return [result for _, (result,) in spread(work, _failed, wanted, self._options.jobs, limits)]


def _check(selection: FixSelection, rules: pack.Pack, profile: str) -> None:
    """Raise UsageError for a rule without a fix."""
    fixable = [rule.info.id for rule in rules.rules if rule.fix]
    for name in sorted(selection.rules.difference(fixable)):
        if name in rules.ids.known:
            _refuse_left_out(name, rules.changes)
            message = f"the rule {name} has no fix, or the profile {profile} does not include it"
            raise UsageError(message, hint="`assay rules show` says whether it has one, and its profile")
        raise pack.no_rule(name, rules.ids.known)


def _refuse_left_out(name: str, changes: RuleChanges) -> None:
    """Raise UsageError for a rule that a configuration leaves out, with the place that does."""
    off = next((each.where for each in changes.off if each.rule == name), None)
    skipped = next((each.where for each in changes.skipped if name in each.rules), None)
    if off is not None:
        raise UsageError(f"the rule {name} is switched off by the configuration", off, f"run it with --select {name}")
    if skipped is not None:
        raise UsageError(f"the rule {name} is skipped", skipped, "remove it from `skip` or --skip")


def _look(
    where: sources.Scope,
    local: Evaluator,
    options: Options,
    work: inputs.Work,
    fixable: frozenset[str],
    watch: Callable[[Input], object] | None,
) -> _FirstLook:
    """Read every file, and keep those with failures of rules that have a fix."""
    look = _FirstLook()
    rendered = rendering.collect(where, _rendering(options))
    for source, portions in inputs.assess_all(rendered, local, options.jobs, work):
        if isinstance(source, RenderedFile):
            look.bases.note(source, portions)
        every = (finding for portion in portions for finding in portion.evaluation.findings)
        if found := [each for each in every if each.rule in fixable and each.outcome is Outcome.FAIL]:
            look.found.append((source, found))
            if options.inline_ignores and isinstance(source, File):
                look.contents[source.path] = content_of(source)
        for portion in portions:
            look.subjects.setdefault(source.path, []).extend(portion.subjects)
            if portion.input:
                look.inputs.append(portion.input)
                if watch:
                    watch(portion.input)
    return look


def _chosen(look: _FirstLook, selection: FixSelection, waiving: Waiving | None) -> _Choice:
    """What is to be fixed, without the findings that a waiver in force covers, and others of their rule and place."""
    covered: Sequence[Finding] = ()
    if waiving:
        read = [subject for some in look.subjects.values() for subject in some]
        covered = waiving.accepted([each for _, some in look.found for each in some], read, look.contents)
    kept = {(each.location.path, placed(each)) for each in covered}
    selection = replace(selection, accepted=frozenset((each.location.path, each.fingerprint) for each in covered))
    choice = _Choice(
        selection, waived=[each for each in covered if replace(selection, accepted=frozenset()).makes(each)]
    )
    for source, some in look.found:
        free = (finding for finding in some if (finding.location.path, placed(finding)) not in kept)
        findings = [finding for finding in free if selection.includes(finding)]
        chosen = [finding for finding in findings if selection.makes(finding)]
        choice.unsafe.update(finding.rule for finding in findings if not selection.makes(finding))
        if isinstance(source, RenderedFile):
            taken = look.bases.take(source, chosen, selection)
            chosen = [finding for finding in chosen if finding not in taken]
        never = [finding for finding in chosen if _is_never_edited(source, finding)]
        choice.suggested += (SkippedFix(finding, finding.fix.why_not) for finding in never if finding.fix)
        if isinstance(source, File) and len(never) < len(chosen):
            choice.wanted.append(source)
    choice.selection = replace(selection, places=look.bases.places)
    return choice


def _rendering(options: Options) -> rendering.RenderingSettings:
    return rendering.RenderingSettings(options.values, options.kubernetes_version, options.limits)


def _is_never_edited(source: Source, finding: Finding) -> bool:
    """Whether a finding is in a file that Assay does not edit: a chart, an overlay, a page of prose."""
    return isinstance(source, RenderedFile) or (finding.fix is not None and finding.fix.why_not == CODE_BLOCK)


def _failed(source: File, why: str) -> FixResult:
    return FixResult(source.path, source.content, source.content, failed=why)
