"""Plain data -> text in the manner of the text around it: block or flow style, YAML or JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from scanner.documents.layout import Layout
from scanner.documents.scalars import is_disputed, resolve

_PLAIN = re.compile(r"[A-Za-z][\w./-]*\Z", re.ASCII)
"""Texts that mean themselves without quotes, in block and in flow style, unless a dialect has the word."""


@dataclass(slots=True, frozen=True)
class Manner:
    """How the text around a new entry is written."""

    quoted: bool = False
    """Keys and texts stand in double quotes, as in JSON."""
    colon: str = ": "
    comma: str = ", "


def scalar(value: Any, manner: Manner) -> str:
    """A text, number, word or empty collection on one line."""
    plain = isinstance(value, str) and not manner.quoted and _PLAIN.match(value) is not None
    if plain and resolve(value) == value and not is_disputed(value):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def flow(value: Any, manner: Manner) -> str:
    """Any value in flow style, on one line."""
    if isinstance(value, dict):
        entries = (f"{scalar(key, manner)}{manner.colon}{flow(item, manner)}" for key, item in value.items())
        return "{" + manner.comma.join(entries) + "}"
    if isinstance(value, list):
        return "[" + manner.comma.join(flow(item, manner) for item in value) + "]"
    return scalar(value, manner)


def flow_lines(value: Any, manner: Manner, pad: str, step: str) -> str:
    """Any value in flow style, each entry on a line of its own; `pad` stands before the line it begins on."""
    if not isinstance(value, dict | list) or not value:
        return flow(value, manner)
    inner = pad + step
    if isinstance(value, dict):
        parts = [
            f"{scalar(key, manner)}{manner.colon}{flow_lines(item, manner, inner, step)}" for key, item in value.items()
        ]
    else:
        parts = [flow_lines(item, manner, inner, step) for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return opening + "\n" + ",\n".join(inner + part for part in parts) + "\n" + pad + closing


def block(value: dict[str, Any] | list[Any], indent: int, layout: Layout, manner: Manner) -> list[str]:
    """The lines of a mapping or list that is not empty, in block style."""
    pad = " " * indent
    lines: list[str] = []
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict | list) and item:
                first, *rest = block(item, indent + 2, layout, manner)
                lines += [f"{pad}- {first.lstrip()}", *rest]
            else:
                lines.append(f"{pad}- {scalar(item, manner)}")
        return lines
    for key, item in value.items():
        name = scalar(key, manner)
        if isinstance(item, dict | list) and item:
            deeper = layout.list_step if isinstance(item, list) else layout.step
            lines += [f"{pad}{name}:", *block(item, indent + deeper, layout, manner)]
        else:
            lines.append(f"{pad}{name}: {scalar(item, manner)}")
    return lines
