"""A finished scan -> a folder that anyone can verify with `sha256sum` alone.

The pack holds the population (every input with its status), the results in three forms, and a manifest of all of them.
It is not signed, and states that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import to_builtins

from scanner import reports
from scanner.finished_scan import DISCLAIMER, Scan
from scanner.reports import results, waivers
from scanner.reports.configuration import sentences, title
from scanner.reports.format import FolderFormat
from scanner.reports.json_text import inert, json_text
from scanner.reports.safe_text import safe
from scanner.reports.waivers import run_data
from scanner.safe_write import write_folder

MANIFEST = "MANIFEST.sha256"

_REPORTS = {"results.json": "json", "results.sarif": "sarif", "report.html": "html"}
_VERIFY = """# How to verify this pack

UNSIGNED: the manifest shows that no file was changed after it was written. It does not show who created the pack.

1. `sha256sum --check --strict MANIFEST.sha256` in this folder: no file was changed.
2. `find . -type f ! -name MANIFEST.sha256 | wc -l` equals `wc -l < MANIFEST.sha256`: nothing was added.
3. `sha256sum` of an input of the scan equals its line in population.jsonl: the scan read this file.

The digest of the rules and frameworks, the version of Assay, the arguments and the commit are in results.json under
`tool` and `run`.
"""


def seal(scan: Scan, folder: Path) -> None:
    """Write the evidence pack of a scan into a new or empty folder, as a whole or not at all.

    Raises UsageError where the folder holds something or cannot be written.
    """
    write_folder(folder, _files(scan))


def _files(scan: Scan) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Every file by its name, and at the end the manifest of what was written until then."""
    texts: dict[str, Iterable[str]] = {name: reports.render(form, scan) for name, form in _REPORTS.items()}
    texts |= {
        "population.jsonl": _population(scan),
        "VERIFY.md": (*_configuration(scan), _VERIFY, f"\n{DISCLAIMER}\n"),
    }
    if scan.waivers:
        texts["waivers.json"] = json_text({**run_data(scan.waivers), "waivers": results.waivers(scan)})
    lines = []
    for name, text in sorted(texts.items()):
        digest = hashlib.sha256()
        yield name, _digested(text, digest)
        lines.append(f"{digest.hexdigest()}  {name}\n".encode("ascii"))
    yield MANIFEST, lines


def _configuration(scan: Scan) -> Iterator[str]:
    """What a configuration changed, and every waiver, indented, so that nothing of it is read as Markdown."""
    if scan.run.configuration:
        yield f"# Configuration\n\n    {safe(title(scan.run.configuration))}\n"
        yield from (f"    - {safe(each)}\n" for each in sentences(scan.run.configuration))
        yield "\n"
    if scan.waivers:
        yield f"# Waivers\n\n    {safe(waivers.title(scan.waivers))}\n"
        yield from (f"    - {safe(each)}\n" for each in waivers.sentences(scan.waivers))
        yield "\n"


def _digested(pieces: Iterable[str], digest: hashlib._Hash) -> Iterator[bytes]:
    """The pieces as bytes, which the digest takes in as they pass."""
    for piece in pieces:
        content = piece.encode("utf-8", "surrogateescape")
        digest.update(content)
        yield content


def _population(scan: Scan) -> Iterator[str]:
    """Every input on a line of its own, in the order of the scan."""
    return (inert(json.dumps(to_builtins(item), ensure_ascii=False)) + "\n" for item in scan.inputs)


FORMAT = FolderFormat(shows_fixes=True, tells_commit=True, assesses_anew=True, write=seal)
