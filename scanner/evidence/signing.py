"""Signatures over bytes: ECDSA on P-256 with SHA-256 in DER, which `openssl dgst` makes and verifies since version 1.0.

Needs the extra `[evidence]`; without it a pack is written and verified unsigned.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from msgspec import Struct

from scanner import safe_read
from scanner.errors import UnreadableError, UsageError
from scanner.evidence.manifest import digest_of
from scanner.limits import MIB

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

_INSTALL = "install it: pip install 'assay-compliance[evidence]'"
_PATIENCE = 120
"""Seconds that a command may take to sign, which may ask a person."""
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve P-256: of the two signatures that fit to one nonce, only the one with the smaller number is accepted."""
_LONGEST = 72
"""Bytes of a signature in DER."""


class Signer(Protocol):
    """What signs a pack."""

    @property
    def public(self) -> PublicKey:
        """The key that verifies."""
        ...

    def sign(self, data: bytes) -> bytes:
        """The signature of some bytes in DER."""
        ...


class PublicKey(Struct, frozen=True):
    """A public key: its PEM, as `openssl` writes it, and the DER that its fingerprint is made of."""

    pem: bytes
    der: bytes

    @property
    def fingerprint(self) -> str:
        """`sha256:` and the digest of the DER of the key."""
        return f"sha256:{digest_of(self.der)}"

    @property
    def keyid(self) -> str:
        """The digest alone."""
        return digest_of(self.der)

    def fault(self, data: bytes, signature: bytes) -> str:
        """Why a signature is not this key's signature of some bytes; empty where it is."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec, utils

        key = serialization.load_der_public_key(self.der)
        assert isinstance(key, ec.EllipticCurvePublicKey)  # noqa: S101 - `public_key` reads no other
        try:
            key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
            first, second = utils.decode_dss_signature(signature)
        except (InvalidSignature, ValueError):
            return "the key did not make it"
        if utils.encode_dss_signature(first, min(second, _ORDER - second)) != signature:
            return "it is another form of the signature that the key made"
        return ""


def is_available() -> bool:
    """Whether the library for signatures is installed."""
    from importlib.util import find_spec

    return find_spec("cryptography") is not None


def need_library(what: str) -> None:
    """Raise UsageError if the library for signatures is missing."""
    if not is_available():
        raise UsageError(f"{what} needs the extra [evidence]", hint=_INSTALL)


def public_key(pem: bytes, where: str = "") -> PublicKey:
    """The public key in a PEM text; raises UsageError for anything but a key on P-256."""
    need_library("a public key")
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UsageError("it does not hold a public key in PEM", where) from None
    return _public(key, where)


def read_public_key(path: str | Path) -> PublicKey:
    """The public key in a file."""
    return public_key(_read(path), str(path))


def _public(key: object, where: str) -> PublicKey:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        hint = "make one: openssl ecparam -genkey -name prime256v1 -noout -out key.pem"
        raise UsageError("it is not an ECDSA key on the curve P-256", where, hint=hint)
    form = PublicFormat.SubjectPublicKeyInfo
    return PublicKey(key.public_bytes(Encoding.PEM, form), key.public_bytes(Encoding.DER, form))


def _read(path: str | Path) -> bytes:
    try:
        return safe_read.read(path, MIB, follow=False)
    except UnreadableError as error:
        raise UsageError(error.message, str(path)) from None


def smaller(signature: bytes) -> bytes:
    """The one of the two signatures that `PublicKey.fault` accepts; raises ValueError for what is none."""
    from cryptography.hazmat.primitives.asymmetric import utils

    first, second = utils.decode_dss_signature(signature)
    return utils.encode_dss_signature(first, min(second, _ORDER - second))


class KeyFile:
    """Signs with a private key in a PEM file."""

    def __init__(self, path: str | Path) -> None:
        need_library("--key")
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import serialization

        pem = _read(path)
        try:
            key = serialization.load_pem_private_key(pem, None)
        except TypeError:
            hint = "decrypt it for this use, or sign with --key-command"
            raise UsageError("the private key is encrypted", str(path), hint=hint) from None
        except (ValueError, UnsupportedAlgorithm):
            raise UsageError("it does not hold a private key in PEM", str(path)) from None
        self.public = _public(key.public_key(), str(path))
        self._key = cast("EllipticCurvePrivateKey", key)

    def sign(self, data: bytes) -> bytes:
        """The signature of some bytes in DER."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec

        return smaller(self._key.sign(data, ec.ECDSA(hashes.SHA256())))


class KeyCommand:
    """Signs with a program that receives the bytes on standard input and prints a signature in DER."""

    def __init__(self, command: str, public: str | Path) -> None:
        need_library("--key-command")
        try:
            self._command = shlex.split(command)
        except ValueError as error:
            raise UsageError(f"--key-command is not a command: {error}") from None
        if not self._command:
            raise UsageError("--key-command is empty", hint="name a program that prints a signature in DER")
        self.public = read_public_key(public)

    def sign(self, data: bytes) -> bytes:
        """The signature of some bytes in DER; raises UsageError if it is not one by the public key."""
        try:
            done = subprocess.run(  # noqa: S603 - the command that the user named, without a shell
                self._command, input=data, capture_output=True, timeout=_PATIENCE, check=False, env=dict(os.environ)
            )
        except subprocess.TimeoutExpired:
            raise UsageError(f"--key-command did not end within {_PATIENCE} seconds") from None
        except OSError as error:
            raise UsageError(f"--key-command cannot be run: {(error.strerror or '').lower()}") from None
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise UsageError(f"--key-command failed with exit code {done.returncode}", hint=said[-1] if said else "")
        try:
            signature = smaller(done.stdout[: _LONGEST + 1])
        except ValueError:
            raise UsageError("--key-command did not print an ECDSA signature in DER") from None
        if fault := self.public.fault(data, signature):
            raise UsageError(f"the signature that --key-command printed does not fit to the public key: {fault}")
        return signature
