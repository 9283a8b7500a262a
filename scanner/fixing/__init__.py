"""Fixes in files: the whole story in one function, the public API beside `scanner.scan.scan`; `writing` writes them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from scanner import files, library, rendering, sources
from scanner.errors import UsageError
from scanner.fixing.mending import Left, Mended, Wish, mend
from scanner.fixing.whole import Whole
from scanner.model import Finding, Input, InputStatus, Subject
from scanner.policy import pack
from scanner.policy.evaluate import Evaluator
from scanner.policy.fix_edits import CODE_BLOCK
from scanner.scan import Options, evaluators
from scanner.sources import Source

__all__ = ["Fixes", "Left", "Mended", "Wish", "fix"]


@dataclass(frozen=True, slots=True)
class Fixes:
    """What is to be written; nothing is written yet."""

    root: Path
    """The folder that paths are relative to."""
    inputs: tuple[Input, ...]
    files: tuple[Mended, ...]
    """Each file with something to fix, whether or not that can be done."""
    suggested: tuple[Left, ...]
    """Findings with a fix in what is never edited: charts, overlays, code blocks."""
    unsafe: int
    """Findings whose fix may change behaviour, where that was not wished for."""


@dataclass(slots=True)
class _Met:
    """What the first look at each file gave."""

    inputs: list[Input] = field(default_factory=list)
    subjects: dict[str, list[Subject]] = field(default_factory=dict)
    """Path -> those that rules about all subjects look at."""
    wanted: list[Source] = field(default_factory=list)
    suggested: list[Left] = field(default_factory=list)
    unsafe: int = 0


def fix(paths: Sequence[str], options: Options, wish: Wish, watch: Callable[[Input], object] | None = None) -> Fixes:
    """Work out the fixes of files; what does not clear its finding, or brings another, is left out and told.

    `watch` is called with each input when it was read.
    Raises UsageError for a path, profile or rule that does not exist, and for standard input and a Git revision, which
    have no file to write; PackError for a wrong rule.
    """
    if sources.STDIN in paths or options.selection.revision:
        raise UsageError("only files can be fixed", hint="name files or folders; `assay scan` shows fixes of the rest")
    rules = pack.load(options.profile, library.Cache(options.cache_folder), options.rule_folders)
    _check(wish, rules, options.profile)
    where = sources.scope(paths, options.selection)
    work = files.Work(in_full=bool(options.rule_folders), fixes=True, limits=options.limits)
    local, joined = evaluators(rules, replace(options, include_passes=True))  # a pass that goes is a loss
    met = _look(where, local, options, work, wish, watch)
    workshop = _Workshop(local, options, wish, met.wanted)
    whole = where.whole and not any(item.status is InputStatus.UNREADABLE for item in met.inputs)
    proved = Whole(joined, met.subjects, whole, workshop.subjects, workshop.again).prove(workshop.all())
    return Fixes(where.root, tuple(met.inputs), tuple(proved), tuple(met.suggested), met.unsafe)


class _Workshop:
    """Works on the files to fix, in processes of their own."""

    def __init__(self, local: Evaluator, options: Options, wish: Wish, wanted: Sequence[Source]) -> None:
        self._local, self._options, self._wish = local, options, wish
        self._wanted = {source.path: source for source in wanted}
        self._read: dict[tuple[str, bytes], list[Subject]] = {}

    def all(self) -> list[Mended]:
        """Every file with its fixes."""
        return self._mended(self._wanted.values(), self._wish)

    def again(self, path: str, rule: str) -> Mended:
        """One file without the fixes of a rule."""
        wish = replace(self._wish, without=self._wish.without | {rule})
        return self._mended([self._wanted[path]], wish)[0]

    def subjects(self, mended: Sequence[Mended]) -> dict[str, list[Subject]]:
        """Of changed files, the subjects that rules about all subjects look at."""
        new = {(done.path, done.after): done for done in mended if (done.path, done.after) not in self._read}
        work = files.Work(in_full=bool(self._options.rule_folders), limits=self._options.limits)
        edited = (Source(path, after) for path, after in new)
        for source, portions in files.assess_all(edited, self._local, self._options.jobs, work):
            found = [subject for portion in portions for subject in portion.subjects]
            self._read[source.path, source.content] = found
        return {done.path: self._read[done.path, done.after] for done in mended}

    def _mended(self, wanted: Iterable[Source], wish: Wish) -> list[Mended]:
        limits = self._options.limits
        work = partial(mend, local=self._local, wish=wish, limits=limits)
        return [done for _, (done,) in files.spread(work, _failed, wanted, self._options.jobs, limits)]


def _check(wish: Wish, rules: pack.Pack, profile: str) -> None:
    """Raise UsageError for a rule without a fix."""
    fixable = [rule.info.id for rule in rules.rules if rule.fix]
    for name in sorted(wish.rules.difference(fixable)):
        near = difflib.get_close_matches(name, fixable, n=1)
        if name in rules.known:
            message = f"the rule {name} has no fix in the profile {profile}"
            raise UsageError(message, hint="`assay rules show` says whether it has one, and its profile")
        message = f"there is no rule {name!r}"
        raise UsageError(message, hint=f"did you mean {near[0]}?" if near else "")


def _look(
    where: sources.Scope,
    local: Evaluator,
    options: Options,
    work: files.Work,
    wish: Wish,
    watch: Callable[[Input], object] | None,
) -> _Met:
    """Read every file, and keep those with something to fix."""
    met = _Met()
    rendered = rendering.collect(where, rendering.Settings(options.values, options.kubernetes_version, options.limits))
    for source, portions in files.assess_all(rendered, local, options.jobs, work):
        findings = [finding for portion in portions for finding in portion.evaluation.findings if wish.names(finding)]
        held = [finding for finding in findings if wish.holds(finding)]
        met.unsafe += len(findings) - len(held)
        never = [finding for finding in held if _is_never_edited(source, finding)]
        met.suggested += (Left(finding, finding.fix.why_not) for finding in never if finding.fix)
        if len(never) < len(held):
            met.wanted.append(source)
        for portion in portions:
            met.subjects.setdefault(source.path, []).extend(portion.subjects)
            if portion.input:
                met.inputs.append(portion.input)
                if watch:
                    watch(portion.input)
    return met


def _is_never_edited(source: Source, finding: Finding) -> bool:
    """Whether a finding stands in what a person writes otherwise: a chart, an overlay, a page of prose."""
    return source.rendered is not None or (finding.fix is not None and finding.fix.why_not == CODE_BLOCK)


def _failed(source: Source, why: str) -> Mended:
    return Mended(source.path, source.content, source.content, failed=why)
