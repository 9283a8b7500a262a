"""What a text for agents says that it is: about attacks, or a copy of the documentation of a product.

A skill about attacks shows what a tester starts on the target, and an incident guide what an attacker left. A copy of
the documentation of a product describes what its readers may do, and sets nothing up where it is kept.
"""

from __future__ import annotations

from scanner.contexts import is_for_agents
from scanner.late import regex
from scanner.places import ATTACK, COPY

_HEAD = 4000
"""Characters of a text within which it says what it is."""
_OPENING = 600
_FRONT = regex(r"\A---[ \t]*\n(.*?)\n---[ \t]*$", 24)
_TELLING = regex(r"^(?:name|title|description|category)[ \t]*:.*(?:\n[ \t]+.*)*", 8)
"""What front matter says of the text itself; other keys name standards, such as `mitre_attack`."""
_TITLE = regex(r"^# .*", 8)
_ROLE = regex(r"^\*\*(?:Role|Purpose|Specialization):?\*\*:?.*", 8)
"""A line below the title that says what an agent is for."""
_ATTACKS = regex(
    r"(?i)(?<![a-z])(?:attack(?:s|ers?|ing)?(?![-_ ]surface)|exploit\w*|offensive|pen[- ]?test\w*|penetration"
    r"|red[-_ ]?team\w*|ctf|privilege[-_ ]escalation|lateral[-_ ]movement|exfiltrat\w*|malware|backdoors?|rootkits?"
    r"|hacking|bug[-_ ]bounty|reverse[-_ ]shells?|incident[-_ ]response|threat[-_ ]hunting|security[-_ ]assessment"
    r"|(?:sql|nosql|command|code|xml|xss|xxe|ldap|template)[-_ ]injection|ssrf|rce|xss|c2)(?![a-z])"
    r"|攻击|渗透|漏洞(?:分析|利用|案例|库)|应急响应|注入"
)
"""Of attacks on machines of others, and of what attackers leave; words of protection alone do not count."""
_COPY = regex(
    r"(?i)\bthis is (?:the |an? )?(?:full |complete |abridged |official )?(?:developer )?documentation (?:for|of)\b"
)
_PAGES = regex(r"(?m)\A# .+\n+\*\*Pages:\*\* \d+$")
_PAGE = regex(r"(?m)^\*\*URL:\*\* https://([^/\s]+)/\S+$")
"""How programs that make skills of a site write its pages, each with its address:
https://github.com/yusufkaraaslan/Skill_Seekers as of 2026-11."""
_FEWEST = 3
"""Pages of one site that are a copy of it."""
_COPIES = regex(r"(?i)(?:^|/)llms(?:-[a-z]+)?\.(?:txt|mdx?)$")
"""https://llmstxt.org: the documentation of a site as one text."""
_ON_REQUEST = regex(
    r"(?i)\.instructions\.md$|(?:^|/)(?:references?|resources|assets|docs?|documentation|knowledge|examples?)/"
)
"""What an agent reads only where it is told to; the rest is loaded with the session, the command or the skill."""
_APPLIES = regex(r"^applyTo[ \t]*:", 8)
"""With it, Copilot adds the instructions by itself.
https://code.visualstudio.com/docs/copilot/customization/custom-instructions as of 2026-11."""


def purpose(text: str, path: str) -> str:
    """What a text for agents is by its path, its front matter, its title and its first lines; else empty."""
    if not is_for_agents(path) and not _COPIES.search(path):
        return ""
    head = text[:_HEAD]
    front = _FRONT.search(head)
    told = front[1] if front else ""
    if _ON_REQUEST.search(path) and not _APPLIES.search(told):
        opening = head[front.end() if front else 0 :][:_OPENING]
        if _COPIES.search(path) or _COPY.search(opening) or _is_of_site(text):
            return COPY
    title = _TITLE.search(head)
    said = [path, *(each[0] for each in _TELLING.finditer(told)), title[0] if title else ""]
    said += [each[0] for each in _ROLE.finditer(head)]
    return ATTACK if _ATTACKS.search(" ".join(said)) else ""


def _is_of_site(text: str) -> bool:
    """Whether a text consists of pages of one site."""
    if not _PAGES.search(text[:_OPENING]):
        return False
    sites = _PAGE.findall(text)
    return len(sites) >= _FEWEST and len(set(sites)) == 1
