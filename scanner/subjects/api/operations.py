"""The operations of an OpenAPI description: what callers can do, and whether they must authenticate."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents.positions import MISSING, Node
from scanner.model import Subject
from scanner.subjects.api.kinds import ELSEWHERE, OPERATION, Api, Reason
from scanner.subjects.api.other_means import Operation, OtherMeans
from scanner.subjects.api.purposes import purpose, reads_by_post
from scanner.subjects.api.query import put_credentials
from scanner.subjects.api.references import Document
from scanner.subjects.api.schemes import is_reference
from scanner.subjects.subject_builder import SubjectBuilder

_FIELDS = ("authentication", "stated")
_UNSTATED: Reason = ("no `security` is stated", "state `security` of the operation or of the API")
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_WRITING = frozenset(("PUT", "POST", "DELETE", "PATCH"))


class Operations:
    """All operations of a description."""

    def __init__(self, api: Api, root: Node, document: Document) -> None:
        self._api = api
        self._root = root
        self.document = document
        self._means = OtherMeans(root, document)
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
        return not any(self._means.parameter(each) or self._means.prose(each) for each in self.all)

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
            shape.say("purpose", self._purpose(each))
            shape.say("others", self.is_secured or not self.are_whole)
            secured = _is_demanded(each.node.get("security") or self._root.get("security"))
            put_credentials(shape, name, self._parameters(each), self._described, secured=secured)
            whys = self._put_authentication(shape, each)
            yield self._api.subject(OPERATION, "operation", shape, each.node or each.key, **whys)

    def _purpose(self, each: Operation) -> str:
        """What it is for, by the words of its path and name, or by its summary and its responses."""
        name, summary = (each.node.get(key).value for key in ("operationId", "summary"))
        found = purpose(each.method, each.path, name if isinstance(name, str) else "")
        if found or each.method != "POST" or not isinstance(summary, str):
            return found
        if each.item.get("get"):
            return ""  # this one reads, and its summary is often copied to the POST beside it
        return "reading" if reads_by_post(summary, self._answers(each)) else ""

    def _answers(self, each: Operation) -> dict[str, bool]:
        """The responses of an operation without an error: the code, and whether it has data."""
        whole = {code: self.document.follow(node) for code, node in each.node.get("responses").items()}
        return {
            code: bool(node.get("schema").value or node.get("content").value)
            for code, node in whole.items()
            if code[:1] in "123d"
        }

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
        if not _is_demanded(stated) and (other := self._means.parameter(each)):
            shape.say("credential", other)
            why = f"`{other}` may say who may call it, or carry a credential", "state `security` of the operation"
            return dict.fromkeys(_FIELDS, why)
        if stated.value == [] and (told := self._means.signature(each)):
            shape.say("stated", value=True)
            return {"authentication": (f"the operation speaks of “{told}”, which no `security` names", _UNSTATED[1])}
        if isinstance(stated.value, list):
            word = "required" if _is_demanded(stated) else "optional" if stated.value else "none"
            shape.say("authentication", word).put("security", stated, word).say("stated", value=True)
            if word != "required" and (told := self._means.told(each)):
                shape.say("other_credential", told)
            return {}
        if self.is_secured and self.are_whole:
            if told := self._means.prose(each):
                why = f"the description speaks of {told}, which no `security` names", _UNSTATED[1]
                return dict.fromkeys(_FIELDS, why)
            shape.say("stated", value=False)
        return {"authentication": _UNSTATED}

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


def _is_demanded(stated: Node) -> bool:
    """Whether a list of requirements has some, and none that is empty, which lets anybody in."""
    value = stated.value
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) and each for each in value)


def _names(stated: list[Node]) -> Iterator[tuple[str, Node]]:
    for requirement in (each for whole in stated for each in whole.elements()):
        for name, node in requirement.items():
            yield name, node or MISSING
