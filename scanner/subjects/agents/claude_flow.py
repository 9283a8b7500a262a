"""Configuration of claude-flow and of its hive mind: limits, memory, access and records.

Four generations of `claude-flow.config.json` share no key, and there are two forms of `.hive-mind/config.json`, so each
field is looked up under all of its names (https://github.com/ruvnet/ruflo, as of 2026-03).
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.model import Subject
from scanner.subjects.agents.building import entries, place, subject
from scanner.subjects.agents.kinds import SETTINGS
from scanner.subjects.agents.secret_values import secret_kind
from scanner.subjects.agents.servers import servers
from scanner.subjects.agents.stated import Path, first, period, switches
from scanner.subjects.agents.variables import variables
from scanner.subjects.subject_builder import SubjectBuilder

_SWITCHES: dict[str, tuple[Path, ...]] = {
    "memoryEncrypted": (
        ("memory", "encryption", "enabled"),
        ("memory", "encryptionEnabled"),
        ("memory", "encrypted"),
        ("memory", "encryption"),
        ("collectiveMemory", "encryption"),
    ),
    "messagesEncrypted": (
        ("defaults", "encryption"),
        ("communication", "encryption", "enabled"),
        ("communication", "encryptionEnabled"),
        ("communication", "encrypted"),
        ("communication", "encryption"),
        ("security", "encryption", "enabled"),
        ("security", "encryption"),
    ),
    "authenticationRequired": (
        ("security", "authentication", "required"),
        ("security", "authentication", "enabled"),
        ("security", "authentication"),
        ("security", "requireAuthentication"),
        ("mcp", "auth", "enabled"),
        ("mcp", "authentication", "enabled"),
        ("mcp", "requireAuth"),
    ),
    "rateLimited": (
        ("security", "rateLimit", "enabled"),
        ("security", "rateLimiting", "enabled"),
        ("security", "rateLimit"),
        ("security", "rateLimiting"),
    ),
    "auditLogged": (
        ("logging", "audit", "enabled"),
        ("logging", "audit"),
        ("security", "audit", "enabled"),
        ("security", "auditLogging"),
        ("security", "auditLog"),
        ("security", "audit"),
        ("monitoring", "audit"),
    ),
    "tls": (("mcp", "tlsEnabled"), ("mcp", "tls", "enabled"), ("mcp", "tls"), ("security", "tls", "enabled")),
    "prereleases": (("update", "allowPrerelease"), ("updates", "allowPrerelease")),
}
_AGENTS: tuple[Path, ...] = (
    ("swarm", "maxAgents"),
    ("orchestrator", "maxConcurrentAgents"),
    ("agents", "maxAgents"),
    ("performance", "maxAgents"),
    ("defaults", "maxWorkers"),
    ("workers", "maxWorkers"),
    ("workers", "max"),
)
_CIPHERS: tuple[Path, ...] = (
    ("memory", "encryption", "algorithm"),
    ("memory", "encryption", "cipher"),
    ("memory", "encryptionAlgorithm"),
    ("security", "encryption", "algorithm"),
)
_DAY = 86_400
_RETENTION: dict[Path, int] = {
    ("memory", "ttl"): 1,
    ("memory", "retentionDays"): _DAY,
    ("memory", "retention"): _DAY,
    ("memory", "retentionPolicy", "days"): _DAY,
    ("defaults", "memoryTTL"): 1,
}


def read(document: Document) -> Iterator[Subject]:
    """The settings of a file, and the servers that it lists."""
    path = document.origin.path
    tool = "hive-mind" if "/.hive-mind/" in f"/{path}" else "claude-flow"
    where, root = place(document, tool), document.root
    shape = SubjectBuilder().say("name", path.rpartition("/")[2])
    switches(shape, root, _SWITCHES)
    shape.put("maxAgents", first(root, _AGENTS))
    shape.put("securityMode", root.get("security", "mode"))
    shape.put("memoryCipher", first(root, _CIPHERS))
    shape.put("host", root.get("mcp", "host"))
    period(shape, "retention", root, _RETENTION)
    variables(shape, root.get("env"))
    entries(shape, "secrets", _secrets(root), root)
    shape.put("memory", first(root, (("memory",), ("defaults",))))
    yield subject(SETTINGS, where, "", "settings in", shape, root)
    yield from servers(where, root.get("mcp", "servers"))
    yield from servers(where, root.get("mcpServers"))


def _secrets(root: Node) -> Iterator[tuple[dict[str, str], Node]]:
    """The credentials that stand in a file, outside of variables and servers."""
    open_ = [(name, node) for name, node in root.items() if name not in ("env", "mcpServers")]
    while open_:
        name, node = open_.pop(0)
        if isinstance(node.value, str) and (kind := secret_kind(name, node.value)):
            yield {"name": name, "value": node.value, "role": "", "credential": kind}, node
        open_ += [(inner, child) for inner, child in node.items() if (name, inner) != ("mcp", "servers")]
