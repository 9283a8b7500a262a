"""Setups of Claude Code in folders below the root of a repository that has one of its own.

A session that starts at the root reads settings, servers and agents from there; it looks for agents upwards only.
Skills of folders below are loaded when the session works on files there; nobody does in a folder whose name says that
its files are no longer used. A folder in which a program is built or
kept apart, or that has instructions of its own, is one in which people start a session too.
https://code.claude.com/docs/en/settings, https://code.claude.com/docs/en/sub-agents as of 2026-12.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from scanner.contexts import is_kept
from scanner.late import regex

_AT_ROOT = ("CLAUDE.md", "CLAUDE.local.md", ".mcp.json")
_ROOT_FOLDER = ".claude/"
_SETUP = regex(r"((?:[^/]+/)+[^/]+)/(?:\.claude/(?:settings(?:\.local)?\.json|agents/.+\.md)|\.mcp\.json)")
"""What a session at the root does not read, in a folder that is not directly below it.

Directly below the root, programs such as Stow keep what they link into the home folder of a user.
"""
_TEXT = regex(r"((?:[^/]+/)+[^/]+)/\.claude/(?:commands|skills)/.+\.md")
"""Commands and skills, which a session at the root loads only when it works on files there."""
_ELSEWHERE = regex(r"(?i)(?:^|/)(?:[^/]*(?:dot[-_]?files|home|user)[^/]*|plugins?|extensions?)(?:/|$)|(?:^|/)claude$")
"""Folders with the setup of a user, which is loaded from the home folder, and with plugins, which are installed."""
_OWN = regex(
    r"(?i)(?:package|composer|deno|project|nx|lerna)\.jsonc?|(?:pyproject|cargo|pipfile|wrangler|fly|netlify)\.toml|pipfile"
    r"|requirements[\w.-]*\.txt|setup\.(?:py|cfg)|go\.(?:mod|work)|pom\.xml|build\.(?:gradle|sbt)(?:\.kts)?|settings\.gradle(?:\.kts)?"
    r"|gemfile|[\w.-]+\.(?:gemspec|csproj|fsproj|sln|cabal|tf|xcodeproj)|mix\.exs|rebar\.config|cmakelists\.txt|meson\.build"
    r"|(?:gnu)?makefile|justfile|taskfile\.ya?ml|flake\.nix|dune-project|pubspec\.yaml|package\.swift|module\.bazel"
    r"|(?:docker|container)file|(?:docker-)?compose[\w.-]*\.ya?ml|chart\.yaml|kustomization\.ya?ml"
    r"|readme[\w.-]*|license[\w.-]*|(?:claude|agents|gemini)(?:\.local)?\.md|\.git(?:ignore|attributes|modules)?"
)
"""Files of a folder in which people work."""


def not_loaded(paths: Collection[str]) -> frozenset[str]:
    """The files of nested setups that a session which starts at the root does not read; none where it has no setup.

    `paths` are all files of a repository.
    """
    if not any(path in _AT_ROOT or path.startswith(_ROOT_FOLDER) for path in paths):
        return frozenset()
    found = {path: match[1] for path in paths if (match := _SETUP.fullmatch(path))}
    kept = ((path, _TEXT.fullmatch(path)) for path in paths if is_kept(path))
    found |= {path: match[1] for path, match in kept if match}
    own = _own_folders(paths, set(found.values())) if found else frozenset()
    return frozenset(path for path, folder in found.items() if folder not in own and not _ELSEWHERE.search(folder))


def _own_folders(paths: Iterable[str], among: Collection[str]) -> frozenset[str]:
    """Those of some folders in which people work."""
    divided = (path.rstrip("/").rpartition("/") for path in paths)
    return frozenset(folder for folder, _, name in divided if folder in among and _OWN.fullmatch(name))
