"""The whole story of a scan in one function, and the public API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from scanner import __version__, engines, gate, inputs, library, rendering, sources
from scanner.errors import located
from scanner.facts.field_filter import FieldFilter
from scanner.findings import Searched, masked_scan, merged_findings, source_lines
from scanner.frameworks import catalogue, checks, judging, scope
from scanner.frameworks.links import links
from scanner.inputs.batches import size_of
from scanner.joined_stage import JoinedStage
from scanner.model import Input, InputStatus, Outcome, Profile, RuleInfo, Run, Scan, Subject
from scanner.options import Options
from scanner.policy import pack
from scanner.policy.evaluate import Evaluation, Evaluator
from scanner.policy.kubernetes_versions import minor_of
from scanner.subjects.covered_kinds import uncovered_kinds

if TYPE_CHECKING:
    from scanner.admission import policy_evaluator

__all__ = ["Options", "evaluators", "rules_of", "scan"]


def scan(paths: Sequence[str], options: Options | None = None, watch: Callable[[Input], object] | None = None) -> Scan:
    """Scan files and folders (`-` is standard input) and return everything that reports are made from.

    `watch` is called with each input when it is done.
    Raises UsageError for a path, revision, profile, framework or engine that is not there, PackError for a wrong rule.
    What is wrong with an input is never raised: it stands in `inputs`.
    """
    options = options or Options()
    by = _standard(options)
    where = sources.scope(paths, options.selection, options.configuration.place("paths"))
    local, joined = evaluators(by.rules, options, by_path=any(each.paths for each in by.scopes.values()))
    kept = None if by.policies else FieldFilter(joined.reads())  # a policy may ask for any field
    work = inputs.Work(kept, options.fixes, options.limits)
    read = _read(where, local, work, by.engines, options, watch)
    also = [engine.assess(read.handed.get(engine.name, ()), by.rules.same_as) for engine in by.engines]
    stage = JoinedStage(
        joined,
        by.policies,
        options.limits,
        include_passes=options.include_passes,
        foreign=bool(options.rule_folders),
    )
    searched = Searched()
    search = partial(searched.search, read.evaluation, read.inputs, read.contents)
    together = stage.run(read.subjects, whole=_whole(where, read), size=read.size, meanwhile=search)
    evaluation = _evaluation(read, together.evaluation, also, options)
    findings = merged_findings(evaluation, read.shared, [rule.info.id for rule in by.rules.rules if rule.info.once])
    strict = options.strict_documents
    read.inputs, configuration = gate.accept(read.inputs, options.configuration, strict=strict, whole=where.whole)

    linked = links(by.frameworks, _infos(by, also, evaluation).values())
    not_run = links(by.frameworks, by.rules.not_run)
    scanned = judging.ScanData(
        read.inputs,
        read.subjects,
        together.derived,
        findings,
        evaluation.counts,
        evaluation.by_subject,
        evaluation.within,
        strict_documents=strict,
        lost=together.lost,
    )
    judged = judging.evaluate_frameworks(by.frameworks, by.scopes, scanned, linked, not_run)
    if options.frameworks:
        findings = judging.concerned(
            judged, scanned, linked, exempt=[info.id for info in by.policies.rules] if by.policies else ()
        )
    infos = _infos(by, also, evaluation)
    result = Scan(
        run=_run(by, replace(options, configuration=configuration), where, also),
        inputs=tuple(read.inputs),
        findings=tuple(findings),
        rules=infos,
        links={rule: linked[rule] for rule in infos},
        assessments=tuple(assessment for each in judged for assessment in each.assessments),
        frameworks=tuple(each.summary for each in judged),
        outcomes=_outcomes(evaluation),
        counts=evaluation.counts,
        verdict=gate.judge(
            read.inputs,
            findings,
            options.fail_on,
            allow_incomplete=options.allow_incomplete,
            applies=not options.frameworks or any(each.applies for each in judged),
            judged=any(evaluation.counts.values()),
            strict_documents=strict,
        ),
        unfamiliar=uncovered_kinds(read.subjects),
        texts=source_lines(findings, {**(by.policies.texts if by.policies else {}), **read.contents}, searched),
        notes=tuple(f"{each.engine}: {note}" for each in also for note in each.notes),
    )
    return masked_scan(result, options, searched)


def rules_of(options: Options) -> pack.Pack:
    """The rules that a scan with these options runs; raises as `scan` does."""
    return _standard(options).rules


@dataclass(frozen=True, slots=True)
class _ScanRules:
    """What a scan judges by."""

    rules: pack.Pack
    policies: policy_evaluator.PolicyEvaluator | None
    """Admission policies that are evaluated for the objects as well."""
    frameworks: tuple[catalogue.Framework, ...]
    scopes: Mapping[tuple[str, str], scope.Scope]
    engines: tuple[engines.Engine, ...]
    """Further engines, ready to run."""


def _standard(options: Options) -> _ScanRules:
    """Rules, policies, frameworks and engines, as the options ask for them."""
    cache = library.Cache(options.cache_folder)
    rules = pack.load_all(cache, options.rule_folders)
    policies = _policies(options.policies)
    frameworks = catalogue.load(cache, options.framework_files, rules.ids)
    with located(options.configuration.place("framework")):
        chosen = catalogue.choose(frameworks, options.frameworks)
    return _ScanRules(
        rules.choose(_held(rules, chosen, options), options.tuning),
        policies,
        chosen,
        scope.load(options.scope, frameworks) if options.scope else {},
        tuple(engines.find(name, checks.load(name, cache), options.limits) for name in engines.others(options.engines)),
    )


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


def _evaluation(
    read: _ReadInputs, joined: Evaluation, also: Iterable[engines.EngineResults], options: Options
) -> Evaluation:
    """What came of each file, of the rules and policies that need all, and of other engines."""
    evaluation = read.evaluation
    evaluation.merge(joined)
    for each in also:
        read.take(each, include_passes=options.include_passes)
    return evaluation


def _whole(where: sources.Scope, read: _ReadInputs) -> bool:
    """Whether nothing that belongs to the scan is missing, so that a missing object is known not to exist."""
    return where.whole and not any(map(inputs.hides_something, read.inputs))


def _infos(by: _ScanRules, also: Iterable[engines.EngineResults], evaluation: Evaluation) -> dict[str, RuleInfo]:
    """The metadata of every rule, policy and check with an outcome."""
    own = [*(rule.info for rule in by.rules.rules), *(by.policies.rules if by.policies else ())]
    infos = {info.id: info for info in own if info.id in evaluation.counts}
    for each in also:
        infos |= each.rules
    return infos


def evaluators(rules: pack.Pack, options: Options, *, by_path: bool = False) -> Iterator[Evaluator]:
    """Of the rules that look at one subject, and of those that need all."""
    with located(options.configuration.place("kubernetes-version")):
        minor = minor_of(options.kubernetes_version)
    for some in (rules.local(), rules.joined()):
        yield Evaluator(some, include_passes=options.include_passes, kubernetes_minor=minor, by_path=by_path)


@dataclass(slots=True)
class _ReadInputs:
    """What the work on each file gave."""

    inputs: list[Input] = field(default_factory=list)
    size: int = 0
    """Bytes of the files, and of what was rendered."""
    subjects: list[Subject] = field(default_factory=list)
    evaluation: Evaluation = field(default_factory=Evaluation)
    contents: dict[str, bytes] = field(default_factory=dict)
    """Of the inputs that hold subjects, for excerpts."""
    shared: set[str] = field(default_factory=set)
    """Files that several overlays are built from."""
    handed: dict[str, list[engines.EngineInput]] = field(default_factory=dict)
    """What each of the other engines may read, by its name."""

    def hand(self, engine: engines.Engine, source: sources.Source, item: Input) -> None:
        """Keep an input for another engine, or what was rendered in its place."""
        if some := engines.engine_inputs(engine, source, item):
            self.handed.setdefault(engine.name, []).extend(some)
            self.contents.setdefault(item.path, sources.content_of(source))

    def take(self, also: engines.EngineResults, *, include_passes: bool) -> None:
        """Take in the findings of another engine and the changed status of its inputs."""
        listed = [item for item in also.findings if include_passes or item.outcome is not Outcome.PASS]
        found = Evaluation(listed, by_path={(path,): counts for path, counts in also.counts.items()})
        found.counts = found.within(lambda _: True)
        self.evaluation.merge(found)
        self.inputs = [_worse(item, also.inputs.get(item.path, item)) for item in self.inputs]

    def keep(self, source: sources.Source) -> None:
        """Keep the text of an input, or of what it was rendered from."""
        own = {source.path: sources.content_of(source)}
        source_lines = source.rendered.files if isinstance(source, sources.RenderedFile) else own
        self.shared |= source_lines.keys() & self.contents.keys()  # of a dict that is not a view, all keys are visited
        self.contents.update(source_lines)


def _worse(before: Input, after: Input) -> Input:
    """What became of an input by two accounts: what one could not read is not assessed, whatever the other read."""
    order = (InputStatus.SKIPPED, InputStatus.NOT_ASSESSED, InputStatus.ASSESSED, InputStatus.UNREADABLE)
    return after if order.index(after.status) >= order.index(before.status) else before


def _read(
    where: sources.Scope,
    local: Evaluator,
    work: inputs.Work,
    others: Sequence[engines.Engine],
    options: Options,
    watch: Callable[[Input], object] | None,
) -> _ReadInputs:
    """Read every file, with what its rules gave, and keep what other engines ask for."""
    read = _ReadInputs()
    met = rendering.collect(
        where, rendering.RenderingSettings(options.values, options.kubernetes_version, options.limits)
    )
    for source, portions in inputs.assess_all(met, local, options.jobs, work):
        read.size += size_of(source)
        for portion in portions:
            read.subjects.extend(portion.subjects)
            read.evaluation.merge(portion.evaluation)
            if portion.input is None:
                continue
            read.inputs.append(portion.input)
            if portion.input.subjects:
                read.keep(source)
            for engine in others:
                read.hand(engine, source, portion.input)
            if watch:
                watch(portion.input)
    return read


def _outcomes(evaluation: Evaluation) -> dict[str, int]:
    total = Counter({outcome.value: 0 for outcome in Outcome})
    for counts in evaluation.counts.values():
        total.update({outcome.value: number for outcome, number in counts.items()})
    return dict(total)


def _run(by: _ScanRules, options: Options, where: sources.Scope, also: Iterable[engines.EngineResults]) -> Run:
    policies = [by.policies.digest] if by.policies else []
    other = [part for each in also for part in (checks.digest(each.engine), each.version)]
    everything = [by.rules.digest, *policies, catalogue.digest_of_data(options.framework_files), *other]
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
        ruleset_digest=library.combine(*everything, by.rules.tuning, options.kubernetes_version, *running),
        asked=tuple(f"{each.id}@{each.edition}" for each in by.frameworks) if options.frameworks else (),
        all_frameworks=options.all_frameworks,
        git_commit=where.tree.commit if where.tree else options.git_commit,
        git_dirty=False if where.tree else options.git_dirty,
        configuration=replace(options.configuration, rules=by.rules.changes),
    )
