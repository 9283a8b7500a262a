"""`assay evidence verify`."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.cli.option_groups import INPUT, Command, option
from scanner.cli.verification import tell
from scanner.errors import UsageError
from scanner.evidence.manifest import MANIFEST, pack_digest
from scanner.evidence.reading import opened
from scanner.evidence.signing import need_library, read_public_key
from scanner.evidence.verifying import verify
from scanner.exit_codes import CLEAN, FAILED


@click.command("verify", cls=Command)
@click.argument("pack", type=click.Path(path_type=Path))
@option(INPUT, "--key", metavar="PUB", help="Require signatures by this public key in PEM, which you trust.")
@option(
    INPUT,
    "--git",
    "repository",
    metavar="REPO",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Compare the recorded files with the commit in this clone of the repository.",
)
@option(
    INPUT,
    "--tsr",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Verify this time stamp (RFC 3161) of MANIFEST.sha256. Needs --tsa.",
)
@option(
    INPUT,
    "--tsa",
    metavar="CA",
    type=click.Path(path_type=Path),
    help="Trust time stamps by these certificates (PEM).",
)
@option(
    INPUT,
    "--reproduce",
    is_flag=True,
    help="Scan again, in the clone of --git with the commit checked out, and compare every file.",
)
def command(
    pack: Path, key: str | None, repository: Path | None, tsr: Path | None, tsa: Path | None, reproduce: bool
) -> int:
    """Verify an evidence pack, a folder or a ZIP file.

    Every file is compared with the manifest, the signatures with the key, the attestation with the files, and the
    numbers with each other.

    Exits with 0 for a pack that is intact, 1 if a fault is named, and 2 for wrong usage.
    """
    if (tsr is None) != (tsa is None):
        raise UsageError("--tsr and --tsa belong together", hint="name both")
    if reproduce and repository is None:
        raise UsageError("--reproduce needs --git", hint="name a clone with the commit checked out: --git REPO")
    if key:
        need_library("--key")
    given = opened(pack)
    found = verify(given, read_public_key(key) if key else None)
    if repository:
        from scanner.evidence.against_git import compare

        found = found.with_more(compare(given.content, repository))
    if repository and reproduce:
        from scanner.cli.evidence_reproduce import reproduce as repeat

        found = found.with_more(repeat(given.content, repository))
    if tsr and tsa:
        from scanner.evidence.timestamp import check

        found = found.with_more(check(given.content.get(MANIFEST, b""), tsr, tsa))
    digest = pack_digest(given.content[MANIFEST]) if MANIFEST in given.content else "none"
    tell(found, f"{len(given.content)} files, sha256:{digest}")
    return FAILED if found.faults else CLEAN
