"""The findings of a scan, each once, in order and without credentials, and the lines that they point into."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from msgspec import Struct, field
from msgspec.structs import replace

from scanner import documents, repeated_findings
from scanner.controls import Assessment, ControlLink, FrameworkSummary
from scanner.finished_scan import Scan
from scanner.inputs import Portion
from scanner.masking import Masked, harmless, hidden, mask_all, sealed
from scanner.model import Finding, Input, RuleInfo
from scanner.options import Options
from scanner.places import Fix, Location
from scanner.policy.evaluate import Evaluation
from scanner.policy.tuning import Tuning


def merged_findings(evaluation: Evaluation, shared: Collection[str], once: Collection[str] = ()) -> list[Finding]:
    """The findings as reports show them.

    `shared` are the files that several overlays use, `once` the rules that report a fault once for each input.
    """
    return in_order(repeated_findings.merged(_once(evaluation, shared), evaluation, once))


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


def masked_scan(scan: Scan, options: Options, searched: Searched) -> Scan:
    """A scan without credentials: the one boundary between what was read and every report.

    The texts of rules and catalogues are those that are shipped, unless the options name others.
    """
    own = (options.rule_folders, options.framework_files, options.policies, options.scope, options.engines[1:])
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
    new = {path: documents.decode(contents[path]) for path in told if path in contents and path not in known}
    unclean = [path for path in new if path not in searched.clean]
    new.update(zip(unclean, mask_all([new[path] for path in unclean]), strict=True))
    lines = {path: tuple(text.split("\n")) for path, text in new.items()}
    return Masked((path, known.get(path) or lines[path]) for path in sorted(told) if path in contents)


def _others(finding: Finding) -> Iterator[Location]:
    return (related.location for related in finding.related)


def _once(evaluation: Evaluation, shared: Collection[str]) -> list[Finding]:
    """The findings, each cause once: of a line that several overlays build, and of equal findings at one place."""
    kept: dict[tuple[object, ...], Finding] = {}
    built_by: dict[tuple[object, ...], list[str]] = {}
    times: Counter[tuple[str, tuple[object, ...]]] = Counter()
    for finding in evaluation.findings:
        key: tuple[object, ...] = (
            finding.rule,
            finding.outcome,
            finding.location,
            finding.message,
            finding.subject_id,
        )
        if finding.location.path in shared and finding.overlay:
            place = (finding.rule, finding.outcome, finding.location, *_without_name(finding))
            times[finding.overlay, place] += 1  # several objects of one overlay may stand at one place
            key = (*place, times[finding.overlay, place])
            built_by.setdefault(key, []).append(finding.overlay)
        if key in kept:
            numbers = evaluation.counts[finding.rule]
            evaluation.counts[finding.rule] = {**numbers, finding.outcome: numbers[finding.outcome] - 1}
        kept.setdefault(key, finding)
    return [
        replace(finding, built_by=tuple(sorted(set(built_by[key])))) if len(set(built_by.get(key, ()))) > 1 else finding
        for key, finding in kept.items()
    ]


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
        if seen[finding.fingerprint] > 1:
            ordered[index] = replace(finding, occurrence=seen[finding.fingerprint])
    return ordered
