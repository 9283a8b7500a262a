"""The grammar of the permission rules of Claude Code: `Tool` or `Tool(specifier)`, and what a rule lets an agent do.

Checked against https://code.claude.com/docs/en/permissions as of 2026-08-22. `Bash(x:*)` is `Bash(x *)`; `*` is any
text; a rule in a form that the tool ignores has no effect. What a rule reaches is decided by the literal beginning of
its specifier, so a rule never reaches less than one that it contains.
"""

from __future__ import annotations

from msgspec import Struct

from scanner.late import regex
from scanner.subjects.agents import file_reach
from scanner.subjects.agents.programs import ending_options, name_set, program_of, rank, rows, rows_of, valued_options

_RULE = regex(r"([^()\s]+)\s*(?:\((.*)\))?", 16)
_TOOL = regex(r"[A-Z][A-Za-z0-9]*|mcp__[\w.@/-]+(?:\*[\w*-]*)?|[A-Za-z_*][\w*]*")
_OF_SERVER = regex(r"mcp__[^*]+__")
COMMANDS = frozenset({"Bash", "PowerShell", "Monitor", "Shell"})
"""Tools whose specifier is a command."""
_READERS = frozenset({"Read", "Grep", "Glob", "LS", "NotebookRead", "LSP"})
_WRITERS = frozenset({"Edit", "Write", "MultiEdit", "NotebookEdit", "Update"})
_NOT_CONSULTED = {"Write": "Edit", "NotebookEdit": "Edit", "MultiEdit": "Edit", "Glob": "Read"}
"""Tools whose path rules are accepted and never consulted, and the tool whose rules are."""
_PRIMARY = {
    **dict.fromkeys(("Bash", "PowerShell"), "command"),
    **dict.fromkeys(("Read", "Edit", "Write"), "file_path"),
    **dict.fromkeys(("Grep", "Glob"), "path"),
    "NotebookEdit": "notebook_path",
    "WebFetch": "url",
}
TOOLS = name_set(
    "Agent Artifact AskUserQuestion Bash BashOutput Cd CronCreate CronDelete CronList Edit EndConversation "
    "EnterPlanMode EnterWorktree ExitPlanMode ExitWorktree Glob Grep KillBash KillShell LS LSP ListAgents "
    "ListMcpResources ListMcpResourcesTool Monitor MultiEdit NotebookEdit NotebookRead PowerShell "
    "PushNotification Read ReadMcpResource ReadMcpResourceTool RemoteTrigger ReportFindings ScheduleWakeup "
    "SendMessage SendUserFile ShareOnboardingGuide Skill SlashCommand SubagentHandback Task TaskCreate TaskGet "
    "TaskList TaskOutput TaskStop TaskUpdate TeamCreate TeamDelete TodoRead TodoWrite ToolSearch "
    "WaitForMcpServers WebFetch WebSearch Workflow Write computer"
)
"""The built-in tools, present and former, as of 2026-11-30: https://code.claude.com/docs/en/tools-reference.

TeamCreate and TeamDelete were removed in version 2.1.178 of 2026-06, when each session got a team of its own.
"""
BY_FOLDED = {tool.lower(): tool for tool in TOOLS}
_MARKED = regex(r"^(?:(?:file|file_path|path|notebook_path)\s*:\s*)+")
_DRIVE = regex(r"^([A-Za-z]):/+")
_ABSOLUTE = regex(
    r"/(?:tmp|home|Users|etc|var|opt|usr|mnt|root|private|srv|proc|sys|dev|run|media|Volumes|Library|Applications)(?:/|$)"
)
"""Folders of a machine. `/x` is below the project, and an absolute path begins with `//`."""
_FOLDER = regex(r"//[^/*.]+/?|[^*]*/")
"""A folder without what is in it."""
_FOLDERS = tuple(
    f"{folder}/" for folder in ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin")
)
"""Folders in which all programs are."""
_ASSIGNMENT = regex(r"[A-Za-z_]\w*=(?:\"[^\"]*\"|'[^']*'|\S*)\s+")
_HEADERS_ONLY = regex(r"^curl(?: -\S+)*? (?:--head|-[a-zA-Z]*I[a-zA-Z]*)(?: |$)|^wget(?: -\S+)*? --spider(?: |$)")
"""Requests that get no content and that curl refuses together with data to send."""
_LETTER = regex(r"[A-Za-z0-9]")


class Rule(Struct, frozen=True):
    """A permission rule, taken apart."""

    text: str
    tool: str
    specifier: str | None
    why: str = ""
    """Why the tool ignores it; empty where it does not."""
    reach: str = "none"
    """What it lets an agent do, a word of `programs.REACHES`."""

    @property
    def valid(self) -> bool:
        """Whether the tool takes the rule into account."""
        return not self.why

    @property
    def names_tools(self) -> bool:
        """Whether it names a tool or the server of one; an allow rule that does not, Claude Code skips since 2.1.166.

        https://code.claude.com/docs/en/permissions#tool-name-wildcards and its changelog, as of 2026-11-30.
        """
        return "*" not in self.tool or bool(_OF_SERVER.match(self.tool))


def parse(text: str) -> Rule:
    """A rule, whatever it is written like."""
    found = _RULE.fullmatch(text.strip())
    if not found or text.count("(") < text.count(")"):
        opened = "(" in text and ")" not in text
        why = "its parenthesis is not closed" if opened else "it is not of the form Tool or Tool(specifier)"
        return Rule(text, text.partition("(")[0].strip(), None, why)
    tool, specifier = found[1], found[2]
    why = _ignored(tool, specifier)
    if why:
        return Rule(text, tool, specifier, why)
    if specifier == "*":
        specifier = None
    return Rule(text, tool, specifier, "", _reach(tool, specifier))


def consulted(rule: Rule) -> str:
    """The rule that a tool consults in place of one with a path that it does not; empty for any other rule."""
    if rule.valid or rule.specifier is None or rule.tool not in _NOT_CONSULTED:
        return ""
    return f"{_NOT_CONSULTED[rule.tool]}({rule.specifier})"


def _ignored(tool: str, specifier: str | None) -> str:
    """Why a tool ignores a rule."""
    known = BY_FOLDED.get(tool.lower())
    if tool not in TOOLS and known:
        return f"names of tools begin with a capital letter: {known}"
    if not _TOOL.fullmatch(tool):
        return "it is not the name of a tool"
    return "" if specifier is None else _ignored_with(tool, specifier)


def _ignored_with(tool: str, specifier: str) -> str:
    """Why a tool ignores a rule with parentheses."""
    if not specifier.strip():
        return "its parentheses are empty"
    if tool.startswith("mcp__"):
        return "a rule for a tool of an MCP server takes no parentheses"
    if tool in _NOT_CONSULTED and specifier != "*":
        return f"rules with a path are only consulted for Read and Edit{_instead(_NOT_CONSULTED[tool], specifier)}"
    if tool in _PRIMARY and _names_primary(tool, specifier):
        return f"the parameter `{_PRIMARY[tool]}` cannot be matched by its name"
    return _ignored_specifier(tool, specifier)


def _names_primary(tool: str, specifier: str) -> bool:
    """Whether a specifier names a parameter; `Bash(command:*)` is about the program `command` of shells."""
    plain = specifier.replace(" ", "")
    return plain.startswith(f"{_PRIMARY[tool]}:") and not (tool in COMMANDS and plain == f"{_PRIMARY[tool]}:*")


def _ignored_specifier(tool: str, specifier: str) -> str:
    """Why a tool ignores what stands between the parentheses."""
    if tool in COMMANDS:
        if specifier.strip() in (":*", ":"):
            return "nothing stands before `:*`"
        if ":*" in specifier.rstrip()[:-2]:
            return "`:*` is only recognised at the end"
        if "*:" in specifier.rstrip().removesuffix(":*"):
            return "a colon behind `*` is taken literally"
    elif tool in _READERS | _WRITERS:
        return _ignored_path(tool, specifier)
    elif tool == "WebFetch" and specifier != "*" and not specifier.startswith("domain:"):
        return "a rule for WebFetch begins with `domain:`"
    return ""


def _ignored_path(tool: str, specifier: str) -> str:
    """Why a rule with a path matches no file."""
    if specifier.startswith("file:"):
        return f"`file:` counts as a part of the path{_instead(tool, specifier)}"
    return "`:*` is only recognised in rules for commands" if specifier.endswith(":*") else ""


def _instead(tool: str, specifier: str) -> str:
    """The rule with a path to write instead, as the end of a sentence; empty where the path is not clear."""
    path = _MARKED.sub("", specifier.strip()).removesuffix(":*").replace("\\", "/")
    path = _DRIVE.sub(lambda found: f"//{found[1].lower()}/", path)
    if _ABSOLUTE.match(path):
        path = f"/{path}"
    if not path.strip("/"):
        return ""
    if _FOLDER.fullmatch(path):
        path = f"{path.rstrip('/')}/**"
    return f": write {tool}({path})" if not _ignored_with(tool, path) else ""


def _reach(tool: str, specifier: str | None) -> str:
    if "*" in tool:
        return _reach_of_names(tool)
    if tool in COMMANDS:
        return "any-command" if specifier is None else command_reach(specifier)
    if tool in _READERS | _WRITERS:
        return file_reach.reach(specifier, writing=tool in _WRITERS)
    if tool == "WebFetch":
        return "any-domain" if specifier is None or specifier.removeprefix("domain:") == "*" else "narrow"
    return "narrow"


def _reach_of_names(tool: str) -> str:
    """What a pattern of names of tools reaches: one that begins with a server's name, only that server."""
    start = tool.partition("*")[0]
    if start.startswith("mcp__"):
        return "any-server-tool" if not start[len("mcp__") :].strip("_") else "narrow"
    if "mcp__".startswith(start) and not start:
        return "any-tool"
    if "mcp__".startswith(start):
        return "any-server-tool"
    return "any-tool" if any(name.startswith(start) for name in TOOLS) else "narrow"


class _Pattern(Struct, frozen=True):
    """The beginning of the commands that a specifier matches."""

    start: str
    """The text before the first wildcard."""
    whole_words: bool
    """The beginning must be followed by a space or the end."""


def _pattern(specifier: str) -> _Pattern | None:
    """The beginning of what a specifier matches; None for one command, and where words follow a wildcard."""
    text = specifier.strip()
    if text.endswith(":*"):
        text = f"{text[:-2].rstrip()} *"
    while _ASSIGNMENT.match(text):
        text = text[_ASSIGNMENT.match(text).end() :]  # type: ignore[union-attr]
    start, wildcard, rest = text.partition("*")
    if not wildcard or _LETTER.search(rest):
        return None
    return _Pattern(start.strip("\"' "), start != start.rstrip())


def start_of(specifier: str) -> tuple[str, bool] | None:
    """The beginning of the commands that a specifier matches, and whether whole words must follow."""
    pattern = _pattern(specifier)
    return (pattern.start, pattern.whole_words) if pattern else None


def command_reach(specifier: str) -> str:
    """What commands that match a specifier can do."""
    pattern = _pattern(specifier)
    if pattern is None:
        return "narrow"
    first, _, rest = pattern.start.partition(" ")
    if not (rest or pattern.whole_words) and any(folder.startswith(first) for folder in _FOLDERS):
        return "any-command"
    if rest.partition(" ")[0] in ending_options(program_of(first)):
        return "narrow"
    start = f"{program_of(first)} {rest}".strip()
    if not start:
        return "any-command"
    table = rows_of(start.partition(" ")[0]) if rest or pattern.whole_words else rows()
    found = [reach for words, reach in table if _includes(start, words, whole_words=pattern.whole_words)]
    worst = min(found, key=rank, default="narrow")
    return "any-domain" if worst == "downloader" and _HEADERS_ONLY.search(start) else worst


def _includes(start: str, words: str, *, whole_words: bool) -> bool:
    """Whether a beginning leaves open what a row of the table does: it is shorter, or only options follow the row."""
    if words == start or words.startswith(f"{start} ") or (words.startswith(start) and not whole_words):
        return True
    if not start.startswith(f"{words} "):
        return False
    valued = valued_options(words.partition(" ")[0])
    value = False
    for word in start[len(words) :].split():
        if value:
            value = False
        elif word.startswith("-"):
            value = word in valued
        else:
            return False
    return True


def near_tool(name: str) -> str:
    """A tool that a name may be a misspelling of; empty where there is none."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, sorted(TOOLS), 1, 0.8)), "")


def covers(broad: Rule, narrow: Rule) -> bool:
    """Whether a rule matches all that another one does, as far as their texts show it."""
    if broad.tool != narrow.tool or not (broad.valid and narrow.valid):
        return _covers_names(broad, narrow)
    if broad.specifier is None or broad.specifier == narrow.specifier:
        return True
    if narrow.specifier is None or broad.tool not in COMMANDS:
        return False
    pattern = _pattern(broad.specifier)
    if pattern is None:
        return False
    other = narrow.specifier.strip().removesuffix(":*").strip()
    if not other.startswith(pattern.start):
        return False
    rest = other[len(pattern.start) :]
    return not pattern.whole_words or not rest or rest[0] == " "


def _covers_names(broad: Rule, narrow: Rule) -> bool:
    """Whether a rule about all tools of a server, or about tools by a pattern, matches another rule."""
    if not (broad.valid and narrow.valid) or broad.specifier is not None:
        return False
    if "*" in broad.tool:
        start, _, rest = broad.tool.partition("*")
        return not rest and narrow.tool.startswith(start)
    return broad.tool.startswith("mcp__") and narrow.tool.startswith(f"{broad.tool}__")
