"""What a command line sends to another machine: a file, its input, the environment, and the host of the request."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.late import regex

_SENDS = regex(
    r"(?i)\bcurl\b(?=[^|;&\n]*(?:\s(?:-d|--data(?:-raw|-binary|-urlencode)?|-F|--form|-T|--upload-file|--json)[\s=@]))[^|;&\n]*"
    r"|\bwget\b[^|;&\n]*--(?:post-(?:data|file)|body-(?:data|file))[^|;&\n]*"
    r"|\b(?:iwr|irm|invoke-webrequest|invoke-restmethod)\b(?=[^|;&\n]*-(?:method\s+[\"']?(?:post|put)|body))[^|;&\n]*"
    r"|\b(?:nc|ncat|netcat)\s+(?:-(?!\w*z)\w+(?:\s+\d+)?\s+)*(?!-)[\w.-]+\s+\d+"
    r"|>\s*/dev/tcp/\S+"
)
_NOTHING = regex(
    r"(?:^|[;|(\n]|&&|\s-\w*c\s+[\"']?)\s*(?:(?:do|then|else|while|until|if|!)\s+)*"
    r"(?:(?:echo|printf|true|:)(?:\s+-n)?(?:\s+(?:''|\"\"))?|cat\s*<\s*/dev/null)?\s*$"
)
"""Before a connection that is only opened: what is written to it is empty."""
_ADDRESS = regex(
    r"(?i)(?:https?://)?(?:[^\s\"'/@]+@)?((?:[\w-]+\.)+[a-z]{2,}|localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?"
)
_LOCAL = regex(
    r"(?i)(?:(?<![\w./@-])|(?<=/dev/tcp/))(?:localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0|host\.docker\.internal)(?![\w.@-])"
)
LOOPBACK = regex(
    r"(?i)\w+://(?:[\w.-]+\.)?(?:localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0|host\.docker\.internal)(?=(?::[^/?#@]*)?(?:[/?#]|\\*$))"
)
URLS = regex(r"(?i)\b(?:https?|ftp)://[^\s\"'<>|)`]+")
_WHOLE = regex(
    r"(?i)(?:-d|--data(?:-raw|-binary)?|--json|-T|--upload-file|-F|--form|--post-file|--body-file)[\s=]*[\"']?(?:\w+=)?@|--(?:post|body)-file\b"
    r"|transcript|\$\(\s*(?:cat|env|printenv|set|tail|head|base64)\b|`\s*(?:cat|env|printenv)\b|^\s*(?:cat|env|printenv|tail|tar)\b"
    r"|\$\{?(?:CLAUDE_)?(?:TOOL_(?:INPUT|OUTPUT|RESULT)|FILE_PATHS?|PROMPT|INPUT)\b|\bprintenv\b"
)
"""What a request sends is a file, the input of the hook, the environment or the transcript."""
_TAKEN = regex(r"\b(\w+)=[\"']?\$\(\s*(?:cat|env|printenv)\b\s*(?:-|<&0|/dev/stdin)?\s*\)")
"""Names of variables that hold the input of a hook, or the environment."""


def hosts(text: str) -> Iterator[str]:
    """The hosts to which a command line sends a file, its input or the environment."""
    taken = "|".join(re.escape(name) for name in _TAKEN.findall(text))
    for match in _SENDS.finditer(text):
        request = match[0]
        before = text[: match.start()].rstrip()
        if request.startswith(">") and _opens_only(text, match):
            continue
        piped = before.endswith("|") and _WHOLE.search(re.split(r"[;&]|\|\|", before[:-1])[-1])
        used = taken and re.search(rf"\$\{{?(?:{taken})\b", request)
        raw = request.startswith((">", "nc", "ncat", "netcat"))
        if (raw or used or piped or _WHOLE.search(request)) and not _is_local(request):
            address = _ADDRESS.search(request)
            yield address[1] if address else "an address that is not written out"


def _opens_only(text: str, device: re.Match[str]) -> bool:
    """Whether a command line opens a connection of a shell, as to wait for a port, and writes nothing to it."""
    before = text[: device.start()]
    if kept := re.search(r"(\d+)<$", before):
        return not re.search(rf">&\s*{kept[1]}(?!\d)", text)
    return bool(_NOTHING.search(before))


def _is_local(request: str) -> bool:
    """Whether a request goes to the machine itself: by each address with a scheme, else by a host."""
    addresses = URLS.findall(request)
    return all(map(LOOPBACK.match, addresses)) if addresses else bool(_LOCAL.search(request))
