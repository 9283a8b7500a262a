"""The waivers of a scan: read before its files, compared with its findings, and reported by rules of their own."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scanner.errors import UsageError
from scanner.facts.step import FieldRead
from scanner.findings import in_order
from scanner.model import Finding, Input, InputStatus, Subject
from scanner.options import Options
from scanner.policy.evaluate import Evaluation, Evaluator
from scanner.policy.rule import Rule
from scanner.rule_ids import RuleIds
from scanner.scan_rules import ScanRules
from scanner.waived import AppliedWaivers, WaiverResult, Waivers, WaiverState

if TYPE_CHECKING:
    from scanner.gate.waivers import Applied


def with_waivers(inputs: Sequence[Input], waivers: AppliedWaivers) -> tuple[Input, ...]:
    """The inputs with the waivers that the scan read from them among their subjects."""
    numbers = Counter(each.waiver.location.path for each in waivers.results)
    return tuple(_with_waivers(item, numbers[item.path]) if numbers[item.path] else item for item in inputs)


def _with_waivers(item: Input, number: int) -> Input:
    skipped = item.status is InputStatus.SKIPPED
    reason = f"{item.reason}, which this scan read" if skipped else item.reason
    return replace(item, subjects=item.subjects + number, reason=reason)


class Waiving(Struct, frozen=True):
    """What a scan accepts findings by."""

    file: Waivers
    today: date
    inline: bool
    ids: RuleIds
    texts: Mapping[str, bytes]
    """Path -> what the file of waivers contains, for excerpts."""
    rules: tuple[Rule, ...]
    """Those about waivers; they run whatever was selected, unless they are skipped or switched off."""

    def reads(self) -> Sequence[FieldRead]:
        """What is read of subjects."""
        from scanner.gate.waivers import inline

        return inline.READS if self.inline else ()

    def accepted(
        self, findings: Sequence[Finding], read: Sequence[Subject], contents: Mapping[str, bytes]
    ) -> Sequence[Finding]:
        """The findings that a waiver in force covers, each with its id."""
        return [each for each in self._applied(findings, read, contents)[1].findings if each.waiver]

    def _applied(
        self, findings: Sequence[Finding], read: Sequence[Subject], contents: Mapping[str, bytes]
    ) -> tuple[Waivers, Applied]:
        """All waivers, and what they came to."""
        from scanner.gate.waivers import apply, inline

        file = self.file
        if self.inline:
            settings = inline.InlineSettings(self.ids, self.today, file.max_life)
            found = inline.waivers(read, contents, settings)
            file = replace(file, entries=(*file.entries, *found))
        return file, apply(file, findings, self.today)

    def apply(
        self,
        findings: Sequence[Finding],
        read: Sequence[Subject],
        contents: dict[str, bytes],
        evaluation: Evaluation,
        evaluator: Evaluator,
        *,
        whole: bool,
    ) -> tuple[list[Finding], AppliedWaivers]:
        """The findings with their waivers and with those about waivers, and what became of each waiver.

        `whole` says that all files below the waivers were scanned: a waiver may be about what lies elsewhere.
        The outcomes of rules about waivers are added to those of the scan, and the text of the file to its texts.
        """
        from scanner.gate.waivers.subjects import subjects

        file, applied = self._applied(findings, read, contents)
        about, rules = evaluator.evaluate(subjects(applied.results)), frozenset(evaluation.counts)
        evaluation.merge(about)
        for path, content in self.texts.items():
            contents.setdefault(path, content)
        results = tuple(_with_cause(each, rules, whole=whole) for each in applied.results)
        told = AppliedWaivers(file.file, file.sha256, file.named, str(self.today), file.max_life, self.inline, results)
        return in_order((*applied.findings, *about.findings)), told


def _with_cause(result: WaiverResult, rules: Collection[str], *, whole: bool) -> WaiverResult:
    """A waiver that no finding matches, with why that may be so although it is right. `rules` had an outcome."""
    if result.state is not WaiverState.UNUSED:
        return result
    if not whole:
        return replace(result, why="no finding matches it in the part that was scanned")
    return result if result.waiver.rule in rules else replace(result, why="its rule had nothing to judge in this scan")


def prepare(options: Options, by: ScanRules, root: str) -> Waiving | None:
    """What a scan accepts findings by, None where it accepts none.

    Raises PackError for a file that is not a list of waivers, UsageError without the day of the scan.
    """
    if options.waivers is None and not options.inline_ignores:
        return None
    if options.today is None:
        raise UsageError("waivers need the date of the scan", hint="--today YYYY-MM-DD")
    file, texts = Waivers(), {}
    if options.waivers:
        from scanner.gate.waivers import owners, read

        given = options.waivers
        given = replace(given, owners=owners.read(root)) if given.owners is None else given
        file = read(given, by.rules.ids, shown(given.path, root))
        texts = {file.file: options.waivers.content}
    return Waiving(file, options.today, options.inline_ignores, by.rules.ids, texts, by.about_waivers)


def covers(paths: Sequence[str], options: Options) -> bool:
    """Whether one of the folders that are scanned holds the file of waivers, where there is one."""
    file = os.path.abspath(options.waivers.path) if options.waivers else ""
    return not file or any(file.startswith(os.path.join(os.path.abspath(path), "")) for path in paths)


def shown(path: str, root: str) -> str:
    """The path of a file from the root of the scan; as it was given where it is outside."""
    name = os.path.relpath(os.path.abspath(path), root)
    return path if name.startswith("..") else name.replace(os.sep, "/")
