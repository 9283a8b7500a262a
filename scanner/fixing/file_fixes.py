"""The fixes of one file.

They are applied together and verified by reading the result again; those that fail are dropped one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from scanner import documents, subjects
from scanner.documents import Document, edits
from scanner.documents.layout import Layout
from scanner.errors import UneditableError
from scanner.fixing.proof import Proof, compared, least, snapshot
from scanner.inputs.editing import fix_writer, newline
from scanner.limits import Limits
from scanner.marks import holds, start_of
from scanner.model import Finding, Subject
from scanner.places import Edit, Fix
from scanner.policy.evaluate import Evaluation, Evaluator
from scanner.policy.fix import ApplicableFix, base_of
from scanner.policy.fix_edits import CODE_BLOCK, path_to, with_change
from scanner.sources import File

_ROUNDS = 3
"""How often a fixed file is evaluated again; otherwise a rule that always finds something new would never end."""
_BOM = b"\xef\xbb\xbf"


PlacedRule: TypeAlias = tuple[str, int, int]
"""A rule with the line and the column of a finding."""


def placed(finding: Finding) -> PlacedRule:
    """The rule and the place of a finding."""
    return finding.rule, finding.location.line, finding.location.column


class FixSelection(Struct, frozen=True):
    """Which fixes are wanted."""

    unsafe: bool = False
    """Also those that may change behaviour that works today."""
    rules: frozenset[str] = frozenset()
    """Only those of some rules; of all where none is named."""
    without: frozenset[str] = frozenset()
    """Not those of some rules."""
    accepted: frozenset[tuple[str, str]] = frozenset()
    """Not those of findings that a waiver covers: path and fingerprint."""
    places: Mapping[str, frozenset[PlacedRule]] = field(default_factory=dict)
    """In some files, only those of rules at their lines and columns."""
    passed: frozenset[tuple[str, str]] = frozenset()
    """Not those of findings with a rule and a fingerprint."""

    def includes(self, finding: Finding) -> bool:
        """Whether a finding has a fix of a rule that is wanted, safe or not."""
        places = self.places.get(finding.location.path)
        return (
            finding.fix is not None
            and (not self.rules or finding.rule in self.rules)
            and finding.rule not in self.without
            and (finding.location.path, finding.fingerprint) not in self.accepted
            and (places is None or placed(finding) in places)
            and (finding.rule, finding.fingerprint) not in self.passed
        )

    def later(self, path: str, first: Iterable[Finding]) -> FixSelection:
        """What is wanted of a file after a change, of which the first findings are known."""
        if path not in self.places:
            return self
        known = frozenset((finding.rule, finding.fingerprint) for finding in first if finding.fix)
        return replace(self, places={}, passed=known)

    def makes(self, finding: Finding) -> bool:
        """Whether the fix of a finding is to be made."""
        return self.includes(finding) and finding.fix is not None and (finding.fix.safe or self.unsafe)


class SkippedFix(Struct, frozen=True):
    """A finding whose fix is not made, and why."""

    finding: Finding
    reason: str


class FixResult(Struct, frozen=True):
    """One file with its fixes."""

    path: str
    before: bytes
    after: bytes
    fixed: tuple[Finding, ...] = ()
    skipped: tuple[SkippedFix, ...] = ()
    caused: tuple[Finding, ...] = ()
    """Findings that the fixes cause, each less severe than what its fix resolves."""
    failed: str = ""
    """Why the file could not be worked on."""


class _Candidate(Struct, frozen=True):
    """One fix, and where it belongs."""

    finding: Finding
    fix: Fix
    applicable: ApplicableFix

    @property
    def subject(self) -> Subject:
        """The subject that fails."""
        return self.applicable.subject


class _State(Struct):
    """A text as the rules see it."""

    documents: list[Document]
    findings: list[Finding]
    faults: int


def fix_file(
    source: File, local: Evaluator, selection: FixSelection, limits: Limits, deploy_target: str = ""
) -> Iterator[FixResult]:
    """The one file with those fixes made in it that clear their finding and bring no other.

    A fix may make another possible, so the result is gone over again until nothing more can be done.
    """
    first = _File(source, local, limits, deploy_target)
    result = first.result(selection)
    selection = selection.later(source.path, first.findings)
    for _ in range(_ROUNDS if result.fixed else 0):
        more = _File(replace(source, content=result.after), local, limits, deploy_target).result(selection)
        if not more.fixed:
            break
        fixed, done = (*result.fixed, *more.fixed), {(each.rule, each.fingerprint) for each in more.fixed}
        caused = tuple(each for each in result.caused if (each.rule, each.fingerprint) not in done) + more.caused
        result = replace(result, after=more.after, fixed=fixed, skipped=more.skipped, caused=caused)
    yield result


class _File:
    """The work on one file."""

    def __init__(self, source: File, local: Evaluator, limits: Limits, deploy_target: str) -> None:
        self._source, self._local, self._limits = source, local, limits
        self._deploy_target = deploy_target
        self._mark = _BOM if source.content.startswith(_BOM) else b""
        self._layout = Layout(documents.decode(source.content))
        self._newline = newline(source.content)
        self.findings: tuple[Finding, ...] = ()
        """Those of the file as it is, once it was read."""

    def result(self, selection: FixSelection) -> FixResult:
        """Try the selected fixes together, then in halves down to those that fail alone."""
        wanted = [
            candidate
            for candidate in self._candidates()
            if selection.makes(candidate.finding) and candidate.fix.why_not != CODE_BLOCK
        ]
        skipped = [
            SkippedFix(candidate.finding, candidate.fix.why_not) for candidate in wanted if candidate.fix.why_not
        ]
        groups = [[candidate for candidate in wanted if not candidate.fix.why_not]]
        kept: list[_Candidate] = []
        content = self._source.content
        caused: tuple[Finding, ...] = ()
        self.findings = tuple(self._state.findings)
        while groups:
            group = groups.pop()
            after, proof = self._try(kept, group, caused) if group else (content, Proof(caused=caused))
            if not proof.objection:
                kept, content, caused = [*kept, *group], after, proof.caused
            elif len(group) == 1:
                skipped.append(SkippedFix(group[0].finding, proof.objection))
            else:
                half = len(group) // 2
                groups += [group[half:], group[:half]]
        fixed = tuple(candidate.finding for candidate in kept)
        return FixResult(self._source.path, self._source.content, content, fixed, tuple(skipped), caused)

    def _read(self, content: bytes) -> tuple[_State, Evaluation]:
        """The data and the outcomes of a content, for the rules that look at one subject."""
        parts = list(documents.read(self._source.path, documents.decode(content), self._limits))
        recognition = subjects.Recognition(parts, deploy_target=self._deploy_target)
        evaluation = self._local.evaluate(recognition)
        held = [part for part in parts if isinstance(part, Document)]
        faults = len(parts) - len(held) + len(recognition.reading().faults)
        return _State(held, evaluation.findings, faults), evaluation

    def _candidates(self) -> Iterator[_Candidate]:
        """The failures that have a fix."""
        self._state, evaluation = self._read(self._source.content)
        fix_writer(self._source).attach(evaluation)
        self._snapshot = snapshot(evaluation.findings)
        for applicable in evaluation.fixes:
            finding = evaluation.findings[applicable.finding]
            if finding.fix:
                yield _Candidate(finding, finding.fix, applicable)

    def _try(
        self, kept: Sequence[_Candidate], more: Sequence[_Candidate], caused: Sequence[Finding]
    ) -> tuple[bytes, Proof]:
        """The content with more fixes applied than were kept, which caused some findings, or why it is refused."""
        chosen = [*kept, *more]
        try:
            after, wanted = self._edited(chosen)
        except UneditableError as error:
            return b"", Proof(error.message)
        state, _ = self._read(after)
        said = [document.root.value for document in state.documents]
        if state.faults != self._state.faults or not edits.same(said, wanted):
            return b"", Proof("the fix would change other places")
        worth = least(each.finding for each in more)
        resolved = (each.finding for each in chosen)
        return after, compared(self._snapshot, snapshot(state.findings), resolved, worth=worth, known=caused)

    def _edited(self, chosen: Sequence[_Candidate]) -> tuple[bytes, list[Any]]:
        """The content with fixes applied, and the data that each document should have then."""
        wanted: list[Any] = []
        made: list[Edit] = []
        for document in self._state.documents:
            own = [candidate for candidate in chosen if _holds(document, candidate.subject)]
            value = _fixed(document, own)
            wanted.append(value)
            if own:
                made += edits.rewrite(self._layout, document.root, value)
        text = self._source.content.removeprefix(self._mark).decode()
        after = edits.apply(text, (_ended(edit, self._newline) for edit in made))
        return self._mark + after.encode(), wanted


def _fixed(document: Document, chosen: Sequence[_Candidate]) -> Any:
    """The data of a document with fixes made; the last items first, for a list may shrink."""
    value, gone = document.root.value, set()
    for candidate in sorted(chosen, key=_order, reverse=True):
        path = path_to(document.root, candidate.subject.marks[base_of(candidate.subject)])
        rule_fix, item = candidate.applicable.rule_fix, candidate.applicable.item
        place = (path, item)
        if place not in gone:
            value = with_change(value, path, partial(rule_fix.applied, item=item))
        if rule_fix.removes_item:
            gone.add(place)
    return value


def _holds(document: Document, subject: Subject) -> bool:
    mark, inner = document.root.mark, subject.marks[base_of(subject)]
    return mark is not None and holds(mark, start_of(inner))


def _order(candidate: _Candidate) -> tuple[tuple[int, str], ...]:
    return tuple((int(part) if part.isdecimal() else -1, part) for part in candidate.applicable.item)


def _ended(edit: Edit, newline: str) -> Edit:
    """An edit whose lines end as those of the file."""
    return edit if newline == "\n" else replace(edit, text=edit.text.replace("\n", newline))
