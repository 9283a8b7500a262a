"""A finished scan -> a folder that a stranger can verify with `sha256sum` alone.

The pack holds the population (every input, with what became of it), the results in three forms, and a manifest of all
of them. It is not signed, and says so.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from scanner import reports
from scanner.errors import UsageError
from scanner.model import DISCLAIMER, Scan
from scanner.reports.configuration import sentences, title
from scanner.reports.format import FolderFormat
from scanner.reports.json_text import inert
from scanner.reports.safe_text import safe

MANIFEST = "MANIFEST.sha256"

_REPORTS = {"results.json": "json", "results.sarif": "sarif", "report.html": "html"}
_VERIFY = """# How to verify this pack

UNSIGNED: the manifest proves that the files belong together, not who made them.

1. `sha256sum --check --strict MANIFEST.sha256` in this folder: every file is as it was sealed.
2. `find . -type f ! -name MANIFEST.sha256 | wc -l` equals `wc -l < MANIFEST.sha256`: nothing was added.
3. `sha256sum` of an input of the scan equals its line in population.jsonl: the scan read that very file.

The digest of the rules and frameworks, the version of Assay, the arguments and the commit stand in results.json under
`tool` and `run`.
"""


def seal(scan: Scan, folder: Path) -> None:
    """Write the evidence pack of a scan into a new or empty folder.

    Raises UsageError where the folder holds something or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(f"the folder {folder} is not empty", hint="evidence is never mixed with what is there")
        files: dict[str, Iterable[str]] = {name: reports.render(form, scan) for name, form in _REPORTS.items()}
        files |= {
            "population.jsonl": _population(scan),
            "VERIFY.md": (*_configuration(scan), _VERIFY, f"\n{DISCLAIMER}\n"),
        }
        lines = [f"{_write(folder / name, text)}  {name}\n" for name, text in sorted(files.items())]
        (folder / MANIFEST).write_text("".join(lines), encoding="ascii")
    except OSError as error:
        raise UsageError(f"cannot write {folder}: {(error.strerror or '').lower()}") from None


def _configuration(scan: Scan) -> Iterator[str]:
    """What a configuration changed, indented, so that nothing of it is read as Markdown."""
    if scan.run.configuration:
        yield f"# Configuration\n\n    {safe(title(scan.run.configuration))}\n"
        yield from (f"    - {safe(each)}\n" for each in sentences(scan.run.configuration))
        yield "\n"


def _write(path: Path, pieces: Iterable[str]) -> str:
    """Write a file piece by piece and return its SHA-256."""
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for piece in pieces:
            content = piece.encode("utf-8", "surrogateescape")
            digest.update(content)
            file.write(content)
    return digest.hexdigest()


def _population(scan: Scan) -> Iterator[str]:
    """Every input on a line of its own, in the order of the scan."""
    return (inert(json.dumps(dataclasses.asdict(item), ensure_ascii=False)) + "\n" for item in scan.inputs)


FORMAT = FolderFormat(shows_fixes=True, tells_commit=True, write=seal)
