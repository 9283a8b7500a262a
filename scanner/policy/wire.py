"""Messages in protobuf's wire format (protobuf.dev/programming-guides/encoding), as numbers and bytes by field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

Message: TypeAlias = dict[int, list[bytes | int]]
"""Field number -> its values in order, as bytes or as a number."""

_VARINT, _BYTES = 0, 2
_SIZES = {1: 8, 5: 4}
"""Bytes of a value of fixed size by its kind."""
_MORE = 0x80
"""The bit that says that more follows."""


def sub(holder: Message, number: int) -> Message:
    """The first message in a field; an empty one where there is none."""
    for value in holder.get(number, ()):
        if isinstance(value, bytes):
            return message(value)
    return {}


def subs(holder: Message, number: int) -> Iterator[Message]:
    """The messages in a field."""
    for value in holder.get(number, ()):
        if isinstance(value, bytes):
            yield message(value)


def text(holder: Message, number: int) -> str:
    """The text in a field; empty where there is none."""
    value = holder.get(number, [b""])[0]
    return value.decode("utf-8", "surrogatepass") if isinstance(value, bytes) else str(value)


def message(data: bytes) -> Message:
    """The fields of a message in the wire format.

    Raises ValueError for bytes that are none.
    """
    fields: Message = {}
    position = 0
    end = len(data)
    while position < end:
        tag, position = _varint(data, position)
        value: bytes | int
        kind = tag & 7
        if kind == _VARINT:
            value, position = _varint(data, position)
        else:
            if kind == _BYTES:
                size, position = _varint(data, position)
            else:
                size = _SIZES.get(kind, end)
            if position + size > end:
                raise ValueError("not a compiled CEL expression")
            value, position = data[position : position + size], position + size
        number = tag >> 3
        if number in fields:
            fields[number].append(value)
        else:
            fields[number] = [value]
    return fields


def _varint(data: bytes, position: int) -> tuple[int, int]:
    """A number of seven bits a byte, lowest first, and the position behind it."""
    if (first := data[position]) < _MORE:  # most are of one byte
        return first, position + 1
    number = shift = 0
    while True:
        byte = data[position]
        position += 1
        number |= (byte & 0x7F) << shift
        if byte < _MORE:
            return number, position
        shift += 7


def encoded(fields: Message) -> bytes:
    """The bytes of a message; values of fixed size must be in the bytes of a field."""
    result = bytearray()
    for number, values in fields.items():
        for value in values:
            if isinstance(value, int):
                result += _as_varint(number << 3 | _VARINT) + _as_varint(value)
            else:
                result += _as_varint(number << 3 | _BYTES) + _as_varint(len(value)) + value
    return bytes(result)


def _as_varint(number: int) -> bytes:
    result = bytearray()
    while number >= _MORE:
        result.append((number & (_MORE - 1)) | _MORE)
        number >>= 7
    return bytes((*result, number))
