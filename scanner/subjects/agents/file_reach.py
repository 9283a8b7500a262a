"""What a path rule for reading or editing files reaches: patterns as in a .gitignore, with four kinds of beginning.

`//x` is absolute, `~/x` is below the home folder, `/x` is below the project, `x` and `./x` below the current folder.
"""

from __future__ import annotations

import re
from functools import lru_cache

from scanner.late import regex

_ANYWHERE = ("//opt/service/data.txt",)
_HOME = ("~/Documents/letter.txt",)
_CREDENTIALS = (
    *("~/.ssh/id_ed25519", "~/.aws/credentials", "~/.netrc", "~/.kube/config", "~/.gnupg/private-keys-v1.d/key"),
    *(
        "~/.config/gcloud/credentials.db",
        "~/.docker/config.json",
        "~/.git-credentials",
        "//etc/shadow",
        "//root/.ssh/id_rsa",
    ),
)
_OWN = (
    *("./.claude/settings.json", "./.claude/settings.local.json", "./.claude/hooks/guard.sh", "./.mcp.json"),
    *("./.git/hooks/pre-commit", "~/.claude/settings.json", "~/.claude.json", "~/.bashrc", "~/.zshrc"),
)
"""Files from which the tool, the editor or the shell takes what they run."""
_USERS = regex(r"//(?:home|Users|c/Users)/[^/*]+(?=/)|//root(?=/)")


def reach(specifier: str | None, *, writing: bool) -> str:
    """The most that a rule reaches; every file without a specifier."""
    if specifier is None:
        return "whole-file-system"
    pattern = _compiled(specifier)
    groups = {"whole-file-system": _ANYWHERE, "home": _HOME, "credentials": _CREDENTIALS}
    if writing:
        groups["own-configuration"] = _OWN
    for word, files in groups.items():
        if any(pattern.fullmatch(name) for name in files):
            return word
    return "narrow"


@lru_cache(maxsize=1024)
def _compiled(specifier: str) -> re.Pattern[str]:
    """A pattern of whole names, each with the beginning of its kind."""
    start, rest = _anchored(specifier.strip())
    if start == "./" and "/" not in rest.rstrip("/") and "**" not in rest:
        rest = f"**/{rest}"
    if start == "//" and rest in ("**", "*", ""):
        return re.compile(r"(?://|~/|\./).*" if rest == "**" else r"//[^/]*")
    return re.compile(re.escape(start) + _translated(rest))


def _anchored(text: str) -> tuple[str, str]:
    """The beginning of a pattern and the rest: a home folder is `~/`, the project is the current folder."""
    text = text.replace("\\", "/").replace("$HOME", "~").replace("${HOME}", "~")
    text = _USERS.sub("~", text)
    for start, meaning in (("//", "//"), ("~/", "~/"), ("./", "./"), ("/", "./")):
        if text.startswith(start):
            return meaning, text[len(start) :]
    return ("~/", "**") if text == "~" else ("./", text)


def _translated(pattern: str) -> str:
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    meanings = {"**/": r"(?:.*/)?", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}
    return "".join(meanings.get(part, re.escape(part)) for part in parts)
