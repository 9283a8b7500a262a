"""Agents, tools and MCP servers as custom resources of Kubernetes: kagent and ToolHive.

The objects stay objects of Kubernetes; these subjects stand beside them.
https://kagent.dev/docs/kagent/resources/api-ref, https://docs.stacklok.com/toolhive/reference/crd-spec
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.model import Subject
from scanner.subjects.agents.building import Place, entries, pairs, place, subject, texts
from scanner.subjects.agents.kinds import AGENT, SERVER, SETTINGS
from scanner.subjects.agents.packages import image
from scanner.subjects.agents.prompts import prompt
from scanner.subjects.agents.servers import address
from scanner.subjects.agents.variables import role, row, variables
from scanner.subjects.subject_builder import SubjectBuilder

_AGENTS = ("Agent", "SandboxAgent", "AgentTemplate")
_REMOTE = ("RemoteMCPServer", "ToolServer", "MCPRemoteProxy")


def read(document: Document) -> Iterator[Subject] | None:
    """What an object adds to an agent setup; None for a kind that is not known here."""
    root = document.root
    kind, spec = root.get("kind").value, root.get("spec")
    name = str(root.get("metadata", "name").value)
    tool = "kagent" if str(root.get("apiVersion").value).startswith("kagent.dev/") else "toolhive"
    where = place(document, tool)
    if kind in _AGENTS:
        return _agent(where, name, root, spec)
    if kind in _REMOTE:
        return iter((_remote(where, name, root, spec),))
    if kind == "MCPServer":
        return iter((_server(where, name, root, spec),))
    return iter((_model(where, name, root, spec),)) if kind == "ModelConfig" else None


def _agent(where: Place, name: str, root: Node, spec: Node) -> Iterator[Subject]:
    declared = spec.get("declarative") or spec
    shape = SubjectBuilder().say("name", name).say("source", "object")
    shape.put("namespace", root.get("metadata", "namespace"))
    shape.put("exposedTo", spec.get("allowedNamespaces", "from") or declared.get("allowedNamespaces", "from"))
    granted = [_grant(entry) for entry in declared.get("tools").elements()]
    entries(shape, "grants", granted, declared.get("tools"))
    if declared.get("tools") and any(row["unnamed"] for row, _ in granted):
        shape.say("everyToolOf", [row["server"] for row, _ in granted if row["unnamed"]])
    for skills in (spec.get("skills"), declared.get("skills")):
        shape.put("skillsUnverified", skills.get("insecureSkipVerify"))
        rows = [
            ({"source": str(entry.get("url").value), "ref": str(entry.get("ref").value or "")}, entry)
            for entry in skills.get("gitRefs").elements()
        ]
        entries(shape, "skillSources", rows, skills.get("gitRefs"))
    days = declared.get("memory", "ttlDays")
    shape.put("memory", declared.get("memory")).put("memoryDays", days)
    domains = spec.get("sandbox", "network", "allowedDomains")
    shape.put("allowedDomains", domains)
    yield subject(AGENT, where, _namespace(root), "agent", shape, root.get("spec"))
    yield from prompt(where, name, "system message", declared.first("systemMessage", "systemPrompt"))


def _grant(entry: Node) -> tuple[dict[str, Any], Node]:
    """What one entry of `tools` grants: names of a server's tools, and those that ask a person first.

    v1alpha3 asks for all tools of an entry, or for none.
    """
    server = entry.first("mcpServer", "mcp")
    named = server.first("toolNames", "tools")
    names, asked = texts(named), server.get("requireApproval")
    every = asked.value is True
    row = {
        "server": str(
            server.first("name").value or server.get("server", "name").value or entry.get("agent", "name").value or ""
        ),
        "tools": names,
        "asked": names if every else texts(asked),
        "unnamed": bool(server) and (not names or "*" in names) and not every,
        "asksAll": every,
    }
    void = asked and names and "*" not in names and not set(texts(asked)) & set(names) and not every
    return row, (asked if void else named) or server or entry


def _remote(where: Place, name: str, root: Node, spec: Node) -> Subject:
    shape = SubjectBuilder().say("name", name).say("transport", "http").say("disabled", False)
    url = (
        spec.first("url", "remoteURL")
        or spec.get("config", "streamableHttp", "url")
        or spec.get("config", "sse", "url")
    )
    shape.put("url", url)
    address(shape, url)
    shape.put("unverified", spec.get("tls", "disableVerify"))
    pairs(shape, "headers", spec.get("headers"))
    host, service, namespace = str(shape.data.get("host", "")), r"[a-z0-9-]+", re.escape(_namespace(root))
    shape.say("clusterInternal", bool(re.fullmatch(rf"{service}(?:\.{namespace})?|.+\.(?:svc|cluster\.local)", host)))
    stated = spec.first("headersFrom", "headers", "oidcConfig", "externalAuthConfigRef")
    shape.say("authenticated", bool(stated))
    return subject(SERVER, where, _namespace(root), "MCP server", shape, root.get("spec"))


def _server(where: Place, name: str, root: Node, spec: Node) -> Subject:
    """A server that runs as a pod: kagent reads it from `deployment` only, ToolHive from the specification itself.

    https://github.com/kagent-dev/kmcp/blob/main/api/v1alpha1/mcpserver_types.go as of 2026-11-30
    """
    deployment = spec.get("deployment") if where.tool == "kagent" else spec
    shape = SubjectBuilder().say("name", name).say("disabled", False)
    shape.put("transport", spec.first("transport", "transportType"))
    stated = deployment.get("image")
    if isinstance(stated.value, str):
        shape.put("image", stated, image(stated.value))
    shape.put("command", deployment.get("cmd")).put("args", deployment.get("args"))
    node = deployment.get("env") or spec.get("env")
    if isinstance(node.value, dict):
        variables(shape, node)
    else:
        rows = [
            pair
            for entry in node.elements()
            for pair in row(str(entry.get("name").value), entry.get("value"), role(str(entry.get("name").value), ""))
        ]
        entries(shape, "env", rows, node)
    return subject(SERVER, where, _namespace(root), "MCP server", shape, root.get("spec"))


def _model(where: Place, name: str, root: Node, spec: Node) -> Subject:
    """The model that agents call: headers and the check of its certificate."""
    shape = SubjectBuilder().say("name", name)
    shape.put("unverified", spec.get("tls", "disableVerify"))
    pairs(shape, "headers", spec.get("defaultHeaders"))
    return subject(SETTINGS, where, _namespace(root), "model", shape, root.get("spec"))


def _namespace(root: Node) -> str:
    return str(root.get("metadata", "namespace").value or "")
