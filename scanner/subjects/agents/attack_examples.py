"""Commands in texts about attacks: whether every address in them stands for a machine of the tester or of the target.

Nobody downloads from such an address what an agent then runs on the machine of the user. One command with an address of
any other host is a command as in other texts.
"""

from __future__ import annotations

import base64
import ipaddress

from scanner.late import regex
from scanner.subjects.agents.placeholders import is_placeholder

_ADDRESS = regex(
    r"(?i)\b(?:https?|ftp)://(?:[^\s\"'/@]*@)?(\[[^\]\s]*\]|<[^<>\s]*>|\{[^{}\s]*\}|[^\s\"'`/:?#|;)(]+)[^\s\"'`|;)]*"
)
_VARIABLE = regex(r"(?<=[\s\"'])(\$\{\w+\}|\$\w+)(?:[/:]|(?=\$\{?\w))[^\s\"'`|;)]*")
"""An address that begins with a variable, which another one or a path follows."""
_STANDS_FOR = regex(
    r"(?i)(?:.*[-_.])?(?:attackers?|evil|malicious|pwn(?:ed)?|hackers?|victims?|targets?|c2|node[-_]ip)(?:[-_.\d].*)?"
    r"|(?:.*\.)?(?:example(?:\.[a-z]+)?|test|invalid|localhost|local|internal|lab|htb)|kubernetes\.default(?:\.svc.*)?"
    r"|\$\{?(?:(?:attacker|target|victim|kali)\w*|[lr]hosts?|[lr]ip|apiserver)\}?(?:\$\{?\w+\}?)*"
)
_HARMFUL = regex(r"(?i).*/(?:evil|malicious|backdoor|payload)(?:[-_.]\w+)*$")
_BARE = regex(
    r"(?i)(?<![\w.@/-])(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[\w-]+\.)+(?:com|net|org|io|dev|app|xyz|top|info|ru|cn))(?![\w.-])"
    r"|(?<=/dev/tcp/)[^/\s]+|(?<=/dev/udp/)[^/\s]+"
)
"""A host without the scheme of an address."""
_ENCODED = regex(r"[A-Za-z0-9+/]{8,}={0,2}")


def is_example(text: str) -> bool:
    """Whether a command line has addresses of testers, targets or examples and no other ones, also in base64."""
    whole = "\n".join((text, *filter(None, map(_decoded, _ENCODED.findall(text)))))
    found = [(each[1], each[0]) for kind in (_ADDRESS, _VARIABLE) for each in kind.finditer(whole)]
    found += [(each, each) for each in _BARE.findall(whole)]
    return (bool(found) or whole != text) and all(_stands_for(*each) for each in found)


def _stands_for(host: str, address: str) -> bool:
    if is_placeholder(host) and not host.startswith("$"):
        return True
    return bool(_STANDS_FOR.fullmatch(host) or _HARMFUL.fullmatch(address)) or _is_private(host)


def _is_private(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_private  # those of documentation are among them
    except ValueError:
        return False


def _decoded(text: str) -> str:
    """The text that is in base64; empty where it is not a text in base64."""
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode()
    except ValueError:
        return ""
    return decoded if decoded.isprintable() else ""
