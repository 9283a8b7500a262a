"""Which agents and sessions can be made to send private data out, and with which tools."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner import documents, subjects
from scanner.facts.agents.tools import abilities, servers
from tests.known import known

MCP = ".mcp.json"
SETTINGS = ".claude/settings.json"


def agent(name: str, tools: str, more: str = "") -> dict[str, str]:
    path = f".claude/agents/{name}.md"
    return {path: f"---\nname: {name}\ndescription: Does {name}\ntools: {tools}\n{more}---\n"}


def server(name: str, *words: str) -> dict[str, str]:
    entry = {"url": words[0]} if words[0].startswith("http") else {"command": words[0], "args": list(words[1:])}
    return {MCP: str({"mcpServers": {name: entry}}).replace("'", '"')}


def allowed(*rules: str, **more: Any) -> dict[str, str]:
    text = str({"permissions": {"allow": list(rules), **more}})
    return {SETTINGS: text.replace("'", '"')}


def path_of(files: dict[str, str], name: str, fact: str = "exfiltration_path") -> Any:
    """What is known of an agent, or of the session where its settings are named; None where it is unknown."""
    read = [part for path, text in files.items() for part in subjects.recognise(documents.read(path, text)).subjects]
    found = [each for each in known(read) if each.focus in ("agent", "settings") and each.subject.name.endswith(name)]
    assert len(found) == 1, [each.subject.name for each in known(read)]
    return found[0].facts.get(fact)


CLOSED = ""
SERENA = ("uvx", "--from", "git+https://github.com/oraios/serena", "serena", "start-mcp-server")


def says(private: str, untrusted: str, outbound: str) -> str:
    return (
        f"read private data with {private}, take in untrusted content with {untrusted} "
        f"and send data out with {outbound}"
    )


TOOLSET = "{name: McpToolset, args: {stdio_server_params: {command: uvx, args: [mcp-server-time==1.0.0]}}}"
KAGENT = "apiVersion: kagent.dev/v1alpha2\nkind: Agent\nmetadata: {name: a}\n"


def adk(fields: str, name: str = "a") -> dict[str, str]:
    return {f"{name}.yaml": f"{{name: {name}, model: m, instruction: i, {fields}}}"}


def m365(**fields: Any) -> dict[str, str]:
    return {"declarativeAgent.json": json.dumps({"name": "a", "instructions": "b", **fields})}


def recipe(name: str, *fields: str) -> dict[str, str]:
    return {f"{name}.yaml": "\n".join((f"title: {name}", "description: d", "version: '1'", "prompt: p", *fields, ""))}


def crew(tools: str) -> dict[str, str]:
    return {"agents.yaml": f"a: {{role: r, goal: g, backstory: b, tools: {tools}}}\n"}


def autogen(bench: dict[str, Any]) -> dict[str, str]:
    held = {"provider": "autogen_ext.tools.mcp.McpWorkbench", "component_type": "workbench", "config": bench}
    whole = {
        "provider": "x.Agent",
        "component_type": "agent",
        "config": {"name": "a", "tools": [], "workbench": [held]},
    }
    return {"a.json": json.dumps(whole)}


def n8n(**tools: dict[str, Any]) -> dict[str, str]:
    nodes = [{"name": name, **node} for name, node in tools.items()]
    links = {name: {"ai_tool": [[{"node": "a", "type": "ai_tool"}]]} for name in tools}
    whole = {"nodes": [{"name": "a", "type": "x.langchain.agent"}, *nodes], "connections": links}
    return {"w.json": json.dumps(whole)}


OPEN = "={{ $fromAI('x') }}"


def calendar(operation: str = "", **parameters: Any) -> dict[str, Any]:
    stated = {"operation": operation} if operation else {}
    return {"type": "n8n-nodes-base.googleCalendarTool", "parameters": stated | parameters}


def gmail(operation: str, **parameters: Any) -> dict[str, Any]:
    return {"type": "n8n-nodes-base.gmailTool", "parameters": {"operation": operation} | parameters}


SETUPS = {
    "two of three": (agent("a", "Read, WebSearch"), CLOSED),
    "no untrusted content": (agent("a", "Read, Bash"), CLOSED),
    "own tools": (
        agent("a", "Read, WebSearch, Bash"),
        says("Read and Bash", "WebSearch", "Bash"),
    ),
    "a server by its package": (
        agent("a", "Read, mcp__x__get_thing, mcp__x__create_thing") | server("x", "npx", "@example/github-mcp@1.0.0"),
        says("Read and mcp__x__get_thing", "mcp__x__get_thing", "mcp__x__create_thing"),
    ),
    "a server by its address": (
        agent("a", "Read, mcp__x") | server("x", "https://mcp.slack.com/mcp"),
        says("Read and mcp__x", "mcp__x", "mcp__x"),
    ),
    "a server by its image": (
        agent("a", "Read, mcp__x__get_page") | server("x", "docker", "run", "-i", "mcp/fetch:1.0"),
        says("Read", "mcp__x__get_page", "mcp__x__get_page"),
    ),
    "a server that only reads": (agent("a", "Read, mcp__github__get_issue"), CLOSED),
    "a harmless name of an unknown program": (
        agent("a", "Read, mcp__time__now") | server("time", "npx", "own-thing@1.0.0"),
        None,
    ),
    "a harmless package": (
        agent("a", "Read, mcp__clock__now") | server("clock", "uvx", "mcp-server-time==1.0.0"),
        CLOSED,
    ),
    "an unknown server beside all three": (
        agent("a", "Read, WebFetch, mcp__ledger__query"),
        says("Read", "WebFetch", "WebFetch"),
    ),
    "a server that starts commands in its context": (
        agent("a", "Read, WebSearch, mcp__serena") | server("serena", *SERENA, "--context", "desktop-app"),
        says("Read and mcp__serena", "WebSearch", "mcp__serena"),
    ),
    "a server that starts commands if no context is named": (
        agent("a", "Read, WebSearch, mcp__serena") | server("serena", *SERENA),
        says("Read and mcp__serena", "WebSearch", "mcp__serena"),
    ),
    "a server that starts no commands in its context": (
        agent("a", "Read, WebSearch, mcp__serena") | server("serena", *SERENA, "--context=ide-assistant"),
        CLOSED,
    ),
    "a server whose context is not known": (agent("a", "Read, WebSearch, mcp__serena"), CLOSED),
    "a server without tools that change anything": (
        agent("a", "Read, mcp__github") | server("github", "docker", "run", "-i", "mcp/github:1.0", "--read-only"),
        CLOSED,
    ),
    "every server": (agent("a", "Read, mcp__*") | server("x", "npx", "mystery@1.0.0"), None),
    "through another agent": (
        agent("a", "Read, Task") | agent("web", "WebFetch"),
        says("Read", "WebFetch of the agent web", "WebFetch of the agent web"),
    ),
    "through two agents, and round in a circle": (
        agent("a", "Read, Agent(b)") | agent("b", "WebSearch, Agent(c)") | agent("c", "Bash(curl:*), Agent(a)"),
        says("Read", "WebSearch of the agent b", "Bash(curl:*) of the agent c"),
    ),
    "another agent that it may not start": (agent("a", "Read, Agent(c)") | agent("b", "WebFetch"), CLOSED),
    "another agent without tools of its own": (agent("a", "Read, Task") | agent("b", "'*'"), None),
    "denied by the settings": (agent("a", "Read, WebFetch") | allowed("Edit", deny=["WebFetch"]), CLOSED),
    "denied by the agent": (agent("a", "Read, WebFetch", "disallowedTools: Read\n"), CLOSED),
    "commands in a sandbox": (
        agent("a", "Read, WebSearch, Bash")
        | {SETTINGS: '{"sandbox": {"enabled": true, "network": {"allowedDomains": ["api.example.com"]}}}'},
        CLOSED,
    ),
    "a tool of ADK that the file only names": (adk("tools: [{name: own.files.sync}]"), None),
    "tools that are built into ADK": (adk("tools: [google_search, {name: exit_loop}]"), CLOSED),
    "an MCP server of ADK": (adk(f"tools: [{{name: google_search}}, {TOOLSET}]"), CLOSED),
    "an MCP server of ADK that it may use as a whole": (
        adk(
            "tools: [google_search, {name: McpToolset, args: {sse_server_params: {url: 'https://mcp.slack.com/sse'}}}]"
        ),
        says("mcp.slack.com/*", "google_search and mcp.slack.com/*", "mcp.slack.com/*"),
    ),
    "an agent of ADK in another file": (
        adk("sub_agents: [{config_path: sub.yaml}]") | adk("tools: [url_context, load_memory]", "sub"),
        says("load_memory of the agent sub", "url_context of the agent sub", "url_context of the agent sub"),
    ),
    "agents of ADK that are not there": (adk("sub_agents: [{code: own.agent}]"), None),
    "an agent of ADK as a tool": (adk("tools: [{name: AgentTool, args: {agent: {config_path: b.yaml}}}]"), None),
    "an agent of ADK that executes code on the host": (
        adk("tools: [google_search], agent_class: LlmAgent, code_executor: {name: UnsafeLocalCodeExecutor}"),
        says("code on the host", "google_search", "code on the host"),
    ),
    "a plugin of Microsoft 365": (m365(actions=[{"id": "b", "file": "p.json"}]), None),
    "capabilities of Microsoft 365": (m365(capabilities=[{"name": "Email"}, {"name": "People"}]), CLOSED),
    "a sub-recipe of goose": (
        recipe("a", "extensions: [{type: builtin, name: memory}]", "sub_recipes: [{path: b.yaml}]")
        | recipe("b", "extensions: [{type: stdio, name: c}]"),
        None,
    ),
    "an extension of goose without a name": (recipe("a", "settings: {goose_provider: x}", "extensions: [{}]"), None),
    "a tool of CrewAI that is no name": (crew("[FileReadTool, {module: own}]"), None),
    "tools of CrewAI of which the words tell a part": (crew("[FileReadTool, OwnEmailTool]"), None),
    "tools that are built into CrewAI": (crew("[FileReadTool, SerperDevTool]"), CLOSED),
    "an agent of kagent that is not there": (
        {"a.yaml": KAGENT + "spec: {declarative: {tools: [{type: Agent, agent: {name: b}}]}}\n"},
        None,
    ),
    "a workbench of AutoGen": (
        autogen({"server_params": {"command": "uvx", "args": ["mcp-server-time==1.0"]}}),
        CLOSED,
    ),
    "a workbench of AutoGen with an unknown server": (autogen({"server_params": {"command": "own"}}), None),
    "tools of a node that is off": (n8n(web={"type": "n8n-nodes-base.httpRequestTool", "disabled": True}), CLOSED),
    "nodes whose types say what they do": (
        n8n(
            web={"type": "n8n-nodes-base.httpRequestTool"},
            mail={"type": "n8n-nodes-base.gmailTool", "parameters": {"operation": "getAll"}},
        ),
        says("mail", "web and mail", "web"),
    ),
    "changes of events by ids and times": (
        n8n(read=calendar("getAll"), drop=calendar("delete", eventId=OPEN), move=calendar("update", start=OPEN)),
        CLOSED,
    ),
    "marks and labels of messages by ids": (
        n8n(read=gmail("getAll"), mark=gmail("markAsUnread", messageId=OPEN), tag=gmail("addLabels", labelIds=OPEN)),
        CLOSED,
    ),
    "an answer to a message beside a mark": (
        n8n(read=gmail("getAll"), mark=gmail("markAsRead", messageId=OPEN), say=gmail("reply", message=OPEN)),
        says("read", "read", "say"),
    ),
    "changes of events with a text, and the creation that is the default": (
        n8n(
            read=calendar("getAll"),
            drop=calendar("delete", eventId=OPEN),
            rename=calendar("update", updateFields={"summary": OPEN}),
            invite=calendar(start=OPEN, additionalFields={"attendees": [OPEN]}),
        ),
        says("read", "read", "rename and invite"),
    ),
    "a node whose operation is not stated": (n8n(mail={"type": "n8n-nodes-base.gmailTool"}), None),
    "a node of another workflow": (n8n(read_file={"type": "@n8n/n8n-nodes-langchain.toolWorkflow"}), None),
    "a list of tools that is a mapping": ({".claude/agents/a.md": "---\nname: a\ntools: {read: true}\n---\n"}, None),
    "another setup": (agent("a", "Read, Task") | {f"other/{MCP}": "{}", "other/.claude/agents/b.md": "x"}, CLOSED),
}


@pytest.mark.parametrize(("files", "path"), SETUPS.values(), ids=SETUPS)
def test_the_path_of_an_agent(files: dict[str, str], path: str | None) -> None:
    assert path_of(files, "agent a") == path


WAY = agent("a", "Read, WebSearch, Bash")


@pytest.mark.parametrize(
    ("files", "approved"),
    [
        (WAY, False),
        (WAY | allowed("WebSearch"), False),
        (WAY | allowed("WebSearch", "Bash(ls:*)"), False),
        (WAY | allowed("WebSearch", "Bash(node:*)"), True),
        (WAY | allowed("WebSearch", "Bash", ask=["Bash"]), False),
        (WAY | allowed("mcp__*"), False),
        (WAY | {SETTINGS: '{"permissions": {"defaultMode": "bypassPermissions"}}'}, True),
        (agent("a", "Read, WebSearch, Bash", "permissionMode: bypassPermissions\n"), True),
        (agent("a", "Read, WebSearch, Bash", "permissionMode: dontAsk\n"), False),
        (agent("a", "Read, Task") | agent("b", "WebSearch, Bash"), False),
        (agent("a", "Read, Task") | agent("b", "WebSearch, Bash") | allowed("WebSearch", "Bash"), True),
        (recipe("a", "extensions: [{type: builtin, name: memory}, {type: builtin, name: developer}]"), True),
    ],
)
def test_whether_settings_approve_what_an_agent_can_do(files: dict[str, str], *, approved: bool) -> None:
    assert path_of(files, "agent a", "capabilities")["approved"] is approved


EDITOR = ".vscode/settings.json"


@pytest.mark.parametrize(
    ("files", "asked"),
    [
        ({}, True),
        ({EDITOR: '{"chat.tools.terminal.autoApprove": {"npm test": true}}'}, True),
        ({EDITOR: '{"chat.tools.terminal.autoApprove": {"curl": true}}'}, False),
        ({EDITOR: '{"chat.tools.urls.autoApprove": {"https://docs.example.com": true}}'}, True),
        ({EDITOR: '{"chat.tools.urls.autoApprove": {"https://*": {"approveRequest": true}}}'}, False),
        ({EDITOR: '{"chat.tools.global.autoApprove": true}'}, False),
        ({EDITOR: '{"chat.permissions.default": "autopilot"}'}, False),
        ({f"other/{EDITOR}": '{"chat.tools.global.autoApprove": true}'}, True),
        ({SETTINGS: '{"permissions": {"allow": ["Bash", "WebFetch"], "defaultMode": "bypassPermissions"}}'}, True),
        ({".claude/commands/a.md": "---\ndescription: Does a\nallowed-tools: Bash\n---\nDo it.\n"}, True),
        ({".gemini/settings.json": '{"general": {"defaultApprovalMode": "yolo"}}'}, True),
    ],
)
def test_whether_an_editor_asks(files: dict[str, str], *, asked: bool) -> None:
    text = "---\nname: a\ndescription: Does a\ntools: [read, web]\n---\n"
    assert path_of({".github/agents/a.md": text} | files, "agent a", "capabilities")["asked"] is asked


def test_what_an_editor_approves_is_not_approved_in_claude_code() -> None:
    files = WAY | {EDITOR: '{"chat.tools.global.autoApprove": true}'}
    assert path_of(files, "agent a", "capabilities")["approved"] is False


@pytest.mark.parametrize(
    ("path", "listed", "tool"),
    [
        ("kit/agents/a.agent.md", "read, web", "copilot"),
        ("a.agent.md", "codebase, fetch", "copilot"),
        ("kit/agents/a.agent.md", "Read, WebFetch", "claude-code"),
        ("kit/agents/a.agent.md", "read, WebFetch", "claude-code"),
        (".claude/agents/a.agent.md", "read, web", "claude-code"),
        ("kit/agents/a.md", "read, web", "claude-code"),
        (".github/agents/a.md", "Read, WebFetch", "copilot"),
    ],
)
def test_which_program_loads_an_agent(path: str, listed: str, tool: str) -> None:
    text = f"---\nname: a\ndescription: Does a\ntools: [{listed}]\n---\n"
    asked = path_of({path: text}, "agent a", "capabilities")["asked"]
    assert asked is (tool == "copilot")


SESSIONS = {
    "nothing is allowed": ((), {}, CLOSED),
    "search and single commands": (("WebSearch", "Bash(npm test)", "Bash(git log:*)"), {}, CLOSED),
    "search and an interpreter": (("WebSearch", "Bash(node:*)"), {}, "Bash(node:*)"),
    "issues of GitHub": (("Bash(gh issue view:*)", "Bash(gh issue create:*)"), {}, "Bash(gh issue create:*)"),
    "curl behind commands of one forge": (
        ("Bash(gh run view:*)", "Bash(gh pr view:*)", "Bash(gh pr comment:*)", "Bash(gh run list:*)", "Bash(curl:*)"),
        {},
        "Bash(curl:*), Bash(gh run view:*), Bash(gh pr comment:*) and 1 more",
    ),
    "a browser behind a command of one forge": (
        (
            *("Bash(gh issue edit -R a/b:*)", "WebFetch(domain:example.com)"),
            *("mcp__playwright__browser_navigate_back", "mcp__playwright__browser_navigate"),
        ),
        {},
        "mcp__playwright__browser_navigate, Bash(gh issue edit -R a/b:*) and mcp__playwright__browser_navigate_back",
    ),
    "it asks": (("WebSearch", "Bash(node:*)"), {"ask": ["Bash(node:*)"]}, CLOSED),
    "a denied server": (("WebSearch", "mcp__slack__post_message"), {"deny": ["mcp__slack"]}, CLOSED),
    "reading is denied": (("WebSearch", "mcp__slack__post_message"), {"deny": ["Read"]}, CLOSED),
    "rules for every tool, which the tool skips": (("*", "B*", "WebSearch"), {}, CLOSED),
    "a server that is not known": (("WebSearch", "mcp__ledger"), {}, None),
}


@pytest.mark.parametrize(("rules", "more", "way"), SESSIONS.values(), ids=SESSIONS)
def test_the_path_of_a_session(rules: tuple[str, ...], more: dict[str, Any], way: str | None) -> None:
    path = path_of(allowed(*rules, **more), "settings.json")
    assert path == way or (way and path.endswith(f"send data out with {way}"))


@pytest.mark.parametrize(("rule", "leads_out"), [("mcp__slack__*", True), ("mcp__*", False), ("mcp__*__post", False)])
def test_a_session_uses_servers_by_rules_that_the_tool_applies(rule: str, *, leads_out: bool) -> None:
    files = allowed("WebSearch", rule) | server("slack", "https://mcp.slack.com/mcp")
    assert bool(path_of(files, "settings.json")) is leads_out


def test_a_session_that_may_read_is_told_once() -> None:
    assert path_of(allowed("Read", "Bash(gh pr:*)"), "settings.json").startswith("read private data with Read, take in")


def test_local_settings_add_to_those_of_the_project() -> None:
    files = allowed("WebSearch") | {".claude/settings.local.json": allowed("Bash(node:*)")[SETTINGS]}
    assert path_of(files, "settings.json") == CLOSED
    assert "WebSearch and send data out with Bash(node:*)" in path_of(files, "settings.local.json")


@pytest.mark.parametrize(
    ("tool", "letters"),
    [
        ("Grep", "p"),
        ("Bash(make:*)", ""),
        ("Bash(ssh:*)", "o"),
        ("Bash(gh api:*)", "uo"),
        ("Bash(gh pr view:*)", "u"),
        ("Bash(gh repo sync)", ""),
        ("Bash(gh auth status:*)", ""),
        ("WebFetch(domain:*)", "uo"),
        ("execute/runInTerminal", "po"),
        ("github/*", "puo"),
        ("FileReadTool", "p"),
        ("SerperDevTool", "u"),
        ("send_email", "o"),
        ("mcp__github-mcp-server__search_code", "pu"),
        ("mcp__gitlab__gitlab_open_merge_request", "o"),
        ("mcp__gitlab__open_pull_request", "o"),
        ("mcp__gitlab__get_open_merge_request", "pu"),
        ("mcp__github__open_issues", "pu"),
        ("mcp__playwright__browser_navigate", "uo"),
        ("mcp__playwright__browser_resize", ""),
        ("mcp__playwright__playwright_get_visible_html", "u"),
        ("mcp__playwright__browser_take_screenshot", "u"),
        ("mcp__postgres__query", "p"),
        ("mcp__slack__mark_as_read", ""),
        ("mcp__ref__*", "uo"),
    ],
)
def test_what_a_tool_can_do(tool: str, letters: str) -> None:
    assert [each.letters for each in abilities(tool, servers(()))] == [frozenset(letters)]
    by_words = tool == "send_email"  # what else a tool does which is in no table is not known
    assert all(each.known is not by_words for each in abilities(tool, servers(())))
