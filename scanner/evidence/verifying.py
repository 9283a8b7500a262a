"""The files of a pack -> every fault, one sentence each. What `VERIFY.md` does by hand, and more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from scanner.errors import AssayError
from scanner.evidence import attestation, totals
from scanner.evidence.canonical import OTHER_SHAPE
from scanner.evidence.manifest import BUNDLE, ENVELOPE, KEY, MANIFEST, NOT_LISTED, SIGNATURE, digest_of, parsed
from scanner.evidence.oscal import closure
from scanner.evidence.reading import OpenedPack
from scanner.evidence.run_record import RUN, UNSIGNED, RunRecord
from scanner.evidence.signing import PublicKey, is_available, public_key

_SIGNATURES = (SIGNATURE, ENVELOPE, BUNDLE)


class Verification(Struct, frozen=True):
    """What a verification found."""

    faults: tuple[str, ...]
    """Empty for a pack that is intact."""
    notes: tuple[str, ...] = ()
    """What was not checked, and what a reader has to compare."""

    def with_more(self, other: Verification) -> Verification:
        """Both together."""
        return Verification((*self.faults, *other.faults), (*self.notes, *other.notes))


def verify(pack: OpenedPack, key: PublicKey | None = None) -> Verification:
    """Verify the files of a pack, its signatures by a key of the reader or by its own, and its sums."""
    faults = list(pack.faults)
    content = pack.content
    if MANIFEST not in content:
        what = f"{MANIFEST} is missing" if content or not faults else "no file could be read"
        return Verification((*faults, what))
    listed = parsed(content[MANIFEST])
    if isinstance(listed, str):
        faults.append(f"{MANIFEST} is not a manifest: {listed}")
        listed = {}
    else:
        faults += _of_files(content, listed)
    signed = _of_signatures(content, key)
    closing = () if faults else closure.faults(content)
    return Verification((*faults, *signed.faults, *totals.faults(content), *closing), signed.notes)


def _of_files(content: Mapping[str, bytes], listed: Mapping[str, str]) -> Iterator[str]:
    """What differs between the files and the manifest."""
    found = {name: digest_of(data) for name, data in content.items() if name not in NOT_LISTED}
    missing = [name for name in listed if name not in found]
    added = [name for name in found if name not in listed]
    changed = {name for name in listed if name in found and found[name] != listed[name]}
    for name in missing:
        moved = next((other for other in added if found[other] == listed[name]), "")
        if moved:
            added.remove(moved)
            yield f"{name}: renamed to {moved}"
        else:
            yield f"{name}: missing"
    yield from (f"{name}: not in the manifest" for name in added)
    for name in sorted(changed):
        other = next((each for each in changed if found[name] == listed[each]), "")
        if other and found[other] == listed[name]:
            if name < other:
                yield f"{name}: swapped with {other}"
        elif other:
            yield f"{name}: holds what belongs to {other}"
        else:
            yield f"{name}: changed"


def _of_signatures(content: Mapping[str, bytes], key: PublicKey | None) -> Verification:
    """What is wrong with the signatures of a pack, or with their absence."""
    unread: tuple[str, ...] = ()
    try:
        stated = RunRecord.from_bytes(content.get(RUN, b"")).signature
    except AssayError as error:
        stated, unread = "", (error.message if RUN in content else f"{RUN}: missing",)
    present = [name for name in (*_SIGNATURES, KEY) if name in content]
    if stated == UNSIGNED:
        return _of_unsigned(present, key)
    missing = [name for name in (*_SIGNATURES, KEY) if name not in content]
    if missing:
        told = (f"{name}: missing, and {RUN} says that the pack is signed" for name in missing if stated)
        return Verification((*unread, *told))
    if not is_available():
        return Verification(unread, ("the signatures were not checked: install assay-compliance[evidence]",))
    return Verification(unread).with_more(_of_signed(content, key, stated))


def _of_unsigned(present: list[str], key: PublicKey | None) -> Verification:
    if present:
        return Verification((f"{RUN} says UNSIGNED, and there is {', '.join(present)}",))
    if key:
        return Verification(("the pack is UNSIGNED, and a key is given",))
    return Verification((), ("the pack is UNSIGNED: it does not show who made it",))


def _of_signed(content: Mapping[str, bytes], key: PublicKey | None, stated: str) -> Verification:
    faults, notes = [], []
    try:
        own = public_key(content[KEY], KEY)
    except AssayError as error:
        faults.append(f"{KEY}: {error.message}")
        own = None
    if own:
        faults += _of_key(content, own, key, stated)
    if own and key is None:
        notes.append(f"the key is the pack's own: compare its fingerprint {own.fingerprint} with one from elsewhere")
    judge = key or own
    if judge and (fault := judge.fault(content[MANIFEST], content[SIGNATURE])):
        faults.append(f"{SIGNATURE} is not a signature of {MANIFEST}: {fault}")
    if judge:
        faults += _of_attestation(content, judge)
    return Verification(tuple(faults), tuple(notes))


def _of_key(content: Mapping[str, bytes], own: PublicKey, key: PublicKey | None, stated: str) -> Iterator[str]:
    """What is wrong with the key in a pack."""
    if own.pem != content[KEY]:
        yield f"{KEY} is encoded in another way than openssl writes it"
    if stated and own.fingerprint != stated:
        yield f"{KEY} has the fingerprint {own.fingerprint}, and {RUN} names {stated}"
    if key and key.der != own.der:
        yield f"the pack is signed by another key, {own.fingerprint}, and not by {key.fingerprint}"


def _of_attestation(content: Mapping[str, bytes], key: PublicKey) -> Iterator[str]:
    """Whether the attestation is the one of these files, byte for byte, and the key made its signature."""
    try:
        payload = attestation.statement(content, content[MANIFEST])
    except (AssayError, *OTHER_SHAPE) as error:
        yield f"{ENVELOPE} and {BUNDLE} cannot be made again from the files: {error}"
        return
    yield from attestation.faults(payload, content[ENVELOPE], content[BUNDLE], key.keyid)
    signature = attestation.signature_of(content[ENVELOPE])
    if signature is not None and (fault := key.fault(attestation.authenticated(payload), signature)):
        yield f"{ENVELOPE} does not hold a signature of the attestation: {fault}"
