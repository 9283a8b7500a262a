"""Helm as a library, which stands in where the program is not on PATH."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from scanner.errors import UnreadableError
from scanner.foreign_errors import complaint
from scanner.rendering.private_copy import PrivateCopy

_NEEDS = "not assessed: needs helm on PATH, or the extra: pip install 'PATH-OR-URL[helm]'"
_LOADED_BEFORE = (
    "not assessed: the program that called Assay has loaded helm_python, which cannot be used in the processes that "
    "read files; put helm on PATH, or do not import helm_python in that program"
)
_NOT_RENDERED = ("NOTES.txt", ".tpl")
_loaded_by = 0
"""The process that loaded the library."""


def render(
    root: str, copy: PrivateCopy, folder: str, release: tuple[str, str], values: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """(path, text) of each template of a release (name, namespace) with files of values.

    Raises UnreadableError where the library is not installed, was loaded before this process was made, or refuses the
    chart.
    """
    helm_python = _load()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # it warns there of values that it does not use
    try:
        merged: dict[str, Any] = {}
        for file in values:
            with open(file, encoding="utf-8") as opened:
                _merge(merged, helm_python.values_from_yaml(opened.read()))
        with helm_python.Chart.load(folder) as chart:
            crds = [(str(item["filename"]), str(item["data"])) for item in chart.crds]
            made = chart.render(merged, name=release[0], namespace=release[1])
    except helm_python.HelmError as error:
        raise UnreadableError(f"helm: {complaint(str(error).replace(copy.folder, ''), root)}") from None
    for path, text in (*crds, *sorted(made.items())):
        if not path.endswith(_NOT_RENDERED):
            yield path.partition("/")[2], text


def _load() -> Any:
    """The library, loaded by this process: its threads, which it needs at any time, are not there after a fork."""
    global _loaded_by  # noqa: PLW0603 - it is about the process
    if sys.modules.get("helm_python") and _loaded_by != os.getpid():
        raise UnreadableError(_LOADED_BEFORE)
    try:
        import helm_python
    except ImportError:
        raise UnreadableError(_NEEDS) from None
    _loaded_by = os.getpid()
    return helm_python


def identity() -> tuple[object, ...]:
    """The identity of Helm as a library, as `programs.identity` gives it; empty where it cannot be known."""
    from scanner.kept import code

    record = "" if "HELM_C_LIB" in os.environ else code.record("helm_python", "helm_python_sdk")
    return ("library", record) if record else ()


def _merge(into: dict[str, Any], values: dict[str, Any]) -> None:
    for key, value in values.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value
