"""YAML and JSON files of our own formats -> plain data with positions, checked against a JSON Schema.

Rules, catalogues, objectives, scope files, tables of other engines' checks and the configuration are read here. What is
wrong with a file is told with its line and in plain sentences, all faults of a file together.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from scanner import documents, plain_schema, safe_read, schema_errors
from scanner.documents import Document, Fault
from scanner.documents.positions import Node, find, join_path, locate
from scanner.errors import AssayError, PackError, UnreadableError, did_you_mean, raise_together
from scanner.limits import Limits
from scanner.masking import mask
from scanner.places import Location, Origin

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

LIMITS = Limits(bytes=safe_read.NAMED_BYTES, nodes=1_000_000)
"""What one file may cost; the largest that is shipped takes a hundredth of it."""
_SHORT = 200
"""Characters of a YAML parser's message that are shown: it may quote the file."""


class DataFile(Struct, frozen=True):
    """The one document of a file, with the place of each value."""

    path: str
    """The name it was given by."""
    root: Node
    origin: Origin
    sha256: str
    """Of the bytes that were read."""

    @property
    def value(self) -> Any:
        """The plain data."""
        return self.root.value

    def texts(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Every text in the data, with the path to it."""
        return _texts(self.value)

    def line(self, path: Sequence[str | int] = ()) -> int:
        """The 1-based line of the value at a path, or of its deepest parent that is there."""
        mark, _ = find(self.root.mark, tuple(map(str, path)))  # type: ignore[arg-type]
        return locate(self.origin, mark).line

    def location(self, path: Sequence[str | int] = ()) -> Location:
        """The region of the value at a path, or of its deepest parent that is there."""
        mark, found = find(self.root.mark, tuple(map(str, path)))  # type: ignore[arg-type]
        return locate(self.origin, mark, join_path(found))

    def where(self, path: Sequence[str | int] = ()) -> str:
        """The place of the value at a path, such as `rules/x.yaml:12`."""
        return f"{self.path}:{self.line(path)}"

    def error(self, path: Sequence[str | int], message: str, hint: str = "") -> PackError:
        """The error for the value at a path."""
        return PackError(message, self.where(path), hint)

    def unknown(
        self, path: Sequence[str | int], kind: str, name: str, known: Iterable[str], otherwise: str = ""
    ) -> PackError:
        """The error for a name at a path that is none of the known ones, with the nearest of them as a hint.

        Where none is near, the hint is `otherwise`, or some of the known names.
        """
        names = sorted(known)
        hint = did_you_mean(name, names) or otherwise or (f"known: {schema_errors.listed(names)}" if names else "")
        return self.error(path, f"there is no {kind} {schema_errors.shown(name)}", hint)

    def refuse(self, errors: Iterable[PackError]) -> None:
        """Raise all that is wrong with the file as one error, in the order of the lines; nothing where all is well."""
        raise_together(sorted(errors, key=_line))


def read(
    path: Path, schema: Path, *, may_be_empty: bool = False, most: int | None = None, content: bytes | None = None
) -> DataFile:
    """Read the document of a file of bounded size and check it against a JSON Schema.

    `content` is that of the file where it is not read from disk. `may_be_empty` reads a file without a document as a
    mapping. Raises PackError, with the line, for a file that cannot be read, is not a regular file or is too large, for
    a text that is not one YAML document (or JSON, by its name), for duplicate keys, and for everything that the schema
    rejects.
    """
    name = str(path)
    if content is None:
        content = _content(path, LIMITS.bytes if most is None else most)
    sha256, document = hashlib.sha256(content).hexdigest(), _document(name, _text(name, content))
    if document is None:
        if may_be_empty:
            return DataFile(name, Node({}, None), Origin(name), sha256)
        raise PackError("the file is empty", f"{name}:1")
    file = DataFile(name, document.root, document.origin, sha256)
    file.refuse(
        PackError(f"the key {schema_errors.shown(key)} occurs twice", f"{name}:{line + 1}")
        for key, line, _ in document.duplicates
    )
    if not _quick_check(schema)(file.value):
        file.refuse(
            file.error(problem.path, problem.message, problem.hint)
            for problem in schema_errors.problems(_validator(schema), file.value)
        )
    return file


def part_check(schema: Mapping[str, Any]) -> Callable[[Any], Iterable[schema_errors.Problem]]:
    """What tells of a part of a file all that a JSON Schema rejects, with paths that count from the part."""
    quick = plain_schema.check(schema)

    def problems(value: Any) -> Iterable[schema_errors.Problem]:
        if quick(value):
            return ()
        import jsonschema

        return schema_errors.problems(jsonschema.Draft202012Validator(schema), value)

    return problems


def _line(error: AssayError) -> int:
    return int(error.location.rpartition(":")[2])


def _content(path: Path, most: int) -> bytes:
    try:
        return safe_read.read(path, most)
    except UnreadableError as error:
        raise PackError(error.message, str(path)) from None


def _text(name: str, content: bytes) -> str:
    try:
        return documents.decode(content)
    except UnreadableError as error:
        raise PackError(error.message, f"{name}:{error.line}") from None


def _document(name: str, text: str) -> Document | None:
    """The one document of a text, None where there is none.

    Its format is JSON if the name has such a suffix, else YAML.
    """
    suffixes = (*documents.YAML_SUFFIXES, *documents.JSON_SUFFIXES)
    format_name = name if name.lower().endswith(suffixes) else f"{name}{documents.YAML_SUFFIXES[0]}"
    parts = documents.read(format_name, text, LIMITS)
    first, second = next(parts, None), next(parts, None)
    for part in (first, second):
        if isinstance(part, Fault):
            raise PackError(_cut(part.message), f"{name}:{part.line}")
    if not isinstance(first, Document):
        return None
    if isinstance(second, Document) and second.root.mark:
        line = locate(second.origin, second.root.mark).line
        raise PackError("a second document begins here; a file may hold only one", f"{name}:{line}")
    return first


def _cut(text: str) -> str:
    text = text.partition(" (--limit ")[0]  # the option is about inputs of a scan
    return mask(text if len(text) <= _SHORT else f"{text[:_SHORT]}…")


@cache
def _quick_check(schema: Path) -> plain_schema.Check:
    """A check of most files; it may refuse what the schema allows."""
    return plain_schema.check(_schema(schema))


@cache
def _validator(schema: Path) -> Validator:
    import jsonschema

    return jsonschema.Draft202012Validator(_schema(schema))


@cache
def _schema(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _texts(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(item, (*path, str(key)))
