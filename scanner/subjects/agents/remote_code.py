"""Forms in which a command line executes what another machine gives, beyond a pipe or a substitution.

These are a shell that is connected to another machine, code of an interpreter that executes what it requests, and a
download that is stored and started.
"""

from __future__ import annotations

import re

from scanner.late import regex

SHELLS = r"(?:ba|z|k|da|c|fi|a)?sh|iex|invoke-expression"
"""Programs that execute a text."""
INTERPRETERS = r"(?:python[\d.]*|node|perl|ruby|php)"
STEPS = regex(r"&&|\|\||[;&\n]")
"""What divides a command line into steps."""
FETCHES = regex(
    r"(?i)(?:^|[\s(`/])(?:curl|wget|fetch|aria2c|iwr|irm|invoke-webrequest|invoke-restmethod)(?=\s+[^\s|\\])"
)
"""A program of a pipeline that gives what it downloads, with what it is to download."""
_STORED = regex(r"(?:\s(?:-o|-O|--output|--output-document)[= ]?|>)\s*[\"']?([\w./~$-]+)")
"""The name under which a download is stored."""
_STARTED = regex(rf"(?i)\s*(?:sudo\s+)?(?:(?:{SHELLS}|python[\d.]*|node|source|\.)\s+)?[\"']?([\w./~$-]+)")
"""The file that a command starts."""
_SHELL = r"(?:/\S*/)?(?:(?:ba|z|k|da|c|fi|a)?sh|cmd(?:\.exe)?|powershell(?:\.exe)?|pwsh)"
_START = r"(?:^|[\s;&|(\"'`])"
_FED = rf"[^|;&\n]*\|\s*{_SHELL}(?=[\s\"');&|<>]|$)(?!\s+-\w*c\b|\s+[\w./])"
"""A shell without a script that gets what is piped."""
_NETCAT = r"(?:nc|ncat|netcat)"
_OTHERS = r"(?:telnet|openssl\s+s_client)"
"""Further programs that connect what they read and write to another machine."""
_SOCKET = regex(
    rf"{_START}(?:/\S*/)?(?:ba|z|k|da|c|fi|a)?sh(?:\s+-(?!\w*c\b)[\w-]+)*(?P<redirections>(?:\s*\d*[<>]{{1,2}}&?\s*[^\s<>|;&\"')]+)+)"
)
"""A shell without a script, and what its input and output are."""
_DEVICE = regex(r"/dev/(?:tcp|udp)/")
_GETS = regex(r"(?<!\d)0?<(?:>|&)?\s*(?:/dev/(?:tcp|udp)/|\d)|(?<!\d)0>&\s*\d|\d<>\s*/dev/(?:tcp|udp)/")
"""The input is a connection."""
_OPENED = regex(r"(?<!\d)(\d+)<>\s*/dev/(?:tcp|udp)/")
_CONNECTED = regex(
    rf"(?i){_START}{_NETCAT}(?:\.\w+)?\s(?:[^|;&\n\"']*\s)?(?:-\w*[ec]|--exec|--sh-exec)[\s=]+[\"']?{_SHELL}(?=[\s\"';&|)`]|$)"
    rf"|\bsocat\b[^|;&\n]*\b(?:exec|system|shell):\s*[\"']?{_SHELL}(?=[\s\"',;&|)`]|$)"
    rf"|{_START}(?:{_NETCAT}|{_OTHERS})\s{_FED}|<\s*/dev/(?:tcp|udp)/{_FED}"
    r"|\bsockets\.tcpclient\b.*\b(?:iex|invoke-expression)\b"
)
"""A shell behind a program that is connected to another machine."""
_PIPED_BACK = regex(rf"[|;&<\s]{_SHELL}(?:\s+-i)?(?:\s*\d*[<>]{{1,2}}&?\s*[\w./]++)*+\s*\|\s*(?:{_NETCAT}|{_OTHERS})\s")
"""A shell whose output goes to another machine, from which a named pipe brings its input."""
_CODE = regex(
    r"(?i)\b(?:python[\d.]*|node|nodejs|bun|deno|perl|ruby|php)(?:\s+-[\w:=-]+(?:\s+(?!-)[\w-]+)?)*?\s+(?:-\w*[cer]|-p|--eval|--print|eval)"
    r"[\s=]+(\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s\"'-].*)",
    re.DOTALL,
)
"""The code in the argument of an interpreter."""
_REQUESTS = regex(
    r"(?i)\bfetch\s*\(|\bhttps?\.(?:get|request|client)\b|\baxios\b|\burlopen\b|\brequests\.get\b|\bhttpx\.get\b"
    r"|\bURI\.open\b|\bNet::HTTP\b|\bLWP\b|(?:\bfile_get_contents|\bopen)\s*\(?\s*\\?[\"']https?:"
)
_EVALUATES = regex(
    r"(?<![.\w])(?:eval|exec)\s*[\s(]|\(\s*eval\s*\)|\bnew\s+Function\b|(?<![.\w])Function\s*\(|\bvm\.run\w*|\bos\.system\s*\(\s*(?!\\?[\"'])"
)
_OPENS = regex(r"(?i)\bsocket\b|\bfsockopen\b|\bTCPSocket\b|\bnet\.(?:connect|socket)\b")
_RUNS_SHELL = regex(r"(?i)[\"'`/\s(](?:ba|z|da|k)?sh(?=\s+-i|\\?[\"'`])|\bcmd\.exe\b")
_ARGUMENT = regex(
    rf"\|\s*xargs(?:\s+-[\w{{}}%@-]+(?:\s+\d+|\s+(?:[{{}}%@]+))?)*\s+(?P<shell>{_SHELL})\s+-\w*c"
    r"(?:\s+[\"']?(?:\{\}|%|@)[\"']?)?(?=[)\"'`]|\s*(?:[;&|\n]|$))"
)
"""A shell that gets what is piped as the text of `-c`."""
_LITERAL = regex(
    r"(?:^|(?<=[;&\n\"'({]))\s*(?:export\s+|local\s+|readonly\s+)?([A-Za-z_]\w*)="
    r"(\"[^\"$`\\]*\"|'[^']*'|[\w./:@+-]+)(?=[ \t]*(?:[;\n]|&&))"
)
"""An assignment of a literal value that is a step of its own."""
_MOST = 50
"""Assignments that are followed."""


def with_values(text: str) -> str:
    """A command line with the value of each variable that it assigns as a literal, behind the assignment."""
    for found in list(_LITERAL.finditer(text))[:_MOST] if "$" in text else ():
        name, value = found[1], found[2].strip("\"'")
        end = text.find(found[0]) + len(found[0])
        later = re.split(rf"(?:^|(?<=[\s;&])){name}=", text[end:], maxsplit=1)[0]
        replaced = re.sub(rf"\$(?:{name}\b|\{{{name}\}})", lambda _, value=value: value, later)
        text = text[:end] + replaced + text[end + len(later) :]
    return text


def with_argument_run(text: str) -> str:
    """A command line with a shell in place of `xargs` that passes what is piped to `sh -c`."""
    return _ARGUMENT.sub(r"| \g<shell>", text) if "xargs" in text else text


def connects_shell(text: str) -> bool:
    """Whether a command line connects a shell to another machine, which then executes what that machine sends."""
    opened = set(_OPENED.findall(text))
    for found in _SOCKET.finditer(text):
        given = found["redirections"]
        if _DEVICE.search(given) and _GETS.search(given):
            return True
        if any(re.search(rf"(?<!\d)0?<&\s*{number}(?!\d)", given) for number in opened):
            return True
    if any(re.search(rf"<&\s*{number}\s*\|\s*while\b[^|]*?\bdo\s+(?:eval\s+)?[\"']?\$", text) for number in opened):
        return True
    if ("mkfifo" in text or "mknod" in text) and _PIPED_BACK.search(text):
        return True
    return bool(_CONNECTED.search(text)) or any(
        _OPENS.search(code) and _RUNS_SHELL.search(code) for code in _CODE.findall(text)
    )


def evaluates_download(text: str) -> bool:
    """Whether the code that a command line gives to an interpreter requests a text and executes it."""
    return any(_REQUESTS.search(code) and _EVALUATES.search(code) for code in _CODE.findall(text))


def starts_download(text: str) -> bool:
    """Whether a download is stored, and a later step starts what is stored under its name."""
    stored: set[str] = set()
    for step in STEPS.split(text):
        started = _STARTED.match(step) if stored else None
        if started and started[1] in stored:
            return True
        if FETCHES.search(step) and (kept := _STORED.search(step)):
            stored.add(kept[1])
    return False
