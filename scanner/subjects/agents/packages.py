"""What a command line downloads and runs: a package of a registry, or a container image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scanner.late import regex
from scanner.subjects.agents.programs import name_set, program_of

_RUNNERS = {
    **dict.fromkeys(("npx", "bunx", "pnpx"), 1),
    "uvx": 1,
}
_PHRASES = {
    ("npm", "exec"): "npx",
    ("npm", "x"): "npx",
    ("pnpm", "dlx"): "pnpx",
    ("yarn", "dlx"): "npx",
    ("bun", "x"): "bunx",
    ("pipx", "run"): "uvx",
    ("uv", "tool", "run"): "uvx",
}
_VALUED = frozenset(
    {
        "-p",
        "--package",
        "--from",
        "--with",
        "-c",
        "--call",
        "--python",
        "--registry",
        "--index-url",
        "--index",
        "--spec",
    }
)
_NAMING = ("--package", "-p", "--from", "--spec")
"""Those whose value is the package."""
_EXACT_NPM = regex(r"v?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?")
_NPM = regex(r"(@[\w.-]+/[\w.-]+|[\w.-]+)(?:@(.+))?")
_PYTHON = regex(r"([\w.-]+)(?:\[[\w,-]+\])?(?:(?:==|@)(.+))?")
_PLAIN = regex(r"(?:@[\w.-]+/)?[\w.-]+")
"""The name of a package of a registry."""
_COMMIT = regex(r"(?:#|@)(?:[0-9a-f]{40}|v?\d+\.\d+\.\d+)(?:#.*)?$|/[0-9a-f]{40}(?:\.tar\.gz|\.tgz|\.zip)?$")
_DOCKER = ("docker", "podman", "nerdctl")
_FLAGS = name_set(
    "-i -t -it -ti -d --rm --interactive --tty --init --privileged --read-only --detach --no-healthcheck -q "
    "--quiet -P --publish-all --sig-proxy --oom-kill-disable --pull=always --pull=never"
)
"""Options of `docker run` without a value; all others take one."""

_HOST_ACCESS = frozenset(
    {("--cap-add", name) for name in ("ALL", "all", "SYS_ADMIN", "SYS_PTRACE", "SYS_MODULE", "NET_ADMIN")}
    | {(f"--{name}", "host") for name in ("pid", "ipc", "userns", "uts", "cgroupns")}
)
"""Options of `docker run` that give a container rights over the machine."""


def package(words: Sequence[str]) -> dict[str, Any] | None:
    """`{runner, name, version, text, pinned, moves, local}` of the package that a command line runs; None without one.

    `moves` says whether it is named by a tag, a range or a branch: what runs changes with each release. A runner starts
    what it downloaded before if no version is stated.
    """
    words = _unwrapped(words)
    if not words:
        return None
    runner, rest = program_of(words[0]), list(words[1:])
    for phrase, meaning in _PHRASES.items():
        if (runner, *rest)[: len(phrase)] == phrase:
            runner, rest = meaning, rest[len(phrase) - 1 :]
            break
    if runner not in _RUNNERS:
        return None
    named = _named(rest, python=runner == "uvx")
    return None if named is None else {"runner": " ".join(words[:1]), **named}


_WITH_VALUE = ("-n", "-I", "-P", "-L", "-d", "-s", "-a", "-E")
"""Options of xargs that take the word behind them."""


def _unwrapped(words: Sequence[str]) -> Sequence[str]:
    """The words behind `cmd /c`, `xargs`, `sudo` and assignments of variables."""
    words = list(words)
    while words and (words[0] in ("sudo", "env", "exec") or ("=" in words[0] and not words[0].startswith("-"))):
        words = words[1:]
    if words and words[0] == "xargs":
        words = words[1:]
        while words and words[0].startswith("-"):
            words = words[2:] if words[0] in _WITH_VALUE else words[1:]
    if words and words[0].lower().removesuffix(".exe") == "cmd" and words[1:2] and words[1].lower() == "/c":
        words = words[2:]
    return words


def _named(rest: list[str], *, python: bool) -> dict[str, Any] | None:
    """The package that the arguments of a runner name."""
    named = ""
    skip = False
    local = False
    for position, word in enumerate(rest):
        option, _, value = word.partition("=")
        if skip:
            skip = False
        elif option in _NAMING and not (python and option == "-p"):  # of uv, the version of Python
            named = named or value or "".join(rest[position + 1 : position + 2])
            skip = not value
        elif word in ("--no-install", "--no", "--offline"):
            local = True
        elif word.startswith("-"):
            skip = word in _VALUED
        else:
            named = named or word
            break
    if not named or named.startswith(("$", "<", "{")):
        return None
    found = _python(named) if python else _npm(named)
    moves = not found["pinned"] and bool(found["version"] or not _PLAIN.fullmatch(found["name"]))
    return {**found, "text": named, "moves": moves, "local": local}


def _npm(text: str) -> dict[str, Any]:
    if "://" in text or text.startswith(("github:", "git+", "gitlab:", "./", "../", "/", "file:")):
        own = text.startswith(("./", "../", "/", "file:"))
        return {"name": text, "version": "", "pinned": own or bool(_COMMIT.search(text))}
    found = _NPM.fullmatch(text)
    name, version = (found[1], found[2] or "") if found else (text, "")
    return {"name": name, "version": version, "pinned": bool(_EXACT_NPM.fullmatch(version)) or "$" in version}


def _python(text: str) -> dict[str, Any]:
    if "://" in text or text.startswith(("git+", "./", "../", "/", ".", "file:")):
        own = text.startswith((".", "/", "file:"))
        return {"name": text, "version": "", "pinned": own or bool(_COMMIT.search(text))}
    found = _PYTHON.fullmatch(text)
    name, version = (found[1], found[2] or "") if found else (text, "")
    return {"name": name, "version": version, "pinned": bool(version) and version != "latest" and "*" not in version}


def container(words: Sequence[str]) -> dict[str, Any] | None:
    """What a `docker run` starts: image, mounts, privileges; None for any other command."""
    words = _unwrapped(words)
    if len(words) < 2 or program_of(words[0]) not in _DOCKER or "run" not in words[1:4]:  # noqa: PLR2004
        return None
    rest = list(words[words.index("run") + 1 :])
    found: dict[str, Any] = {"mounts": [], "privileged": False, "hostNetwork": False, "variables": []}
    while rest and rest[0].startswith("-"):
        word = rest.pop(0)
        option, sign, value = word.partition("=")
        if word in _FLAGS or (not option.startswith("--") and len(option) > 2 and not sign):  # noqa: PLR2004
            found["privileged"] |= word == "--privileged"
            continue
        value = value if sign else (rest.pop(0) if rest else "")
        _option(found, option, value)
    if rest:
        found["image"] = image(rest[0])
    return found


def _option(found: dict[str, Any], option: str, value: str) -> None:
    if option in ("-v", "--volume"):
        source = value.rpartition(":")[0] if value[1:3] in (":\\", ":/") else value.partition(":")[0]
        found["mounts"].append(source.partition(":/")[0] if source[1:3] not in (":\\", ":/") else source)
    elif option == "--mount":
        parts = dict(part.partition("=")[::2] for part in value.split(","))
        found["mounts"].append(parts.get("source") or parts.get("src") or "")
    elif option in ("--network", "--net"):
        found["hostNetwork"] |= value == "host"
    elif option == "--privileged":
        found["privileged"] |= value != "false"
    elif (option, value) in _HOST_ACCESS or (option == "--security-opt" and value.endswith("unconfined")):
        found["hostAccess"] = f"{option}={value}"
    elif option in ("-e", "--env"):
        found["variables"].append(value)


def image(text: str) -> dict[str, Any]:
    """`{name, tag, digest}` of the name of an image."""
    name, _, digest = text.partition("@")
    repository, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        repository, tag = name, ""
    return {"name": repository, "tag": tag, "digest": digest, "text": text}
