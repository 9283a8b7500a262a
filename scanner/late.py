"""Dataclasses and regular expressions that are made when they are first used, so that a start does not wait for them.

The standard library generates and compiles six functions for each dataclass while its module is imported: half a
millisecond for each of the 120 classes of a scan, a sixth of the time of a small one. Here `__init__` is made when the
first instance is, and the standard library makes the others if they are called at all.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass
    from re import compile as regex

__all__ = ["dataclass", "regex"]

_FIELDS = "__dataclass_fields__"
_PARAMETERS = "__dataclass_params__"


class _OnAccess:
    """An attribute of a class that is made when it is first read, and then stands in the place of this one."""

    def __init__(self, name: str, make: Callable[[], Any]) -> None:
        self._name = name
        self._make = make

    def __get__(self, instance: object, owner: type) -> Any:
        made = self._make()
        setattr(owner, self._name, made)
        return made


def _on_call(name: str, make: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
    """A method that is made when it is first called, and then stands in the place of this one."""

    def first(self: Any, *arguments: Any, **named: Any) -> Any:
        made = make()
        setattr(type(self), name, made)
        return made(self, *arguments, **named)

    return first


def _refuse_to_set(_: object, name: str, __: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(instance: Any) -> list[Any]:
    return [getattr(instance, name) for name in instance.__slots__]


def _set_state(instance: Any, state: list[Any]) -> None:
    for name, value in zip(instance.__slots__, state, strict=True):
        object.__setattr__(instance, name, value)


_FROZEN = {
    "__setattr__": _refuse_to_set,
    "__delattr__": _refuse_to_delete,
    "__getstate__": _state,
    "__setstate__": _set_state,
}


def _slotted(cls: type, *, frozen: bool, eq: bool, kw_only: bool) -> type:
    """The class with slots for its fields, and methods that are made when they are first called."""
    given = {name: value for name, value in vars(cls).items() if name not in {"__dict__", "__weakref__"}}
    if any(dataclasses.is_dataclass(base) for base in cls.__mro__):
        raise TypeError(f"{cls.__qualname__} has a base that is a dataclass: use that of the standard library")
    if any("ClassVar" in str(kind) for kind in cls.__annotations__.values()):
        raise TypeError(f"{cls.__qualname__} has a class variable: use the dataclass of the standard library")
    given |= {"__annotations__": cls.__annotations__, "__qualname__": cls.__qualname__}
    names = tuple(cls.__annotations__)

    @cache
    def standard(**how: Any) -> Mapping[str, Any]:
        copy = type(cls)(cls.__name__, cls.__bases__, dict(given))
        return vars(dataclasses.dataclass(init=False, kw_only=kw_only, **how)(copy))

    def whole(name: str) -> Callable[[], Any]:
        return lambda: standard(eq=eq, frozen=frozen)[name]

    defaults = {name: given[name] for name in names if name in given}
    methods = {"__init__": _on_call("__init__", lambda: _init(made, defaults, kw_only=kw_only))}
    methods |= {name: _on_call(name, whole(name)) for name in _methods(given, frozen=frozen, eq=eq)}
    own = {name: value for name, value in given.items() if name not in names}
    added = {
        _FIELDS: _OnAccess(_FIELDS, lambda: standard(eq=False, repr=False)[_FIELDS]),
        _PARAMETERS: _OnAccess(_PARAMETERS, whole(_PARAMETERS)),
        "__slots__": names,
        "__match_args__": () if kw_only else names,
    }
    if eq and "__hash__" not in methods and given.get("__hash__") is None:
        added["__hash__"] = None
    made = type(cls)(cls.__name__, cls.__bases__, own | methods | added | (_FROZEN if frozen else {}))
    return made


def _methods(given: Mapping[str, Any], *, frozen: bool, eq: bool) -> list[str]:
    """What the standard library adds beside `__init__`, by its rules."""
    names = [name for name in ("__repr__", *(("__eq__",) if eq else ())) if name not in given]
    hashed = "__hash__" in given and not (given["__hash__"] is None and "__eq__" in given)
    return [*names, "__hash__"] if eq and frozen and not hashed else names


def _init(made: type, defaults: Mapping[str, Any], *, kw_only: bool) -> Callable[..., None]:
    """The function that sets every field of an instance, with the signature that a dataclass has."""
    known: dict[str, Any] = {}
    parameters, lines = ["self", *(("*",) if kw_only else ())], []
    for name in made.__slots__:  # type: ignore[attr-defined]
        known[f"_set_{name}"] = vars(made)[name].__set__
        parameter = value = name
        if name in defaults:
            parameter = f"{name}=_default_{name}"
            known[f"_default_{name}"] = default = defaults[name]
            if isinstance(default, dataclasses.Field):
                known[f"_make_{name}"] = default.default_factory
                value = f"_make_{name}() if {name} is _default_{name} else {name}"
        parameters.append(parameter)
        lines.append(f"    _set_{name}(self, {value})\n")
    exec(f"def __init__({', '.join(parameters)}):\n{''.join(lines)}", known)  # noqa: S102 - of names of fields alone
    init: Callable[..., None] = known["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    return init


if not TYPE_CHECKING:

    def dataclass(
        *, frozen: bool = False, slots: bool = False, eq: bool = True, kw_only: bool = False
    ) -> Callable[[type], type]:
        """What `dataclasses.dataclass` gives, with the methods of a class made when they are first called.

        It is for classes with slots, without class variables and `__post_init__`, that have no dataclass as a base.
        """
        if not slots:
            return dataclasses.dataclass(frozen=frozen, eq=eq, kw_only=kw_only)
        return lambda cls: _slotted(cls, frozen=frozen, eq=eq, kw_only=kw_only)

    class regex:  # noqa: N801 - it stands for a function
        """What `re.compile` gives, compiled when it is first used."""

        def __init__(self, text: str, flags: int = 0) -> None:
            self._given = text, flags

        def __getattr__(self, name: str) -> Any:
            import re

            found = getattr(re.compile(*self._given), name)
            setattr(self, name, found)  # the next time it is found without coming here
            return found
