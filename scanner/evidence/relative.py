"""A finished scan without absolute paths: options may name files anywhere, and only `run.json` tells where.

There the home folder of the user is `~`, because its path holds the name of the user.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from scanner.finished_scan import Scan
from scanner.waiving import shown

_Value = TypeVar("_Value")


def shown_from(root: str, paths: Iterable[str]) -> dict[str, str]:
    """Absolute path -> how a pack shows it: from the root of the scan, or by its name alone."""
    absolute = [path for path in paths if os.path.isabs(path)]
    told = {path: shown(path, root) for path in absolute}
    return {path: os.path.basename(path) if os.path.isabs(name) else name for path, name in told.items()}


def without_absolute(scan: Scan, named: Mapping[str, str]) -> Scan:
    """The scan with these paths replaced in all of its texts."""
    if not named:
        return scan
    order = sorted(named, key=len, reverse=True)

    def change(text: str) -> str:
        for path in order:
            text = text.replace(path, named[path])
        return text

    changed: Scan = _changed(scan, change)
    return changed


def without_home(value: _Value, home: str) -> _Value:
    """Some data with `~` in place of a home folder, wherever a path begins with it."""
    import re

    folders = {place for each in (home, os.path.realpath(home)) if os.path.isabs(home) and (place := each.rstrip("/"))}
    if not folders:
        return value
    own = re.compile(rf"(?<![\w.~-])(?:{'|'.join(map(re.escape, sorted(folders)))})(?![\w-]|\.\w)")
    changed: _Value = _changed(value, partial(own.sub, "~"))
    return changed


def with_home(argument: str, home: str) -> str:
    """An argument of which `without_home` took the home folder, for this home folder."""
    option, equals, value = argument.rpartition("=") if argument.startswith("-") else ("", "", argument)
    return f"{option}{equals}{home}{value[1:]}" if value == "~" or value.startswith("~/") else argument


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value) if type(value) is str else value
    if isinstance(value, dict):
        return type(value)({_changed(key, change): _changed(item, change) for key, item in value.items()})
    if isinstance(value, tuple | list):
        items = [_changed(item, change) for item in value]
        return value._make(items) if hasattr(value, "_make") else type(value)(items)
    if not isinstance(value, Struct):
        return value
    fields = {name: getattr(value, name) for name in value.__struct_fields__}
    new = {name: changed for name, item in fields.items() if (changed := _changed(item, change)) is not item}
    return replace(value, **new) if new else value
