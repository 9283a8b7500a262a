"""What the other files of a setup say of a command or of settings: whether a question precedes what they start."""

from __future__ import annotations

from scanner.facts.agents.setups import AgentSetups, Setup
from scanner.facts.fact import Fact
from scanner.facts.step import Facts, read, step
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.agents.kinds import AGENT, COMMAND, PERMISSION, SETTINGS

_ANYTHING = ("any-command", "any-tool", "shell", "superuser")
"""Reaches of an allow rule that covers a download which a shell executes."""
_ASKS_NOTHING = regex(r"(?:^|/)\.pi/")
"""The folder of Pi, which asks nothing before a command: https://pi.dev/docs/latest/usage as of 2026-11."""
_PROVIDE = "scan the settings of the agent together with its texts"

UNASKED = Fact(
    "unasked",
    (COMMAND,),
    bool,
    "A command that executes a download is allowed without a question: by the settings of its setup, or by the front "
    "matter of its own text; absent for any other command.",
    _PROVIDE,
)
SANDBOX_ELSEWHERE = Fact(
    "sandbox_elsewhere", (SETTINGS,), bool, "Other settings of the same setup switch the sandbox on.", _PROVIDE
)


@step(
    AgentSetups,
    gives=(UNASKED, SANDBOX_ELSEWHERE),
    reads=(
        read(AGENT, "agent.permissionMode"),
        read(PERMISSION, "permission.source"),
    ),
)
def find_approved(setups: AgentSetups, facts: Facts) -> None:
    """What is approved in each setup."""
    for setup in setups.all:
        sandboxed = [each for each in setup.settings if _switches_on(each)]
        for settings in setup.settings:
            facts.add(settings, SANDBOX_ELSEWHERE, any(other is not settings for other in sandboxed))
        for command in setup.commands:
            facts.add(command, UNASKED, _runs_unasked(command, setup))


def _switches_on(settings: Subject) -> bool:
    sandbox = settings.bindings["settings"].get("sandbox")
    return isinstance(sandbox, dict) and sandbox.get("enabled") is True


def _runs_unasked(command: Subject, setup: Setup) -> bool:
    """Whether its tool asks nothing, or settings, the mode of the agent, or the front matter of the text allow it."""
    path = command.origin.path
    if _ASKS_NOTHING.search(path):
        return True
    modes = (each.bindings["agent"].get("permissionMode") for each in setup.agents if each.origin.path == path)
    if "bypassPermissions" in modes or any(each.bindings["settings"].get("asksNothing") for each in setup.settings):
        return True
    allowed = (each for each in setup.permissions if each.bindings["permission"]["list"] == "allow")
    return any(
        each.bindings["permission"]["reach"] in _ANYTHING
        for each in allowed
        if each.bindings["permission"]["source"] == "settings" or each.origin.path == path
    )
