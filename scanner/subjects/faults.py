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
_SITE = regex(r"\A---\r?\n(?:(?!---)[^\n]*\n)*?(?:layout|permalink)[ \t]*:")
"""Front matter of a page of a site generator."""
_BLOCK = regex(r"\{%-?\s*[a-z]")
_WORKFLOW = regex(r"(?:^|/)\.(?:github|gitea|forgejo)/workflows/.+\.ya?ml$")


def explained(fault: Fault) -> Fault:
    """A template gives a better reason than the first brace that YAML stumbles over."""
    return (
        replace(fault, message=f"a template: render it first{_how(fault)}") if _TEMPLATE.search(fault.text) else fault
    )


def _how(fault: Fault) -> str:
    """How to render a template, by the language that it is written in."""
    if _SITE.search(fault.text):
        return "; its front matter is that of a site generator (Jekyll), so scan the site that it builds"
    if _BLOCK.search(fault.text):
        return " and scan the result; it has `{% … %}`, a mark of Jinja, Django or Liquid,"
    return ", such as `helm template CHART | assay scan -` where there is a Chart.yaml"


def is_workflow(path: str) -> bool:
    """Whether a file is a workflow of a CI service."""
    return bool(_WORKFLOW.search(path))
