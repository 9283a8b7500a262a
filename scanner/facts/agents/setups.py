"""Agent setups: the agents, servers, permissions and settings that one tool loads together from one folder."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct, field

from scanner.facts.agents.tools import Servers, servers
from scanner.facts.step import FieldRead, read
from scanner.model import Subject
from scanner.subjects.agents.kinds import AGENT, COMMAND, PERMISSION, SERVER, SETTINGS
from scanner.subjects.agents.permission_grammar import Rule, parse

_MEMBERS = (AGENT, SERVER, SETTINGS, PERMISSION, COMMAND)
CLAUDE_CODE = "claude-code"
COPILOT = "copilot"
_OF_EDITOR = (COPILOT, "vscode")
"""What settings and rules that decide for an agent of VS Code are of; it does not read those of other programs."""


class Setup(Struct):
    """What belongs to one setup."""

    agents: list[Subject] = field(default_factory=list)
    servers: list[Subject] = field(default_factory=list)
    settings: list[Subject] = field(default_factory=list)
    permissions: list[Subject] = field(default_factory=list)
    commands: list[Subject] = field(default_factory=list)
    """Those that execute what they download."""

    @property
    def granted(self) -> Servers:
        """What the servers of the setup do."""
        return servers(self.servers)

    def rules(self, *lists: str) -> list[Rule]:
        """The permission rules of some lists."""
        return [
            parse(str(data["text"]))
            for each in self.permissions
            if (data := each.bindings["permission"])["list"] in lists
        ]

    def asks(self, agent: Subject) -> bool:
        """Whether a person is asked before an agent runs a command, opens an address or calls a server.

        VS Code asks unless its settings say otherwise; where an agent runs in the cloud only, nobody is asked.
        """
        data = agent.bindings["agent"]
        if data.get("tool") != COPILOT or data.get("target") == "github-copilot":
            return False
        unasked = self.asks_nothing(*_OF_EDITOR)
        rules = (each.bindings["permission"] for each in self.permissions)
        return not unasked and not any(
            rule["list"] == "allow" and rule["client"] in _OF_EDITOR and rule["reach"] not in ("narrow", "none")
            for rule in rules
        )

    def asks_nothing(self, *programs: str) -> bool:
        """Whether the settings of some programs switch all questions off."""
        stated = (subject.bindings["settings"] for subject in self.settings)
        return any(each.get("asksNothing") is True and each.get("tool") in programs for each in stated)

    @property
    def is_sandboxed(self) -> bool:
        """Whether commands reach only the hosts of a list."""
        return any(_sandboxed(subject) for subject in self.settings)


def _sandboxed(subject: Subject) -> bool:
    sandbox = subject.bindings["settings"].get("sandbox")
    if not isinstance(sandbox, dict) or sandbox.get("enabled") is not True:
        return False
    network = sandbox.get("network")
    domains = network.get("allowedDomains") if isinstance(network, dict) else None
    return isinstance(domains, list) and "*" not in domains


class AgentSetups:
    """The setups of all subjects, in order of appearance."""

    READS: ClassVar[tuple[FieldRead, ...]] = (
        read(AGENT, "agent.name", "agent.target", "agent.tool"),
        read(
            SERVER,
            "server.args",
            "server.name",
            "server.disabled",
            "server.host",
            "server.image.name",
            "server.package.name",
        ),
        read(
            SETTINGS,
            "settings.asksNothing",
            "settings.sandbox.enabled",
            "settings.sandbox.network.allowedDomains",
            "settings.tool",
        ),
        read(COMMAND, "command.runsDownload"),
        read(PERMISSION, "permission.client", "permission.list", "permission.reach", "permission.text"),
    )

    def __init__(self, subjects: Sequence[Subject], *, whole: bool) -> None:
        del whole
        members = [subject for subject in subjects if subject.kind in _MEMBERS and _counts(subject)]
        setups: dict[str, Setup] = {}
        for subject in members:
            setup = setups.setdefault(_root_of(subject), Setup())
            {
                AGENT: setup.agents,
                SERVER: setup.servers,
                SETTINGS: setup.settings,
                PERMISSION: setup.permissions,
                COMMAND: setup.commands,
            }[subject.kind].append(subject)
        self.by_root = setups
        self.all = list(setups.values())


def _counts(subject: Subject) -> bool:
    return subject.kind != COMMAND or subject.bindings["command"].get("runsDownload") is True


def _root_of(subject: Subject) -> str:
    """The folder of the setup that a subject belongs to: that of `.claude` and the like, otherwise that of its file.

    Plugins have their agents in a folder `agents`.
    """
    if subject.group != subject.origin.path:
        return subject.group
    folder = posixpath.dirname(subject.origin.path)
    return (posixpath.dirname(folder) if posixpath.basename(folder) == "agents" else folder) or "."
