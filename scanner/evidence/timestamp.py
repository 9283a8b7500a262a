"""A time stamp (RFC 3161) of a manifest or a line of a ledger -> whether it holds, by certificates of the reader."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scanner import safe_read
from scanner.errors import UnreadableError, UsageError
from scanner.evidence.manifest import MANIFEST
from scanner.evidence.verifying import Verification
from scanner.limits import MIB

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse


def check(manifest: bytes, stamp: Path, authority: Path) -> Verification:
    """What a time stamp shows of a manifest; what the library cannot read is a note and not a fault.

    Raises UsageError for files that cannot be read, and without the library.
    """
    return check_one_of((manifest,), stamp, authority, lambda _: MANIFEST, f"another file than {MANIFEST}")


def check_one_of(
    texts: Sequence[bytes], stamp: Path, authority: Path, name: Callable[[int], str], others: str
) -> Verification:
    """What a time stamp shows of one of several texts: `name` tells the one by its index, `others` what it else is for.

    Raises UsageError as `check` does.
    """
    from importlib.util import find_spec

    if find_spec("rfc3161_client") is None:
        hint = "install it: pip install 'assay-compliance[evidence]'"
        raise UsageError("--tsr needs the extra [evidence]", hint=hint)
    from rfc3161_client import decode_timestamp_response

    roots = _certificates(authority)
    try:
        response = decode_timestamp_response(_read(stamp))
        imprint = response.tst_info.message_imprint
        algorithm, digest = imprint.hash_algorithm.dotted_string, imprint.message
    except Exception as error:  # noqa: BLE001 - a parser in Rust, whose errors have no common base
        return Verification((), (f"the time stamp was not checked: it cannot be read: {error}; {_OTHERWISE}",))
    hash_name = _HASHES.get(algorithm)
    if hash_name is None:
        return Verification((), (f"the time stamp was not checked: it uses the hash {algorithm}",))
    found = next((at for at, text in enumerate(texts) if hashlib.new(hash_name, text).digest() == digest), None)
    if found is None:
        return Verification((f"the time stamp is for {others}",))
    return _verified(response, roots, digest, name(found))


_OTHERWISE = "try: openssl ts -verify -data STAMPED-FILE -in TIMESTAMP -CAfile CA"
_HASHES = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}


def _verified(response: TimeStampResponse, roots: list[Certificate], digest: bytes, name: str) -> Verification:
    from rfc3161_client import VerificationError, VerifierBuilder

    builder = VerifierBuilder()
    for each in roots:
        builder = builder.add_root_certificate(each)
    try:
        builder.build().verify(response, digest)
    except VerificationError as error:
        return Verification((f"the time stamp does not hold: {error}",))
    except Exception as error:  # noqa: BLE001 - as above
        return Verification((), (f"the time stamp was not checked: {error}; {_OTHERWISE}",))
    moment = response.tst_info.gen_time.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Verification((), (f"the time stamp confirms that {name} existed at {moment}",))


def _certificates(path: Path) -> list[Certificate]:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(_read(path))
    except ValueError:
        raise UsageError("it does not hold certificates in PEM", str(path)) from None


def _read(path: Path) -> bytes:
    try:
        return safe_read.read(path, MIB, follow=False)
    except UnreadableError as error:
        raise UsageError(error.message, str(path)) from None
