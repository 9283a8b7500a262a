"""A document of the Kubernetes API -> its objects: itself, the items of a List, the objects that another one holds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from scanner.documents.positions import Node
from scanner.late import regex
from scanner.subjects.pod_templates import Path, held_path
from scanner.subjects.subject_builder import prune_nulls
from scanner.subjects.unread.architectures import is_backstage

WAIVERS = ("assay.dev/v1", "Waivers")
"""The header of a file of waivers, which no cluster knows."""
_PARAMETER = regex(r"\$\{(\{)?([A-Za-z0-9_]+)\}(?(1)\})")


def is_object(value: Any) -> bool:
    """Whether plain data is a Kubernetes object: it has apiVersion and kind, and is not Backstage's or ours."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("apiVersion"), str)
        and isinstance(value.get("kind"), str)
        and value["kind"] != ""
        and not is_backstage(value["apiVersion"])
        and (value["apiVersion"], value["kind"]) != WAIVERS
    )


def unwrap(root: Node, *, without_nulls: bool = False) -> Iterator[Node]:
    """The object itself, or the items of a List kind, however deep, one after the other.

    The API server leaves apiVersion and kind out of the items of a typed list, such as a PodList: they are the list's.
    """
    if without_nulls and not is_list(root):
        root = Node(prune_nulls(root.value), root.mark)
    if not is_list(root) and not held_path(root.value):  # as nearly all are
        yield root
        return
    pending = [iter((root,))]
    while pending:
        node = next(pending[-1], None)
        if node is None:
            pending.pop()
        elif is_list(node):
            pending.append(_items(node, without_nulls=without_nulls and len(pending) == 1))
        else:
            yield node
            if path := held_path(node.value):
                pending.append(_held(node, path))


def is_list(node: Node) -> bool:
    """Whether an object is a list of others."""
    return node.value["kind"].endswith("List") and isinstance(node.value.get("items"), list)


def _items(owner: Node, *, without_nulls: bool) -> Iterator[Node]:
    """The items of a list that are objects."""
    for element in owner.get("items").elements():
        item = Node(prune_nulls(element.value), element.mark) if without_nulls else element
        if found := item_of(owner, item):
            yield found


def item_of(owner: Node, item: Node) -> Node | None:
    """An item of a list as an object of its own; None where its kind is not known."""
    if is_object(item.value):
        return item
    kind = owner.value["kind"].removesuffix("List")
    if kind and isinstance(item.value, dict) and not item.value.keys() & {"apiVersion", "kind"}:
        return Node({"apiVersion": owner.value["apiVersion"], "kind": kind, **item.value}, item.mark)
    return None


def _held(owner: Node, path: Path) -> Iterator[Node]:
    """The objects that an object holds, with the default values of the parameters that it declares."""
    values = _defaults(owner)
    for element in owner.get(*path).elements():
        item = element.get("raw") if is_object(element.get("raw").value) else element
        if is_object(item.value):
            keeps = not values or item.value["kind"] == "Secret"  # a placeholder in the file is not a secret in it
            yield item if keeps else Node(_filled(item.value, values), item.mark)


def _defaults(owner: Node) -> dict[str, str]:
    """The parameters of a Template with a default value."""
    parameters = (each.value for each in owner.get("parameters").elements())
    return {
        str(each["name"]): str(each["value"])
        for each in parameters
        if isinstance(each, dict) and "name" in each and each.get("value") not in (None, "")
    }


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    """Plain data with the values of parameters: `${NAME}` in a text, `${{NAME}}` as any plain value."""
    if isinstance(value, dict):
        return {key: _filled(held, values) for key, held in value.items()}
    if isinstance(value, list):
        return [_filled(held, values) for held in value]
    if not isinstance(value, str) or "${" not in value:
        return value
    whole = _PARAMETER.fullmatch(value)
    text = _PARAMETER.sub(lambda found: values.get(found[2], found[0]), value)
    return _plain(text) if whole and whole[1] else text


def _plain(text: str) -> Any:
    """A number or a truth value, or the text."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, bool | int | float) else text
