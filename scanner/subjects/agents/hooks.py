"""Hooks: what a tool runs by itself at an event. The form is that of Claude Code, which other tools took over.

Checked against https://code.claude.com/docs/en/hooks as of 2026-08-22.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from scanner.documents.positions import MISSING, Node
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.agents.building import Place, short, subject, texts
from scanner.subjects.agents.command_words import command, seen
from scanner.subjects.agents.kinds import HOOK
from scanner.subjects.agents.programs import name_set
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
_GUARDED = frozenset({"PreToolUse", "UserPromptSubmit", "UserPromptExpansion", "ConfigChange", "PermissionRequest"})
"""Events before something happens, at which a hook is a guard."""
_OPEN = regex(
    r"(?:\|\||;)\s*(?:true|:|exit\s+0|echo\b[^|;&]*)\s*[\"']?\s*\)?\s*$|\|\|\s*(?:true|:|exit\s+0)\b|(?<!&)&\s*$"
)
_GUARD = regex(
    r"(?i)guard|block|deny|denied|protect|prevent|forbid|restrict|secur|polic(?:y|ies)|valid|verif|enforce|sanit"
    r"|detect|danger|safe|secret|gate\b|firewall|(?:pre|security|permission)[-_]?(?:check|scan)|exit\s+2"
)
"""Words of a command that is meant to stop something."""
_LOCAL = regex(r"(?i)https?://(?:[\w.-]+\.)?(?:localhost|127(?:\.\d+){3}|\[::1\]|host\.docker\.internal)(?=[:/?#]|$)")
_HOST = regex(r"(?i)[a-z][a-z0-9+.-]*://(?:[^/@\s]*@)?([^/:?#\s]+)")


def hooks(where: Place, node: Node) -> Iterator[Subject]:
    """The hooks of a mapping by event."""
    for event, groups in node.items():
        for group, handler, flat in _handlers(groups):
            yield from _hook(where, event, group, handler, flat=flat)


def _handlers(groups: Node) -> Iterator[tuple[Node, Node, bool]]:
    """(entry with the matcher, what runs, whether it is not below `hooks` as it has to be)."""
    if isinstance(groups.value, str):
        yield MISSING, groups, True
    entries = [groups] if isinstance(groups.value, dict) else list(groups.elements())
    for entry in entries:
        listed = entry.get("hooks")
        if isinstance(listed.value, list):
            for handler in listed.elements():
                yield entry, handler, isinstance(groups.value, dict)
        elif isinstance(entry.value, str) or entry.first("command", "url", "prompt"):
            yield entry, entry, True


def _hook(where: Place, event: str, group: Node, handler: Node, *, flat: bool) -> Iterator[Subject]:
    line = handler if isinstance(handler.value, str) else handler.get("command")
    url = handler.get("url")
    shape = SubjectBuilder().say("event", event).say("knownEvent", event in EVENTS).say("blocking", event in BLOCKING)
    shape.say("near", "" if event in EVENTS else next(iter(get_close_matches(event, sorted(EVENTS), 1, 0.6)), ""))
    shape.put("matcher", group.get("matcher")).put_all(handler, ("type", "command", "args", "url", "async"))
    shape.put("command", line).put("prompt", handler.get("prompt"))
    timeout = handler.get("timeout")
    if isinstance(timeout.value, int | float) and not isinstance(timeout.value, bool):
        shape.put("timeout", timeout, {"text": str(timeout.value), "seconds": timeout.value})
    else:
        shape.put("timeout", timeout, duration(timeout))
    shape.say("shape", "flat" if flat else "nested")
    text = str(line.value or url.value or handler.get("prompt").value or "")
    background = handler.get("async").value is True or handler.get("asyncRewake").value is True
    guards = event in _GUARDED and bool(_GUARD.search(text))
    shape.say("guards", guards).say("failsOpen", bool(guards and (background or _OPEN.search(text.strip()))))
    sent = _sent(line, url)
    shape.put("sendsTo", line or url, sent) if sent else shape.say("sendsTo", "")
    matcher = group.get("matcher").value
    shape.say("name", f"{event} {short(str(matcher))}: {short(text)}" if matcher else f"{event}: {short(text)}")
    yield subject(HOOK, where, "", "hook", shape, handler if handler.mark else group)
    yield from command(where, event, "hook", line, texts(handler.get("args")))


def _sent(line: Node, url: Node) -> str:
    """The host that a hook sends what it is given to; empty where it sends nothing, or stays on the machine."""
    if isinstance(url.value, str):
        host = _HOST.match(url.value)
        return "" if _LOCAL.match(url.value) else host[1] if host else url.value
    return str(seen(line.value)["sendsTo"]) if isinstance(line.value, str) else ""
