"""What a part of an input that cannot be read is likely to be."""

from __future__ import annotations

import re

from msgspec.structs import replace

from scanner.documents import Fault
from scanner.late import regex

_TEMPLATE = regex(
    r"""^[ \t]*(?:-[ \t]+)*+(?:(?:"[^"\n]*"|'[^'\n]*'|[^\s#"'][^\n"']*?)[ \t]*:[ \t]+)?\{[{%]""", re.MULTILINE
)
"""A line, or a value, that begins like a template expression; in quotes it is a text for the reader of the file."""
_WORKFLOW = regex(r"(?:^|/)\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml$")


def explained(fault: Fault) -> Fault:
    """A template gives a better reason than the first brace that YAML stumbles over."""
    if _TEMPLATE.search(fault.text):
        message = (
            "a template: render it first, such as `helm template CHART | assay scan -` where there is a Chart.yaml"
        )
        return replace(fault, message=message)
    return fault


def is_workflow(path: str) -> bool:
    """Whether a file is a workflow of a CI service."""
    return bool(_WORKFLOW.search(path))
