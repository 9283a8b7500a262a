"""The whole story of a scan in one function, and the public API."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from scanner import __version__, documents, facts, gate, library, sources, subjects
from scanner.errors import UnreadableError, UsageError
from scanner.frameworks import assess, catalogue
from scanner.model import Finding, Input, InputStatus, Outcome, Run, Scan, Severity, Subject
from scanner.policy import pack
from scanner.policy.evaluate import NEWEST_KUBERNETES, Evaluation, Evaluator
from scanner.sources import STDIN_NAME, Source


@dataclass(frozen=True, slots=True)
class Options:
    """How to scan. Clock, environment and folders come in here, so that a scan repeats byte for byte."""

    profile: str = "default"
    frameworks: tuple[str, ...] = ()
    """Ids, `id@edition` or families; all where none is named."""
    fail_on: Severity = Severity.LOW
    allow_incomplete: bool = False
    include_passes: bool = False
    kubernetes_version: str = f"1.{NEWEST_KUBERNETES}"
    rule_folders: tuple[Path, ...] = ()
    """Folders of further rules."""
    cache_folder: Path | None = None
    started: str = ""
    """When the run began, in RFC 3339; empty where the caller does not want it said."""
    arguments: tuple[str, ...] = ()
    git_commit: str = ""
    git_dirty: bool | None = None


@dataclass(slots=True)
class _Read:
    """What the inputs of a scan hold."""

    inputs: list[Input] = field(default_factory=list)
    subjects: list[Subject] = field(default_factory=list)
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)


def scan(paths: Sequence[str], options: Options | None = None) -> Scan:
    """Scan files and folders (`-` is standard input) and return everything that reports are made from.

    Raises UsageError for a path, profile or framework that does not exist and PackError for a rule that is wrong.
    What is wrong with an input is never raised: it stands in `inputs`.
    """
    options = options or Options()
    minor = _minor(options.kubernetes_version)
    cache = library.Cache(options.cache_folder)
    rules = pack.load(options.profile, cache, options.rule_folders)
    chosen = catalogue.choose(catalogue.load(cache), options.frameworks)

    where = sources.scope(paths)
    read = _read_all(sources.collect(where))
    facts.derive(read.subjects, whole=where.whole)
    evaluator = Evaluator(rules.rules, include_passes=options.include_passes, kubernetes_minor=minor)
    evaluation = evaluator.evaluate(read.subjects)
    findings = _in_order(evaluation.findings)

    infos = {rule.info.id: rule.info for rule in rules.rules if rule.info.id in evaluation.counts}
    links = assess.links(chosen, infos.values())
    assessed = [(item, assess.assess(item, evaluation.counts, findings, links)) for item in chosen]
    told = {finding.location.path for finding in findings} | {
        related.location.path for finding in findings for related in finding.related
    }
    return Scan(
        run=_run(options, library.combine(rules.digest, catalogue.digest_of_data())),
        inputs=tuple(read.inputs),
        findings=tuple(findings),
        rules=infos,
        links=links,
        assessments=tuple(assessment for _, assessments in assessed for assessment in assessments),
        frameworks=tuple(assess.summarise(item, assessments) for item, assessments in assessed),
        outcomes=_outcomes(evaluation),
        verdict=gate.judge(read.inputs, findings, options.fail_on, allow_incomplete=options.allow_incomplete),
        texts={path: lines for path, lines in read.texts.items() if path in told},
    )


def _read_all(found: Iterable[Source]) -> _Read:
    read = _Read()
    for source in found:
        item, subjects_found, text = read_source(source)
        read.inputs.append(item)
        read.subjects.extend(subjects_found)
        if text:
            read.texts[item.path] = tuple(text.split("\n"))
    return read


def read_source(source: Source) -> tuple[Input, tuple[Subject, ...], str]:
    """What one input is, the subjects in it, and its text where it holds any: a pure function of the file."""
    if source.skipped:
        return Input(source.path, "", 0, InputStatus.SKIPPED, source.skipped), (), ""
    if source.unreadable:
        return Input(source.path, "", 0, InputStatus.UNREADABLE, source.unreadable), (), ""
    digest, size = hashlib.sha256(source.content).hexdigest(), len(source.content)
    if not documents.is_text(source.content):
        return Input(source.path, digest, size, InputStatus.SKIPPED, "not text"), (), ""
    try:
        text = documents.decode(source.content)
    except UnreadableError as error:
        status = InputStatus.UNREADABLE if documents.is_ours(source.path) else InputStatus.SKIPPED
        return Input(source.path, digest, size, status, error.message, error.line), (), ""
    reader = documents.read_stream if source.path == STDIN_NAME else documents.read
    reading = subjects.recognise(reader(source.path, text))
    status, reason, line = _status(reading)
    item = Input(source.path, digest, size, status, reason, line, reading.formats, len(reading.subjects))
    return item, reading.subjects, text


def _status(reading: subjects.Reading) -> tuple[InputStatus, str, int]:
    """What became of an input, why, and the line of its first fault."""
    if reading.faults:
        first, more = reading.faults[0], len(reading.faults) - 1
        others = f" (and {more} more)" if more else ""
        return InputStatus.UNREADABLE, f"{first.message} at line {first.line}{others}", first.line
    noted = ", ".join(str(note.line) for note in reading.notes)
    note = f"code blocks that are not valid YAML or JSON at line {noted}" if noted else ""
    if reading.foreign:
        return InputStatus.SKIPPED, "; ".join(part for part in (reading.foreign, note) if part), 0
    return InputStatus.ASSESSED, note, 0


def _in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by place, with the fingerprint of a repeated one made its own by counting."""
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
        if (times := seen[finding.fingerprint]) > 1:
            repeated = hashlib.sha256(f"{finding.fingerprint}:{times}".encode()).hexdigest()[:32]
            ordered[index] = replace(finding, fingerprint=repeated)
    return ordered


def _outcomes(evaluation: Evaluation) -> dict[str, int]:
    total = Counter({outcome.value: 0 for outcome in Outcome})
    for counts in evaluation.counts.values():
        total.update({outcome.value: number for outcome, number in counts.items()})
    return dict(total)


def _minor(version: str) -> int:
    major, _, minor = version.removeprefix("v").partition(".")
    if major != "1" or not minor.isdigit():
        message = f"not a Kubernetes version: {version!r}"
        raise UsageError(message, hint=f"write it as 1.{NEWEST_KUBERNETES}")
    return int(minor)


def _run(options: Options, digest: str) -> Run:
    return Run(
        version=__version__,
        started=options.started,
        ended="",
        arguments=options.arguments,
        profile=options.profile,
        kubernetes_version=options.kubernetes_version,
        fail_on=options.fail_on,
        pack_digest=digest,
        git_commit=options.git_commit,
        git_dirty=options.git_dirty,
    )
