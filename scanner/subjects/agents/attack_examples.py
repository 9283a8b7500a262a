"""Commands in texts about attacks: whether every address in them stands for a machine of the tester or of the target.

Such a command certainly reaches no machine of somebody else. One command with an address of any other host, with a host
that a variable decides, or with an option that leads elsewhere is a command as in other texts.
"""

from __future__ import annotations

import ipaddress

from scanner.late import regex
from scanner.subjects.agents.placeholders import is_placeholder

_PLACEHOLDER = regex(r"<[A-Za-z_][\w -]*>|\{\{\s*[A-Za-z_][\w-]*\s*\}\}")
_QUOTES = regex(r"[\\\"']")
_EXPANDED = regex(r"[${`]|(?<!://)\[")
"""What a shell or curl replaces."""
_ADDRESS = regex(
    r"(?i)\b[a-z][a-z0-9+.-]*://(?:[^\s/?#|;]*@)?(\[[^\]\s]*\]|[^\s/:?#|;)(`]*)|(?<=/dev/tcp/)[^/\s]+|(?<=/dev/udp/)[^/\s]+"
)
_CONNECTED = regex(
    r"(?i)\b(?:nc|ncat|netcat)\s(?:[^|;&\n]*?\s)?(?![-/\d]+\s)(?!-)([^\s/|;&]+)\s+(?:\d+|\$\{?\w+\}?)(?=\s|$)"
    r"|\btcp[46]?(?:-connect)?:([^\s:,]+):|\bconnect\(\(([^\s,()]+),|[\s;]\$i=([^\s;]+);\$p=\d+;"
)
"""A host of netcat or socat, and of the usual lines of Python and Perl that connect a shell."""
_VARIABLE = regex(r"(?:^|(?<=[\s=]))(\$\{\w+\}|\$\w+)(?:[/:]|(?=\$\{?\w))[^\s`|;)]*")
"""An address that begins with a variable, which another one or a path follows."""
_KNOWN = regex(
    r"(?i)\$\{?(?:(?:attacker|callback|target|victim|kali)\w*|[lr]hosts?|[lr]ip|apiserver)\}?(?:\$\{?\w+\}?)*"
)
"""A variable with a host of the tester or of the target."""
_STANDS_FOR = regex(
    r"(?i)(?:[\w-]*[-_])?(?:attackers?|evil|malicious|pwn(?:ed)?|hackers?|victims?|targets?|c2|node[-_]ip)(?:[-_\d][\w-]*)?"
    r"|(?:[\w-]+\.)*(?:example(?:\.(?:com|net|org))?|test|invalid|localhost|local|internal|lab|htb)"
    r"|kubernetes\.default(?:\.svc(?:\.cluster\.local)?)?"
)
"""A host of the tester, of the target or of documentation. Any other name of the Internet can be that of somebody else,
whatever words are in it or in the path behind it."""
_BARE = regex(
    r"(?i)(?:^|(?<=[\s=,@{(|;&:`])|(?<=\s//))(?:(?:[\w-]+\.)+[a-z][\w-]*|0x[0-9a-f]+|\d{8,10}|\d+(?:\.\d+)+)\.?(?=[\s:/,}?#)|;&`]|$)"
)
"""A host without the scheme of an address, also as a number."""
_OF_FILE = regex(
    r"(?i).*\.(?:txt|json|html?|php|xml|csv|pem|crt|cer|key|ya?ml|js|log|conf|jsp|aspx?|exe|dll|ps1|webclient|bin|elf|jpe?g|png|pdf)"
)
"""Endings of names of files that no domain has."""
_ELSEWHERE = regex(
    r"(?:^|\s)(?:--(?:connect-to|resolve|proxy|preproxy|socks|config|doh|haproxy|unix-socket|abstract)\S*"
    r"|-[a-zA-Z]*K\S*)|\bcurl\b[^|;&\n]*\s-[a-zA-Z]*x|\w*_proxy\s*=|\bxargs\b"
    r"|\bwget\b[^|;&\n]*\s(?:-[a-zA-Z]*[ie]|--(?:input-file|execute|config|base)\b)"
)
"""Options with which a request goes to another host than its address names."""
_OWN_MACHINE = regex(r"(?i)base64|dangerously|skip[-_]permissions|bypass|yolo|\|\s*(?:pwsh|powershell)\b")
"""What acts on the machine that runs it: an encoded text that is executed, or an agent without its safeguards."""
_OWN = ipaddress.ip_network("fc00::/7")
"""Private addresses of version 6. Others that count as private lead to addresses of version 4."""
_PAYLOAD = regex(r"\$\{?\w*PAYLOAD\w*\}?")
"""A variable with what is sent to the target."""


def is_example(text: str, *, runs_download: bool) -> bool:
    """Whether a command line has addresses of testers, targets or examples and no other ones.

    A command that runs what it downloads has none that a variable decides.
    """
    text = _filled(text)
    if runs_download and _EXPANDED.search(text):
        return False
    if _OWN_MACHINE.search(_PAYLOAD.sub("", text)) or _ELSEWHERE.search(text):
        return False
    hosts = _hosts(text)
    return bool(hosts) and all(map(stands_for, hosts))


def hosts_of(text: str) -> list[str]:
    """The hosts that a command line names, also in variables."""
    return _hosts(_filled(text))


def _filled(text: str) -> str:
    """A command line without quotes and ends of lines, and with a host for each that is to be filled in."""
    return _PLACEHOLDER.sub("target", _QUOTES.sub("", text.replace("\\\n", " ")))


def _hosts(text: str) -> list[str]:
    hosts = [each[1] or each[0] for each in _ADDRESS.finditer(text)]
    hosts += [each[1] for each in _VARIABLE.finditer(text)]
    hosts += [next(filter(None, each.groups())) for each in _CONNECTED.finditer(text)]
    return hosts + [each for each in _BARE.findall(text) if not _OF_FILE.fullmatch(each)]


def stands_for(host: str) -> bool:
    """Whether a host is that of a tester, of a target or of documentation, or one of a private network."""
    if host.startswith("$"):
        return bool(_KNOWN.fullmatch(host))
    if "." not in host and is_placeholder(host):
        return True
    return bool(_STANDS_FOR.fullmatch(host)) or is_private(host)


def is_private(host: str) -> bool:
    """Whether a host is an address of a private network."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_private  # those of documentation are among them
    return address.is_loopback or address.is_link_local or address in _OWN
