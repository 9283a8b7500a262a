"""Checkov as a second engine: found, started on a copy of the files, and read. It is never imported."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from scanner import found_programs
from scanner.cleanup import temporary_folder
from scanner.engines import Answered, EngineInput, EngineResults, checkov_files, process
from scanner.engines.checkov_report import Report, ReportError, nothing, read
from scanner.errors import UsageError
from scanner.foreign_errors import steady
from scanner.late import regex
from scanner.limits import DEFAULTS, Limits
from scanner.masking import mask
from scanner.model import Check, Input, InputStatus

_ENDED = (0, 1)
"""Exit codes of a run that came to its end: without and with failed checks."""
_CRASHED = regex(r"Failed to create report for (\w+) framework")
"""The log entry for a framework that failed as a whole; the exit code does not show it."""
_LOST = regex(r"pars|timeout|timed out|exceed|larger than|failed to", re.IGNORECASE)
"""The words of a log entry about a file that was not read."""


class Checkov(Struct, frozen=True):
    """The program, and what its checks mean to us."""

    program: str
    checks: Mapping[str, Check]
    """Severity and objectives by the ids of Checkov's checks."""
    limits: Limits = DEFAULTS
    name: ClassVar[str] = "checkov"

    def wants(self, path: str) -> bool:
        """Whether a file may be Checkov's concern, by its name."""
        return checkov_files.wanted(path)

    def assess(self, files: Sequence[EngineInput], answered: Answered) -> EngineResults:
        """What Checkov finds in files, without what our rules answer about Kubernetes objects."""
        results = EngineResults(self.name)
        report = Report(results, self.checks)
        told: dict[str, str] = {}
        for frameworks, some, report.answered in (
            (checkov_files.ELSE, [file for file in files if checkov_files.not_assessed_by_assay(file)], nothing),
            (checkov_files.CLUSTER, [file for file in files if checkov_files.holds_objects(file)], answered),
        ):
            if some:
                _Run(self, frameworks, {file.path: file for file in some}, report, told).run()
        results.inputs = dict(_inputs(files, report, told))
        return results


class _Run(Struct):
    """One start of the program: some frameworks over some files."""

    checkov: Checkov
    frameworks: Sequence[str]
    files: Mapping[str, EngineInput]
    report: Report
    lost: dict[str, str]
    """Why a file was not assessed, or not by every framework that may concern it."""

    def run(self) -> None:
        """Start the program on a copy of the files, and take in its report."""
        with temporary_folder() as folder:
            home, copy = (os.path.join(os.path.realpath(folder), name) for name in ("home", "files"))
            os.mkdir(home)
            os.mkdir(copy)
            for path in checkov_files.lay_out(self.files.values(), copy):
                self.lost.setdefault(path, "its path leads out of the folder, or is the path of another file")
            command = (self.checkov.program, *_arguments(copy, self.frameworks))
            try:
                done = process.run(command, _environment(home), home, self.checkov.limits)
            except OSError as error:
                self._lose(self.frameworks, f"cannot be run: {(error.strerror or '').lower()}")
                return
            self._take(done, copy)

    def _take(self, done: process.ProcessResult, copy: str) -> None:
        said = [mask(steady(entry, copy, os.path.dirname(copy))) for entry in done.said]
        for entry in said:
            self._heed(entry)
        last = said[-1].splitlines()[-1] if said else "nothing"
        if done.late:
            self._lose(self.frameworks, self.checkov.limits.passed("engine"))
        elif done.code not in _ENDED:
            self._lose(self.frameworks, f"exited with code {done.code}; last message: {last}")
        else:
            try:
                unparsed = read(done.printed, copy, self.files, self.report)
            except ReportError as error:
                self._lose(self.frameworks, f"{error}; last message: {last}")
                return
            for path, framework in unparsed:
                self.lost.setdefault(path, f"cannot be parsed as {framework}")

    def _heed(self, entry: str) -> None:
        """Take an entry of the log for what it means: a lost framework, a lost file, or a note."""
        if crashed := _CRASHED.search(entry):
            self._lose((crashed[1],), f"crashed in its framework {crashed[1]}")
        named = [path for path in self.files if path in entry]
        head, trace, tail = entry.partition("Traceback (most recent call last)")
        short = " ".join((head + tail.splitlines()[-1] if trace else head).split())
        if named and _LOST.search(entry):
            self.lost[max(named, key=len)] = short
        elif not crashed:
            self.report.results.notes.append(short)

    def _lose(self, frameworks: Iterable[str], why: str) -> None:
        for framework in frameworks:
            for path in self.files:
                if checkov_files.concerns(framework, path):
                    self.lost.setdefault(path, why)


def find(checks: Mapping[str, Check], limits: Limits = DEFAULTS) -> Checkov:
    """Checkov, where it is on PATH or installed beside this Python; raises UsageError where it is not."""
    beside = shutil.which("checkov", path=os.path.dirname(sys.executable))
    if program := found_programs.find("checkov") or beside:
        return Checkov(program, checks, limits)
    message = "--engine checkov needs the program `checkov`; it is neither on PATH nor beside this Python"
    raise UsageError(message, hint="pipx install checkov, or pip install 'PATH-OR-URL[checkov]'")


def _arguments(folder: str, frameworks: Sequence[str]) -> Iterable[str]:
    yield from ("--directory", folder, "--framework", *frameworks)
    yield from ("--output", "json", "--compact", "--skip-download", "--download-external-modules", "false")


def _environment(home: str) -> dict[str, str]:
    """An environment without our variables: no keys, no settings, no programs, and a proxy that does not answer."""
    nowhere = "http://127.0.0.1:9"
    return {
        "PATH": home,
        "HOME": home,
        "TMPDIR": home,
        "LC_ALL": "C.UTF-8",
        "HTTP_PROXY": nowhere,
        "HTTPS_PROXY": nowhere,
        "LOG_LEVEL": "WARNING",
        "BC_SKIP_MAPPING": "TRUE",
        "CKV_SKIP_PACKAGE_UPDATE_CHECK": "TRUE",
        "CKV_IGNORED_DIRECTORIES": "",
        "CKV_IGNORE_HIDDEN_DIRECTORIES": "FALSE",
        "HCL_PARSE_TIMEOUT_SEC": "120",
        "GIT_PYTHON_REFRESH": "quiet",
    }


def _inputs(files: Iterable[EngineInput], report: Report, lost: Mapping[str, str]) -> Iterable[tuple[str, Input]]:
    """The inputs with the results of Checkov; a rendered input with those of all its files."""
    formats: dict[str, dict[str, None]] = {}
    things: Counter[str] = Counter()
    why: dict[str, str] = {}
    own: dict[str, Input] = {}
    for file in files:
        name = file.input.path
        own[name] = file.input
        formats.setdefault(name, {}).update(dict.fromkeys(report.formats.get(file.path, ())))
        things[name] += len(report.resources.get(file.path, ()))
        if file.path in lost:
            why.setdefault(name, f"Checkov: {lost[file.path]}")
    for name, item in own.items():
        by = f"by Checkov {report.results.version}"
        if absent := report.absent.get(name):
            by += f", without modules that are not in the scanned files: {', '.join(absent)}"
        changed = _input(item, tuple(formats[name]), things[name], why.get(name, ""), by)
        if changed != item:
            yield name, changed


def _input(item: Input, formats: tuple[str, ...], things: int, why: str, by: str) -> Input:
    if why and item.status is not InputStatus.UNREADABLE:
        return replace(item, status=InputStatus.UNREADABLE, reason=why, formats=item.formats or formats)
    if item.status not in (InputStatus.SKIPPED, InputStatus.NOT_ASSESSED):
        return item
    if formats:
        return replace(item, status=InputStatus.ASSESSED, reason=by, line=0, formats=formats, subjects=things)
    if item.status is InputStatus.NOT_ASSESSED:
        return item
    if checkov_files.named(item.path):
        return replace(item, reason="contains nothing that Checkov checks")
    return item
