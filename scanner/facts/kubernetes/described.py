"""What a selector asks for, in words."""

from __future__ import annotations

from typing import Any

from scanner.facts.kubernetes.objects import listed, mapping

_SHOWN = 3
"""Labels of a selector that are named."""


def described(selector: Any, namespace: str) -> str:
    """The namespace and the labels that a selector asks for."""
    return within(namespace) + _labels(selector)


def within(namespace: str) -> str:
    """The namespace that objects are in."""
    return f" of namespace `{namespace}`" if namespace else ""


def _labels(selector: Any) -> str:
    """The labels that a selector asks for."""
    stated = mapping(selector)
    wanted = stated.get("matchLabels") if "matchLabels" in stated or "matchExpressions" in stated else stated
    named = [f"`{key}: {value}`" for key, value in mapping(wanted).items()][:_SHOWN]
    named += [f"`{mapping(each).get('key')}`" for each in listed(stated.get("matchExpressions"))][: _SHOWN - len(named)]
    return f" with the labels {', '.join(named)}" if named else ""
