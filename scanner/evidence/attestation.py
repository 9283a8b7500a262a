"""The attestation of a pack: an in-toto statement in a DSSE envelope, and the same envelope as a Sigstore bundle.

Everything in it follows from the files of the pack and one signature, so `verify` makes it again byte for byte.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from scanner.controls import ControlStatus
from scanner.evidence.canonical import OTHER_SHAPE, compact
from scanner.evidence.manifest import BUNDLE, ENVELOPE, MANIFEST, digest_of
from scanner.evidence.run_record import RUN, RunRecord
from scanner.evidence.totals import RESULTS

READ = frozenset({RUN, RESULTS})
"""The files that the statement is made from."""
PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"
BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
_RESULTS = {
    ControlStatus.SATISFIED: "passedTests",
    ControlStatus.PARTIAL: "warnedTests",
    ControlStatus.WEAKENED: "warnedTests",
    ControlStatus.NOT_SATISFIED: "failedTests",
    ControlStatus.ERROR: "failedTests",
}
"""Status of a control -> where the predicate lists it; the others were not tested."""

Json: TypeAlias = dict[str, Any]


def statement(content: Mapping[str, bytes], manifest: bytes) -> bytes:
    """The statement about a pack: what was found, of which commit and by which rules."""
    record = RunRecord.from_bytes(content[RUN])
    subject = [{"name": MANIFEST, "digest": {"sha256": digest_of(manifest)}}]
    if record.repository:
        name = record.repository.address or "the scanned repository"
        subject.append({"name": name, "digest": {"gitCommit": record.repository.commit}})
    return compact(
        {
            "_type": STATEMENT,
            "subject": subject,
            "predicateType": PREDICATE,
            "predicate": {
                "result": _result(record, controls := _tests(content)),
                "configuration": [
                    {"name": "rules, catalogues and parameters", "digest": {"sha256": record.ruleset_digest}},
                    {"name": RUN, "digest": {"sha256": digest_of(content[RUN])}},
                ],
                **controls,
            },
        }
    )


def _tests(content: Mapping[str, bytes]) -> dict[str, list[str]]:
    """The controls that were tested, by what the test gave."""
    found: dict[str, list[str]] = {name: [] for name in ("passedTests", "warnedTests", "failedTests")}
    for each in json.loads(content[RESULTS])["controls"]:
        if place := _RESULTS.get(each["status"]):
            found[place].append(f"{each['framework']}@{each['edition']} {each['control']}")
    return found


def _result(record: RunRecord, tests: Mapping[str, list[str]]) -> str:
    if record.verdict.exit_code or tests["failedTests"]:
        return "FAILED"
    return "WARNED" if tests["warnedTests"] else "PASSED"


def authenticated(payload: bytes) -> bytes:
    """What a DSSE signature signs: the type and the payload with their lengths."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)


def envelope(payload: bytes, signature: bytes, keyid: str) -> bytes:
    """The DSSE envelope."""
    return compact(_envelope(payload, signature, keyid)) + b"\n"


def bundle(payload: bytes, signature: bytes, keyid: str) -> bytes:
    """The same envelope as a Sigstore bundle, which `cosign verify-blob-attestation` reads."""
    return (
        compact(
            {
                "mediaType": BUNDLE_TYPE,
                "verificationMaterial": {"publicKey": {"hint": keyid}, "tlogEntries": []},
                "dsseEnvelope": _envelope(payload, signature, keyid),
            }
        )
        + b"\n"
    )


def _envelope(payload: bytes, signature: bytes, keyid: str) -> Json:
    return {
        "payload": b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": keyid, "sig": b64encode(signature).decode()}],
    }


def signature_of(written: bytes, inside: str = "") -> bytes | None:
    """The signature in an envelope, or in the envelope under a key; None where there is none."""
    try:
        value = json.loads(written)
        text = (value[inside] if inside else value)["signatures"][0]["sig"]
        return b64decode(text, validate=True)
    except OTHER_SHAPE:
        return None


def faults(payload: bytes, written: bytes, bundled: bytes, keyid: str) -> Iterator[str]:
    """Where envelope and bundle are not what the files of the pack and the signature give."""
    signature = signature_of(written)
    if signature is None:
        yield f"{ENVELOPE} is not an envelope with a signature"
    elif envelope(payload, signature, keyid) != written:
        yield f"{ENVELOPE} is not the attestation of these files, or is encoded in another way"
    signature = signature or signature_of(bundled, "dsseEnvelope")
    if signature is None or bundle(payload, signature, keyid) != bundled:
        yield f"{BUNDLE} is not the bundle of these files, or is encoded in another way"
