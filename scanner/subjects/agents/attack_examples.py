"""Commands in texts about attacks: whether every address in them stands for a machine of the tester or of the target.

Nobody downloads from such an address what an agent then runs on the machine of the user. One command with an address of
any other host is a command as in other texts.
"""

from __future__ import annotations

import ipaddress

from scanner.late import regex
from scanner.subjects.agents.placeholders import is_placeholder

_ADDRESS = regex(
    r"(?i)\b(?:https?|ftp)://(?:[^\s\"'/@]*@)?(\[[^\]\s]*\]|<[^<>\s]*>|\{[^{}\s]*\}|[^\s\"'`/:?#|;)(]+)[^\s\"'`|;)]*"
)
_VARIABLE = regex(r"(?<=[\s\"'])(\$\{\w+\}|\$\w+)(?:[/:]|(?=\$\{?\w))[^\s\"'`|;)]*")
"""An address that begins with a variable, which another one or a path follows."""
_STANDS_FOR = regex(
    r"(?i)(?:[\w-]*[-_])?(?:attackers?|evil|malicious|pwn(?:ed)?|hackers?|victims?|targets?|c2|node[-_]ip)(?:[-_\d][\w-]*)?"
    r"|(?:[\w-]+\.)*(?:attacker|evil|malicious|victim|target)\.com"
    r"|(?:.*\.)?(?:example(?:\.(?:com|net|org))?|test|invalid|localhost|local|internal|lab|htb)|kubernetes\.default(?:\.svc(?:\.cluster\.local)?)?"
    r"|\$\{?(?:(?:attacker|callback|target|victim|kali)\w*|[lr]hosts?|[lr]ip|apiserver)\}?(?:\$\{?\w+\}?)*"
)
"""A host of the tester, of the target or of documentation. Whoever writes a text can register any other name of the
Internet, whatever words are in it or in the path behind it."""
_BARE = regex(
    r"(?i)(?<![\w.@/-])(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[\w-]+\.)+(?:com|net|org|io|dev|app|xyz|top|info|ru|cn))(?![\w.-])"
    r"|(?<=/dev/tcp/)[^/\s]+|(?<=/dev/udp/)[^/\s]+"
)
"""A host without the scheme of an address."""
_OWN_MACHINE = regex(r"(?i)base64|dangerously|skip[-_]permissions|bypass|yolo")
"""What acts on the machine that runs it: an encoded text that is executed, or an agent without its safeguards."""
_PAYLOAD = regex(r"\$\{?\w*PAYLOAD\w*\}?")
"""A variable with what is sent to the target."""


def is_example(text: str) -> bool:
    """Whether a command line has addresses of testers, targets or examples and no other ones."""
    if _OWN_MACHINE.search(_PAYLOAD.sub("", text)):
        return False
    hosts = [each[1] for kind in (_ADDRESS, _VARIABLE) for each in kind.finditer(text)]
    hosts += _BARE.findall(text)
    return bool(hosts) and all(map(_stands_for, hosts))


def _stands_for(host: str) -> bool:
    if "." not in host and is_placeholder(host) and not host.startswith("$"):
        return True
    return bool(_STANDS_FOR.fullmatch(host)) or _is_private(host)


def _is_private(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_private  # those of documentation are among them
    except ValueError:
        return False
