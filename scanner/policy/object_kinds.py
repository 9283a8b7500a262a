"""`kinds` of a rule: the Kubernetes objects that it is about, by kind and, where it matters, by API group.

`Pod` is a Pod of any API group, and `Deployment.apps` a Deployment of the group apps. A rule is not applicable to an
object of another kind, and the evaluator does not evaluate anything to find that out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

OBJECT = "object"
"""The name of an object in expressions; only subjects that have it have kinds."""
READS = ((OBJECT, "kind"), (OBJECT, "apiVersion"))
"""What is read of an object to tell its kind."""

ObjectKind = tuple[str, str]
"""A kind and an API group, which is empty for the core group."""


def of(bindings: Mapping[str, Any]) -> ObjectKind | None:
    """The kind of the object among the bindings of a subject; None where there is no object, or it states no kind."""
    thing = bindings.get(OBJECT)
    if not isinstance(thing, dict) or not isinstance(kind := thing.get("kind"), str):
        return None
    version = thing.get("apiVersion")
    group = version.rpartition("/")[0] if isinstance(version, str) else ""
    return kind, group


def include(kinds: Sequence[str], found: ObjectKind | None) -> bool:
    """Whether a rule of these kinds is about an object; a rule without kinds is about all."""
    if not kinds:
        return True
    return found is not None and (found[0] in kinds or ".".join(found) in kinds)


def condition(rule: Mapping[str, Any]) -> str:
    """The CEL expression for `kinds` and `when` of a rule file together; empty where it has neither."""
    names = [kind for kind in rule.get("kinds", ()) if "." not in kind]
    of_group = [kind.split(".", 1) for kind in rule.get("kinds", ()) if "." in kind]
    alternatives = [
        f"(object.kind == '{kind}' && object.apiVersion.startsWith('{group}/'))" for kind, group in of_group
    ]
    if len(names) == 1:
        alternatives.insert(0, f"object.kind == '{names[0]}'")
    elif names:
        alternatives.insert(0, f"object.kind in [{', '.join(map(repr, names))}]")
    kinds = " || ".join(alternatives)
    when = rule.get("when", "")
    if not (kinds and when):
        return kinds or when
    return f"{f'({kinds})' if len(alternatives) > 1 else kinds} && {f'({when.strip()})' if '||' in when else when}"
