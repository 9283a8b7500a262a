"""The whole story of a scan in one function, and the public API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from scanner import __version__, engines, facts, files, gate, library, rendering, sources
from scanner.controls import Assessment, ControlLink, FrameworkSummary
from scanner.errors import UsageError
from scanner.findings import settle, texts
from scanner.frameworks import assess, catalogue, checks, scope
from scanner.limits import DEFAULTS, Limits
from scanner.model import Finding, Input, InputStatus, Outcome, Run, Scan, Severity, Subject
from scanner.policy import pack
from scanner.policy.evaluate import NEWEST_KUBERNETES, Evaluation, Evaluator

if TYPE_CHECKING:
    from scanner.admission import judging

_CHECKOV = "checkov"


@dataclass(frozen=True, slots=True)
class Options:
    """How to scan. Clock, environment and folders come in here, so that a scan repeats byte for byte."""

    profile: str = "default"
    frameworks: tuple[str, ...] = ()
    """Ids, `id@edition` or families; all where none is named."""
    framework_files: tuple[Path, ...] = ()
    """Frameworks of one's own, beside the shipped ones."""
    scope: Path | None = None
    """A file that says what of the scan belongs to which framework, and which controls do not apply."""
    fail_on: Severity = Severity.LOW
    allow_incomplete: bool = False
    include_passes: bool = False
    kubernetes_version: str = f"1.{NEWEST_KUBERNETES}"
    rule_folders: tuple[Path, ...] = ()
    """Folders of further rules."""
    policies: tuple[Path, ...] = ()
    """Files and folders of ValidatingAdmissionPolicies that the objects are held to as well."""
    jobs: int = 0
    """Processes that read files, 0 for as many as there are processors and it pays."""
    limits: Limits = DEFAULTS
    """What one input may cost."""
    cache_folder: Path | None = None
    started: str = ""
    """When the run began, in RFC 3339; empty where the caller does not want it said."""
    arguments: tuple[str, ...] = ()
    git_commit: str = ""
    git_dirty: bool | None = None
    values: tuple[str, ...] = ()
    """Files of values for Helm charts besides their own, of which a later one wins."""
    fixes: bool = False
    """Give each failing finding the fix that its rule has, for reports that show it."""
    selection: sources.Selection = field(default_factory=sources.Selection)
    """Which files under the paths are read; with a revision, its commit is the one that is told."""
    engines: tuple[str, ...] = ()
    """Further engines, of those that `engines.NAMES` lists; our own always runs."""


def scan(paths: Sequence[str], options: Options | None = None, watch: Callable[[Input], object] | None = None) -> Scan:
    """Scan files and folders (`-` is standard input) and return everything that reports are made from.

    `watch` is called with each input when it is done.
    Raises UsageError for a path, revision, profile, framework or engine that is not there, PackError for a wrong rule.
    What is wrong with an input is never raised: it stands in `inputs`.
    """
    options = options or Options()
    cache = library.Cache(options.cache_folder)
    rules = pack.load(options.profile, cache, options.rule_folders)
    court = _court(options.policies)
    frameworks = catalogue.load(cache, options.framework_files, rules.known)
    chosen = catalogue.choose(frameworks, options.frameworks)
    scopes = scope.load(options.scope, frameworks) if options.scope else {}
    second = engines.find(checks.load(_CHECKOV, cache), options.limits) if _CHECKOV in options.engines else None

    where = sources.scope(paths, options.selection)
    local, joined = evaluators(rules, options, by_path=any(each.paths for each in scopes.values()))
    read = _read(where, local, options, watch)
    also = second.assess(read.handed, rules.same_as) if second else engines.Results()
    whole = where.whole and not any(item.status is InputStatus.UNREADABLE for item in read.inputs)
    facts.derive(read.subjects, whole=whole)
    evaluation = _evaluate(read, joined, court, also, options)
    findings = settle(evaluation, read.shared)

    told = [*(rule.info for rule in rules.rules), *(court.rules if court else ())]
    infos = {info.id: info for info in told if info.id in evaluation.counts} | also.rules
    links = assess.links(chosen, infos.values())
    assessments = {item: _assessed(item, scopes, evaluation, findings, links) for item in chosen}
    return Scan(
        run=_run(options, where, _digest(rules, court, also, options)),
        inputs=tuple(read.inputs),
        findings=tuple(findings),
        rules=infos,
        links=links,
        assessments=tuple(assessment for each in assessments.values() for assessment in each),
        frameworks=tuple(_summary(item, each, scopes, read.inputs) for item, each in assessments.items()),
        outcomes=_outcomes(evaluation),
        verdict=gate.judge(read.inputs, findings, options.fail_on, allow_incomplete=options.allow_incomplete),
        texts=texts(findings, {**(court.texts if court else {}), **read.contents}),
        notes=tuple(f"{_CHECKOV}: {note}" for note in also.notes),
    )


def _court(paths: Sequence[Path]) -> judging.Court | None:
    """The admission policies to hold objects to, loaded only where there are some: they need much that rules do not."""
    if not paths:
        return None
    from scanner.admission import judging, reading

    return judging.Court(reading.load(paths))


def _evaluate(
    read: _Read, joined: Evaluator, court: judging.Court | None, also: engines.Results, options: Options
) -> Evaluation:
    """What came of each file, of the rules that need all, of the policies, and of another engine."""
    evaluation = read.evaluation
    evaluation.merge(joined.evaluate(read.subjects))
    if court:
        evaluation.merge(court.evaluate(read.subjects, include_passes=options.include_passes))
    read.take(also, include_passes=options.include_passes)
    return evaluation


def _digest(rules: pack.Pack, court: judging.Court | None, also: engines.Results, options: Options) -> str:
    """One digest of all that was judged by: rules, policies, catalogues, another engine and what its checks mean."""
    own = [court.digest] if court else []
    other = [checks.digest(_CHECKOV), also.version] if _CHECKOV in options.engines else []
    return library.combine(rules.digest, *own, catalogue.digest_of_data(options.framework_files), *other)


def evaluators(rules: pack.Pack, options: Options, *, by_path: bool = False) -> Iterator[Evaluator]:
    """Of the rules that look at one subject, and of those that need all."""
    minor = minor_of(options.kubernetes_version)
    for some in (rules.local(), rules.joined()):
        yield Evaluator(some, include_passes=options.include_passes, kubernetes_minor=minor, by_path=by_path)


def _assessed(
    framework: catalogue.Framework,
    scopes: Mapping[tuple[str, str], scope.Scope],
    evaluation: Evaluation,
    findings: Sequence[Finding],
    links: Mapping[str, tuple[ControlLink, ...]],
) -> tuple[Assessment, ...]:
    """The status of every control, by what belongs to the framework's scope."""
    own = scopes.get((framework.id, framework.edition), scope.Scope())
    counts = evaluation.within(own.holds) if own.paths else evaluation.counts
    mine = [finding for finding in findings if own.holds(finding.location.path)] if own.paths else findings
    return assess.assess(framework, counts, mine, links, own.not_applicable)


def _summary(
    framework: catalogue.Framework,
    assessments: Sequence[Assessment],
    scopes: Mapping[tuple[str, str], scope.Scope],
    inputs: Iterable[Input],
) -> FrameworkSummary:
    """The figures of a framework, with what they are about where that is less than all."""
    own = scopes.get((framework.id, framework.edition))
    if own is None or not own.paths:
        return assess.summarise(framework, assessments)
    held = sum(item.status is InputStatus.ASSESSED and own.holds(item.path) for item in inputs)
    return assess.summarise(framework, assessments, own.paths, held)


@dataclass(slots=True)
class _Read:
    """What the work on each file gave."""

    inputs: list[Input] = field(default_factory=list)
    subjects: list[Subject] = field(default_factory=list)
    evaluation: Evaluation = field(default_factory=Evaluation)
    contents: dict[str, bytes] = field(default_factory=dict)
    """Of the inputs that hold subjects, for excerpts."""
    shared: set[str] = field(default_factory=set)
    """Files that several overlays are built from."""
    handed: list[engines.Handed] = field(default_factory=list)
    """What another engine may read."""

    def hand(self, source: sources.Source, item: Input) -> None:
        """Keep an input for another engine, or what was rendered in its place."""
        if some := engines.handed(source, item):
            self.handed.extend(some)
            self.contents.setdefault(item.path, source.content)

    def take(self, also: engines.Results, *, include_passes: bool) -> None:
        """Take in what another engine found, as if rules of ours had given it, and what became of its inputs."""
        listed = [item for item in also.findings if include_passes or item.outcome is not Outcome.PASS]
        found = Evaluation(listed, by_path=also.counts)
        found.counts = found.within(lambda _: True)
        self.evaluation.merge(found)
        self.inputs = [also.inputs.get(item.path, item) for item in self.inputs]

    def keep(self, source: sources.Source) -> None:
        """Keep the text of an input, or of what it was rendered from."""
        texts = source.rendered.files if source.rendered else {source.path: source.content}
        self.shared |= texts.keys() & self.contents
        self.contents.update(texts)


def _read(where: sources.Scope, local: Evaluator, options: Options, watch: Callable[[Input], object] | None) -> _Read:
    in_full = bool(options.rule_folders or options.policies)
    read, work = _Read(), files.Work(in_full=in_full, fixes=options.fixes, limits=options.limits)
    met = rendering.collect(where, rendering.Settings(options.values, options.kubernetes_version, options.limits))
    for source, portions in files.assess_all(met, local, options.jobs, work):
        for portion in portions:
            read.subjects.extend(portion.subjects)
            read.evaluation.merge(portion.evaluation)
            if portion.input is None:
                continue
            read.inputs.append(portion.input)
            if portion.input.subjects:
                read.keep(source)
            if _CHECKOV in options.engines:
                read.hand(source, portion.input)
            if watch:
                watch(portion.input)
    return read


def _outcomes(evaluation: Evaluation) -> dict[str, int]:
    total = Counter({outcome.value: 0 for outcome in Outcome})
    for counts in evaluation.counts.values():
        total.update({outcome.value: number for outcome, number in counts.items()})
    return dict(total)


def minor_of(version: str) -> int:
    """The minor part of a version of Kubernetes 1; raises UsageError for anything else."""
    major, _, minor = version.removeprefix("v").partition(".")
    if major != "1" or not (minor.isascii() and minor.isdigit()):
        message = f"not a Kubernetes version: {version!r}"
        raise UsageError(message, hint=f"write it as 1.{NEWEST_KUBERNETES}")
    return int(minor)


def _run(options: Options, where: sources.Scope, digest: str) -> Run:
    return Run(
        version=__version__,
        started=options.started,
        ended="",
        arguments=options.arguments,
        profile=options.profile,
        kubernetes_version=options.kubernetes_version,
        fail_on=options.fail_on,
        pack_digest=digest,
        git_commit=where.tree.commit if where.tree else options.git_commit,
        git_dirty=False if where.tree else options.git_dirty,
    )
