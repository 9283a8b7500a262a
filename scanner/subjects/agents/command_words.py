"""A command line, taken apart, and what is seen of it: the package that it runs, a download, data that it sends."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from scanner.documents.positions import Node
from scanner.late import regex
from scanner.model import Subject
from scanner.places import ATTACK
from scanner.subjects.agents import packages, sending
from scanner.subjects.agents.attack_examples import is_example
from scanner.subjects.agents.building import Place, short, subject
from scanner.subjects.agents.clones import installed_clone, starts_clone
from scanner.subjects.agents.command_secrets import credential, judged_as
from scanner.subjects.agents.confined import is_confined
from scanner.subjects.agents.kinds import COMMAND
from scanner.subjects.agents.long_commands import LONGEST, is_judged, pieces, with_defaults
from scanner.subjects.agents.programs import program_of
from scanner.subjects.agents.remote_code import (
    FETCHES,
    INTERPRETERS,
    SHELLS,
    STEPS,
    connects_shell,
    evaluates_download,
    starts_download,
    with_argument_run,
    with_values,
)
from scanner.subjects.agents.sending import LOOPBACK, URLS
from scanner.subjects.agents.substitutions import without_comments, without_printed
from scanner.subjects.subject_builder import SubjectBuilder

_DOWNLOADED = "what it downloads"
_OVERLONG = f"a command line of more than {LONGEST:,} characters, which is not judged as a whole"
_SHOWN = ("shell", "prompt")
"""Whose commands a text shows; what else is in it, a tool runs."""
_REMOTE_SHELL = "what another machine sends (a remote shell)"
_PATTERN = regex(
    r"(?i)(\b(?:[efz]?grep|rg|ag|ack|findstr|select-string)\b[^|;&\n\"']*)(?:\"(?:[^\"\\]|\\.)*\"|'[^']*')"
)
"""What a program searches for, behind the program."""
_DECODES = regex(r"(?i)(?:^|[\s(`/])base64\s+(?:-d|-D|--decode)\s*(?:-\s*)?(?=$|[)\"'`<|])")
"""A program of a pipeline that gives a text out of base64, which is not in a file of its own."""
_SAYS = regex(r"(?:^|[\s(`])(?:echo|printf)\s|<<<")
_EXECUTES = regex(
    rf"(?i)\s*(?:sudo\s+(?:-\w+\s+)*)?(?:env\s+)?(?:/\S*/)?(?:(?:{SHELLS})(?=[\s)`]|$)"
    r"|(?:python[\d.]*|node|perl|ruby|php|deno run|bun run)(?:\s+-)?\s*[)`]?\s*$)"
)
"""A program of a pipeline that executes what it gets."""
_TAKES = (
    rf"(?i)(?:^|[\s;&|(])(?:eval|source|\.|(?:{SHELLS})(?:\s+-\w*c)?|{INTERPRETERS}\s+-[ec])\s*[\"']?\s*(?:[$<]\(|`)"
)
"""A shell or an interpreter that executes what a command in place of its text gives."""
_SUBSTITUTED = regex(
    rf"{_TAKES}\s*(?:curl|wget)\b"
    r"|\b(?:iex|invoke-expression)\b[^;\n]*\b(?:iwr|irm|invoke-webrequest|invoke-restmethod|downloadstring)\b"
)
"""A download in place of the text that a shell or an interpreter executes."""
_ENCODED = regex(rf"{_TAKES}[^)`]*\bbase64\s+(?:-d|-D|--decode)\s*(?:-\s*)?(?=[)`\"'<|])")
"""A text in base64 in place of the text that a shell or an interpreter executes."""
_QUOTED = regex(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'", re.DOTALL)
_SKIPS = regex(
    r"(?i)(?:^|[\s\"'=])(--(?:allow-)?dangerously-[\w-]+|--yolo|--approval-mode[= ]yolo|--trust-all-tools"
    r"|--sandbox[= ]danger-full-access|--full-auto|--permission-mode[= ]bypassPermissions|--ask-for-approval[= ]never"
    r"|--dangerously-run-mcp-servers|GOOSE_MODE=auto|--allowed-?tools[= ][\"']?(?:\*|Bash\(:?\*\)))(?=[\s\"';&|)]|$)"
)
"""Flags that switch off the questions or the sandbox of an agent."""
_LESSER = regex(r"(?i)--full-auto|--ask-for-approval|--dangerously-load-development-channels")
"""Those of Codex that leave its sandbox on, and one of Claude Code that leaves its questions on: it loads channels that
are not on the list of approved ones. Another flag in the same command counts more.
"""
_TLS = regex(
    r"(?i)(?:\bcurl\b[^|;&\n]*\s(?-i:(-[a-zA-Z]*k[a-zA-Z]*))|(?:^|\s)(--insecure|--no-check-certificate|--no-verify-ssl|-SkipCertificateCheck|NODE_TLS_REJECT_UNAUTHORIZED=[\"']?0"
    r"|GIT_SSL_NO_VERIFY=(?:1|true)|PYTHONHTTPSVERIFY=0|--disable-ssl|--ssl-no-verify))(?=[\s\"';&|)]|$)"
)
_READS = regex(
    r"curl(?:\s+(?:-[fIikLsSv]+|--(?:fail|head|insecure|location|show-error|silent|verbose)|(?:-m|--max-time)\s+\d+"
    r"|([\"']?)https://[\w.:/-]+\1))+(?:\s*\|\s*(?:jq|grep|head|tail|wc)(?:\s[^|;&<>`$\n]*)?)*"
)
"""A request without data, without a credential and without a file that it writes; what it prints is only read."""
_FOLLOWS = regex(r"\s(?:-[a-zA-Z]*L[a-zA-Z]*|--location(?:-trusted)?)(?=\s|$)")
_FETCHERS = regex(r"\b(?:curl|wget|git|node|npx|python[\d.]*|iwr|irm|Invoke-\w+)\b")


def words_of(text: str) -> list[str]:
    """The words of a command line, as a shell divides it; by blanks where its quotes do not match."""
    return list(_divided(text if len(text) <= LONGEST else pieces(text)[0]))


@lru_cache(maxsize=1024)
def _divided(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError:
        return tuple(text.split())


def command(
    where: Place, owner: str, via: str, node: Node, apart: Sequence[Node] = (), *, lists_flags: bool = False
) -> Iterator[Subject]:
    """A command line at a node, with arguments that are written apart from it.

    `lists_flags` says that it is a row of a list of the flags of its program.
    """
    apart = [item for item in apart if isinstance(item.value, str)]
    arguments = [str(item.value) for item in apart]
    if not isinstance(node.value, str) or not node.value.strip():
        return
    words = [node.value, *arguments] if arguments else words_of(node.value)
    text = " ".join([node.value, *arguments]) if arguments else node.value
    shape = SubjectBuilder().put("text", node, text[:LONGEST]).say("words", words[:200]).say("via", via)
    shape.say("name", short(text)).say("program", program_of(words[0]) if words else "")
    how = judged_as(via, where.origin.purpose)
    held = credential(text, tuple(words), how)
    shape.say("credential", held)
    if held:
        shape.put("credential", _holding(apart, node, lambda item: credential(item, (item,), how)), held)
    found = packages.package(words) or installed_clone(text[:LONGEST])
    if found:
        shape.put("package", _holding(apart, node, lambda item: found["name"] in item), found)
    whole = is_judged(text)
    for field, value in seen(text).items():
        if value or whole:
            shape.say(field, value).put(field, _showing(apart, node, field) if value else node, value)
    if not whole:
        shape.say("overlong", _OVERLONG)
    if lists_flags:
        shape.say("listsFlags", value=True)
    if shape.data.get("skipsVerification"):
        shape.say("staysLocal", _stays_local(text)).say("onlyReads", bool(_READS.fullmatch(text.strip())))
    if shape.data.get("runsDownload"):
        encrypted = shape.data["executes"] != _REMOTE_SHELL and _downloads_encrypted(text)
        shape.say("downloadsEncrypted", encrypted)
    if where.origin.purpose == ATTACK and not (via in _SHOWN and not found and _reaches_nobody(text, shape.data)):
        where = replace(where, origin=replace(where.origin, purpose=""))
    yield subject(COMMAND, where, owner, f"command of the {via}", shape, node)


def _reaches_nobody(text: str, told: Mapping[str, Any]) -> bool:
    """Whether a command that a text shows certainly reaches no machine of somebody else."""
    return not told.get("overlong") and is_example(
        text, runs_download=told.get("executes") not in (None, "", _REMOTE_SHELL)
    )


def _holding(apart: Sequence[Node], whole: Node, holds: Callable[[str], Any]) -> Node:
    """The first argument that shows something by itself, at its own place; else the whole command."""
    return next((item for item in apart if holds(item.value)), whole)


def _showing(apart: Sequence[Node], whole: Node, field: str) -> Node:
    return _holding(apart, whole, lambda item: seen(item)[field])


@lru_cache(maxsize=1024)
def seen(text: str) -> Mapping[str, Any]:
    """What a command line does that rules are about; an empty text or false where it does not.

    It counts as it is written and with the values and the defaults of its variables.
    """
    parts = pieces(text)
    found = [_seen(each) for part in parts for each in dict.fromkeys((part, with_values(with_defaults(part))))]
    told = {field: next((each[field] for each in found if each[field]), found[0][field]) for field in found[0]}
    if not told["runsDownload"] and len(parts) > 1 and _passes_download(text):
        told |= {"runsDownload": True, "executes": _DOWNLOADED}
    return told


def _passes_download(text: str) -> bool:
    """Whether a command line passes a download on to a shell, however far apart they are."""
    return starts_download(text) or starts_clone(text) or _pipes(text, FETCHES)


def _seen(text: str) -> dict[str, Any]:
    text = _PATTERN.sub(r"\1''", without_printed(without_comments(text.replace("\\\n", " "))))
    sent, executed = next(sending.hosts(text), ""), _executed(text)
    flags = [found for found in _SKIPS.finditer(text) if not _is_preset(found)]
    skipped = min(flags, key=lambda flag: bool(_LESSER.match(flag[1])), default=None)
    tls = _TLS.search(text) if _FETCHERS.search(text) and not _has_no_tls(text) else None
    return {
        "runsDownload": bool(executed),
        "executes": executed,
        "sendsTo": sent,
        "skipsGuards": skipped[1] if skipped else "",
        "unconfined": not all(is_confined(text, flag.start()) for flag in flags),
        "skipsVerification": tls[1] or tls[2] if tls else "",
    }


def _is_preset(flag: re.Match[str]) -> bool:
    """Whether a flag is `--full-auto` of an interactive Codex, which keeps its sandbox and its questions.

    `codex exec` asks nothing.
    """
    before = STEPS.split(flag.string[: flag.start()])[-1]
    after = STEPS.split(flag.string[flag.end() :])[0]
    return flag[1] == "--full-auto" and "codex" in before.split() and not {"exec", "e"} & set((before + after).split())


def _has_no_tls(text: str) -> bool:
    """Whether all that skips verification in a command line is curl with addresses of `http` only.

    There is no certificate to verify then. With `-L`, an answer may lead to `https`.
    """
    if "https://" in text.lower() or _FOLLOWS.search(text):
        return False
    return all(map(_is_plain_curl, filter(_TLS.search, text.split("|"))))


def _is_plain_curl(text: str) -> bool:
    """Whether a part of a pipeline has no program but curl, and no address but of `http`."""
    if set(_FETCHERS.findall(text)) != {"curl"}:
        return False
    words = words_of(text)
    return any(word.lower().startswith("http://") for word in words) and not any(
        word[:1] in ("$", "<") for word in words
    )


def _stays_local(text: str) -> bool:
    """Whether each address that a command line names is one of the machine itself, where nobody is between."""
    addresses = URLS.findall(text)
    return bool(addresses) and all(map(LOOPBACK.match, addresses))


def _downloads_encrypted(text: str) -> bool:
    """Whether each address that a command line names is one of `https`, as the installers of vendors have."""
    addresses = URLS.findall(text)
    return bool(addresses) and all(address.lower().startswith("https://") for address in addresses)


def _executed(text: str) -> str:
    """What a shell or an interpreter executes unseen, also within the text of `sh -c`; empty where it does not."""
    if connects_shell(text):
        return _REMOTE_SHELL
    if starts_download(text) or starts_clone(text) or evaluates_download(text):
        return _DOWNLOADED
    text = with_argument_run(text)
    if _executes(text, FETCHES, _SUBSTITUTED):
        return _DOWNLOADED
    return "a text in base64" if _SAYS.search(text) and _executes(text, _DECODES, _ENCODED) else ""


def _executes(text: str, gives: re.Pattern[str], substituted: re.Pattern[str]) -> bool:
    """Whether a shell or an interpreter executes what a program gives, in a pipeline or in place of its text."""
    if substituted.search(text):
        return True
    inner = [part[0][1:-1] for part in _QUOTED.finditer(text) if "|" in part[0]]
    executed = [part for part in inner if "$(" in part or "`" in part or _EXECUTES.search(text)]
    return any(_pipes(part, gives) for part in (_QUOTED.sub("''", text), *executed))


def _pipes(text: str, gives: re.Pattern[str]) -> bool:
    for step in STEPS.split(text):
        given = False
        for part in step.split("|"):
            if given and _EXECUTES.match(part):
                return True
            given = given or bool(gives.search(part))
    return False
