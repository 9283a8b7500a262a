"""What a Compose file is for, as far as its name, its folder and its content show it.

A file for development, tests or examples is not what a host in operation runs. Only what no deployed file has counts:
a name, or a service that runs from its sources or belongs to tests.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping

from msgspec import Struct

from scanner.contexts import Context, context_of, kept_folder, shows
from scanner.documents.positions import Node
from scanner.late import regex
from scanner.subjects.stacks.applied import as_text, as_written
from scanner.subjects.stacks.header import for_development, for_tests
from scanner.subjects.stacks.mounts import mounts

DEVELOPMENT, TESTS, EXAMPLE, COPY = "development", "tests", "an example", "a copy of another project"
_REFERENCE = "reference only"
_OPERATION = "operation"


class Purpose(Struct, frozen=True):
    """What a file is for, and what shows it; both empty where nothing does."""

    name: str = ""
    shown_by: str = ""


def _words(text: str, purpose: str) -> dict[str, str]:
    return dict.fromkeys(text.split(), purpose)


_NAMES = {
    **_words("prod production staging live", _OPERATION),
    **_words("dev devel develop development devcontainer local localhost localdev debug override", DEVELOPMENT),
    **_words("test tests testing e2e ci integration benchmark benchmarks mock mocks smoke", TESTS),
    **_words("example examples sample samples demo demos tutorial tutorials lab quickstart playground", EXAMPLE),
    **_words("archived bak deprecated obsolete old unused", _REFERENCE),
}
"""Words of the name of a file."""
_FOLDERS = {
    **_words("prod production staging live", _OPERATION),
    **_words("dev devel development devcontainer local localdev", DEVELOPMENT),
    **_words("e2e testdata fixtures benchmark benchmarks", TESTS),
    **_words("example examples sample samples demo demos tutorial tutorials workshop workshops labs", EXAMPLE),
    **_words("exercise exercises playground quickstart sandbox scaffold experiment experiments poc", EXAMPLE),
}
"""Words of the name of a folder."""
_LAST = {
    **_words("test tests testing ci", TESTS),
    **_words("archive archived deprecated obsolete old unused", _REFERENCE),
}
"""Words that tell the same at the end of the name of a folder, such as `system_tests` and `stacks_old`."""
APART = (DEVELOPMENT, TESTS)
"""What a file is for that one person runs, on one node."""
_APART = frozenset(word for word, purpose in _NAMES.items() if purpose in APART)
_COPIES = frozenset((".reference", "third-party", "third_party", "thirdparty", "upstream", "vendor"))
_NOT_USED = (COPY, _REFERENCE)
"""What a file is for that nobody runs from its place."""
_LAB = regex(r"(?:^|[-_])lab[-_]?\d")
_PAGES = ("md", "mdx", "markdown", "rst", "adoc", "txt")
"""Endings of texts for people, of which `integration` in the name is seldom that of tests."""
_DEV = regex(r"[-_]dev\Z")
"""The end of the name of a container for development."""
_SPLIT = regex(r"[^a-z0-9]+")
_BY_CONTEXT = {Context.DOCUMENTATION: EXAMPLE, Context.TEMPLATE: EXAMPLE, Context.FIXTURE: TESTS}

_IMAGES = regex(
    r"(?:^|/)(?:mailhog|mailpit|maildev|mailcatcher|smtp4dev|wiremock|mockserver|localstack|azurite|dynamodb-local"
    r"|selenium/[\w-]+|cypress/[\w-]+|playwright|fake-gcs-server|stripe-mock|moto|toxiproxy|mock-oauth2-server)(?::|@|$)"
)
"""Stand-ins for services and programs that drive a browser."""
_MADE_UP = regex(
    r"(?:(?:(?:fake|dummy|mock|test|some)[-_]?)?image|fake|dummy|mock|test|foo|bar|baz)(?::(?:latest|test))?"
)
"""Images that no registry has, of files that tests of programs read."""
_COMMAND = regex(
    r"(?:^|[\s/;&|])(?:nodemon|vite|webpack-dev-server|ts-node-dev"
    r"|(?:npm|yarn|pnpm|bun)(?: run)? (?:dev|start:dev|watch)|next dev|flask run|manage\.py runserver"
    r"|artisan serve|dotnet watch|tsx watch|rails s(?:erver)?)(?=$|[\s;&|'\"])"
    r"|\s--reload(?=$|[\s;&|'\"=])|(?:^|\s)start-dev(?=$|\s)"
)
"""Servers that start again when a source changes, or whose makers say that they are for development only."""
_MODES = _words(
    "APP_ENV ASPNETCORE_ENVIRONMENT DJANGO_ENV DOTNET_ENVIRONMENT ENV ENVIRONMENT FLASK_ENV GO_ENV MIX_ENV NODE_ENV "
    "RACK_ENV RAILS_ENV SPRING_PROFILES_ACTIVE",
    "",
).keys()
"""Variables by which a program learns where it runs."""
_MODE = {
    **_words("dev develop development local", DEVELOPMENT),
    **_words("ci e2e test testing", TESTS),
}
_LOGIN = "AUTH_MODE"
"""The variable by which a program learns how it authenticates; `local` there means accounts of its own."""
_SOURCES = frozenset("app lib packages public resources scripts src templates tests".split())  # noqa: SIM905


class Purposes(Struct, frozen=True):
    """What a file is for, and single services of it."""

    whole: Purpose = Purpose()
    services: Mapping[str, Purpose] = {}
    """Those that only run when somebody asks for them, or that are named after their purpose."""

    def of(self, service: str) -> Purpose:
        """What a service is for."""
        return self.whole if self.whole.name else self.services.get(service, self.whole)


def purposes_of(root: Node, paths: Iterable[str], header: str = "", named_by: Iterable[str] = ()) -> Purposes:
    """What a file for Compose is for; of several that are merged, only what all of them show.

    `header` is the comment at the start of a file that is not merged with others. A file is used whatever its place is
    if one of those that it is `named_by` is.
    """
    told = [_of_path(path) for path in paths]
    if any(_of_path(path).name not in _NOT_USED for path in named_by):
        told = [Purpose() if each.name in _NOT_USED else each for each in told]
    if all(each.name not in ("", _OPERATION) for each in told):
        return Purposes(told[0])
    if any(each.name == _OPERATION for each in told):
        return Purposes()
    if header and (said := _of_header(header)):
        return Purposes(said)
    apart: dict[str, Purpose] = {}
    for name, service in root.get("services").items():
        if found := _of_service(str(name), service):
            if not (service.get("profiles") or not _APART.isdisjoint(_SPLIT.split(str(name).lower()))):
                return Purposes(found)
            apart[str(name)] = found
        elif found := _of_build(str(name), service):
            apart[str(name)] = found
    if named := _of_containers(root.get("services")) or _of_made_up(root.get("services")):
        return Purposes(named)
    return Purposes(services=apart)


def is_operated(path: str) -> bool:
    """Whether the path of a file says that it is for a host in operation."""
    return _of_path(path).name == _OPERATION


def _of_path(path: str) -> Purpose:
    """By the part of a path that tells and is the nearest to the file."""
    *folders, name = path.lower().split("/")
    stem, _, ending = name.rpartition(".")
    for word in _SPLIT.split(stem):
        if word in _NAMES and not (word == "integration" and ending in _PAGES):
            return Purpose(_NAMES[word], f"its name, {name}")
    for folder in reversed(folders):
        if found := _of_folder(folder):
            return Purpose(found, f"the folder {folder}")
    if found := EXAMPLE if shows(path, "stack.") else _BY_CONTEXT.get(context_of(path), ""):
        return Purpose(found, f"its path, {path}")
    return Purpose()


def _of_folder(folder: str) -> str:
    if folder in _COPIES:
        return COPY
    if kept_folder(f"{folder}/"):
        return _REFERENCE
    words = _SPLIT.split(folder)
    told = next((_FOLDERS[word] for word in words if word in _FOLDERS), "") or _LAST.get(words[-1], "")
    return told or (EXAMPLE if _LAB.search(folder) else "")


def _of_header(header: str) -> Purpose | None:
    for purpose, words in ((DEVELOPMENT, for_development(header)), (TESTS, for_tests(header))):
        if words:
            return Purpose(purpose, f"its first comment, “{words}”")
    return None


def _of_service(name: str, service: Node) -> Purpose | None:
    if _IMAGES.search(as_text(service.get("image").value) or ""):
        return Purpose(TESTS, f"the image of service {name}")
    if found := _mode(service.get("environment")):
        return Purpose(_MODE[found[1]], f"{found[0]}={found[1]} of service {name}")
    for key in ("command", "entrypoint"):
        if _COMMAND.search(_text(service.get(key))):
            return Purpose(DEVELOPMENT, f"the {key} of service {name}")
    if _mounts_sources(service):
        return Purpose(DEVELOPMENT, f"the sources that service {name} mounts")
    return None


def _of_build(name: str, service: Node) -> Purpose | None:
    """By what a service is built from, which says nothing about others."""
    stage = (as_text(service.get("build", "target").value) or "").lower()
    if stage in _MODE:
        return Purpose(_MODE[stage], f"the stage {stage} of the Dockerfile that service {name} is built from")
    if _DEV.search(name) and service.get("build"):
        return Purpose(DEVELOPMENT, f"the name of service {name}, which is built from its sources")
    return None


def _of_containers(services: Node) -> Purpose | None:
    """By the names of the containers, where all of them end with `dev`."""
    names = [as_text(service.get("container_name").value) or str(name) for name, service in services.items()]
    if names and all(map(_DEV.search, names)):
        return Purpose(DEVELOPMENT, f"the name of the container {names[0]}")
    return None


def _of_made_up(services: Node) -> Purpose | None:
    """By images that no registry has, where no service has another one or is built."""
    images = [as_text(service.get("image").value) or "" for _, service in services.items() if not service.get("build")]
    if images and len(images) == len(list(services.items())) and all(map(_MADE_UP.fullmatch, images)):
        return Purpose(TESTS, f"the image {images[0]}, which no registry has,")
    return None


def _mode(environment: Node) -> tuple[str, str] | None:
    """The variable that says where a program runs, and its value in small letters; the shell's do not count."""
    for name, value in as_written(environment):
        mode = value.lower()
        if (name in _MODES and mode in _MODE) or (name == _LOGIN and mode in ("dev", "development")):
            return name, mode
    return None


def _text(node: Node) -> str:
    if isinstance(node.value, list):
        return " ".join(filter(None, map(as_text, node.value)))
    return as_text(node.value) or ""


def _mounts_sources(service: Node) -> bool:
    """Whether a service mounts the folder that its image is built from, or a folder of sources in it."""
    build = service.get("build")
    context = as_text(build.value if not isinstance(build.value, dict) else build.value.get("context", "."))
    if not build or context is None or "$" in context or ":" in context:
        return False
    folder = posixpath.normpath(context)
    found = {posixpath.join(folder, each) for each in _SOURCES} | {folder}
    sources = (mount.get("source") or "" for mount, _ in mounts(service.get("volumes")) if mount["type"] == "bind")
    return any(posixpath.normpath(each) in {posixpath.normpath(one) for one in found} for each in sources if each)
