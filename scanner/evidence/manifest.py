"""`MANIFEST.sha256`: every file of a pack with its digest, in the format and the order of `sha256sum`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from scanner.late import regex

MANIFEST = "MANIFEST.sha256"
SIGNATURE = "MANIFEST.sha256.sig"
ENVELOPE = "attestation.dsse.json"
BUNDLE = "attestation.sigstore.json"
KEY = "key.pub"
NOT_LISTED = frozenset({MANIFEST, SIGNATURE, ENVELOPE, BUNDLE})
"""Files that the manifest does not list: they are made from it."""
_LINE = regex(r"(?P<digest>[0-9a-f]{64})  (?P<name>[A-Za-z0-9._/+~-]{1,250})")


def digest_of(data: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def manifest_of(content: Mapping[str, bytes]) -> bytes:
    """The manifest of the files of a pack."""
    return written({name: digest_of(data) for name, data in content.items() if name not in NOT_LISTED})


def written(digests: Mapping[str, str]) -> bytes:
    """The manifest with some digests, ordered by the bytes of the names, as `LC_ALL=C sort` orders them."""
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests, key=str.encode)).encode()


def pack_digest(manifest: bytes) -> str:
    """The digest of a pack, which stands for all of its files."""
    return digest_of(manifest)


def parsed(manifest: bytes) -> dict[str, str] | str:
    """Name -> digest, or what is wrong: only what `written` gives is a manifest."""
    try:
        text = manifest.decode("ascii")
    except UnicodeError:
        return "it contains a byte that is not ASCII"
    digests: dict[str, str] = {}
    for number, line in enumerate(text.split("\n")[:-1], 1):
        found = _LINE.fullmatch(line)
        if not found:
            return f"line {number} is not a digest and a name"
        if found["name"] in digests:
            return f"line {number} lists {found['name']} again"
        if found["name"] in NOT_LISTED:
            return f"line {number} lists {found['name']}, which is made from the manifest"
        digests[found["name"]] = found["digest"]
    return (
        digests if written(digests) == manifest else "its lines are not in the order of their names, or it is cut off"
    )
