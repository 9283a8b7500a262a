"""Settings of Claude Code, of one scope: permissions, hooks, environment, sandbox, trust in servers, helper commands.

https://code.claude.com/docs/en/settings-reference
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.agents import settings_keys, settings_refused
from scanner.subjects.agents.building import Place, place, subject, texts, with_file
from scanner.subjects.agents.command_words import command
from scanner.subjects.agents.hooks import OF_GEMINI, hooks
from scanner.subjects.agents.kinds import MODES, SETTINGS, UNLOADED
from scanner.subjects.agents.permission_grammar import parse
from scanner.subjects.agents.permissions import LISTS, permissions
from scanner.subjects.agents.servers import UNREAD, servers
from scanner.subjects.agents.variables import variables
from scanner.subjects.subject_builder import SubjectBuilder

_HELPERS = (
    *("apiKeyHelper", "awsAuthRefresh", "awsCredentialExport", "gcpAuthRefresh", "otelHeadersHelper", "processWrapper"),
    *("proxyAuthHelper",),
)
_COMMANDS = ("statusLine", "subagentStatusLine", "fileSuggestion", "policyHelper")
_SECRETS = (
    ".env",
    ".ssh",
    ".aws",
    "secret",
    "credential",
    ".pem",
    ".key",
    "id_rsa",
    ".netrc",
    ".kube",
    ".gnupg",
    "*.p12",
)
_ENGINE = regex(r"(?:docker|podman|containerd|crio)\.sock$")
_UNLOADED = regex(
    r"(?i)(?:^|/)\.agents?/settings(?:\.local)?\.json$"
    r"|(?:^|/)\.claude/settings(?:\.local)?[ ._-]+(?:copy|bak|backup|old|orig|original)\b[^/]*\.json$"
)
"""Copies that were put aside, and the folders `.agent` and `.agents`, from which no tool loads settings in this form:
Antigravity reads hooks from `.agents/hooks.json`. https://antigravity.google/docs/hooks as of 2026-11.
"""
_MISSPELT = regex(r"(?:^|/)\.claude/(?:setting(\.local)?|settings?([_-]local))\.json$")
"""Names of which Claude Code loads none: it takes settings.json and settings.local.json only."""
_CODEX_HOOKS = regex(r"(?:^|/)\.codex/hooks\.json$")
"""Hooks of Codex, in the form of those of Claude Code: https://developers.openai.com/codex/hooks as of 2026-11-30."""
_QWEN = regex(r"(?:^|/)\.qwen/")
"""The folder of Qwen Code, whose hooks have the same events and other names of tools:
https://qwenlm.github.io/qwen-code-docs/en/users/features/hooks/ as of 2026-11.
"""
_PROJECT = regex(
    r"(?i)^(?!(?:.*/)?[^/]*(?:dot[-_]?files|(?<![a-z])claude|(?<![a-z])home|(?<![a-z])user)/\.claude/)(?:.*/)?\.claude/"
)
"""Settings of a project, and not those of a user that are kept in a repository."""
_READ_ONLY = ("Read", "Grep", "Glob", "LS", "Bash", "*")


def read(document: Document) -> Iterator[Subject]:
    """The subjects of a settings file, or of a file of hooks."""
    root = document.root
    if _CODEX_HOOKS.search(document.origin.path):
        yield from hooks(place(document, "codex"), root.get("hooks"))
        return
    where = place(document, _tool(document.origin.path, root), _scope(document.origin.path))
    allowed, helper = root.get("permissions"), "helper"
    lists = {name: allowed.get(name) for name in LISTS if allowed.get(name)}
    refused = where.tool == "claude-code" and where.scope != "plugin" and settings_refused.refused(root)
    misspelt = _MISSPELT.search(document.origin.path)
    if misspelt or _UNLOADED.search(document.origin.path):
        where, helper = replace(where, scope=UNLOADED), "helper that never runs"
        intended = ("settings.local.json" if misspelt[1] or misspelt[2] else "settings.json") if misspelt else ""
        yield settings_refused.settings(where, root, allowed, intended)
        yield from settings_refused.permissions(where, lists)
    else:
        yield _settings(where, root, allowed, refused=refused)
        granted = {name: node for name, node in lists.items() if name == "allow" or not refused}
        yield from permissions(where, granted, root=root, refused=refused)
        yield from settings_refused.permissions(where, {k: lists[k] for k in lists.keys() - granted.keys()})
    yield from hooks(where, root.get("hooks"), refused=refused)
    for name in _HELPERS:
        yield from command(where, name, helper, root.get(name))
    for name in _COMMANDS:
        yield from command(where, name, helper, root.get(name).first("command", "path"))
    for node in settings_keys.server_lists(root):
        yield from servers(replace(where, scope=UNREAD), node)


def _tool(path: str, root: Node) -> str:
    if _QWEN.search(path):
        return "qwen"
    return "claude-code" if OF_GEMINI.isdisjoint(dict(root.get("hooks").items())) else "gemini"


def _scope(path: str) -> str:
    name = path.rpartition("/")[2]
    if name.startswith("managed-settings") or "/managed-settings.d/" in f"/{path}":
        return "managed"
    if name == "settings.local.json":
        return "local"
    return "plugin" if name == "hooks.json" else "project"


def _settings(where: Place, root: Node, allowed: Node, *, refused: bool) -> Subject:
    """The settings as they are written; whether those that a tool may refuse limit anything is not known."""
    shape = SubjectBuilder().say("name", where.origin.path.rpartition("/")[2])
    shape.put("intended", root, "").put("mode", allowed.get("defaultMode")).say("modeField", "permissions.defaultMode")
    shape.say("asksNothing", allowed.get("defaultMode").value == "bypassPermissions")
    shape.put("permissions", allowed)
    shape.put("skipsModeQuestion", root.get("skipDangerousModePermissionPrompt"))
    if not refused:
        shape.put("bypassDisabled", allowed.get("disableBypassPermissionsMode"))
    shape.put("directories", allowed.get("additionalDirectories"))
    shape.say("ofProject", bool(_PROJECT.search(where.origin.path)))
    shape.put("trustAllServers", root.get("enableAllProjectMcpServers"))
    shape.put("trustedServers", root.get("enabledMcpjsonServers"))
    shape.put("hooksDisabled", root.get("disableAllHooks"))
    shape.put("transcriptDays", root.get("cleanupPeriodDays"))
    if isinstance(allowed.get("defaultMode").value, str):
        shape.put("knownMode", allowed.get("defaultMode"), allowed.get("defaultMode").value in MODES)
    _sandbox(shape, root.get("sandbox"))
    variables(shape, root.get("env"))
    settings_keys.put_wrong(shape, root)
    for node in settings_keys.server_lists(root):
        shape.put("unreadServers", node, list(node.value))
    if refused:
        shape.unknowns |= {"deniesSecrets", "bypassDisabled"}
        shape.say("fileRefused", value=True)
    else:
        shape.say("deniesSecrets", _denies_secrets(root, allowed))
    shape.say("allows", len(texts(allowed.get("allow"))))
    return with_file(subject(SETTINGS, where, "", "settings in", shape, root), root)


def _sandbox(shape: SubjectBuilder, node: Node) -> None:
    """What is stated of the sandbox, under the names of the tool, and what opens it."""
    if not isinstance(node.value, dict):
        return
    shape.put("sandbox", node)
    if shape.data.get("sandbox") is not None:
        for at, fault in _sandbox_faults(node):
            shape.put("sandboxFault", at, fault)


def _sandbox_faults(node: Node) -> Iterator[tuple[Node, str]]:
    """What opens the sandbox, at its place; the last one is told."""
    network = node.get("network")
    for at, value, fault in (
        (network.get("allowUnixSockets"), None, "network.allowUnixSockets contains the socket of a container engine"),
        (network.get("allowedDomains"), None, "network.allowedDomains covers every host"),
        (node.get("enableWeakerNestedSandbox"), True, "enableWeakerNestedSandbox is true"),
        (node.get("excludedCommands"), None, "excludedCommands covers every command"),
        (network.get("allowAllUnixSockets"), True, "network.allowAllUnixSockets is true"),
        (node.get("filesystem", "disabled"), True, "filesystem.disabled is true"),
        (node.get("enabled"), False, "enabled is false"),
    ):
        sockets = fault.endswith("engine")
        listed = any(_ENGINE.search(text) if sockets else text in ("*", "**") for text in texts(at))
        if at.value is value if value is not None else listed:
            yield at, fault


def _denies_secrets(root: Node, allowed: Node) -> bool:
    """Whether a denial covers files of secrets, or all reading."""
    for text in texts(allowed.get("deny")):
        rule = parse(text)
        if rule.valid and rule.tool in _READ_ONLY:
            if rule.specifier is None and rule.tool in ("Read", "*"):
                return True
            if rule.tool != "Bash" and any(word in (rule.specifier or "").lower() for word in _SECRETS):
                return True
    closed = root.get("sandbox", "filesystem", "denyRead")
    hidden = root.get("sandbox", "credentials", "files")
    return bool(texts(closed) or hidden.value)
