"""A finished scan and its circumstances -> every file of a pack, in memory, before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from scanner import reports
from scanner.errors import AssayError
from scanner.evidence import attestation, gemara, left_out, oscal, population, totals
from scanner.evidence.controls import control_files, control_names
from scanner.evidence.manifest import BUNDLE, ENVELOPE, KEY, MANIFEST, SIGNATURE, digest_of, manifest_of
from scanner.evidence.manual import Key, ManualState
from scanner.evidence.population import Tracked
from scanner.evidence.run_record import RUN, RunRecord, source_of
from scanner.evidence.signing import Signer
from scanner.evidence.verify_page import PAGE, verify_page
from scanner.finished_scan import PackReference, Scan

PackContent: TypeAlias = dict[str, bytes]
"""Name in the pack -> content."""
_REPORTS = {totals.RESULTS: "json", "results.sarif": "sarif", "report.html": "html"}

_REPOSITORY = ".git"
"""No file of a commit has this name: a folder in a clone, a file with an absolute path in a linked work tree."""


def content_of(
    scan: Scan,
    record: RunRecord,
    policy: Mapping[str, bytes] | None = None,
    tracked: Tracked | None = None,
    manual: Mapping[Key, Sequence[ManualState]] | None = None,
) -> PackContent:
    """Every file that the manifest of a pack lists, but the key.

    `policy` are the files that decided, `tracked` are those of the commit, `manual` is what people collected.
    """
    accounts = scan.accounts
    if accounts is None:
        raise AssayError("a pack needs a scan that lists its subjects")
    own = replace(scan.run, started="", ended="", arguments=(), pack=PackReference(RUN, record.signature))
    inputs = tuple(item for item in scan.inputs if item.path.rstrip("/").rpartition("/")[2] != _REPOSITORY)
    scan = replace(scan, run=own, inputs=inputs)
    content = {name: _text(reports.render(form, scan)) for name, form in _REPORTS.items()}
    content[population.POPULATION] = population.population(scan, tracked or Tracked())
    content[population.SUBJECTS] = population.subjects(accounts)
    content[left_out.LEFT_OUT] = left_out.left_out(accounts, len(scan.findings))
    content[totals.TOTALS] = totals.totals(scan, accounts)
    content.update(policy or {})
    names = control_names(scan)
    content.update(control_files(scan, replace(source_of(record), control_files=names), manual))
    digests = {name: digest_of(data) for name, data in content.items()}
    source = replace(source_of(record), files=digests, control_files=names)
    content.update(oscal.documents(scan, source))
    content.update(gemara.documents(scan, source))
    content[PAGE] = verify_page(scan, source)
    content[RUN] = record.to_bytes()
    return content


def sealed(content: PackContent, signer: Signer | None) -> PackContent:
    """The files with their manifest, which comes last, and with signatures if a key is given."""
    if signer is None:
        return {**content, MANIFEST: manifest_of(content)}
    listed = {**content, KEY: signer.public.pem}
    manifest = manifest_of(listed)
    payload = attestation.statement(listed, manifest)
    signature = signer.sign(attestation.authenticated(payload))
    parts = (payload, signature, signer.public.keyid)
    return {
        **listed,
        ENVELOPE: attestation.envelope(*parts),
        BUNDLE: attestation.bundle(*parts),
        SIGNATURE: signer.sign(manifest),
        MANIFEST: manifest,
    }


def _text(pieces: Iterable[str]) -> bytes:
    return "".join(pieces).encode("utf-8", "surrogateescape")
