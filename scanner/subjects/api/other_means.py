"""By what callers may authenticate without a security requirement that says so: parameters, fields, words of a text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scanner.documents.positions import Node
from scanner.late import regex
from scanner.subjects.api.references import Document

_CREDENTIAL = regex(
    r"(?i)authoriz|authentic|(?:^|[-_.])(?:auth|jwt|token|cookie|session|signature|secret)(?:$|[-_.])"
    r"|api[-_]?key|(?:access|auth|bearer|session|id|user)[-_]?token|signature|x-user|password"
)
"""Names of parameters in which a caller may send a credential."""
_IN_BODY = regex(r"(?i)client[-_]?(?:secret|assertion)|(?:access|auth|id|bearer)[-_]?token|api[-_]?key")
"""Names of fields of a body by which a client authenticates; a password may be that of a new account."""
_PROSE = regex(
    r"(?i)\b(?:(?:session|auth\w*|login|signed)[- ]cookies?|cookie[- ](?:session|auth\w*)|mutual TLS|mTLS"
    r"|client certificates?|HMAC)\b"
)
"""Means of authentication in a text, which `security` may not name."""
_SIGNED = regex(
    r"(?i)\b(?:missing|invalid|bad) signature\b|\bsignature (?:verification|check)\b"
    r"|\b(?:verif|validat)\w+ the (?:\w+ )?signature\b"
)
"""Words of an operation that authenticates its callers by a signature."""
_REFUSED = ("401", "403")
_EXTENSION = regex(r"(?i)^x-.*(?:auth(?!ors?$)|security|permission|scope|role|acl|access|internal)")
"""Extensions in which a description may state who may call an operation."""
_BY_TOKEN = regex(
    r"(?i)(?<!no )(?<!not )(?<!non-)(?<!without )\b(?:token[- ](?:based|authenticated|protected)"
    r"|(?:authenticated|authorized|protected|secured) (?:by|with|via) (?:[\w-]+ ){0,3}?(?:token|signature)"
    r"|signed (?:link|request|url)s?|(?:one-time|single-use|magic) (?:approval |access )?(?:link|token)s?)\b"
)
"""Words of an operation that only who has a token or a signed address can call it."""
_TOKEN_FIELD = regex(r"(?i)(?:(?:approval|one[-_]?time|request)[-_]?)?(?:token|signature)")
"""Names of required fields of a body that prove who calls, by their names alone."""


class Operation(NamedTuple):
    """One operation, with the path that it is at."""

    method: str
    path: str
    node: Node
    """Missing where it stands in another file."""
    key: Node
    """Where the description names it."""
    item: Node
    """Its path."""


class OtherMeans:
    """The parts of a description that may say who may call an operation, beside its security requirements."""

    def __init__(self, root: Node, document: Document) -> None:
        self._root = root
        self._document = document

    def parameter(self, each: Operation) -> str:
        """A parameter or an extension by which a caller may have to authenticate without a security requirement."""
        for holder in (each.node, each.item):
            for entry in holder.get("parameters").elements():
                parameter = self._document.follow(entry)
                name = parameter.get("name").value
                if not parameter:
                    return str(entry.value.get("$ref"))
                if isinstance(name, str) and _carries(name, parameter.get("in").value):
                    return name
        if field := next(filter(_IN_BODY.search, self._in_body(each)), ""):
            return field
        named = (name for holder in (each.node, each.item, self._root) for name, _ in holder.items())
        return next((name for name in named if _EXTENSION.search(name)), "")

    def _in_body(self, each: Operation) -> Iterator[str]:
        """The names of the fields of a body at its first level."""
        for schema in self._schemas(each):
            yield from (name for name, _ in schema.get("properties").items())

    def _schemas(self, each: Operation) -> Iterator[Node]:
        """The schemas of a body; those of OpenAPI 2 are in a parameter."""
        parameters = map(self._document.follow, each.node.get("parameters").elements())
        bodies = [one for one in parameters if one.get("in").value == "body"]
        content = self._document.follow(each.node.get("requestBody")).get("content")
        for holder in (*bodies, *(self._document.follow(node) for _, node in content.items())):
            yield self._document.follow(holder.get("schema"))

    def prose(self, each: Operation) -> str:
        """A means of authentication that the texts of the API or of the operation name."""
        holders = self._root.get("info"), each.item, each.node
        texts = (holder.get(name).value for holder in holders for name in ("description", "summary"))
        found = (_PROSE.search(text) for text in texts if isinstance(text, str))
        return next((match[0] for match in found if match), "")

    def signature(self, each: Operation) -> str:
        """Words of an operation, with its refusals (401 and 403), that it checks a signature; empty without both."""
        refusals = [self._document.follow(each.node.get("responses", code)) for code in _REFUSED]
        if not any(refusals):
            return ""
        texts = (holder.get(name).value for holder in (each.node, *refusals) for name in ("summary", "description"))
        found = (_SIGNED.search(text) for text in texts if isinstance(text, str))
        return next((match[0] for match in found if match), "")

    def told(self, each: Operation) -> str:
        """What an operation says of a credential that does not decide alone, as a clause; empty without it."""
        for name in ("summary", "description"):
            text = each.node.get(name).value
            if isinstance(text, str) and (found := _BY_TOKEN.search(text)):
                return f"its {name} says “{found[0]}”"
        field = next(filter(_TOKEN_FIELD.fullmatch, self._required(each)), "")
        return f"its body requires the field `{field}`" if field else ""

    def _required(self, each: Operation) -> Iterator[str]:
        """The names of the required fields of a body at its first level."""
        for schema in self._schemas(each):
            required = schema.get("required").value
            known = required if isinstance(required, list) else []
            yield from (name for name, _ in schema.get("properties").items() if name in known)


def _carries(name: str, place: object) -> bool:
    """Whether a caller may authenticate by a parameter."""
    return place in ("header", "cookie", "query") and bool(_CREDENTIAL.search(name))
