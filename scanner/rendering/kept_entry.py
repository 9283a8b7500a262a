"""An entry of what was rendered: written, unless it may not be kept, and read.

A text that holds a credential, such as the data of a Secret, is not written; what was found out about it may be, so
that only the program runs again. What is the same as in the files is not written either: the numbers of lines are.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from msgspec.structs import replace

from scanner import documents
from scanner.documents import Document
from scanner.kept import inspection
from scanner.kept.inspection import Inspection, NotKeptError
from scanner.late import regex
from scanner.limits import Limits
from scanner.masking import mask
from scanner.rendering.kept import Texts
from scanner.rendering.private_copy import PrivateCopy
from scanner.sources import RenderingResult

_MOST_BYTES = 64 * 1024**2
"""Bytes of an entry before it is compressed."""
_QUICK = 1
_ADDRESS = regex(r"\b0x[0-9a-f]{8,12}\b")
"""What may be an address in the memory of a program, as Go prints it, which differs each time."""


def written(made: RenderingResult, copy: PrivateCopy, same_each_time: Callable[[], bool]) -> bytes | None:
    """What is kept of a result; None where it may not be."""
    try:
        if not inspection.has_time(copy.ground.limits) or not same_each_time():
            return None
        texts = made.texts if _may_be_kept(made.texts, copy) else None
        _inspect(made)
        apart = [(name, _blanked(copy.contents[name], left)) for name, left in made.apart.items()]
        text = orjson.dumps((texts, apart, list(made.lost.items())))
        return zlib.compress(text, _QUICK) if len(text) <= _MOST_BYTES else None
    except Exception:  # noqa: BLE001 - whatever it is, it must not cost the chart or overlay its result
        return None


def _may_be_kept(texts: Texts, copy: PrivateCopy) -> bool:
    """Whether texts hold no credential.

    Raises NotKeptError for a text that differs each time or cannot be read.
    """
    inspected = Inspection()
    folder = os.path.basename(copy.folder)
    for path, text in texts:
        if folder in text or _ADDRESS.search(text):
            raise NotKeptError
        inspected.take_texts((path,))
    try:
        for _, text in texts:
            _take_documents(inspected, text, copy.ground.limits)
        inspected.refuse_large()
        inspected.refuse_credentials()
    except NotKeptError:
        return False
    return all(mask(text) == text for _, text in texts)


def _take_documents(inspected: Inspection, text: str, limits: Limits) -> None:
    for part in documents.read("rendered.yaml", text, limits):
        if not isinstance(part, Document) or part.duplicates:
            raise NotKeptError
        inspected.take(part.root.value)


def _inspect(made: RenderingResult) -> None:
    """Raise NotKeptError where what was found out about texts holds a credential."""
    inspected = Inspection()
    inspected.take_texts((*made.apart, *made.lost, *made.lost.values()))
    inspected.refuse_credentials()


def _blanked(content: bytes, left: bytes) -> list[int]:
    """The lines of a file that are empty in what is left of it; raises NotKeptError where anything else differs."""
    lines, others = content.splitlines(keepends=True), left.splitlines(keepends=True)
    numbers = [number for number, (mine, yours) in enumerate(zip(lines, others, strict=False)) if mine != yours]
    if _without(content, numbers) != left:
        raise NotKeptError
    return numbers


def _without(content: bytes, numbers: Sequence[int]) -> bytes:
    lines = content.splitlines(keepends=True)
    for number in numbers:
        lines[number] = b"\n"
    return b"".join(lines)


def read(value: bytes, plain: RenderingResult, contents: Mapping[str, bytes]) -> tuple[RenderingResult, bool] | None:
    """The result that an entry was made of, and whether its texts are kept; None for what is not an entry."""
    try:
        inflating = zlib.decompressobj()
        texts, apart, lost = orjson.loads(inflating.decompress(value, _MOST_BYTES))
        result = replace(
            plain,
            texts=tuple(map(_pair, texts or ())),
            apart={name: _without(contents[name], numbers) for name, numbers in apart},
            lost=dict(map(_pair, lost)),
        )
    except (ValueError, TypeError, LookupError, zlib.error):
        return None
    return result, texts is not None


def _pair(row: Any) -> tuple[str, str]:
    first, second = row
    if type(first) is not str or type(second) is not str:
        raise TypeError
    return first, second
