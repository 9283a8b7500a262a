"""The Applications that an ApplicationSet of Argo CD makes of its template and of lists in its generators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any

from scanner.late import regex

_PLACEHOLDER = regex(r"\{\{-?\s*(\.?)([\w-]+(?:\.[\w-]+)*)\s*-?\}\}")
"""A parameter alone: `{{name}}`, or `{{ .name }}` in a template of Go."""
_MOST = 200
"""Applications of one generator."""


def applications(spec: Any) -> Iterator[dict[str, Any]]:
    """The templates, with the parameters of the lists in the generators; as it is written for any other generator."""
    template = spec.get("template") if isinstance(spec, dict) else None
    if not isinstance(template, dict):
        return
    generators = spec.get("generators")
    go, plain = spec.get("goTemplate") is True, False
    for generator in generators if isinstance(generators, list) else [None]:
        listed = _parameters(generator)
        for each in listed or ():
            yield _filled(template, _by_path(each), go=go)
        if listed is None and not plain:
            plain = True
            yield template


def _parameters(generator: Any, *, nested: bool = True) -> Sequence[Mapping[str, Any]] | None:
    """The parameters of each application of a generator; None where they are not written out."""
    if not isinstance(generator, dict) or len(generator) != 1:
        return None  # a selector, or no generator
    ((kind, held),) = generator.items()
    if not isinstance(held, dict) or held.get("template"):
        return None
    if kind == "list" and "elementsYaml" not in held:
        elements = held.get("elements")
        if isinstance(elements, list) and all(isinstance(each, dict) for each in elements):
            return elements[:_MOST]
    inner = held.get("generators")
    if kind != "matrix" or not nested or not isinstance(inner, list):
        return None
    parts = [_parameters(each, nested=False) for each in inner]
    known = [each for each in parts if each is not None]
    if len(known) < len(parts):
        return None
    return [{key: value for part in each for key, value in part.items()} for each in islice(product(*known), _MOST)]


def _by_path(parameters: Mapping[str, Any]) -> dict[str, str]:
    """The texts of parameters by their paths."""
    found: dict[str, str] = {}
    pending = [("", parameters)]
    while pending:
        above, held = pending.pop()
        for key, value in held.items():
            if isinstance(value, dict):
                pending.append((f"{above}{key}.", value))
            elif isinstance(value, bool):
                found[f"{above}{key}"] = str(value).lower()
            elif isinstance(value, str | int | float):
                found[f"{above}{key}"] = str(value)
    return found


def _filled(value: Any, texts: Mapping[str, str], *, go: bool) -> Any:
    """A part of a template with the parameters that it names; an expression stays as it is written."""
    if isinstance(value, dict):
        return {_filled(key, texts, go=go): _filled(item, texts, go=go) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, texts, go=go) for item in value]
    if not isinstance(value, str):
        return value
    return _PLACEHOLDER.sub(lambda it: texts.get(it[2], it[0]) if bool(it[1]) is go else it[0], value)
