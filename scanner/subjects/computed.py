"""Texts that another program fills in before they are applied, so that their value is not known."""

from __future__ import annotations

from typing import Any

from scanner.late import regex

_VARIABLE = regex(r"\$\{\{[^{}]*\}\}|\$\{[^{}]*\}|\$\([^()]*\)|\{\{.*?\}\}")
"""A variable of envsubst or Flux, of Kustomize or Tekton, of a template."""
_OF_ARGO = regex(r"\{\{=?\s*(?:workflow|inputs|tasks|steps)\.")
"""https://argo-workflows.readthedocs.io/en/latest/variables/ as of 2026-11."""
_PODS = "kubectl get pods -n NAMESPACE -l workflows.argoproj.io/workflow -o yaml"
_FILLED = "\0"


def has_variable(text: str) -> bool:
    """Whether a text holds a variable."""
    return bool(_VARIABLE.search(text))


def variables(text: str) -> list[str]:
    """The variables in a text, as they stand in it."""
    return [found[0] for found in _VARIABLE.finditer(text)]


def why_computed(field: str, value: Any) -> tuple[str, str]:
    """Why the value of a field is not known, and what to provide, for a field of which another program fills a part."""
    named = variables(value) if isinstance(value, str) else []
    if not named:
        why = f"`{field}` is blank: a program, or a trigger of OpenShift, fills it in"
        provide = f"write the `{field}` that it sets"
    elif _OF_ARGO.match(named[0]):
        why = f"`{field}` is computed: Argo Workflows replaces `{named[0]}` in it when the workflow runs"
        provide = f"state a `value` of the parameter in this object, or scan what `{_PODS}` prints"
    else:
        why = f"`{field}` is computed: `{named[0]}` in it is replaced before the file is applied"
        provide = f"scan the file as it is applied, with `{named[0]}` replaced"
    return f"{why}; to decide, {provide}", provide


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
