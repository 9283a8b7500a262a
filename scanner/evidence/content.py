"""A finished scan and its circumstances -> the files of a pack, each made when it is written.

So a pack of any size needs the memory of one of its files, besides that of the scan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from scanner import reports
from scanner.errors import AssayError
from scanner.evidence import attestation, gemara, left_out, oscal, population, totals
from scanner.evidence.controls import control_files, control_names
from scanner.evidence.manifest import BUNDLE, ENVELOPE, KEY, MANIFEST, SIGNATURE, digest_of, written
from scanner.evidence.manual import Key, ManualState
from scanner.evidence.population import Tracked
from scanner.evidence.run_record import RUN, RunRecord, source_of
from scanner.evidence.signing import Signer
from scanner.evidence.verify_page import PAGE, verify_page
from scanner.finished_scan import PackReference, Scan

File: TypeAlias = tuple[str, bytes]
"""Name in the pack, and content."""
_REPORTS = {totals.RESULTS: "json", "results.sarif": "sarif", "report.html": "html"}

_REPOSITORY = ".git"
"""No file of a commit has this name: a folder in a clone, a file with an absolute path in a linked work tree."""


class PackFiles(Struct, frozen=True):
    """Every file that the manifest of a pack lists, but the key; each iteration makes them again, with equal bytes."""

    scan: Scan
    record: RunRecord
    policy: Mapping[str, bytes] = {}
    """The files that decided."""
    tracked: Tracked = Tracked()
    """Those of the commit."""
    manual: Mapping[Key, Sequence[ManualState]] = {}
    """What people collected."""

    def __iter__(self) -> Iterator[File]:
        scan, digests = self._scan(), dict[str, str]()
        names = control_names(scan)
        for name, data in self._first(scan, names):
            digests[name] = digest_of(data)
            yield name, data
        source = replace(source_of(self.record), files=digests, control_files=names)
        yield from oscal.documents(scan, source).items()
        yield from gemara.documents(scan, source).items()
        yield PAGE, verify_page(scan, source)
        yield RUN, self.record.to_bytes()

    def _scan(self) -> Scan:
        """The scan without what differs between two builds of a commit."""
        own = replace(self.scan.run, started="", ended="", arguments=(), pack=PackReference(RUN, self.record.signature))
        inputs = tuple(item for item in self.scan.inputs if item.path.rstrip("/").rpartition("/")[2] != _REPOSITORY)
        return replace(self.scan, run=own, inputs=inputs)

    def _first(self, scan: Scan, names: Mapping[Key, str]) -> Iterator[File]:
        """The files whose digests others state."""
        accounts = self.scan.accounts
        if accounts is None:
            raise AssayError("a pack needs a scan that lists its subjects")
        yield from ((name, _text(reports.render(form, scan))) for name, form in _REPORTS.items())
        yield population.POPULATION, population.population(scan, self.tracked)
        yield population.SUBJECTS, population.subjects(accounts)
        yield left_out.LEFT_OUT, left_out.left_out(accounts, len(scan.findings))
        yield totals.TOTALS, totals.totals(scan, accounts)
        yield from self.policy.items()
        yield from control_files(scan, replace(source_of(self.record), control_files=names), self.manual)


class SealedPack:
    """The files with their manifest, which comes last, and with signatures if a key is given."""

    def __init__(self, files: Iterable[File], signer: Signer | None) -> None:
        self._files = files
        self._signer = signer
        self.manifest = b""
        """Of the latest iteration, when it has ended."""
        self.number = 0
        """Of its files."""

    def __iter__(self) -> Iterator[File]:
        digests, kept = dict[str, str](), dict[str, bytes]()
        for name, data in self._listed():
            digests[name] = digest_of(data)
            if name in attestation.READ:
                kept[name] = data
            yield name, data
        manifest = written(digests)
        sealed = self._seal(kept, manifest)
        yield from sealed.items()
        self.manifest, self.number = manifest, len(digests) + len(sealed) + 1
        yield MANIFEST, manifest

    def _listed(self) -> Iterator[File]:
        yield from self._files
        if self._signer:
            yield KEY, self._signer.public.pem

    def _seal(self, content: Mapping[str, bytes], manifest: bytes) -> dict[str, bytes]:
        signer = self._signer
        if signer is None:
            return {}
        payload = attestation.statement(content, manifest)
        signature = signer.sign(attestation.authenticated(payload))
        parts = (payload, signature, signer.public.keyid)
        return {
            ENVELOPE: attestation.envelope(*parts),
            BUNDLE: attestation.bundle(*parts),
            SIGNATURE: signer.sign(manifest),
        }


def _text(pieces: Iterable[str]) -> bytes:
    return "".join(pieces).encode("utf-8", "surrogateescape")
