"""A finished scan without absolute paths: options may name files anywhere, and only `run.json` tells where."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from scanner.finished_scan import Scan
from scanner.waiving import shown


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
    changed: Scan = _changed(scan, [(path, named[path]) for path in order])
    return changed


def _changed(value: Any, names: list[tuple[str, str]]) -> Any:
    if isinstance(value, str):
        return _text(value, names) if type(value) is str else value
    if isinstance(value, dict):
        return type(value)({_changed(key, names): _changed(item, names) for key, item in value.items()})
    if isinstance(value, tuple | list):
        items = [_changed(item, names) for item in value]
        return value._make(items) if hasattr(value, "_make") else type(value)(items)
    if not isinstance(value, Struct):
        return value
    fields = {name: getattr(value, name) for name in value.__struct_fields__}
    new = {name: changed for name, item in fields.items() if (changed := _changed(item, names)) is not item}
    return replace(value, **new) if new else value


def _text(text: str, names: list[tuple[str, str]]) -> str:
    for path, name in names:
        text = text.replace(path, name)
    return text
