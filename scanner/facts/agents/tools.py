"""What a tool, a permission or an MCP server lets an agent do: read private data, take in untrusted content, send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from scanner.facts.agents import capability_table as table
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.agents.permission_grammar import Rule, parse
from scanner.subjects.agents.programs import name_set

PRIVATE, UNTRUSTED, OUTBOUND = "p", "u", "o"
CAPABILITIES = (PRIVATE, UNTRUSTED, OUTBOUND)
_STARTS = "d"
_DIVIDERS = regex(r"[-_./@:\s]+")
_CAMEL = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_WORDS = {
    PRIVATE: regex(table.PRIVATE_WORDS),
    UNTRUSTED: regex(table.WEB_WORDS),
    OUTBOUND: regex(table.OUTBOUND_WORDS),
}
_COMMANDS = frozenset({"Bash", "PowerShell", "Shell", "Monitor"})
_REACHES = {
    **dict.fromkeys(
        ("any-command", "superuser", "shell", "interpreter", "runner", "container-engine", "cluster"), "po"
    ),
    **dict.fromkeys(("remote-shell",), "o"),
    "downloader": "uo",
    "finder": "p",
    "stream-editor": "p",
    "any-domain": "o",
}
"""What commands with a reach can do; `programs.py` says which reach a command has."""
_ANY_HOST = name_set(
    "any-command superuser shell interpreter runner container-engine remote-shell downloader any-domain"
)
"""Reaches of commands and requests that can send data to every host."""
_BROWSER = regex(
    r"mcp__\w*(?:playwright|puppeteer|browser|chrome|fetch)\w*__\w*(?:navigate(?:_page)?|fetch\w*|goto|open_url|new_page)"
)
"""Tools of servers that open an address."""
_FORGE = regex(r"(?:gh|glab)(?:\s|$|:)")
"""The command-line clients of GitHub and GitLab."""
_OPENS = regex(r"(?:(?P<before>[a-z0-9]+)_)?open_(?:a_|new_)?(?:(?:merge|pull)_request|issue|ticket|pr|mr)")
"""The name of a tool that creates what it opens."""


class Ability(Struct, frozen=True):
    """What one tool lets an agent do."""

    tool: str
    """As it is written."""
    letters: frozenset[str] = frozenset()
    known: bool = True
    """What else it can do is known."""
    starts: tuple[str, ...] | None = None
    """Agents that it may start: names, empty for any; None for a tool that starts none."""
    command: bool = False
    """It runs commands, so that a sandbox limits it."""


class Servers(Struct, frozen=True):
    """The MCP servers of a setup, by name."""

    abilities: Mapping[str, Ability]

    def tool(self, rule: Rule) -> Iterator[Ability]:
        """What a tool of a server lets an agent do; every server's where the name is a pattern of all of them."""
        name, _, tool = rule.tool.removeprefix("mcp__").partition("__")
        tool = "" if tool.strip("*") == "" else tool
        if not name.strip("*_"):
            yield from (Ability(f"server {each.tool}", each.letters, each.known) for each in self.abilities.values())
            return
        whole = self.abilities.get(plain(name.rstrip("*"))) or server_named(name)
        yield Ability(rule.text, narrowed(whole.letters, tool), whole.known)


def plain(name: str) -> str:
    """The name of a server as tools spell it: signs other than letters and digits are `_`."""
    return "".join(sign if sign.isalnum() or sign == "-" else "_" for sign in name).lower()


def server_of(tool: str) -> str:
    """The name of the server that a tool is of, as tools spell it; for another tool a name that no server has."""
    if tool.startswith("mcp__"):
        return plain(tool.removeprefix("mcp__").partition(" ")[0].partition("__")[0])
    return plain(tool.partition("/")[0]) if "/" in tool else ""


def servers(subjects: Iterable[Subject]) -> Servers:
    """The servers of a setup that are not switched off."""
    found = {}
    for subject in subjects:
        data = subject.bindings["server"]
        if data.get("disabled") is not True:
            found[plain(str(data.get("name", "")))] = _server(data)
    return Servers(found)


def _server(data: Mapping[str, Any]) -> Ability:
    """What a server does, by its package, its image or its address; its own name is a hint that is not sufficient."""
    name = str(data.get("name", ""))
    stated = [(data.get(field) or {}).get("name") for field in ("package", "image")]
    source = str(next(filter(None, (*stated, data.get("host"))), ""))
    return _by_arguments(_of_names(name, source), _last(source) or name, data.get("args"))


def _by_arguments(ability: Ability, source: str, given: Any) -> Ability:
    """What a server does with its arguments: some give it a shell, and some take the tools that change anything."""
    words = [word for word in given if isinstance(word, str)] if isinstance(given, list) else []
    letters = ability.letters
    if not table.READ_ONLY.isdisjoint(words):
        letters -= {OUTBOUND}
    shells = table.SHELL_CONTEXTS.get(source)
    if shells and given is not None and _context(words) in shells:
        letters |= {OUTBOUND}
    return replace(ability, letters=letters)


def _context(words: list[str]) -> str:
    """The value of the option `--context`; empty without one."""
    pairs = zip(words, [*words[1:], ""], strict=True)
    values = (after if word == "--context" else word.partition("=")[2] for word, after in pairs
              if word.partition("=")[0] == "--context")  # fmt: skip
    return next(values, "")


def server_named(name: str) -> Ability:
    """What a server that is not configured in the setup does, by its name alone."""
    letters = looked_up(name)
    return Ability(name, frozenset(letters or ""), letters is not None)


def _of_names(name: str, source: str) -> Ability:
    by_source, by_name = looked_up(source), looked_up(name)
    return Ability(name, frozenset((by_source or "") + (by_name or "")), by_source is not None)


def looked_up(text: str) -> str | None:
    """The letters of a name in the table, without the words that say nothing; None where it is not there."""
    words = [word for word in _DIVIDERS.split(_last(text).lower()) if word]
    if not words:
        return None
    known = table.servers()
    for some in (words, [word for word in words if word not in table.NOISE]):
        if (joined := "-".join(some)) in known:
            return known[joined]
    return None


def _last(text: str) -> str:
    """The part of the name of a package or an image that names it; an address as it is."""
    plain = text.partition("#")[0].removesuffix(".git")
    return plain.rpartition("/")[2].partition("@")[0] or plain


def words_of(name: str) -> list[str]:
    """The words of a name, in lower case, also where each begins with a capital letter."""
    return [word for word in _DIVIDERS.split(_CAMEL.sub("_", name).lower()) if word]


def narrowed(letters: frozenset[str], tool: str) -> frozenset[str]:
    """What one tool of a server can do of what the server does: its first verb says whether it reads or sends."""
    words = words_of(tool)
    if not table.OBSERVING.isdisjoint(words):
        return letters - {OUTBOUND}
    opens = _OPENS.fullmatch("_".join(words))
    if opens and opens["before"] not in table.READING:
        return letters & {OUTBOUND}
    for word in words:
        if word in table.READING:
            reaches_out = letters & {UNTRUSTED, OUTBOUND} == {UNTRUSTED, OUTBOUND} and PRIVATE not in letters
            return letters if reaches_out else letters - {OUTBOUND}
        if word in table.SENDING:
            return letters & {OUTBOUND}
        if word in table.IDLE:
            return frozenset()
    return letters


def abilities(text: str, servers_of_setup: Servers) -> Iterator[Ability]:
    """What a tool of a list lets an agent do."""
    rule = parse(text)
    name, slash, tool = rule.tool.partition("/")
    if rule.tool == "*":
        yield Ability(text, frozenset(CAPABILITIES))
    elif slash and name in table.tools():  # Copilot writes SET/TOOL and SERVER/TOOL
        yield Ability(text, _built_in(Rule(name, name, None)).letters)
    elif slash:
        yield from servers_of_setup.tool(Rule(text, f"mcp__{name}__{tool}", None))
    elif rule.tool.startswith("mcp__") or "*" in rule.tool:
        yield from servers_of_setup.tool(rule)
    else:
        yield _built_in(rule)


def reaches_any_host(text: str) -> bool:
    """Whether a tool as it is written certainly sends data to a host of choice."""
    rule = parse(text)
    if rule.tool in _COMMANDS or rule.tool == "WebFetch":
        return rule.reach in _ANY_HOST
    return bool(_BROWSER.fullmatch(rule.tool)) or {UNTRUSTED, OUTBOUND} <= set(table.tools().get(rule.tool, ""))


def _built_in(rule: Rule) -> Ability:
    letters = table.tools().get(rule.tool)
    if letters is None:
        own = (rule.tool or rule.text).rpartition(".")[2]  # a function in Python, behind the name of its module
        found = frozenset(letter for letter, words in _WORDS.items() if words.search(_CAMEL.sub(" ", own)))
        return Ability(rule.text, found, known=False)
    if _STARTS in letters:
        names = tuple(name.strip() for name in (rule.specifier or "").split(",") if name.strip())
        return Ability(rule.text, starts=names)
    if rule.tool in _COMMANDS:
        return command(rule)
    if rule.specifier is not None and rule.tool == "WebFetch":
        return Ability(rule.text, frozenset() if rule.reach == "narrow" else frozenset(letters))
    return Ability(rule.text, frozenset(letters))


def command(rule: Rule) -> Ability:
    """What commands that match a rule let an agent do."""
    if rule.specifier is not None and _FORGE.match(rule.specifier):
        return Ability(rule.text, _forge(rule.specifier), command=True)
    builds = (rule.specifier or "").startswith("make")  # runs what the project says, as its other scripts do
    return Ability(rule.text, frozenset("" if builds else _REACHES.get(rule.reach, "")), command=True)


def _forge(specifier: str) -> frozenset[str]:
    """What a command of `gh` or `glab` does: its first verb says whether it reads or sends."""
    words = specifier.removesuffix(":*").replace("*", " ").split()[1:]
    if words and words[0] in table.OF_THE_CLIENT:
        return frozenset()
    if not words or words == ["api"]:
        return frozenset({UNTRUSTED, OUTBOUND})
    verb = next((word for word in words if word in table.READING | table.SENDING), "")
    if not verb and len(words) == 1 and words[0] in ("issue", "pr", "gist"):
        return frozenset({UNTRUSTED, OUTBOUND})
    return frozenset({UNTRUSTED}) if verb in table.READING else frozenset({OUTBOUND} if verb else ())
