"""Plain data -> text in the style of the text around it: block or flow style, YAML or JSON."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from msgspec import Struct

from scanner.documents.layout import Layout
from scanner.documents.scalars import resolve
from scanner.late import regex

_PLAIN = regex(r"[A-Za-z][\w./-]*\Z", re.ASCII)
"""Texts that mean themselves without quotes, in block and in flow style, unless a dialect has the word."""


class QuotingStyle(Struct, frozen=True):
    """How the text around a new entry is written."""

    quoted: bool = False
    """Keys and texts are in double quotes, as in JSON."""
    colon: str = ": "
    comma: str = ", "


def scalar(value: Any, style: QuotingStyle) -> str:
    """A text, number, word or empty collection on one line."""
    plain = isinstance(value, str) and not style.quoted and _PLAIN.match(value) is not None
    if plain and resolve(value) == value:  # every word that a dialect has is one for Kubernetes
        return str(value)
    return _number(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    """A number that every dialect of YAML reads as one: some want a point before the exponent."""
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    digits, exponent, power = repr(value).partition("e")
    return f"{digits}{'' if '.' in digits else '.0'}{exponent}{power}"


def flow(value: Any, style: QuotingStyle) -> str:
    """Any value in flow style, on one line."""
    if isinstance(value, dict):
        entries = (f"{scalar(key, style)}{style.colon}{flow(item, style)}" for key, item in value.items())
        return "{" + style.comma.join(entries) + "}"
    if isinstance(value, list):
        return "[" + style.comma.join(flow(item, style) for item in value) + "]"
    return scalar(value, style)


def flow_lines(value: Any, style: QuotingStyle, pad: str, step: str) -> str:
    """Any value in flow style, each entry on a line of its own; `pad` is the indentation of its first line."""
    if not isinstance(value, dict | list) or not value:
        return flow(value, style)
    inner = pad + step
    if isinstance(value, dict):
        parts = [
            f"{scalar(key, style)}{style.colon}{flow_lines(item, style, inner, step)}" for key, item in value.items()
        ]
    else:
        parts = [flow_lines(item, style, inner, step) for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return opening + "\n" + ",\n".join(inner + part for part in parts) + "\n" + pad + closing


def block(value: dict[str, Any] | list[Any], indent: int, layout: Layout, style: QuotingStyle) -> list[str]:
    """The lines of a mapping or list that is not empty, in block style."""
    pad = " " * indent
    lines: list[str] = []
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict | list) and item:
                first, *rest = block(item, indent + 2, layout, style)
                lines += [f"{pad}- {first.lstrip()}", *rest]
            else:
                lines.append(f"{pad}- {scalar(item, style)}")
        return lines
    for key, item in value.items():
        name = scalar(key, style)
        if isinstance(item, dict | list) and item:
            deeper = layout.list_step if isinstance(item, list) else layout.step
            lines += [f"{pad}{name}:", *block(item, indent + deeper, layout, style)]
        else:
            lines.append(f"{pad}{name}: {scalar(item, style)}")
    return lines
