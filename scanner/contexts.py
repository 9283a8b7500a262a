"""Where an input stands, by its path: whether a tool loads it from there, or whether it documents or illustrates.

Only what no tool loads from its place counts one step lower: documents for people, whose code blocks are examples, and
templates that are copied before use. A manifest in a folder `docs` can be applied from there as from any other folder.
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
    """It is test data."""


_LOCAL = regex(r"(?:^|/)[^/]+\.local\.[^/.]+$|(?:^|/)(?:docker-)?compose\.override\.ya?ml$", re.IGNORECASE)
_TEMPLATE = regex(r"[^/]\.(?:example|sample|template|tmpl|tpl|dist)(?:\.[^/.]+)?$", re.IGNORECASE)
_PROSE = regex(r"\.(?:md|markdown|mdx|txt|rst|adoc)$|(?:^|/)readme[^/]*$", re.IGNORECASE)
_FOR_AGENTS = regex(
    r"(?:^|/)(?:\.?mcp\.json|(?:CLAUDE|AGENTS?|GEMINI|SKILL)(?:\.local)?\.md|[^/]+\.(?:agent|prompt|instructions|chatmode)\.md)$"
    r"|(?:^|/)\.(?:agents?|claude(?:-plugin)?|cline|clinerules|codex|continue|cursor|gemini|kiro|opencode|roo|windsurf)/"
    r"|(?:^|/)\.github/(?:agents|chatmodes|instructions|prompts)/|(?:^|/)\.github/copilot-instructions\.md$"
    r"|(?:^|/)(?:agents|commands|skills)/(?:.*/)?[^/]+\.md$",
    re.IGNORECASE,
)
"""What an agent loads from any folder; a code block in such a text is an instruction."""
_DOCUMENTATION = regex(r"(?:^|/)(?:docs?|documentation|examples?|samples?|demos?|tutorials?)/", re.IGNORECASE)
_FIXTURE = regex(
    r"(?:^|/)(?:tests?|fixtures?|__tests__|__fixtures__|e2e"
    r"|tests?[-_]?(?:assets|cases|data|files|fixtures?|inputs?|manifests|resources|samples))/",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def context_of(path: str) -> Context:
    """The context of an input, by its path relative to the scan."""
    if _is_document(path):
        return Context.DOCUMENTATION
    if _is_template(path):
        return Context.TEMPLATE
    if _LOCAL.search(path):
        return Context.LOCAL
    if _FOR_AGENTS.search(path):
        return Context.LIVE
    if _FIXTURE.search(path):
        return Context.FIXTURE
    return Context.DOCUMENTATION if _DOCUMENTATION.search(path) else Context.LIVE


@lru_cache(maxsize=4096)
def is_for_agents(path: str) -> bool:
    """Whether an agent loads an input, by its path."""
    return bool(_FOR_AGENTS.search(path))


@lru_cache(maxsize=4096)
def is_loaded(path: str) -> bool:
    """Whether a tool can load an input as it is from where it stands."""
    return not _is_document(path) and not _is_template(path)


def _is_document(path: str) -> bool:
    return bool(_PROSE.search(path)) and not _FOR_AGENTS.search(path)


def _is_template(path: str) -> bool:
    return bool(_TEMPLATE.search(path)) and not _PROSE.search(path)
