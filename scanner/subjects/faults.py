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
_GO = regex(
    r"\{\{-?\s*(?:[.$(\"`]|/\*|(?:block|break|continue|define|else|end|if|include|range|template|with|tpl|toYaml)\b)"
)
"""What the language of Helm begins an expression with: a field, a variable or a function."""
_VARIABLE = regex(r"\{\{-? *([A-Za-z_]\w*(?:\.\w+)*) *(?:\|[^{}\n]*)?-?\}\}")
"""The name of a variable in the place of a function, which Helm does not have."""
_CONFLICT = regex(r"^(?:<{7}|\|{7}|>{7})(?: [^\n]*)?\r?$", re.MULTILINE)
"""A line that Git writes where two changes are in conflict."""
_INVALID = regex(r"not valid [A-Z]+(?=: )")
_WORKFLOW = regex(r"(?:^|/)\.(?:github|gitea|forgejo)/workflows/.+\.ya?ml$")


def explained(fault: Fault) -> Fault:
    """What is wrong with a text, where that says more than what YAML does not expect in it."""
    if told := _conflict(fault):
        return told
    return (
        replace(fault, message=f"a template: render it first{_how(fault)}") if _TEMPLATE.search(fault.text) else fault
    )


def _conflict(fault: Fault) -> Fault | None:
    """The same for a text that cannot be read because of the lines that Git writes into it."""
    invalid = _INVALID.match(fault.message)
    if fault.embedded or not invalid:
        return None
    line, counted, last = 1, 0, 0
    for match in _CONFLICT.finditer(fault.text):
        line, counted = line + fault.text.count("\n", counted, match.start()), match.start()
        if line > fault.line + 1:
            break
        last = line
    if not last:
        return None
    why = f"{invalid[0]}: resolve the conflict of two changes, and remove the merge conflict markers"
    return replace(fault, message=why, line=last)


def _how(fault: Fault) -> str:
    """How to render a template, by the language that it is written in."""
    if _SITE.search(fault.text):
        return "; its front matter is that of a site generator (Jekyll), so scan the site that it builds"
    if _BLOCK.search(fault.text):
        return " and scan the result; it has `{% … %}`, a mark of Jinja, Django or Liquid,"
    if not _GO.search(fault.text) and (variable := _VARIABLE.search(fault.text)):
        written = f"{{{{ {variable[1]} }}}}"
        return f" and scan the result; it has `{written}`, a variable of Jinja, Ansible or another tool than Helm,"
    return ", such as `helm template CHART | assay scan -` where there is a Chart.yaml"


def is_workflow(path: str) -> bool:
    """Whether a file is a workflow of a CI service."""
    return bool(_WORKFLOW.search(path))
