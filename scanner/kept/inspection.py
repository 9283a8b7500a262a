"""Whether what the work on a file gave may be kept: MessagePack carries it exactly, it is small, and no credential.

Every value is looked at in the form that an entry holds it, not in that of the file: a YAML text may write a
credential in a form in which nobody sees it.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable
from math import isfinite
from operator import attrgetter
from typing import Any

from msgspec import Struct

from scanner.limits import Limits
from scanner.loss import Loss
from scanner.marks import Mark, children_of
from scanner.masking import is_harmless
from scanner.model import Finding, Input
from scanner.places import Edit, Fix, Location, Origin, Related

_MOST_VALUES = 200_000
_MOST_CHARACTERS = 4_000_000
"""In a file: what is larger takes a part of the memory and the time that the file itself may take."""
_WHOLE = 2**63
"""The first integer that readers may not carry exactly."""
_APART = "\n\0\n"
"""Between texts that are searched at once: no credential reaches over it."""
_REMEMBERED = 50_000
_REMEMBERED_LENGTH = 500
_NAME = frozenset({str})
"""The type of names of fields."""
_clean: set[str] = set()
"""Texts of earlier files that hold no credential: most texts of manifests are in many of them."""


_LEFT = 1.0
"""Seconds of its time that must be left to a file of which an entry is made, so that none is lost to it."""


class NotKeptError(Exception):
    """A value that is not to be kept."""


class Inspection:
    """All values of a file, or of a result of `larger` times the size, as far as they are known."""

    def __init__(self, larger: int = 1) -> None:
        self._most_values = larger * _MOST_VALUES
        self._most_characters = larger * _MOST_CHARACTERS
        self._values = 0
        self._characters = 0
        self._texts: set[str] = set()

    def take(self, value: Any, name: str = "") -> None:
        """Look at plain data and everything in it; a text is also looked at together with its name.

        Raises NotKeptError for what MessagePack does not carry exactly, and for more than may be kept.
        """
        kind = type(value)
        if kind is str:
            self._characters += len(value)
            self._texts.add(f"{name}: {value}" if name else value)
        elif kind is dict:
            self._mapping(value)
        elif kind is list:
            self._items(value, name)
        elif kind is int:
            _require(-_WHOLE <= value < _WHOLE)
        elif kind is float:
            _require(isfinite(value))
        else:
            _require(value is None or kind is bool)

    def take_texts(self, texts: Iterable[str | None]) -> None:
        """Look at some texts."""
        told = [text for text in texts if text]
        self._characters += sum(map(len, told))
        self._texts.update(told)

    def take_struct(self, value: Struct) -> None:
        """Look at the texts of a struct, and of structs in it."""
        texts, others = _GETTERS[type(value)]
        self._values += 1
        self.take_texts(texts(value))
        for part in others(value) if others else ():
            if isinstance(part, Struct):
                self.take_struct(part)
            elif part:
                self._several(part)

    def take_names(self, mark: Mark) -> None:
        """Look at the names of fields in a mark, which may be more than those of its value."""
        children = children_of(mark)
        if isinstance(children, dict):
            self._texts.update(children)
            children = list(children.values())
        for each in children or ():
            if children_of(each):
                self.take_names(each)

    def refuse_large(self) -> None:
        """Raise NotKeptError where there is more than may be kept."""
        _require(self._values <= self._most_values and self._characters <= self._most_characters)

    def refuse_credentials(self, file: str = "") -> bool:
        """Raise NotKeptError where one of the values looks like a credential.

        Returns whether nothing in the text of the file does either.
        """
        new = self._texts - _clean
        clean = len(file) <= _MOST_CHARACTERS and is_harmless(_APART.join((file, *new)))
        _require(clean or is_harmless(_APART.join(new)))
        if len(_clean) > _REMEMBERED:
            _clean.clear()
        _clean.update(text for text in new if len(text) <= _REMEMBERED_LENGTH)
        return clean

    def _several(self, parts: Iterable[Any]) -> None:
        """Look at a tuple of texts, numbers, structs or tuples."""
        for part in parts:
            if isinstance(part, Struct):
                self.take_struct(part)
            elif isinstance(part, str):
                self.take_texts((part,))
            elif isinstance(part, tuple):
                self._several(part)

    def _mapping(self, value: dict[str, Any]) -> None:
        self._values += len(value)
        _require(self._values <= self._most_values and _NAME.issuperset(map(type, value)))
        texts = self._texts
        texts.update(value)
        for name, item in value.items():
            if type(item) is str:
                self._characters += len(item)
                texts.add(f"{name}: {item}")
            else:
                self.take(item, name)
        if type(value.get("value")) is str:
            self._texts.add(f"{value.get('name')}={value['value']}")
        if value.get("kind") == "Secret":
            _require(not any(map(_told, (value.get("data"), value.get("stringData")))))

    def _items(self, value: list[Any], name: str) -> None:
        self._values += len(value)
        _require(self._values <= self._most_values)
        for item in value:
            self.take(item, name)
        texts = [item for item in value if type(item) is str]
        if len(texts) > 1:  # `--password` and its value may be two items
            self._texts.add(" ".join(texts))


def prepare() -> None:
    """Load what searches for credentials, before other processes are made that need it too."""
    is_harmless("password: x")


def has_time(limits: Limits) -> bool:
    """Whether enough of the time of a worker's task is left to make an entry too."""
    return signal.getitimer(signal.ITIMER_PROF)[0] >= max(_LEFT, limits.seconds / 2)


def names_of(kind: type[Struct]) -> tuple[str, ...]:
    """The fields of a struct."""
    return kind.__struct_fields__


def _told(data: Any) -> bool:
    """Whether anything of the data of a Secret is more than its names."""
    return any(item is not None for item in data.values()) if isinstance(data, dict) else data is not None


def _require(condition: bool) -> None:
    if not condition:
        raise NotKeptError


def _getter(names: list[str]) -> Callable[[Struct], Iterable[Any]] | None:
    """What gives some fields of a struct as a tuple."""
    if len(names) == 1:
        return lambda value: (getattr(value, names[0]),)
    return attrgetter(*names) if names else None


def _getters(kind: type[Struct]) -> tuple[Callable[[Struct], Iterable[Any]], Callable[[Struct], Iterable[Any]] | None]:
    """What gives the texts of a struct, and what gives the fields that may hold texts."""
    types = {name: kind.__annotations__[name] for name in names_of(kind) if name not in _DIGESTS}
    texts = [name for name, each in types.items() if each in _TEXT]
    others = [name for name, each in types.items() if each not in _TEXT and each not in _TEXTLESS]
    return _getter(texts) or (lambda _: ()), _getter(others)


_DIGESTS = {"fingerprint", "sha256"}
"""Fields with digests, which tell nothing of what they were made of."""
_TEXT = {"str", "str | None"}
_TEXTLESS = {"bool", "int", "Outcome", "Severity", "InputStatus", "BaselineState | None"}
"""Types of fields, as they are written."""
_STRUCTS: tuple[type[Struct], ...] = (Edit, Finding, Fix, Input, Location, Loss, Origin, Related)
_GETTERS = {kind: _getters(kind) for kind in _STRUCTS}
