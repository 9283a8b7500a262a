"""`values.schema.json` of charts: Helm would read any file or address that it refers to, so it must refer to none."""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from scanner.errors import UnreadableError
from scanner.late import regex

_NAME = "values.schema.json"
_ARCHIVE = ".tgz"
_REFERS = ("$ref", "$dynamicRef", "$recursiveRef", "$schema")
_DRAFT = regex(r"https?://json-schema\.org/(?:draft-0[467]/|draft/20(?:19-09|20-12)/)?schema#?")
"""The schemas of schemas that Helm brings with it."""
_MOST_BYTES = 256 * 1024**2
_MOST_MEMBERS = 50_000
_DEEPEST = 8
"""Archives within archives."""


def refuse_outside(name: str, content: bytes) -> None:
    """Raise UnreadableError where a file of a chart is, or holds as archive, a schema that refers to another file."""
    for shown, schema in files_in(name, content, _is_schema):
        for target in _references(shown, schema):
            if not target.startswith("#") and not _DRAFT.fullmatch(target):
                raise UnreadableError(
                    f"not assessed: {shown} refers to another schema, which Assay does not read or download"
                )


def _is_schema(name: str) -> bool:
    return name.rpartition("/")[2] == _NAME


def files_in(name: str, content: bytes, wanted: Callable[[str], bool], depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """A file of a chart, or the files in it if it is an archive, if they are wanted by their names.

    Raises UnreadableError for an archive that cannot be read.
    """
    if wanted(name):
        yield name, content
    elif name.endswith(_ARCHIVE) and "charts/" in name:
        if depth == _DEEPEST:
            raise UnreadableError(f"not assessed: {name} holds archives more than {_DEEPEST} deep")
        for inner, text in _members(name, content, wanted):
            yield from files_in(f"{name}/{inner}", text, wanted, depth + 1)


def _members(name: str, content: bytes, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """The wanted files and the archives in an archive."""
    import gzip  # unlike tarfile's own reader it reads on after the end of a stream, as Helm does
    import tarfile

    left = _MOST_BYTES
    try:
        with gzip.open(io.BytesIO(content)) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
            for number, member in enumerate(archive):
                left -= member.size
                if left < 0 or number == _MOST_MEMBERS:
                    raise UnreadableError(f"not assessed: {name} is too large")
                chosen = member.isfile() and (member.name.endswith(_ARCHIVE) or wanted(member.name))
                if chosen and (file := archive.extractfile(member)):
                    yield member.name, file.read()
    except (tarfile.TarError, EOFError, OSError, zlib.error):
        raise UnreadableError(f"not assessed: {name} is not a complete archive") from None


def _references(name: str, content: bytes) -> Iterator[str]:
    """The references in a schema, also under duplicate keys."""
    try:
        pending: list[Any] = [json.loads(content, object_pairs_hook=_Pairs)]
    except (ValueError, RecursionError):
        raise UnreadableError(f"not assessed: {name} is not valid JSON") from None
    while pending:
        value = pending.pop()
        if isinstance(value, _Pairs):
            yield from (text for key, text in value if key in _REFERS and isinstance(text, str))
            pending += (inner for _, inner in value)
        elif isinstance(value, list):
            pending += value


class _Pairs(list[Any]):
    """The keys and values of a JSON object."""
