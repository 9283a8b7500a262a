"""A command line, taken apart, and what is seen of it: the package that it runs, a download, data that it sends."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import Any

from scanner.documents.positions import Node
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.agents import packages
from scanner.subjects.agents.building import Place, short, subject
from scanner.subjects.agents.kinds import COMMAND
from scanner.subjects.agents.programs import program_of
from scanner.subjects.agents.secret_values import secret_kind
from scanner.subjects.subject_builder import SubjectBuilder

_LONGEST = 20_000
_SHELLS = r"(?:ba|z|k|da|c|fi|a)?sh|iex|invoke-expression"
_RUNS_DOWNLOAD = regex(
    r"(?i)\b(?:curl|wget|fetch|aria2c|iwr|irm|invoke-webrequest|invoke-restmethod|base64\s+(?:-d|-D|--decode))\b[^|;&\n]*"
    rf"(?:\|[^|;&\n]*)*?\|\s*(?:sudo\s+(?:-\w+\s+)*)?(?:/\S*/)?(?:env\s+)?(?:(?:{_SHELLS})(?=[\s\"'`;&)]|$)"
    r"|(?:python[\d.]*|node|perl|ruby|php|deno run|bun run)(?:\s+-)?\s*(?:$|[\"'`;&)]))"
    rf"|\b(?:eval|source|\.|(?:{_SHELLS})(?:\s+-\w*c)?|(?:python[\d.]*|node|perl|ruby|php)\s+-[ec])\s*[\"']?"
    r"\s*(?:[$<]\(|`)\s*(?:curl|wget|base64)\b"
    r"|\b(?:iex|invoke-expression)\b[^;\n]*\b(?:iwr|irm|invoke-webrequest|invoke-restmethod|downloadstring)\b"
)
"""A download, or a text in base64, that goes into a shell or an interpreter."""
_KEPT = regex(
    r"(?i)\b(?:curl|wget)\b[^;&|\n]*?(?:-o|-O|--output|--output-document|>)[= ]?\s*[\"']?([\w./~$-]+)[\"']?"
    rf"[^\n]*?(?:&&|;|\|\|)\s*(?:sudo\s+)?(?:chmod\s+\S+\s+[\"']?\1[\"']?\s*(?:&&|;)\s*[\"']?\1|(?:{_SHELLS}|python[\d.]*|node)"
    r"\s+[\"']?\1)"
)
"""A download that is stored and run at once under its name."""
_SENDS = regex(
    r"(?i)\bcurl\b(?=[^|;&\n]*(?:\s(?:-d|--data(?:-raw|-binary|-urlencode)?|-F|--form|-T|--upload-file|--json)[\s=@]))[^|;&\n]*"
    r"|\bwget\b[^|;&\n]*--(?:post-(?:data|file)|body-(?:data|file))[^|;&\n]*"
    r"|\b(?:iwr|irm|invoke-webrequest|invoke-restmethod)\b(?=[^|;&\n]*-(?:method\s+[\"']?(?:post|put)|body))[^|;&\n]*"
    r"|\b(?:nc|ncat|netcat)\s+(?:-\w+\s+)*[\w.-]+\s+\d+"
    r"|>\s*/dev/tcp/\S+"
)
_ADDRESS = regex(
    r"(?i)(?:https?://)?(?:[^\s\"'/@]+@)?((?:[\w-]+\.)+[a-z]{2,}|localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?"
)
_LOCAL = regex(r"(?i)(?:https?://)?(?:localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0|host\.docker\.internal)\b")
_WHOLE = regex(
    r"(?i)(?:-d|--data(?:-raw|-binary)?|--json|-T|--upload-file|-F|--form|--post-file|--body-file)[\s=]*[\"']?(?:\w+=)?@"
    r"|transcript|\$\(\s*(?:cat|env|printenv|set|jq|tail|head|base64)\b|`\s*(?:cat|env|printenv)\b"
    r"|\$\{?(?:CLAUDE_)?(?:TOOL_(?:INPUT|OUTPUT|RESULT)|FILE_PATHS?|PROMPT|INPUT)\b|\bprintenv\b"
)
"""What a request sends is a file, the input of the hook, the environment or the transcript."""
_SKIPS = regex(
    r"(?i)(?:^|[\s\"'=])(--(?:allow-)?dangerously-[\w-]+|--yolo|--approval-mode[= ]yolo|--trust-all-tools"
    r"|--sandbox[= ]danger-full-access|--full-auto|--permission-mode[= ]bypassPermissions|--ask-for-approval[= ]never"
    r"|--dangerously-run-mcp-servers|GOOSE_MODE=auto)(?=[\s\"';&|)]|$)"
)
"""Flags that switch off the questions or the sandbox of an agent."""
_TLS = regex(
    r"(?i)(?:^|\s)(--insecure|-k|--no-check-certificate|--no-verify-ssl|-SkipCertificateCheck|NODE_TLS_REJECT_UNAUTHORIZED=[\"']?0"
    r"|GIT_SSL_NO_VERIFY=(?:1|true)|PYTHONHTTPSVERIFY=0|--disable-ssl|--ssl-no-verify)(?=[\s\"';&|)]|$)"
)
_FETCHERS = regex(r"\b(?:curl|wget|git|node|npx|python[\d.]*|iwr|irm|Invoke-\w+)\b")


def words_of(text: str) -> list[str]:
    """The words of a command line, as a shell divides it; by blanks where its quotes do not match."""
    text = text[:_LONGEST]
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def command(where: Place, owner: str, via: str, node: Node, arguments: Sequence[str] = ()) -> Iterator[Subject]:
    """A command line at a node, with arguments that are written apart from it."""
    if not isinstance(node.value, str) or not node.value.strip():
        return
    words = [node.value, *arguments] if arguments else words_of(node.value)
    text = " ".join([node.value, *arguments]) if arguments else node.value
    text = text[:_LONGEST]
    shape = SubjectBuilder().put("text", node, text).say("words", words[:200]).say("via", via)
    shape.say("name", short(text)).say("program", program_of(words[0]) if words else "")
    shape.say("credential", _credential(text, words))
    found = packages.package(words)
    if found:
        shape.put("package", node, found)
    for field, value in seen(text).items():
        if value not in ("", False):
            shape.put(field, node, value)
        else:
            shape.say(field, value)
    yield subject(COMMAND, where, owner, f"command of the {via}", shape, node)


def _credential(text: str, words: Sequence[str]) -> str:
    """The kind of the first credential: in a form of its own, assigned to a name, or behind an option."""
    if found := secret_kind("", text):
        return found
    for word, after in zip(words, [*words[1:], ""], strict=True):
        name, sign, value = word.partition("=")
        if sign and (name.startswith("-") or name.replace("_", "").isalnum()):
            found = secret_kind(name, value)
        elif word.startswith("-") and after and not after.startswith("-"):
            found = secret_kind(word, after)
        if found := found or secret_kind("", word):
            return found
    return ""


def seen(text: str) -> dict[str, Any]:
    """What a command line does that rules are about; an empty text or false where it does not."""
    text = text.replace("\\\n", " ")
    sent = next(_sent(text), "")
    skipped = _SKIPS.search(text)
    tls = _TLS.search(text) if _FETCHERS.search(text) else None
    return {
        "runsDownload": bool(_RUNS_DOWNLOAD.search(text) or _KEPT.search(text)),
        "sendsTo": sent,
        "skipsGuards": skipped[1] if skipped else "",
        "skipsVerification": tls[1] if tls else "",
    }


def _sent(text: str) -> Iterator[str]:
    """The hosts to which a command line sends a file, its input or the environment."""
    for match in _SENDS.finditer(text):
        request = match[0]
        whole = _WHOLE.search(request) or (_WHOLE.search(text) and "|" in text[: match.start()])
        address = _ADDRESS.search(request)
        raw = request.startswith((">", "nc", "ncat", "netcat"))
        if (whole or raw) and not _LOCAL.search(request):
            yield address[1] if address else "an address that is not written out"


def tokens_after(words: Sequence[str], *, valued: frozenset[str]) -> Iterator[str]:
    """The words behind options; the value of an option is passed over."""
    value = False
    for word in words:
        if value:
            value = False
        elif word.startswith("-"):
            value = word in valued
        else:
            yield word
