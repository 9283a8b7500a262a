"""Settings of Claude Code that have no effect: of a file that no tool loads, and of one that the tool may refuse.

Seen with version 2.1.233 (https://github.com/anthropics/claude-code/issues/75081, a comment of 2026-08-15): a file with
a value of another form than expected is skipped entirely. Other versions and other tools may load it. So what it grants
and starts is judged as it is written, and what it denies counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scanner.documents.positions import Node
from scanner.model import Subject
from scanner.subjects.agents import settings_keys
from scanner.subjects.agents.building import Place, subject, with_file
from scanner.subjects.agents.hooks import EVENTS
from scanner.subjects.agents.kinds import MODES, SETTINGS
from scanner.subjects.agents.permission_grammar import parse
from scanner.subjects.agents.permissions import permission
from scanner.subjects.agents.variables import variables
from scanner.subjects.subject_builder import SubjectBuilder


def refused(root: Node) -> bool:
    """Whether a value has a form for which the whole file may be skipped: an unknown mode, or an entry of a hook."""
    mode = root.get("permissions", "defaultMode").value
    if isinstance(mode, str) and mode not in MODES:
        return True
    return any(_is_malformed(entries) for event, entries in root.get("hooks").items() if event in EVENTS)


def _is_malformed(entries: Node) -> bool:
    """Whether an event has something else than a list of entries, each with a list `hooks` and a text as matcher."""
    if not isinstance(entries.value, list):
        return isinstance(entries.value, dict | str)
    held = [entry for entry in entries.elements() if isinstance(entry.value, dict)]
    return any(
        not isinstance(entry.get("hooks").value, list) or not isinstance(entry.get("matcher").value, str | None)
        for entry in held
    )


def settings(where: Place, root: Node, allowed: Node, intended: str) -> Subject:
    """The settings of a file that no tool loads: what may be a credential, and the name that may be intended."""
    shape = SubjectBuilder().say("name", where.origin.path.rpartition("/")[2]).say("asksNothing", False)
    shape.put("intended", root, intended)
    mode = allowed.get("defaultMode")
    shape.put("mode", mode).say("modeField", "permissions.defaultMode")
    if isinstance(mode.value, str):
        shape.put("knownMode", mode, mode.value in MODES)
    variables(shape, root.get("env"))
    for entry in shape.data["env"]:
        entry["role"] = ""
    settings_keys.put_wrong(shape, root)
    for node in settings_keys.server_lists(root):
        shape.put("unreadServers", node, list(node.value))
    return with_file(subject(SETTINGS, where, "", "settings in", shape, root), root)


def permissions(where: Place, lists: Mapping[str, Node]) -> Iterator[Subject]:
    """Rules that neither allow nor deny anything."""
    for node in lists.values():
        for item in node.elements():
            if isinstance(item.value, str) and item.value.strip():
                yield permission(where, "refused", item, parse(item.value))
