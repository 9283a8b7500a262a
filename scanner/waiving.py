"""The waivers of a scan: read before its files, compared with its findings, and reported by rules of their own."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from scanner.errors import UsageError
from scanner.facts.step import FieldRead
from scanner.findings import in_order
from scanner.model import Finding, Subject
from scanner.options import Options
from scanner.policy.evaluate import Evaluation, Evaluator
from scanner.policy.rule import Rule
from scanner.rule_ids import RuleIds
from scanner.scan_rules import ScanRules
from scanner.waived import AppliedWaivers, WaiverResult, Waivers


class Waiving(Struct, frozen=True):
    """What a scan accepts findings by."""

    file: Waivers
    today: date
    inline: bool
    ids: RuleIds
    proposed: tuple[WaiverResult, ...]
    """Waivers of a change, which cover nothing."""
    texts: Mapping[str, bytes]
    """Path -> what the file of waivers contains, for excerpts."""
    rules: tuple[Rule, ...]
    """Those about waivers; they run whatever was selected, unless they are skipped or switched off."""

    def reads(self) -> Sequence[FieldRead]:
        """What is read of subjects."""
        from scanner.gate.waivers import inline

        return inline.READS if self.inline else ()

    def apply(
        self,
        findings: Sequence[Finding],
        read: Sequence[Subject],
        contents: dict[str, bytes],
        evaluation: Evaluation,
        evaluator: Evaluator,
    ) -> tuple[list[Finding], AppliedWaivers]:
        """The findings with their waivers and with those about waivers, and what became of each waiver.

        The outcomes of rules about waivers are added to those of the scan, and the text of the file to its texts.
        """
        from scanner.gate.waivers import apply, inline
        from scanner.gate.waivers.subjects import subjects

        file = self.file
        if self.inline:
            settings = inline.InlineSettings(self.ids, self.today, file.max_life)
            found = inline.waivers(read, contents, settings)
            file = replace(file, entries=(*file.entries, *found))
        applied = apply(file, findings, self.today)
        about = evaluator.evaluate(subjects(applied.results))
        evaluation.merge(about)
        for path, content in self.texts.items():
            contents.setdefault(path, content)
        results = (*applied.results, *self.proposed)
        told = AppliedWaivers(file.file, file.sha256, file.named, str(self.today), file.max_life, self.inline, results)
        return in_order((*applied.findings, *about.findings)), told


def prepare(options: Options, by: ScanRules, root: str) -> Waiving | None:
    """What a scan accepts findings by, None where it accepts none.

    Raises PackError for a file that is not a list of waivers, UsageError without the day of the scan.
    """
    given, change = options.waivers, options.proposed_waivers
    if given is None and change is None and not options.inline_ignores:
        return None
    if options.today is None:
        raise UsageError("waivers need the date of the scan", hint="--today YYYY-MM-DD")
    file, texts = Waivers(), {}
    added: tuple[WaiverResult, ...] = ()
    if given or change:
        from scanner.gate.waivers import owners, proposed, read

        if given:
            given = replace(given, owners=owners.read(root)) if given.owners is None else given
            file = read(given, by.rules.ids, _shown(given.path, root))
            texts = {file.file: given.content}
        if change:
            added = proposed(file, read(change, by.rules.ids, _shown(change.path, root)))
    return Waiving(file, options.today, options.inline_ignores, by.rules.ids, added, texts, by.about_waivers)


def _shown(path: str, root: str) -> str:
    """The path of a file from the root of the scan; as it was given where it is outside."""
    name = os.path.relpath(os.path.abspath(path), root)
    return path if name.startswith("..") else name.replace(os.sep, "/")
