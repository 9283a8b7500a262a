"""Texts that another program fills in before they are applied, so that their value is not known."""

from __future__ import annotations

from typing import Any

from scanner.late import regex

_VARIABLE = regex(r"\$\{\{[^{}]*\}\}|\$\{[^{}]*\}|\$\([^()]*\)|\{\{.*?\}\}")
"""A variable of envsubst or Flux, of Kustomize or Tekton, of a template."""
_FILLED = "\0"


def has_variable(text: str) -> bool:
    """Whether a text holds a variable."""
    return bool(_VARIABLE.search(text))


def image_is_computed(image: Any) -> bool:
    """Whether the version of an image is not known: a variable is, or may hold, its tag or digest.

    An image of blanks is filled in by a trigger of OpenShift.
    """
    if not isinstance(image, str):
        return False
    name, at, digest = _VARIABLE.sub(_FILLED, image).rpartition("/")[2].partition("@")
    _, colon, tag = name.partition(":")
    decides = digest if at else tag if colon else name
    return _FILLED in decides or not image.strip()
