"""What stands for something that the reader of a file has to write.

Hosts: `YOUR_SERVER_IP`, `<host>`, `your-server.net`. Commands of permission rules: `command`, `<command>`.

Names that are reserved for documentation, such as example.com, are not among them: a file that is loaded with such a
host connects to it.
"""

from __future__ import annotations

from scanner.late import regex

_PLACEHOLDER = regex(
    r"[^\[]*[<>{}$%].*|(?i:(?:.*[-_.])?your[-_.]?(?:\w+[-_])*(?:server|host|domain|site|company|org|app|api|ip|url|name|address"
    r"|instance|machine|proxy|gateway|endpoint|tenant|mcp|webhook)(?:[-_.].*|\d*|name)|.*(?:placeholder|change-?_?me|replace-?_?(?:me|this)).*"
    r"|(?:server|host)[-_]?(?:ip|name|address)|ip[-_]?address|hostname|x{2,}(?:\.x{2,})+)|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+"
)
_HOST = regex(r"(?:[A-Za-z][A-Za-z0-9+.-]*://)?(?:[^/@\s]*@)?(\[[^\]]*\]|[^/:?#\s]*)")

_COMMAND = regex(
    r"(?i)(?:commands?|cmd|(?:your|the|some|any|my|other|allowed|specific)[-_ ](?:\w+[-_ ])*"
    r"(?:command|cmd|program|tool|script|cli)"
    r"|<[^<>]*>|\[[^\[\]]*\]|\{[^{}]*\}|\.\.\.|…|x{3,})(?=[\s:*]|$).*"
)


def is_any_command(specifier: str) -> bool:
    """Whether what a permission rule has in parentheses stands for a command that is still to be written."""
    return bool(_COMMAND.fullmatch(specifier.strip()))


def is_placeholder(host: str) -> bool:
    """Whether a host, as it is written, stands for another one."""
    return bool(_PLACEHOLDER.fullmatch(host))


def has_placeholder(address: str) -> bool:
    """Whether the host of an address stands for another one."""
    found = _HOST.match(address)
    return bool(found and is_placeholder(found[1]))
