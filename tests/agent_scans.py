"""Scans files of an agent setup with every rule."""

from __future__ import annotations

from pathlib import Path

from scanner.model import Finding, Outcome, Profile
from scanner.options import Options
from scanner.scan import scan


def failures(folder: Path, files: dict[str, str], rule: str) -> list[Finding]:
    """What a rule reports about files that are written into a folder."""
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    found = scan([str(folder)], Options(profile=Profile.STRICT, cache_folder=None)).findings
    return [each for each in found if each.rule == rule and each.outcome is Outcome.FAIL]
