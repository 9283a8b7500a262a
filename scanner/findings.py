"""The findings of a scan, each once, in order and without credentials, and the lines that they point into."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from msgspec import Struct, field
from msgspec.structs import replace

from scanner import counted_severity, documents, repeated_findings, unknown_causes
from scanner.contexts import SET_ASIDE, Context, context_of, is_set_aside
from scanner.controls import Assessment, ControlLink, FrameworkSummary
from scanner.facts.setting import OBJECTS
from scanner.finished_scan import Scan
from scanner.inputs import Portion
from scanner.masking import harmless, hidden, mask_all, sealed
from scanner.model import CREDENTIALS, SEVERITIES, Finding, Input, InputStatus, RuleInfo
from scanner.options import Options
from scanner.places import Fix, Location
from scanner.policy.evaluate import Counts, Evaluation
from scanner.policy.tuning import Tuning
from scanner.texts_within import Masked, texts_of

_NOTHING_KNOWN = counted_severity.Uses()


def separate_findings(
    evaluation: Evaluation,
    shared: Collection[str],
    rules: Sequence[RuleInfo] = (),
    context: Context | None = None,
    known: counted_severity.Uses = _NOTHING_KNOWN,
) -> list[Finding]:
    """The findings, in order, each with the severity that counts: each object that is built has its own.

    `shared` are the files that several overlays use, `rules` those that ran. `context` is what all inputs count as;
    None where their paths decide. `known` is what other files show of the use of a file.
    """
    once = {rule.id: rule.lists for rule in rules if rule.once in ("input", "setup", "scan") or rule.lists}
    found = repeated_findings.merged(_once(evaluation, shared), evaluation, once)
    about_credentials = {rule.id for rule in rules if CREDENTIALS in rule.objectives}
    return counted_severity.counted(in_order(found), about_credentials, context, known)


def in_context(inputs: Iterable[Input], context: Context | None) -> list[Input]:
    """Inputs with what they are used for."""
    told = [(item, context or context_of(item.path)) for item in inputs]
    known = [item if own is item.context else replace(item, context=own) for item, own in told]
    return known if context else [_with_reason(item) for item in known]


def _with_reason(item: Input) -> Input:
    """An input whose objects are not assessed because of its name says so."""
    if item.status is not InputStatus.ASSESSED or not is_set_aside(item.path) or not _holds_objects(item):
        return item
    return replace(item, reason="; ".join(filter(None, (item.reason, SET_ASIDE))))


def _holds_objects(item: Input) -> bool:
    return any(kind.startswith(OBJECTS) for kind in item.kinds)


class Searched(Struct):
    """What was searched for credentials before all findings are known, while other processes worked."""

    texts: set[str] = field(default_factory=set)
    """Texts of findings that hold none."""
    lines: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The masked lines of inputs that findings point into."""
    clean: set[str] = field(default_factory=set)
    """Paths of inputs whose text holds no credential."""
    known: list[Input | Finding] = field(default_factory=list)
    """What was searched where it arose and holds none."""
    waiting: list[Input | Finding] = field(default_factory=list)
    """What is to be searched."""

    def take(self, path: str, given: Sequence[Portion]) -> None:
        """Take what the work on a file gave."""
        last = given[-1]
        some = self.known if last.harmless else self.waiting
        for portion in given:
            some.extend(portion.evaluation.findings)
            some.extend((portion.input,) if portion.input else ())
        if last.clean:
            self.clean.add(path)

    def search(self, contents: Mapping[str, bytes]) -> None:
        """Search what was taken, and the lines that its findings point into."""
        self.texts = harmless(self.waiting, self.known)
        findings = [each for each in chain(self.known, self.waiting) if isinstance(each, Finding)]
        self.lines = dict(source_lines(findings, contents, self))

    def take_harmless(self, findings: Iterable[Finding]) -> None:
        """Take findings that were searched elsewhere and hold none."""
        self.texts |= texts_of(findings)


def masked_scan(scan: Scan, options: Options, searched: Searched) -> Scan:
    """A scan without credentials: the one boundary between what was read and every report.

    The texts of rules and catalogues are those that are shipped, unless the options name others.
    """
    own = (options.rule_folders, options.framework_files, options.policies, options.scope, options.other_engines)
    known = () if any(own) or options.tuning != Tuning() else _SHIPPED
    unsaid = [_without_edits(finding, searched.texts) for finding in scan.findings]
    return sealed(replace(scan, findings=tuple(unsaid)), known, searched.texts)


_SHIPPED = (RuleInfo, ControlLink, Assessment, FrameworkSummary)
_NOT_TOLD = "the new text contains what looks like a credential, so it is not shown; `assay fix` writes it"


def _without_edits(finding: Finding, searched: Collection[str]) -> Finding:
    """The finding without the edits of its fix where these hold a credential: masked, they would do damage."""
    fix = finding.fix
    if fix is None or all(edit.text in searched or hidden(edit.text) == edit.text for edit in fix.edits):
        return finding
    return replace(finding, fix=Fix(fix.safe, fix.words, why_not=_NOT_TOLD))


def source_lines(findings: Iterable[Finding], contents: Mapping[str, bytes], searched: Searched) -> Masked:
    """The lines of the inputs that findings point into."""
    told = {place.path for finding in findings for place in (finding.location, *_others(finding))}
    known = searched.lines
    lines = lines_of([path for path in told if path in contents and path not in known], contents, searched.clean)
    return Masked((path, known.get(path) or lines[path]) for path in sorted(told) if path in contents)


def lines_of(paths: Iterable[str], contents: Mapping[str, bytes], clean: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The masked lines of some inputs; the text of the `clean` ones holds no credential."""
    texts = {path: documents.decode(contents[path]) for path in paths}
    unclean = [path for path in texts if path not in clean]
    texts.update(zip(unclean, mask_all([texts[path] for path in unclean]), strict=True))
    return {path: tuple(text.split("\n")) for path, text in texts.items()}


def _others(finding: Finding) -> Iterator[Location]:
    return (related.location for related in finding.related)


def _once(evaluation: Evaluation, shared: Collection[str]) -> Iterable[Finding]:
    """The findings, of equal ones at one place the first."""
    kept: dict[object, Finding] = {}
    for finding in evaluation.findings:
        key: object = (finding.rule, finding.outcome, finding.location, finding.message, finding.subject_id)
        if _is_shared(finding, shared):
            key = len(kept)
        if key in kept:
            _count_off(evaluation.counts, finding)
        kept.setdefault(key, finding)
    return kept.values()


_NONE: Mapping[str, str] = {}


def merged_findings(
    findings: Sequence[Finding],
    shared: Collection[str],
    counts: Counts | None = None,
    grouped: Mapping[str, str] = _NONE,
) -> Sequence[Finding]:
    """The findings as reports show them: of a line that several overlays build, one for all of them.

    Of the `grouped` rules there is one for each `subject`, for equal ones of a `setup`, for all `copies` and so on; of
    unknown outcomes one for each cause. Those that a comparison or a waiver treats differently stay apart. The others
    are taken off the counts.
    """
    findings = unknown_causes.of_one_cause(repeated_findings.grouped(findings, grouped, counts), counts)
    if not shared:
        return findings
    groups: dict[object, list[Finding]] = {}
    times: Counter[object] = Counter()
    for number, finding in enumerate(findings):
        key: object = number
        if _is_shared(finding, shared):
            place = (finding.rule, finding.outcome, finding.location, *_without_name(finding))
            told = (finding.waiver, finding.baseline_state, finding.cause)
            times[finding.overlay, place, told] += 1  # several objects of one overlay may stand at one place
            key = (place, told, times[finding.overlay, place, told])
            if counts is not None and key in groups:
                _count_off(counts, finding)
        groups.setdefault(key, []).append(finding)
    if len(groups) == len(findings):
        return findings
    return in_order(_merged(group) if len(group) > 1 else group[0] for group in groups.values())


def _merged(group: list[Finding]) -> Finding:
    first = min(group, key=lambda finding: (SEVERITIES.index(finding.severity), finding.overlay))
    return replace(first, built_by=tuple(sorted({finding.overlay for finding in group})))


def _is_shared(finding: Finding, shared: Collection[str]) -> bool:
    return bool(finding.overlay) and finding.location.path in shared


def _count_off(counts: Counts, finding: Finding) -> None:
    numbers = counts[finding.rule]
    counts[finding.rule] = {**numbers, finding.outcome: numbers[finding.outcome] - 1}


def _without_name(finding: Finding) -> tuple[str, str]:
    """The part of an object, and the message, without the name of the object, which overlays may change."""
    whole, _, part = finding.subject_name.partition(", ")
    name = whole.rpartition(" ")[2]
    return part, finding.message.replace(name, "") if name else finding.message


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by place, and of those with one fingerprint (copies of an object) which each is."""
    ordered = sorted(
        findings,
        key=lambda finding: (
            finding.location.path,
            finding.location.line,
            finding.location.column,
            finding.rule,
            finding.subject_id,
            finding.location.field,
        ),
    )
    seen: Counter[str] = Counter()
    for index, finding in enumerate(ordered):
        seen[finding.fingerprint] += 1
        if seen[finding.fingerprint] != finding.occurrence:
            ordered[index] = replace(finding, occurrence=seen[finding.fingerprint])
    return ordered
