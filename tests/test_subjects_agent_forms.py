"""What is read of the settings, recipes, manifests and components of other agents than Claude Code."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner import documents
from scanner.model import Subject
from scanner.subjects import recognise

CODEX, GEMINI = ".codex/config.toml", ".gemini/settings.json"
CLI, SANDBOX, LISTS = ".cursor/cli.json", ".cursor/sandbox.json", ".cursor/permissions.json"
EDITOR, OPENCODE = ".vscode/settings.json", "opencode.json"
SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"
TEAM, AGENT = "autogen_agentchat.teams.RoundRobinGroupChat", "autogen_agentchat.agents.AssistantAgent"


def subjects(path: str, content: Any) -> list[Subject]:
    text = content if isinstance(content, str) else json.dumps(content)
    reading = recognise(documents.read(path, text))
    assert not reading.faults
    return list(reading.subjects)


def of_kind(path: str, content: Any, kind: str) -> list[dict[str, Any]]:
    return [each.bindings[each.focus] for each in subjects(path, content) if each.kind == f"agents.{kind}"]


def commands(**entries: Any) -> dict[str, Any]:
    return {"chat.tools.terminal.autoApprove": entries.get("keys", entries)}


def edits(**entries: Any) -> dict[str, Any]:
    return {"chat.tools.edits.autoApprove": entries["keys"]}


PERMISSIONS: list[tuple[str, Any, list[tuple[str, str, str]]]] = [
    (GEMINI, {"tools": {"allowed": ["run_shell_command"]}}, [("allow", "run_shell_command", "any-command")]),
    (GEMINI, {"tools": {"allowed": ["run_shell_command(git)"]}}, [("allow", "run_shell_command(git)", "narrow")]),
    (GEMINI, {"allowedTools": ["ShellTool(rm)"]}, [("allow", "ShellTool(rm)", "remover")]),
    (GEMINI, {"tools": {"exclude": ["run_shell_command(rm)"]}}, [("deny", "run_shell_command(rm)", "remover")]),
    (
        GEMINI,
        {"tools": {"allowed": ["web_fetch", "write_file"]}},
        [
            ("allow", "web_fetch", "any-domain"),
            ("allow", "write_file", "narrow"),
        ],
    ),
    (GEMINI, {"tools": {"core": ["run_shell_command"]}}, []),
    (CLI, {"permissions": {"allow": ["Shell(*)"], "deny": []}}, [("allow", "Shell(*)", "any-command")]),
    (CLI, {"permissions": {"allow": ["Shell(git)"]}}, [("allow", "Shell(git)", "narrow")]),
    (CLI, {"permissions": {"allow": ["Shell(curl:*)"]}}, [("allow", "Shell(curl:*)", "downloader")]),
    (CLI, {"permissions": {"allow": ["Shell(npm:run test)"]}}, [("allow", "Shell(npm:run test)", "narrow")]),
    (CLI, {"permissions": {"allow": ["Read(src/**)"]}}, [("allow", "Read(src/**)", "narrow")]),
    (CLI, {"permissions": {"allow": ["Read(/**)"]}}, [("allow", "Read(/**)", "whole-file-system")]),
    (CLI, {"permissions": {"allow": ["Read(~/.ssh/**)"]}}, [("allow", "Read(~/.ssh/**)", "credentials")]),
    (CLI, {"permissions": {"allow": ["Mcp(*:*)"]}}, [("allow", "Mcp(*:*)", "any-server-tool")]),
    (CLI, {"permissions": {"allow": ["Mcp(tracker:*)"]}}, [("allow", "Mcp(tracker:*)", "narrow")]),
    (CLI, {"permissions": {"deny": ["Write(**)"]}}, [("deny", "Write(**)", "own-configuration")]),
    (LISTS, {"terminalAllowlist": ["*"]}, [("allow", "*", "any-command")]),
    (LISTS, {"terminalAllowlist": ["git status"]}, [("allow", "git status", "narrow")]),
    (LISTS, {"mcpAllowlist": ["*:*"]}, [("allow", "*:*", "any-server-tool")]),
    (EDITOR, commands(git=True, rm=False), [("allow", "git", "narrow"), ("deny", "rm", "remover")]),
    (EDITOR, commands(python=True), [("allow", "python", "interpreter")]),
    (EDITOR, commands(keys={"/.*/": True}), [("allow", "/.*/", "any-command")]),
    (EDITOR, commands(keys={"/^git (status|show)\\b/": True}), [("allow", "/^git (status|show)\\b/", "narrow")]),
    (
        EDITOR,
        commands(keys={"/^npx\\b/i": {"approve": True, "matchCommandLine": True}}),
        [("allow", "/^npx\\b/i", "runner")],
    ),
    (
        EDITOR,
        commands(keys={"/^bash scripts/build\\.sh$/": True}),
        [("allow", "/^bash scripts/build\\.sh$/", "narrow")],
    ),
    (EDITOR, commands(curl=None), []),
    (EDITOR, commands(keys={".specify/scripts/bash/": True}), [("allow", ".specify/scripts/bash/", "narrow")]),
    (EDITOR, commands(bash=True) | {"chat.tools.terminal.enableAutoApprove": False}, []),
    (EDITOR, edits(keys={"**/*": True, "**/.env": False}), [("allow", "**/*", "narrow"), ("ask", "**/.env", "narrow")]),
    (EDITOR, edits(keys={"**/.vscode/*.json": True}), [("allow", "**/.vscode/*.json", "own-configuration")]),
    (EDITOR, {"chat.tools.urls.autoApprove": {"https://*": True}}, [("allow", "https://*", "any-domain")]),
    (
        EDITOR,
        {"chat.tools.urls.autoApprove": {"https://docs.example.com": True}},
        [
            ("allow", "https://docs.example.com", "narrow"),
        ],
    ),
    (OPENCODE, {"permission": "allow"}, [("allow", "*", "any-tool")]),
    (
        OPENCODE,
        {"permission": {"*": "allow", "bash": "ask"}},
        [("allow", "*", "narrow"), ("ask", "bash", "any-command")],
    ),
    (
        OPENCODE,
        {"permission": {"bash": "allow", "edit": "allow"}},
        [
            ("allow", "bash", "any-command"),
            ("allow", "edit", "narrow"),
        ],
    ),
    (
        OPENCODE,
        {"permission": {"bash": {"git *": "allow", "sudo *": "allow"}}},
        [
            ("allow", "bash git *", "narrow"),
            ("allow", "bash sudo *", "superuser"),
        ],
    ),
    (OPENCODE, {"permission": {"external_directory": "allow"}}, [("allow", "external_directory", "whole-file-system")]),
    (
        OPENCODE,
        {"permission": {"external_directory": {"~/ref/**": "allow"}}},
        [
            ("allow", "external_directory ~/ref/**", "narrow"),
        ],
    ),
    (OPENCODE, {"agent": {"build": {"permission": {"bash": {"*": "allow"}}}}}, [("allow", "bash *", "any-command")]),
]


@pytest.mark.parametrize(("path", "content", "expected"), PERMISSIONS)
def test_permissions_of_every_tool_have_the_reach_of_what_they_match(
    path: str, content: Any, expected: list[tuple[str, str, str]]
) -> None:
    found = of_kind(path, content, "permission")
    assert [(each["list"], each["text"], each["reach"]) for each in found] == expected
    assert all(each["valid"] for each in found)


@pytest.mark.parametrize(("key", "list_"), [(".*", "allow"), ("rm *", "deny")])
def test_a_star_in_a_command_of_the_editor_is_taken_literally(key: str, list_: str) -> None:
    (found,) = of_kind(EDITOR, commands(keys={key: list_ == "allow"}), "permission")
    assert (found["list"], found["valid"], found["reach"]) == (list_, False, "none")
    assert "between slashes" in found["why"]


def test_an_agent_of_codex_has_instructions_and_settings() -> None:
    text = 'name = "scout"\ndescription = "Reads"\nsandbox_mode = "read-only"\ndeveloper_instructions = "Read."\n'
    assert [each["name"] for each in of_kind(".codex/agents/scout.toml", text, "agent")] == ["scout"]
    assert of_kind(".codex/agents/scout.toml", text, "prompt")
    assert of_kind(".codex/agents/scout.toml", text, "settings")[0]["sandbox"] == {"enabled": True}


@pytest.mark.parametrize(
    ("entries", "void"),
    [
        ({"*": "ask", "git *": "allow"}, {}),
        ({"git *": "allow", "*": "ask"}, {"bash git *": "ask: bash *"}),
        ({"rm *": "deny", "*": "allow"}, {"bash rm *": 'the later entry "bash *" allows the same'}),
        ({"*": "allow", "rm *": "deny"}, {}),
    ],
)
def test_in_opencode_the_last_entry_that_matches_counts(entries: dict[str, str], void: dict[str, str]) -> None:
    found = of_kind(OPENCODE, {"permission": {"bash": entries}}, "permission")
    assert {
        each["text"]: each["shadowedBy"] or each["why"] for each in found if each["shadowedBy"] or each["why"]
    } == void


def test_the_timeout_of_a_hook_of_gemini_is_in_milliseconds() -> None:
    content = {"hooks": {"BeforeTool": [{"hooks": [{"type": "command", "command": "./guard.sh", "timeout": 5000}]}]}}
    (found,) = of_kind(GEMINI, content, "hook")
    assert found["timeout"] == {"text": "5000 ms", "seconds": 5}


SETTINGS: list[tuple[str, Any, dict[str, Any]]] = [
    (
        CODEX,
        'approval_policy = "never"\nsandbox_mode = "read-only"',
        {
            "approval": "none",
            "confined": True,
            "sandbox": {"enabled": True},
        },
    ),
    (CODEX, 'approval_policy = "on-failure"', {"approval": "asked", "confined": False}),
    (CODEX, "approval_policy = { granular = { rules = true } }", {}),
    (CODEX, 'sandbox_mode = "danger-full-access"', {"sandbox": {"enabled": False}}),
    (CODEX, 'default_permissions = ":danger-full-access"', {"sandbox": {"enabled": False}}),
    (CODEX, '[sandbox_workspace_write]\nwritable_roots = ["/"]', {"directories": ["/"]}),
    (GEMINI, {"yolo": True}, {"approval": "none"}),
    (GEMINI, {"tools": {"autoAccept": True}}, {}),
    (GEMINI, {"sandbox": False}, {"sandbox": {"enabled": False}}),
    (GEMINI, {"tools": {"sandbox": "docker"}}, {"sandbox": {"enabled": True}}),
    (
        CLI,
        {"approvalMode": "unrestricted", "sandbox": {"mode": "disabled"}},
        {
            "approval": "none",
            "sandbox": {"enabled": False},
        },
    ),
    (SANDBOX, {"networkPolicy": {"default": "allow"}}, {"sandboxNetwork": "every host"}),
    (EDITOR, {"chat.tools.autoApprove": True}, {"approval": "none"}),
    (EDITOR, {"chat.permissions.default": "autopilot"}, {"approval": "none"}),
    (EDITOR, {"chat.agent.sandbox.enabled": "off"}, {"sandbox": {"enabled": False}}),
    (OPENCODE, {"$schema": "https://opencode.ai/config.json", "share": "auto"}, {"sharing": "auto"}),
]
STATED = ("approval", "confined", "sandbox", "sandboxNetwork", "directories", "sharing", "folderTrust")


@pytest.mark.parametrize(("path", "content", "expected"), SETTINGS)
def test_settings_say_what_is_asked_and_what_limits_commands(path: str, content: Any, expected: dict[str, Any]) -> None:
    (found, *_) = of_kind(path, content, "settings")
    assert {name: found[name] for name in STATED if name in found} == expected


def test_a_profile_of_codex_has_the_sandbox_of_the_file_unless_it_states_one() -> None:
    text = """\
        sandbox_mode = "workspace-write"
        [profiles.fast]
        approval_policy = "never"
        [profiles.wild]
        approval_policy = "never"
        sandbox_mode = "danger-full-access"
    """
    found = of_kind(CODEX, text, "settings")
    assert [(each["name"], each.get("confined")) for each in found] == [
        ("config.toml", None),
        ("profile fast", True),
        ("profile wild", False),
    ]


def test_the_address_of_the_provider_in_use_and_its_credentials_are_variables() -> None:
    key = "sk-" + "proj-" + "aB3dE6gH9jK2mN5pQ8sT1v"
    text = f"""\
        model_provider = "proxy"
        [model_providers.proxy]
        base_url = "https://proxy.example/v1"
        experimental_bearer_token = "{key}"
        [model_providers.other]
        base_url = "https://other.example/v1"
    """
    (found,) = of_kind(CODEX, text, "settings")
    assert [(each["name"], each["role"], bool(each["credential"])) for each in found["env"]] == [
        ("model_providers.proxy.base_url", "endpoint", False),
        ("model_providers.proxy.token", "", True),
    ]


SERVERS: list[tuple[str, Any, dict[str, Any]]] = [
    (CODEX, '[mcp_servers.a]\nurl = "https://a.example"\nbearer_token_env_var = "A_TOKEN"', {"authenticated": True}),
    (CODEX, '[mcp_servers.a]\nurl = "http://a.example"', {"authenticated": False, "scheme": "http"}),
    (
        CODEX,
        '[mcp_servers.a]\ncommand = "npx"\nargs = ["a@1.2.3"]\ndefault_tools_approval_mode = "approve"',
        {
            "autoApprove": ["*"],
        },
    ),
    (
        CODEX,
        '[mcp_servers.a]\ncommand = "a"\n[mcp_servers.a.tools.read]\napproval_mode = "approve"',
        {
            "autoApprove": ["read"],
        },
    ),
    (GEMINI, {"mcpServers": {"a": {"httpUrl": "https://a.example", "trust": True}}}, {"autoApprove": ["*"]}),
    (
        OPENCODE,
        {"$schema": "https://opencode.ai/config.json", "mcp": {"a": {"type": "local", "command": ["npx", "a"]}}},
        {
            "command": "npx",
            "transport": "stdio",
        },
    ),
    (
        "r.yaml",
        "{title: t, description: d, extensions: [{type: streamable_http, name: a, uri: 'http://a.example'}]}",
        {
            "scheme": "http",
            "transport": "http",
        },
    ),
    (
        "root_agent.yaml",
        "{agent_class: LlmAgent, name: a, tools: [{name: T, args: {stdio_server_params: {command: npx, args: [a]}}}]}",
        {
            "command": "npx",
        },
    ),
    (
        "a.json",
        {
            "provider": AGENT,
            "component_type": "agent",
            "config": {
                "name": "a",
                "workbench": {
                    "provider": "autogen_ext.tools.mcp.McpWorkbench",
                    "component_type": "workbench",
                    "config": {"server_params": {"type": "StdioServerParams", "command": "uvx", "args": ["a"]}},
                },
            },
        },
        {"command": "uvx", "transport": "stdio"},
    ),
    (
        "server.json",
        {"$schema": SCHEMA, "name": "x/a", "packages": [{"registryType": "oci", "identifier": "x/a:latest"}]},
        {
            "image": {"name": "x/a", "tag": "latest", "digest": "", "text": "x/a:latest"},
        },
    ),
    (
        "server.json",
        {"$schema": SCHEMA, "name": "x/a", "remotes": [{"type": "sse", "url": "http://a.example"}]},
        {
            "scheme": "http",
            "transport": "sse",
        },
    ),
]


@pytest.mark.parametrize(("path", "content", "expected"), SERVERS)
def test_servers_of_every_tool_have_one_shape(path: str, content: Any, expected: dict[str, Any]) -> None:
    (found,) = of_kind(path, content, "server")
    assert {name: found.get(name) for name in expected} == expected


def test_an_entry_of_opencode_that_only_switches_a_server_is_no_server() -> None:
    content = {"$schema": "https://opencode.ai/config.json", "mcp": {"a": {"enabled": False}}}
    assert of_kind(OPENCODE, content, "server") == []


AGENTS: list[tuple[str, Any, list[dict[str, Any]]]] = [
    (
        "r.yaml",
        "{title: t, description: d, settings: {goose_provider: x, max_turns: 900}}",
        [{"name": "t", "maxTurns": 900}],
    ),
    ("a.yaml", "{agent_class: google.adk.agents.LoopAgent, name: a}", [{"name": "a", "loops": True}]),
    (
        "a.yaml",
        "{agent_class: LlmAgent, name: a, tools: [{name: google_search}]}",
        [
            {"name": "a", "loops": False, "tools": ["google_search"]},
        ],
    ),
    (
        "t.json",
        {
            "provider": TEAM,
            "component_type": "team",
            "config": {
                "max_turns": None,
                "participants": [
                    {"provider": AGENT, "component_type": "agent", "config": {"name": "a"}},
                ],
            },
        },
        [{"loops": True, "ends": False}, {"name": "a"}],
    ),
    (
        "g.json",
        {"components": {"teams": [{"provider": TEAM, "component_type": "team", "config": {"max_turns": 3}}]}},
        [
            {"loops": True, "ends": True, "maxTurns": 3},
        ],
    ),
    (
        "appPackage/declarativeAgent.json",
        {"name": "a", "instructions": "b", "capabilities": [{"name": "WebSearch"}]},
        [
            {"capabilities": [{"name": "WebSearch", "limitable": True, "limited": False, "by": "sites"}]},
        ],
    ),
]


@pytest.mark.parametrize(("path", "content", "expected"), AGENTS)
def test_agents_of_every_platform_say_what_bounds_them(path: str, content: Any, expected: list[dict[str, Any]]) -> None:
    found = of_kind(path, content, "agent")
    assert [{name: each.get(name) for name in row} for each, row in zip(found, expected, strict=True)] == expected


@pytest.mark.parametrize(
    ("path", "content"),
    [
        (CODEX, "mcp_servers = 3\nprofiles = [1]\nnotify = 'x'\nhooks = 'y'\n"),
        (GEMINI, {"tools": [], "mcpServers": "x", "hooks": 3, "security": None}),
        (CLI, {"permissions": ["Shell(*)"], "hooks": {"a": 1}}),
        (EDITOR, {"chat.tools.terminal.autoApprove": True, "chat.tools.edits.autoApprove": [1]}),
        (
            OPENCODE,
            {
                "$schema": "https://opencode.ai/config.json",
                "agent": {"a": 1},
                "permission": [1],
                "mcp": [],
                "plugin": {},
            },
        ),
        ("server.json", {"$schema": SCHEMA, "name": 3, "packages": {"a": 1}, "remotes": [1, {"url": 3}]}),
        ("a.json", {"provider": "x", "component_type": "team", "config": {"participants": 3, "components": [1]}}),
        ("a.yaml", "{agent_class: LoopAgent, name: a, tools: {a: 1}, max_iterations: x, code_executor: 3}"),
        ("declarativeAgent.json", {"instructions": "x", "capabilities": [1, {"name": 3}]}),
        ("r.yaml", "{title: t, description: d, settings: {goose_provider: x}, retry: {checks: x}, extensions: 3}"),
        ("w.json", {"nodes": [1, {"type": "x.langchain.agent", "parameters": 3}], "connections": {"a": [1]}}),
    ],
)
def test_values_of_another_type_than_the_tool_expects_stop_nothing(path: str, content: Any) -> None:
    assert subjects(path, content)


def workflow(*nodes: dict[str, Any], **links: tuple[str, str]) -> dict[str, Any]:
    ends = {name: {kind: [[{"node": end, "type": kind}]]} for name, (kind, end) in links.items()}
    return {"nodes": [{"parameters": {}, **node} for node in nodes], "connections": ends}


def test_a_workflow_of_n8n_says_what_an_agent_uses_and_who_starts_it() -> None:
    token = "gh" + "p_" + "aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0bC2dE5"
    content = workflow(
        {"name": "In", "type": "n8n-nodes-base.webhook"},
        {"name": "Off", "type": "n8n-nodes-base.webhook", "disabled": True},
        {"name": "Desk", "type": "@n8n/n8n-nodes-langchain.agent", "parameters": {"options": {"maxIterations": 900}}},
        {
            "name": "Web",
            "type": "@n8n/n8n-nodes-langchain.toolHttpRequest",
            "parameters": {"headerParameters": {"parameters": [{"name": "Authorization", "value": f"token {token}"}]}},
        },
        {
            "name": "Run",
            "type": "n8n-nodes-base.executeCommand",
            "parameters": {"command": "curl https://a.example | sh"},
        },
        {
            "name": "Tools",
            "type": "@n8n/n8n-nodes-langchain.mcpClientTool",
            "parameters": {"sseEndpoint": "http://a.example"},
        },
        In=("main", "Run"),
        Run=("main", "Desk"),
        Off=("main", "Desk"),
        Web=("ai_tool", "Desk"),
        Tools=("ai_tool", "Desk"),
    )
    (agent,) = of_kind("w.json", content, "agent")
    assert (agent["tools"], agent["maxTurns"]) == (["Web", "Tools"], 900)
    (entry,) = of_kind("w.json", content, "endpoint")
    assert (entry["name"], entry["authenticated"]) == ("In", False)
    (settings,) = of_kind("w.json", content, "settings")
    assert [(each["name"], bool(each["credential"])) for each in settings["env"]] == [("Authorization of Web", True)]
    assert [each["runsDownload"] for each in of_kind("w.json", content, "command")] == [True]
    assert [(each["scheme"], each["authenticated"]) for each in of_kind("w.json", content, "server")] == [
        ("http", False)
    ]
