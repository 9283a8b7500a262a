"""What stands for something that the reader of a file has to write.

Hosts: `YOUR_SERVER_IP`, `<host>`, `https://{{host}}/`. Commands of permission rules: `command`, `<command>`.

A name with a dot is none of them, whatever its words are: anyone can register `your-server.net`, and a file that is
loaded with such a host connects to it. The same is true of `<tenant>.tools.net` and of example.com.
"""

from __future__ import annotations

from scanner.late import regex

_WORDS = regex(
    r"(?i:(?:.*[-_])?your[-_]?(?:\w+[-_])*(?:server|host|domain|site|company|org|app|api|ip|url|name|address"
    r"|instance|machine|proxy|gateway|endpoint|tenant|mcp|webhook)(?:[-_].*|\d*|name)"
    r"|.*(?:placeholder|change-?_?me|replace-?_?(?:me|this)).*"
    r"|(?:server|host)[-_]?(?:ip|name|address)|ip[-_]?address|hostname)|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+"
)
"""Names without a dot."""
_TO_FILL = regex(r"<[^<>]*>|\$?\{\{[^{}]*\}\}|\$\{\w+(?:[:.]\w+)*\}|\$\w+|\{[A-Za-z_][\w-]*\}|%[A-Za-z_]\w*%")
"""What a tool or a reader replaces. curl takes a number in braces for an address, and so does not belong here."""
_FILLED = "\0"
_REGISTRABLE = regex(r"(?i)[^\W_](?:[\w-]*[^\W_])?")
"""A part of a name between dots that a registry accepts."""
_HOST = regex(r"(?:[A-Za-z][A-Za-z0-9+.-]*://)?(?:[^/\\?#\s]*@)?(\[[^\]]*\]|(?:\$?\{+[^{}]*\}+|[^/\\:?#\s{])*)")

_COMMAND = regex(
    r"(?i)(?:commands?|cmd|(?:your|the|some|any|my|other|allowed|specific)[-_ ](?:\w+[-_ ])*"
    r"(?:command|cmd|program|tool|script|cli)"
    r"|<[^<>]*>|\[[^\[\]]*\]|\{[^{}]*\}|\.\.\.|…|x{3,})(?=[\s:*]|$).*"
)


def is_any_command(specifier: str) -> bool:
    """Whether what a permission rule has in parentheses stands for a command that is still to be written."""
    return bool(_COMMAND.fullmatch(specifier.strip()))


def is_placeholder(host: str) -> bool:
    """Whether a host, as it is written, stands for another one: nobody can register it or what it ends with."""
    text = _TO_FILL.sub(_FILLED, host)
    if _FILLED not in text:
        return "." not in text and bool(_WORDS.fullmatch(text))
    return any(
        _FILLED in part and not _REGISTRABLE.fullmatch(part.replace(_FILLED, "")) for part in text.split(".")[-2:]
    )


def has_placeholder(address: str) -> bool:
    """Whether the host of an address stands for another one."""
    found = _HOST.match(address)
    return bool(found and is_placeholder(found[1]))
