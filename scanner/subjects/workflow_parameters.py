"""Parameters of Argo workflows in images, with the values that the object states for them.

Argo replaces `{{workflow.parameters.NAME}}` and `{{inputs.parameters.NAME}}` when the workflow runs. Who submits a
workflow can give another value than the stated one, as with the default of a variable of Compose.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents.positions import Node
from scanner.late import regex
from scanner.subjects.pod_templates import assembled

_PARAMETER = regex(r"\{\{\s*(workflow|inputs)\.parameters\.([\w-]+)\s*\}\}")


class Parameters:
    """The parameters that a workflow states."""

    def __init__(self, spec: Node) -> None:
        self._common = dict(_stated(spec.get("arguments", "parameters")))
        self._given = set(_given(spec))

    def resolved(self, container: Node, template: Node) -> Node:
        """A container of a template with the stated values in its image, at the place of the image.

        A parameter stays as it is where the object does not state its value, and where a step may give another one.
        """
        image = container.get("image")
        if not isinstance(image.value, str) or not container.mark or not _PARAMETER.search(image.value):
            return container
        stated = _stated(template.get("inputs", "parameters"))
        own = {name: value for name, value in stated if name not in self._given}
        known = {"workflow": self._common, "inputs": own}
        text = _PARAMETER.sub(lambda found: known[found[1]].get(found[2], found[0]), image.value)
        return assembled(container.mark, {**dict(container.items()), "image": Node(text, image.mark)})


def _stated(parameters: Node) -> Iterator[tuple[str, str]]:
    """Name and value of each parameter with a plain value."""
    for each in parameters.elements():
        name, value = each.get("name").value, each.get("value").value
        if isinstance(name, str) and isinstance(value, str) and "{{" not in value and not each.get("valueFrom"):
            yield name, value


def _given(spec: Node) -> Iterator[str]:
    """Names of the parameters in the arguments of a workflow, its steps, tasks and hooks."""
    pending = [spec.value]
    while pending:
        held = pending.pop()
        if isinstance(held, list):
            pending += held
        elif isinstance(held, dict):
            pending += held.values()
            arguments = held.get("arguments")
            some = arguments.get("parameters") if isinstance(arguments, dict) else None
            if isinstance(some, list):
                yield from (str(each.get("name")) for each in some if isinstance(each, dict))
