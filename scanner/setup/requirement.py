"""What pip has to install to get this Assay elsewhere: from where it was installed here, if that can be known."""

from __future__ import annotations

import json
from importlib import metadata
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from scanner import __version__
from scanner.errors import UsageError
from scanner.late import regex

NAME = "assay-compliance"
PLACEHOLDER = "https://git.example.org/assay@COMMIT"
"""Stands for the address of Assay's repository and the full hash of a commit."""
_PLAIN = regex(r"[\w .~:/@+=#%,<>!\[\]-]+")
"""What means the same in YAML in double quotes, in Groovy and in a shell."""
_SAFE = ("https", "ssh")


class Requirement(Struct, frozen=True):
    """What is written behind `pip install`."""

    text: str
    known: bool
    """Whether it was found out; otherwise a person puts the source in."""


def given(text: str) -> Requirement:
    """A requirement of the user.

    Raises UsageError for one that could mean something else in one of the files that it is written to.
    """
    if not _PLAIN.fullmatch(text) or not text.isascii() or text.startswith("-"):
        hint = f"such as: {NAME} @ git+{PLACEHOLDER}"
        raise UsageError(f"--requirement is not a name with a version or an address: {text!r}", hint=hint)
    return Requirement(text, known=True)


def own(extra: str) -> Requirement:
    """The requirement of the installed Assay, with an extra such as `[helm]`.

    A name without a source would be looked up in whatever index pip uses, where it may belong to somebody else. So it
    is written only where Assay itself came from such an index.
    """
    try:
        told = metadata.distribution(NAME).read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return _unknown(extra)
    if told is None:
        return Requirement(f"{NAME}{extra}=={__version__}", known=True)
    source = _source(json.loads(told))
    if source and _PLAIN.fullmatch(source):
        return Requirement(f"{NAME}{extra} @ {source}", known=True)
    return _unknown(extra)


def _unknown(extra: str) -> Requirement:
    return Requirement(f"{NAME}{extra} @ git+{PLACEHOLDER}", known=False)


def _source(told: Any) -> str:
    """The address in a record of an installation (PEP 610); empty where others cannot use it."""
    address = str(told.get("url", ""))
    parts = urlsplit(address)
    if parts.scheme not in _SAFE or parts.password or (parts.scheme == "https" and parts.username):
        return ""
    if version := told.get("vcs_info"):
        return f"git+{address}@{version['commit_id']}" if version.get("vcs") == "git" else ""
    digest = told.get("archive_info", {}).get("hashes", {}).get("sha256", "")
    return f"{address}#sha256={digest}" if digest else ""
