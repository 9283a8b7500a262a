"""Hooks: what a tool runs by itself at an event. The form is that of Claude Code, which other tools took over.

Checked against https://code.claude.com/docs/en/hooks as of 2026-08-22, and the events of Codex against
https://developers.openai.com/codex/hooks and `HOOK_EVENT_NAMES` in its source as of 2026-11-30.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from scanner.documents.positions import MISSING, Node
from scanner.late import regex
from scanner.marks import has_key, key_end_of, key_start_of, keyless
from scanner.model import Subject
from scanner.subjects.agents.building import Place, short, subject
from scanner.subjects.agents.command_words import command, seen
from scanner.subjects.agents.kinds import HOOK, UNLOADED
from scanner.subjects.agents.long_commands import LONGEST, is_judged
from scanner.subjects.agents.permission_grammar import BY_FOLDED
from scanner.subjects.agents.placeholders import has_placeholder
from scanner.subjects.agents.programs import name_set
from scanner.subjects.agents.substitutions import without_substitutions
from scanner.subjects.subject_builder import SubjectBuilder, duration

BLOCKING = name_set(
    "PreToolUse UserPromptSubmit UserPromptExpansion Stop SubagentStop TeammateIdle TaskCreated TaskCompleted "
    "ConfigChange PostToolBatch PreCompact Elicitation ElicitationResult WorktreeCreate"
)
"""Events at which exit code 2 of a hook blocks."""
EVENTS = BLOCKING | name_set(
    "PermissionRequest StopFailure PostToolUse PostToolUseFailure PermissionDenied Notification SubagentStart "
    "SessionStart Setup SessionEnd CwdChanged DirectoryAdded FileChanged PostCompact WorktreeRemove "
    "InstructionsLoaded MessageDisplay"
)
OF_CODEX = name_set(
    "PreToolUse PermissionRequest PostToolUse PreCompact PostCompact SessionStart UserPromptSubmit SubagentStart "
    "SubagentStop Stop"
)
_GUARDED = frozenset({"PreToolUse", "UserPromptSubmit", "UserPromptExpansion", "ConfigChange", "PermissionRequest"})
"""Events before something happens, at which a hook is a guard."""
_OPEN = regex(
    r"(?:(?:\|\||;)\s*(?:true|:|exit\s+0|echo\b[^|;&]*)|(?<!\|)\|\s*(?:true|:|cat|tee\b[^|;&]*)|(?<!&)&)\s*(?:\d?>\S+\s*)*[\"')]*\s*$"
)
_CLOSES = regex(r"\bexit\s+(?!0\b)\S|\bexec\s")
"""Parts of a command that keep or set the exit code."""
_GUARD = regex(
    r"(?i)guard|block(?!chain)|\bdeny|denied|protect|prevent|forbid|restrict|security|polic(?:y|ies)|validat|verif|enforce"
    r"|sanit|danger|safety|secret|firewall|(?<!health[-_])(?:pre|security|permission)[-_]?(?:check|scan)|exit\s+2"
)
"""Words of a command that is meant to stop something."""
_INLINE = regex(r"\s*(?:/\S*/)?(?:ba|z|da|k)?sh\s+-\w*c\s")
_STARTED = regex(r"[\w.~${}-]*/[\w.~${}/-]+|[\w.-]+\.(?:sh|bash|py|[cm]?[jt]s|rb|pl)\b|\bexit\s+2\b")
"""A file that a script starts, and the exit code that blocks."""
_REMARK = regex(r"\s*(?://|#|_|\$)")
"""How a key begins that is a remark and no event."""
_RULE = regex(r"[A-Z][A-Za-z]+\([^)|]*[:\s/*.][^)|]*\)")
_PLAIN = regex(r"[A-Z][a-z]+(?:[A-Z][a-z]+)*")
_EVENT = regex(r"[A-Z][A-Za-z]+")
"""How an event of Claude Code is written, so that a later version may have it."""
_CLOSE = 0.8
OF_GEMINI = name_set(
    "BeforeTool AfterTool BeforeAgent AfterAgent BeforeModel AfterModel BeforeToolSelection PreCompress"
)
"""Events that Gemini CLI has and Claude Code has not; the form of the hooks is the same."""
KIRO = "kiro"
"""A tool whose events are not listed here: what it calls them differs from version to version."""
_IN_MILLISECONDS = ("gemini", "qwen")
"""Tools whose timeouts are in milliseconds: https://geminicli.com/docs/hooks/reference/. Qwen Code reads those of 1000
or more as milliseconds."""
_PARTS = {"seconds": 1, "milliseconds": 1000}
_LOCAL = regex(
    r"(?i)https?://(?:[\w.-]+\.)?(?:localhost|127(?:\.\d+){3}|\[::1\]|host\.docker\.internal)(?=(?::\d*)?(?:[/?#]|$))"
)
_HOST = regex(r"(?i)[a-z][a-z0-9+.-]*://(?:[^/\\?#\s]*@)?([^/\\:?#\s]+)")


def hooks(where: Place, node: Node, *, refused: bool = False) -> Iterator[Subject]:
    """The hooks of a mapping by event; `refused` says that the tool may skip the file for the form of one of them."""
    for event, groups in node.items():
        for group, handler, flat in () if _REMARK.match(event) else _handlers(groups, event in EVENTS):
            yield from _hook(where, _key(event, groups), group, handler, flat=flat, refused=refused)


def hook(where: Place, event: Node, entry: Node, action: Node) -> Iterator[Subject]:
    """A hook of Kiro: an entry with its event, what it matches and what it runs."""
    yield from _hook(where, event, entry, action)


def _key(event: str, groups: Node) -> Node:
    """The name of an event at its place."""
    if groups.mark is None or not has_key(groups.mark):
        return Node(event, groups.mark)
    return Node(event, keyless(key_start_of(groups.mark), key_end_of(groups.mark)))


def _handlers(groups: Node, known: bool) -> Iterator[tuple[Node, Node, bool]]:
    """(entry with the matcher, what runs, whether it is not below `hooks` as it has to be).

    Of a known event, an entry of another form that runs nothing is one too.
    """
    if isinstance(groups.value, str):
        yield MISSING, groups, True
    entries = [groups] if isinstance(groups.value, dict) else list(groups.elements())
    for entry in entries:
        listed = entry.get("hooks")
        if isinstance(listed.value, list):
            for handler in listed.elements():
                yield entry, handler, isinstance(groups.value, dict)
            if known and not listed.value and not isinstance(entry.get("matcher").value, str | None):
                yield entry, entry, False
        elif isinstance(entry.value, dict | str if known else str) or entry.first("command", "url", "prompt"):
            yield entry, entry, True


def _hook(
    where: Place, named: Node, group: Node, handler: Node, *, flat: bool = False, refused: bool = False
) -> Iterator[Subject]:
    event = str(named.value)
    line = handler if isinstance(handler.value, str) else handler.get("command")
    url = handler.get("url")
    is_known = where.tool == KIRO or event in _events_of(where)
    shape = SubjectBuilder().say("event", event).put("event", (line or handler) if is_known else named, event)
    shape.say("knownEvent", is_known).say("blocking", event in BLOCKING).say("near", _near(event, where))
    shape.say("matcherFault", _matcher_fault(group.get("matcher").value))
    shape.put("matcher", group.get("matcher")).put_all(handler, ("type", "command", "args", "url", "async"))
    shape.put("command", line).put("prompt", handler.get("prompt"))
    _timeout(shape, where, handler.get("timeout") or (group if where.tool == KIRO else MISSING).get("timeout"))
    shape.say("shape", "flat" if flat else "nested").say("fileRefused", refused and flat)
    text = str(line.value or url.value or handler.get("prompt").value or "")
    background = handler.get("async").value is True or handler.get("asyncRewake").value is True
    guards = event in _GUARDED and _is_guard(text[:LONGEST])
    shape.say("guards", guards).say("failsOpen", bool(guards and (background or _fails_open(text[-LONGEST:]))))
    sent = _sent(line, url)
    if sent is not None:
        shape.put("sendsTo", line or url, sent) if sent else shape.say("sendsTo", "")
    matcher = group.get("matcher").value
    shape.say("name", f"{event} {short(str(matcher))}: {short(text)}" if matcher else f"{event}: {short(text)}")
    yield subject(HOOK, where, "", "hook", shape, handler if handler.mark else group)
    runs = where.scope != UNLOADED and (where.tool != "claude-code" or event in EVENTS or _EVENT.fullmatch(event))
    via = "hook" if runs else "hook that never runs"
    yield from command(where, event, via, line, list(handler.get("args").elements()))


def _events_of(where: Place) -> frozenset[str]:
    """The events of the tool that loads the hooks."""
    return OF_CODEX if where.tool == "codex" else EVENTS


def _near(event: str, where: Place) -> str:
    """The event that a name which is none resembles; empty for an event of any tool, which may be new in this one."""
    if event in EVENTS:
        return ""
    return next(iter(get_close_matches(event, sorted(_events_of(where)), 1, 0.6)), "")


def _timeout(shape: SubjectBuilder, where: Place, node: Node) -> None:
    """How long a hook may run, in seconds, and the unit of a number."""
    number = isinstance(node.value, int | float) and not isinstance(node.value, bool)
    unit = "milliseconds" if where.tool in _IN_MILLISECONDS else "seconds"
    parts = _PARTS[unit]
    shape.put("timeout", node, {"text": str(node.value), "seconds": node.value / parts} if number else duration(node))
    shape.say("timeoutUnit", unit)


def _is_guard(text: str) -> bool:
    """Whether a command is meant to stop something, by its words; of a script that it holds, by what this starts."""
    if not _INLINE.match(text):
        return bool(_GUARD.search(text))
    return any(_GUARD.search(started[0]) for started in _STARTED.finditer(text))


def _fails_open(text: str) -> bool:
    """Whether a command always succeeds."""
    own = without_substitutions(text)
    return bool(_OPEN.search(own.strip())) and not _CLOSES.search(own)


def _matcher_fault(matcher: Any) -> str:
    """Why a matcher of tools matches none; empty where it may."""
    if not isinstance(matcher, str):
        return "" if matcher is None else "it is not a text, so that Claude Code skips the whole file"
    if _RULE.fullmatch(matcher):
        return "permission rules belong to the field `if`"
    for name in matcher.split("|"):
        known = BY_FOLDED.get(name.strip().lower())
        if known and known != name.strip():
            return f"the tool is called {known}"
        if not known and _PLAIN.fullmatch(name.strip()):
            near = get_close_matches(name.strip(), sorted(BY_FOLDED.values()), 1, _CLOSE)
            if near and "|" not in near[0]:
                return f"no tool is called {name.strip()}; {near[0]} may be meant"
    return ""


def _sent(line: Node, url: Node) -> str | None:
    """The host that a hook sends what it is given to; empty where it sends nothing, or stays on the machine.

    None for a command that is too long to be judged, and for a request to a host that is still to be written.
    """
    if isinstance(url.value, str) and has_placeholder(url.value):
        return None
    if isinstance(url.value, str):
        host = _HOST.match(url.value)
        return "" if _LOCAL.match(url.value) else host[1] if host else url.value
    if not isinstance(line.value, str):
        return ""
    return str(seen(line.value)["sendsTo"]) or ("" if is_judged(line.value) else None)
