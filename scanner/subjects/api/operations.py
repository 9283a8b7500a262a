"""The operations of an OpenAPI description: what callers can do, and whether they must authenticate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scanner.documents.positions import MISSING, Node
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.api.kinds import ELSEWHERE, OPERATION, Api, Reason
from scanner.subjects.api.purposes import purpose
from scanner.subjects.api.query import put_credentials
from scanner.subjects.api.references import Document
from scanner.subjects.api.schemes import is_reference
from scanner.subjects.subject_builder import SubjectBuilder

_FIELDS = ("authentication", "stated")
_UNSTATED: Reason = ("no `security` is stated", "state `security` of the operation or of the API")
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_WRITING = frozenset(("PUT", "POST", "DELETE", "PATCH"))
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


class Operations:
    """All operations of a description."""

    def __init__(self, api: Api, root: Node, document: Document) -> None:
        self._api = api
        self._root = root
        self.document = document
        self._items: list[Node] = []
        """The paths, as far as they stand in the document."""
        self.all = list(self._found())
        stated = [root.get("security"), *(each.node.get("security") for each in self.all)]
        self._names = list(_names(stated))
        self.is_secured = bool(self._names)
        """Whether a requirement is stated anywhere."""
        self.writes = sum(each.method in _WRITING for each in self.all)
        """How many change data."""
        schemes = root.get("securityDefinitions") or document.follow(root.get("components")).get("securitySchemes")
        self._described = {str(document.follow(each).get("name").value) for _, each in schemes.items()}
        """The names of the parameters that security schemes describe."""
        self.are_whole = not document.outside
        """Whether all of them stand in the document."""

    @property
    def only_read_by_all(self) -> bool:
        """Whether there are operations, and all of them read without a means of authentication."""
        if not self.all or not self.are_whole or self.is_secured or self.writes:
            return False
        return not any(self._other_means(each) or self._in_prose(each) for each in self.all)

    @property
    def are_none(self) -> bool:
        """Whether the description says that there are none, and defines no means of authentication."""
        described = self.is_secured or self._described or self._root.get("webhooks") or self.document.outside
        return self._root.get("paths").value == {} and not described

    def _found(self) -> Iterator[Operation]:
        for path, entry in self._root.get("paths").items():
            item = self.document.follow(entry)
            self._items.append(item)
            for method, key in item.items():
                if method in METHODS:
                    yield Operation(method.upper(), path, self.document.follow(key), key, item)
            for method, key in item.get("additionalOperations").items():
                yield Operation(method.upper(), path, self.document.follow(key), key, item)

    def subjects(self) -> Iterator[Subject]:
        """Each operation as a subject."""
        for each in self.all:
            name = f"{each.method} {each.path}"
            shape = SubjectBuilder().say("id", name).say("name", name).say("method", each.method)
            shape.say("path", each.path).say("writes", each.method in _WRITING)
            operation_id = each.node.get("operationId").value
            shape.say("purpose", purpose(each.method, each.path, operation_id if isinstance(operation_id, str) else ""))
            shape.say("others", self.is_secured or not self.are_whole)
            secured = _is_demanded(each.node.get("security") or self._root.get("security"))
            put_credentials(shape, name, self._parameters(each), self._described, secured=secured)
            whys = self._put_authentication(shape, each)
            yield self._api.subject(OPERATION, "operation", shape, each.node or each.key, **whys)

    def _parameters(self, each: Operation) -> Iterator[Node]:
        """The parameters of an operation and of its path; those of the Petstore sample do not count."""
        if not self._api.is_sample:
            for holder in (each.node, each.item):
                yield from map(self.document.follow, holder.get("parameters").elements())

    def _put_authentication(self, shape: SubjectBuilder, each: Operation) -> dict[str, Reason]:
        """Whether callers must authenticate: `required`, `optional` or `none`, as stated.

        `stated` says whether a requirement is stated at all, where others of the API state one. Returns which of these
        fields are not known, and why.
        """
        own = each.node.get("security")
        stated = own or self._root.get("security")
        if not isinstance(each.node.value, dict):
            return dict.fromkeys(_FIELDS, ELSEWHERE)
        if not _is_demanded(stated) and (other := self._other_means(each)):
            shape.say("credential", other)
            why = f"`{other}` may say who may call it, or carry a credential", "state `security` of the operation"
            return dict.fromkeys(_FIELDS, why)
        if stated.value == [] and (told := self._signature(each)):
            shape.say("stated", value=True)
            return {"authentication": (f"the operation speaks of “{told}”, which no `security` names", _UNSTATED[1])}
        if isinstance(stated.value, list):
            word = "required" if _is_demanded(stated) else "optional" if stated.value else "none"
            shape.say("authentication", word).put("security", stated, word).say("stated", value=True)
            return {}
        if self.is_secured and self.are_whole:
            if told := self._in_prose(each):
                why = f"the description speaks of {told}, which no `security` names", _UNSTATED[1]
                return dict.fromkeys(_FIELDS, why)
            shape.say("stated", value=False)
        return {"authentication": _UNSTATED}

    def _other_means(self, each: Operation) -> str:
        """A parameter or an extension by which a caller may have to authenticate without a security requirement."""
        for holder in (each.node, each.item):
            for entry in holder.get("parameters").elements():
                parameter = self.document.follow(entry)
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
        """The names of the fields of a body at its first level; those of OpenAPI 2 are in a parameter."""
        parameters = map(self.document.follow, each.node.get("parameters").elements())
        bodies = [one for one in parameters if one.get("in").value == "body"]
        content = self.document.follow(each.node.get("requestBody")).get("content")
        for holder in (*bodies, *(self.document.follow(node) for _, node in content.items())):
            schema = self.document.follow(holder.get("schema"))
            yield from (name for name, _ in schema.get("properties").items())

    def _in_prose(self, each: Operation) -> str:
        """A means of authentication that the texts of the API or of the operation name."""
        holders = self._root.get("info"), each.item, each.node
        texts = (holder.get(name).value for holder in holders for name in ("description", "summary"))
        found = (_PROSE.search(text) for text in texts if isinstance(text, str))
        return next((match[0] for match in found if match), "")

    def _signature(self, each: Operation) -> str:
        """Words of an operation, with its refusals (401 and 403), that it checks a signature; empty without both."""
        refusals = [self.document.follow(each.node.get("responses", code)) for code in _REFUSED]
        if not any(refusals):
            return ""
        texts = (holder.get(name).value for holder in (each.node, *refusals) for name in ("summary", "description"))
        found = (_SIGNED.search(text) for text in texts if isinstance(text, str))
        return next((match[0] for match in found if match), "")

    def servers(self) -> Iterator[Node]:
        """The lists of servers that paths and operations state for themselves."""
        yield from (item.get("servers") for item in self._items)
        yield from (each.node.get("servers") for each in self.all)

    def used(self) -> frozenset[str] | None:
        """The names of the security schemes that are required; None where some requirements stand elsewhere."""
        return frozenset(name for name, _ in self._names) if self.are_whole else None

    def requirements(self, defined: Node) -> Iterator[Subject]:
        """Each name of a security scheme that is required, once, where it is first required.

        A document without schemes may be a part that a tool joins with others if it has no operations or names files.
        """
        known = defined.value if isinstance(defined.value, dict) else {}
        components = self._root.get("components")
        places = (components, self.document.follow(components).get("securitySchemes"))
        unknown = any(map(self.document.is_outside, places))
        unknown = unknown or (not known and (not self.all or self.document.names_other_files()))
        for name, node in dict(reversed(self._names)).items():
            sure = name in known or not (unknown or is_reference(name))
            yield self._api.requirement(node, name, defined=name in known if sure else None)


def _carries(name: str, place: object) -> bool:
    """Whether a caller may authenticate by a parameter."""
    return place in ("header", "cookie", "query") and bool(_CREDENTIAL.search(name))


def _is_demanded(stated: Node) -> bool:
    """Whether a list of requirements has some, and none that is empty, which lets anybody in."""
    value = stated.value
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) and each for each in value)


def _names(stated: list[Node]) -> Iterator[tuple[str, Node]]:
    for requirement in (each for whole in stated for each in whole.elements()):
        for name, node in requirement.items():
            yield name, node or MISSING
