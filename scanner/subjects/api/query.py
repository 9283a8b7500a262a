"""Credentials that callers send in the query of an address, as parameters of an operation."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from scanner.documents.positions import Node
from scanner.late import regex
from scanner.marks import NOWHERE, with_children
from scanner.subjects.subject_builder import SubjectBuilder

_JOINT = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_CREDENTIAL = regex(
    r"(?:^|_)(?:password|passwd|passphrase|(?:access|auth|bearer|refresh)_?token|api_?key"
    r"|(?:app|business|client|consumer|shared)_?secret)$"
)
_KEY = regex(r"(?i)api[-_]?key$")
_PUBLIC = regex(r"public|publishable")
_QUERY = "query"


def put_credentials(
    shape: SubjectBuilder, name: str, parameters: Iterable[Node], known: Collection[str], *, secured: bool
) -> None:
    """State the credentials among the parameters of an operation that are sent in the query.

    `name` is that of the operation, `known` are the parameters that security schemes describe. Where it is `secured` by
    a requirement, a key is not what callers authenticate by, and may be one that it looks up.
    """
    found = [each for each in parameters if _is_credential(each) and each.get("name").value not in known]
    found = [each for each in found if not (secured and _KEY.search(str(each.get("name").value)))]
    shape.say("query_credentials", [f"{each.get('name').value} of {name}" for each in found])
    if found:
        marks = [with_children(each.get("name").mark or NOWHERE, None) for each in found]
        shape.marks["query_credentials"] = with_children(marks[0], marks)


def _is_credential(parameter: Node) -> bool:
    """Whether a parameter of the query is a credential by its name; a switch is none."""
    name = parameter.get("name").value
    if not isinstance(name, str) or parameter.get("in").value != _QUERY:
        return False
    if "boolean" in (parameter.get("type").value, parameter.get("schema", "type").value):
        return False
    plain = _JOINT.sub("_", name).lower().replace("-", "_")
    return bool(_CREDENTIAL.search(plain)) and not _PUBLIC.search(plain)
