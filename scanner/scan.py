"""The whole story of a scan in one function, and the public API."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from scanner import engines, gate, inputs, masking, sources, waiving
from scanner.configured import Configuration
from scanner.copied_inputs import with_copies
from scanner.file_stage import read_files, sources_of
from scanner.findings import in_context, masked_scan, merged_findings, separate_findings, source_lines
from scanner.finished_scan import Accounts, Comparison, Scan, Verdict
from scanner.forked import wait_for_killed
from scanner.frameworks import judging
from scanner.frameworks.links import Links
from scanner.graphs import card_scopes_of, graphs_of
from scanner.joined_stage import JoinedResult, JoinedStage
from scanner.judged_objects import JudgedObjects
from scanner.kept_scan import kept_scan
from scanner.model import Finding, Input, Outcome, RuleInfo
from scanner.options import Options
from scanner.policy.evaluate import Evaluation
from scanner.policy.lowered_by_fact import with_lowered
from scanner.read_inputs import ReadInputs
from scanner.scan_rules import ScanRules, evaluators, rules_of, scan_rules
from scanner.scan_run import run_of
from scanner.shared import Shared, prepare
from scanner.subject_list import SubjectList, list_of
from scanner.subjects.covered_kinds import uncovered_kinds
from scanner.waived import AppliedWaivers

__all__ = ["Evaluated", "Options", "evaluate", "evaluators", "link", "rules_of", "scan"]


def scan(
    paths: Sequence[str],
    options: Options | None = None,
    watch: Callable[[Input], object] | None = None,
    unfreed: list[object] | None = None,
    later: list[Callable[[], object]] | None = None,
) -> Scan:
    """Scan files and folders (`-` is standard input) and return everything that reports are made from.

    `watch` is called with each input when it is done. `unfreed` takes what the scan was made of, so that a process that
    ends soon does not free it object by object, and `later` what is left to do once the result is written.
    Raises UsageError for a path, revision, profile, framework or engine that is not there, PackError for a wrong rule.
    What is wrong with an input is never raised: it stands in `inputs`.
    """
    options = options or Options()
    where = _scope(paths, options)
    met = sources_of(where, options)
    kept = kept_scan(where, options, met)
    if kept and (found := kept.find()):
        if watch:
            for each in found.inputs:
                watch(each)
        return found
    evaluated = evaluate(where, options, watch, met=kept.sources() if kept else met, meanwhile=link)
    if unfreed is not None:
        unfreed.append(evaluated)
    result = evaluated.result()
    if kept and not evaluated.read.ended and not evaluated.together.why:
        kept.put(result, evaluated.read.contents, evaluated.read.searched.clean, later)
    wait_for_killed()
    return result


def link(by: ScanRules) -> None:
    """Make ready what a finished scan needs: the mappings to controls, and what hides credentials."""
    by.missing()
    masking.prepare()


class Evaluated(Struct, frozen=True):
    """A scan whose rules have been evaluated, before controls are assessed."""

    options: Options
    by: ScanRules
    where: sources.Scope
    read: ReadInputs
    also: Sequence[engines.EngineResults]
    together: JoinedResult
    evaluation: Evaluation
    findings: Sequence[Finding]
    """Those of each build; the finished scan merges them."""
    waivers: AppliedWaivers
    comparison: Comparison | None = None
    own_rules: tuple[RuleInfo, ...] = ()
    """Rules that ran beside those that were chosen."""
    before: gate.Before | None = None
    """What the base of the comparison could not assess."""
    listed: SubjectList | None = None
    """Every subject with its outcomes, where the options ask for them."""

    @property
    def configuration(self) -> Configuration:
        """What the configuration changed."""
        return replace(self.options.configuration, rules=self.by.rules.changes)

    def verdict(self) -> Verdict:
        """That of the finished scan; it takes less time where no framework was requested."""
        return (
            self.result().verdict if self.options.frameworks else self._verdict(self._merged().findings, applies=True)
        )

    def result(self) -> Scan:
        """The finished scan."""
        return self._merged()._result()  # noqa: SLF001 - its own

    def _merged(self) -> Evaluated:
        counts = dict(self.evaluation.counts)
        findings = merged_findings(self.findings, self.read.shared, counts, self.by.grouped)
        return replace(self, findings=findings, evaluation=replace(self.evaluation, counts=counts))

    def _result(self) -> Scan:
        options, read, evaluation, findings = self.options, self.read, self.evaluation, self.findings
        frameworks = self.by.frameworks()
        gone = {finding.rule for finding in self.comparison.gone} if self.comparison else set()
        infos = self._infos(gone)
        linked = self.by.mappings().links(infos.values())
        scanned = self._scanned()
        judged = judging.evaluate_frameworks(frameworks, self.by.scopes, scanned, linked, self.by.missing())
        policies = self.by.policies
        merged = dict(evaluation.counts)
        if options.frameworks:
            own = (*self.own_rules, *(rule.info for rule in self.by.about_waivers))
            exempt = [info.id for info in (*own, *(policies.rules if policies else ()))]
            findings = judging.concerned(judged, scanned, linked, exempt=exempt)
            infos = infos if self.listed else self._infos(gone)  # evidence tells of every rule that was evaluated
        result = Scan(
            run=run_of(self.by, options, self.configuration, self.where, self.also),
            inputs=waiving.with_waivers(read.inputs, self.waivers),
            findings=tuple(findings),
            rules=infos,
            links={rule: linked[rule] for rule in infos},
            assessments=tuple(assessment for each in judged for assessment in each.assessments),
            frameworks=tuple(each.summary for each in judged),
            outcomes=evaluation.totals(),
            counts=evaluation.counts,
            verdict=self._verdict(findings, applies=not options.frameworks or any(each.applies for each in judged)),
            unfamiliar=uncovered_kinds(read.subjects),
            texts=source_lines(findings, {**(policies.texts if policies else {}), **read.contents}, read.searched),
            waivers=self.waivers,
            notes=tuple(f"{each.engine}: {note}" for each in self.also for note in each.notes),
            comparison=self.comparison,
            graphs=graphs_of(read.subjects),
            card_scopes=card_scopes_of(read.subjects),
            accounts=self._accounts(merged, judged, findings, linked),
        )
        return masked_scan(result, options, read.searched)

    def _accounts(
        self,
        merged: Mapping[str, Mapping[Outcome, int]],
        judged: Sequence[judging.FrameworkResult],
        findings: Sequence[Finding],
        linked: Links,
    ) -> Accounts | None:
        if self.listed is None:
            return None
        own = (self.listed.subjects, self.listed.evaluated, merged, self.read.blobs or {})
        if not self.options.frameworks:
            return Accounts(*own)
        from scanner.frameworks.uncounted import uncounted

        beside = uncounted(judged, self.findings, findings, linked)
        of_controls = judging.findings_of_controls(judged, findings, linked)
        return Accounts(*own, of_controls, beside.left_out, beside.of_controls)

    def _infos(self, gone: Collection[str]) -> dict[str, RuleInfo]:
        """The metadata of every rule, policy and check with an outcome, also of those with one on the base alone."""
        policies = self.by.policies.rules if self.by.policies else ()
        rules = (rule.info for rule in (*self.by.rules.rules, *self.by.about_waivers))
        own = (*rules, *self.own_rules, *policies)
        infos = {info.id: info for info in own if info.id in self.evaluation.counts or info.id in gone}
        for each in self.also:
            infos |= each.rules
        return infos

    def _scanned(self) -> judging.ScanData:
        """What frameworks are assessed by."""
        return judging.ScanData(
            self.read.inputs,
            self.read.subjects,
            self.together.derived,
            self.findings,
            self.evaluation.counts,
            self.evaluation.by_subject,
            self.evaluation.within,
            strict_documents=self.options.strict_documents,
            lost=self.together.lost,
            lists_passes=self.options.include_passes and self.comparison is None,
            accepted={each.waiver.id: each.waiver.controls for each in self.waivers.results if each.is_in_force},
        )

    def _idle(self, *, applies: bool) -> str:
        """Why nothing was judged, where nothing was."""
        if not applies:
            return "the frameworks do not apply to the scanned files"
        return "" if any(self.evaluation.counts.values()) else "no rule applies to the scanned files"

    def _verdict(self, findings: Sequence[Finding], *, applies: bool) -> Verdict:
        return gate.judge(
            self.read.inputs,
            findings,
            self.options.fail_on,
            allow_incomplete=self.options.allow_incomplete,
            idle=self._idle(applies=applies),
            strict_documents=self.options.strict_documents,
            before=self.before,
        )


def evaluate(
    paths: Sequence[str] | sources.Scope,
    options: Options,
    watch: Callable[[Input], object] | None = None,
    shared: Shared | None = None,
    *,
    met: Iterable[sources.Source] | None = None,
    reported: bool = True,
    meanwhile: Callable[[ScanRules], object] | None = None,
) -> Evaluated:
    """Read files and folders, or what a scope holds, and evaluate the rules; raises as `scan` does.

    `met` are the sources of the scope, if they are read already.
    What is not `reported` is not searched for credentials. `shared` is what an earlier scan with the same rules used.
    `meanwhile` prepares what will be needed later, while other processes read files.
    """
    by = shared.by if shared else scan_rules(options)
    where = _scope(paths, options)
    if shared and where.tree:
        where = replace(where, tree=replace(where.tree, known=shared.memory.contents))
    accepted = waiving.prepare(options, by, str(where.root))
    noted = accepted.reads() if accepted else ()
    ready = shared.ready(options, noted) if shared else prepare(by, options, noted)
    local, joined, work, compares = ready.local, ready.joined, ready.work, ready.compares
    reuse = _reuse(where, by, options, shared.memory if shared else None)
    met = sources_of(where, options) if met is None else met
    told = replace(options, git_commit=where.tree.commit) if where.tree else options
    read = read_files(met, ready, told, reuse, watch, meanwhile and partial(meanwhile, by), counted=reported)
    read.leave_out_present(str(where.root), whole=where.whole)
    judged = JudgedObjects(by.everything.rules, read.subjects if by.engines else (), joined)
    also = [engine.assess(read.handed.get(engine.name, ()), judged.answer) for engine in by.engines]
    stage = JoinedStage(
        joined,
        by.policies,
        options.limits,
        include_passes=options.include_passes,
        foreign=bool(options.rule_folders),
        jobs=options.jobs,
    )
    whole = where.whole and inputs.unread_kinds(read.inputs)  # so that what is missing does not exist
    together = JoinedResult()
    if compares:
        known = reuse.joined(joined, work.kept, work, whole=whole, unused=read.unused) if work.kept else None
        together = stage.run(
            read.subjects,
            whole=whole,
            size=read.size,
            unused=read.unused,
            kept=known,
            meanwhile=read.prepare if reported else None,
        )
    if reported and together.harmless:
        read.searched.take_harmless(together.evaluation.findings)
    evaluation = read.finished(together.evaluation, also, include_passes=options.include_passes)
    listed = list_of(evaluation, dict(evaluation.counts)) if options.lists_subjects else None
    evaluation.findings = with_lowered(
        evaluation.findings, by.rules.rules, read.subjects, together.derived, defaults=read.talos.defaults
    )
    infos = [rule.info for rule in by.rules.rules]
    findings = separate_findings(evaluation, read.shared, infos, options.context, read.uses(whole=where.whole))
    waived = AppliedWaivers()
    if accepted:
        about = local.like(accepted.rules)
        whole_tree = where.whole and waiving.covers(where.paths, options)
        findings, waived = accepted.apply(findings, read.subjects, read.contents, evaluation, about, whole=whole_tree)
        listed = listed and listed.with_rules(evaluation, [rule.info.id for rule in accepted.rules])
    strict = options.strict_documents
    read.inputs, configuration = gate.accept(read.inputs, options.configuration, strict=strict, whole=where.whole)
    read.inputs = with_copies(in_context(read.inputs, options.context))
    changed = replace(options, configuration=configuration)
    return Evaluated(changed, by, where, read, also, together, evaluation, findings, waived, listed=listed)


def _scope(paths: Sequence[str] | sources.Scope, options: Options) -> sources.Scope:
    place = options.configuration.place("paths")
    return paths if isinstance(paths, sources.Scope) else sources.scope(paths, options.selection, place)


def _reuse(where: sources.Scope, by: ScanRules, options: Options, memory: inputs.Memory | None) -> inputs.Reuse:
    """What reuses results of earlier runs, where the options allow that."""
    settings = (options.include_passes, options.kubernetes_version, options.context or "")
    kept = options.cache_folder if options.reuse and not options.lists_subjects else None
    return inputs.Reuse(kept, where.tops, settings, by.own, memory)
