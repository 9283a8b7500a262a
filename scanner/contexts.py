"""Where an input stands, by its path: whether a tool loads it from there, or whether it documents or illustrates.

Only what no tool loads from its place counts one step lower: documents for people, whose code blocks are examples,
objects in the texts of agents and skills, templates that are copied before use, data of tests, and files of
installed packages. A manifest in a folder `docs` or `tests` can be applied from there as from any other folder.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from scanner.late import regex


class Context(StrEnum):
    """What an input is used for."""

    LIVE = "live"
    """A tool loads it from where it stands."""
    LOCAL = "local"
    """It overrides others on one machine."""
    TEMPLATE = "template"
    """It is copied and changed before a tool loads it."""
    DOCUMENTATION = "documentation"
    """It explains something to people."""
    FIXTURE = "fixture"
    """It is test data, or a file of an installed package, which is changed where the package is made."""


IF_DEPLOYED = (
    "scan with `--deploy-target compose` if a host in operation runs this file for development, tests or examples"
)
"""What decides outcomes that are open because of what a file is for."""
IF_WHOLE = "scan the page with `--context live` if readers apply the block as it is; else there is nothing to do"
"""What decides outcomes that are open because a page shows a part of what a cluster gets."""
SET_ASIDE = (
    "no tool applies a file with this name from its folder, so only credentials in it are assessed; scan with "
    "`--context live` if a cluster gets this file"
)
"""What becomes of objects in a file that is set aside."""
IF_APPLIED = "scan with `--context live` if a cluster gets this file"
"""What decides outcomes that are open because tests read a file as data."""
IF_STATED = "state it in this object, or scan the merged one, which `kubectl get -o yaml` prints"
"""What decides outcomes that are open because Flux merges an object into one that is elsewhere."""
LEFT_OPEN = {
    IF_DEPLOYED: "its Compose file is for development, tests or examples",
    IF_WHOLE: "a page shows it",
    IF_APPLIED: "tests read its file as data",
    IF_STATED: "Flux merges its object into another one",
}
"""Why outcomes are open because of their file, by what decides them."""
_LOCAL = regex(r"(?:^|/)[^/]+\.local\.[^/.]+$|(?:^|/)(?:docker-)?compose\.override\.ya?ml$", re.IGNORECASE)
_TEMPLATE = regex(
    r"[^/]\.(?:example|sample|template|tmpl|tpl|dist)(?:\.[^/.]+)?$"
    r"|(?:^|/)\.claude/(?!settings(?:\.local)?\.json$)[^/]*settings[^/]*\.json$",
    re.IGNORECASE,
)
"""What is copied before use; of the settings in `.claude`, Claude Code loads two names only."""
_ASSETS = regex(r"(?:^|/)skills/(?:[^/]+/)+(?:assets|templates)/")
"""What a skill has for an agent to copy and fill in: https://agentskills.io/specification#assets."""
_PROSE = regex(
    r"\.(?:md|markdown|mdx|txt|rst|adoc)$|(?:^|/)readme(?![^/]*\.(?:ya?ml|jsonc?)$)[^/]*$",
    re.IGNORECASE,
)
"""Texts for people; `kubectl`, Argo CD and Flux apply any file of a folder that ends with .yaml, .yml or .json."""
_DEPLOYED = ("kubernetes.", "stack.")
"""What the kinds of objects begin with that a person or a pipeline deploys."""
_INVOKED = regex(
    r"(?:^|/)(?:agents|chatmodes|commands|prompts|skills)/(?:.+/)?[^/]+\.md$|(?:^|/)SKILL\.md$|\.(?:agent|prompt|chatmode)\.md$"
)
"""The text of a command, a skill or an agent."""
_FOR_AGENTS = regex(
    r"(?:^|/)(?:\.?mcp\.json|(?:CLAUDE|AGENTS?|GEMINI|SKILL)(?:\.local)?\.md|[^/]+\.(?:agent|prompt|instructions|chatmode)\.md)$"
    r"|(?:^|/)\.(?:agents?|claude(?:-plugin)?|cline|clinerules|codex|continue|cursor|gemini|kiro|opencode|roo|windsurf)/"
    r"|(?:^|/)\.github/(?:agents|chatmodes|instructions|prompts)/|(?:^|/)\.github/copilot-instructions\.md$"
    r"|(?:^|/)(?:agents|commands|skills)/(?:.*/)?[^/]+\.md$",
    re.IGNORECASE,
)
"""What an agent loads from any folder; a code block in such a text is an instruction."""
_HELD = regex(
    r"(?:^|/)(?:agents|chatmodes|commands|plugins|prompts|skills|\.(?:agents?|claude|codex|cursor|gemini|github|kiro"
    r"|opencode|roo|vscode|windsurf))/|(?:^|/)\.mcp\.json$"
)
"""Where the path of a text for agents leaves the folder of their setup."""
_TRANSLATION = regex(
    r"(?:^|/)(?:\.|(?:i18n|l10n|locales?|translations?|docs)/)"
    r"(?:ar|cs|de|es|fr|hi|id|it|ja|jp|ko|kr|nl|pl|pt|ru|sv|th|tr|uk|vi|zh|cn)(?:[-_][a-z]{2,4})?/",
    re.IGNORECASE,
)
"""A folder of translations, such as `.ja/skills`; the texts that a tool loads are elsewhere."""
_NESTED = regex(
    r"(?:^|/)\.(?:agents?|claude|codex|cursor|gemini|github|opencode|roo|windsurf)/"
    r"(?:agents?|chatmodes|commands?|instructions|output-styles|prompts|rules)/",
    re.IGNORECASE,
)
"""A folder of which a tool loads the texts of folders below too."""
_DOCUMENTATION = regex(r"(?:^|/)(?:docs?|documentation|examples?|samples?|demos?|tutorials?)/", re.IGNORECASE)
_INSTALLED = regex(
    r"(?:^|/)(node_modules|site-packages|bower_components|vendor/(?:bundle|[\w-]+(?:\.[\w-]+)+))/", re.IGNORECASE
)
"""What a package manager installed, such as `vendor/k8s.io` of Go and `vendor/bundle` of Bundler; no tool deploys it
from there."""
_TEST_DATA = regex(
    rf"(?:^|/)(?:tests?[_-]?data|__fixtures__|fixtures?|src/test/resources)/|{_INSTALLED.pattern}", re.IGNORECASE
)
"""What a test reads as text, and what a package manager installed."""
_LAB = regex(
    r"(?:^|/)(?:vulnerable|(?:damn|deliberately|intentionally|purposely)[-_](?:vulnerable|insecure)(?:[-_][\w-]+)?"
    r"|vulnerable[-_](?:apps?|labs?|configs?|examples?|samples?))/",
    re.IGNORECASE,
)
"""A folder of what is vulnerable on purpose, for exercises and for tests of scanners, also where an agent loads it."""
_FIXTURE = regex(
    r"(?:^|/)(?:tests?|__tests__|e2e|(?:kube|e2e|integration|smoke|functional|acceptance)[-_]?tests?"
    r"|tests?[-_ ]?(?:apis?|assets|cases|files|fixtures?|inputs?|manifests|resources|samples|specs?))/",
    re.IGNORECASE,
)


_KEPT_FOLDER = regex(
    r"(?:^|/)([_.]?(?:archived?|archives|attic|deprecated|legacy|obsolete|old|unused))/", re.IGNORECASE
)
"""A folder whose name says that its files are kept and no longer used."""

_SET_ASIDE = regex(
    r"\.(?:(?:backup|bak|orig(?:inal)?|save)(?:[-._]?\d[\d._:T-]*)?|disabled|old|rej|unused)$|[^/]~$", re.IGNORECASE
)
"""Copies that are kept, and files that are put out of use by their names: no tool takes one from a folder."""
_ENDINGS = frozenset(
    "adoc dist example local markdown md mdx override rst sample template tmpl tpl txt".split()  # noqa: SIM905
)
"""What the last or the last but one part of a name between dots is, where the name alone tells anything."""
_TELLING_FOLDER = regex(
    "|".join(each.pattern for each in (_ASSETS, _FOR_AGENTS, _DOCUMENTATION, _TEST_DATA, _LAB, _FIXTURE)), re.IGNORECASE
)
"""A path of which neither the name nor the folder matches is live."""
_KEPT = 50_000
"""Paths whose context is kept: two states of a tree are asked for one after the other."""


_ANY = "any"
"""A name that tells nothing."""


@lru_cache(maxsize=_KEPT)
def context_of(path: str) -> Context:
    """The context of an input, by its path relative to the scan."""
    folder, _, name = path.rpartition("/")
    return _told(path) if _name_tells(name) else _context_of_folder(folder)


@lru_cache(maxsize=4096)
def _context_of_folder(folder: str) -> Context:
    """The context of the files of a folder whose names tell nothing: ten searches take as long as reading a file."""
    path = f"{folder}/{_ANY}"
    return _told(path) if folder and _TELLING_FOLDER.search(path) else Context.LIVE


def _name_tells(name: str) -> bool:
    """Whether the name of a file may match one of the expressions."""
    if not name.isascii():
        return True
    name = name.removesuffix("\n").lower()  # where an expression ends with `$`, a line may end too
    if name.startswith("readme") or name.endswith("mcp.json") or ("settings" in name and name.endswith(".json")):
        return True
    return not _ENDINGS.isdisjoint(name.rsplit(".", 2)[1:])


def _told(path: str) -> Context:
    if _is_document(path):
        return Context.DOCUMENTATION
    if _is_template(path):
        return Context.TEMPLATE
    if _LOCAL.search(path):
        return Context.LOCAL
    is_lab = _LAB.search(path)
    if _FOR_AGENTS.search(path) and not is_lab:
        return Context.LIVE
    if is_lab or _TEST_DATA.search(path) or _FIXTURE.search(path):
        return Context.FIXTURE
    return Context.DOCUMENTATION if _DOCUMENTATION.search(path) else Context.LIVE


@lru_cache(maxsize=_KEPT)
def is_for_agents(path: str) -> bool:
    """Whether an agent loads an input, by its path."""
    return bool(_FOR_AGENTS.search(path))


@lru_cache(maxsize=_KEPT)
def is_set_aside(path: str) -> bool:
    """Whether the name of a file says that it is a copy or out of use.

    `kubectl`, Argo CD and Flux read files of a folder that end with .yaml, .yml or .json.
    """
    return bool(_SET_ASIDE.search(path))


def original_of(path: str) -> str:
    """The path of the file that a file which is set aside is a copy of, by its name; its own path for any other."""
    found = _SET_ASIDE.search(path)
    return path[: found.start()] if found and not path.endswith("~") else path.removesuffix("~")


@lru_cache(maxsize=_KEPT)
def is_loaded(path: str) -> bool:
    """Whether a tool can load an input as it is from where it stands."""
    folder, _, name = path.rpartition("/")
    if not _name_tells(name):
        return not (_holds_test_data(folder) or _holds_assets(folder))
    return not (_is_document(path) or _is_template(path) or _is_test_data(path))


@lru_cache(maxsize=4096)
def _holds_test_data(folder: str) -> bool:
    """Whether the files of a folder whose names tell nothing are data of tests."""
    return _is_test_data(f"{folder}/{_ANY}")


def setup_folder(path: str) -> str:
    """The folder of the setup that a text for agents belongs to: the one that holds its plugins, skills or commands."""
    found = _HELD.search(path)
    if found:
        return path[: found.start()] or "."
    return path.rpartition("/")[0].rpartition("/")[0] or "."


@lru_cache(maxsize=4096)
def _holds_assets(folder: str) -> bool:
    """Whether the files of a folder are those that an agent copies from a skill."""
    return bool(_ASSETS.search(f"{folder}/{_ANY}"))


def is_page(path: str) -> bool:
    """Whether an input is a text for people, whose code blocks are examples, by its path."""
    return _name_tells(path.rpartition("/")[2]) and _is_document(path)


def is_invoked(path: str) -> bool:
    """Whether a text is that of a command, a skill or an agent, by its path."""
    return ".md" in path and bool(_INVOKED.search(path)) and is_for_agents(path)


def shows(path: str, kind: str) -> bool:
    """Whether an input only shows a subject of a kind, though an agent loads the text: nobody deploys objects from it.

    Objects of Kubernetes and of stacks in the text of a command, a skill or an agent are in its code blocks.
    """
    return kind.startswith(_DEPLOYED) and is_invoked(path)


def kept_folder(path: str) -> str:
    """The nearest folder of an input whose name says that its files are no longer used; empty where none does."""
    names = _KEPT_FOLDER.findall(path.replace("/", "//"))
    return names[-1] if names and not is_for_agents(path) else ""


def is_kept(path: str) -> bool:
    """Whether the name of a folder of an input, one of an agent too, says that its files are no longer used."""
    return bool(_KEPT_FOLDER.search(path))


def is_only_shown(path: str, kind: str) -> bool:
    """Whether a text for people, or one for agents, only shows a subject of a kind to its reader."""
    return is_page(path) or shows(path, kind)


@lru_cache(maxsize=_KEPT)
def is_test_data(path: str) -> bool:
    """Whether an input is data of tests or a file of an installed package, by its path."""
    folder, _, name = path.rpartition("/")
    return _is_test_data(path) if _name_tells(name) else _holds_test_data(folder)


def package_folder(path: str) -> str:
    """The folder in which a package manager writes the package that an input is a file of; empty for any other."""
    found = _INSTALLED.search(path)
    return found[1] if found and is_test_data(path) else ""


def _is_test_data(path: str) -> bool:
    return bool(_LAB.search(path)) or (bool(_TEST_DATA.search(path)) and not _FOR_AGENTS.search(path))


def _is_document(path: str) -> bool:
    return bool(_PROSE.search(path)) and (
        not _FOR_AGENTS.search(path) or (bool(_TRANSLATION.search(path)) and not _NESTED.search(path))
    )


def _is_template(path: str) -> bool:
    return bool(_TEMPLATE.search(path) or _ASSETS.search(path)) and not _PROSE.search(path)
