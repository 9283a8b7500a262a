"""Markdown and JavaScript: fences, prose and tool calls."""

from __future__ import annotations

from tests.hostile.row import HERE, POD, Row, assessed, not_assessed, noted, skipped

_CALL = "mcp__x__swarm_init({topology: 'mesh', maxAgents: 3})\n"


def _fence(text: str, language: str = "yaml", mark: str = "```", indent: str = "") -> str:
    return "".join(f"{indent}{line}\n" for line in (f"{mark}{language}", *text.splitlines(), mark))


ROWS = (
    assessed("a fence that is not closed", "x.md", "```yaml\n" + POD, [HERE + 1]),
    noted("a fence in a fence", "x.md", "````yaml\n" + POD + "```\n````\n", "not valid YAML", 14),
    skipped("a fence that shows a fence", "x.md", _fence(_fence(POD), "text", "````"), "contains no YAML"),
    assessed("a fence in a list", "x.md", "1. first\n\n" + _fence(POD, indent="   "), [HERE + 3]),
    assessed("a fence in a quote", "x.md", _fence(POD, indent="> "), [HERE + 1]),
    assessed("a fence of tildes", "x.md", _fence(POD, mark="~~~"), [HERE + 1]),
    assessed("a fence whose language is shouted", "x.md", _fence(POD, "YAML title=x"), [HERE + 1]),
    skipped("a fence without a language", "x.md", _fence(POD, ""), "contains no YAML"),
    skipped("a fence of another language", "x.md", _fence(POD, "sh"), "contains no YAML"),
    noted("a broken manifest in a fence", "x.md", "# a\n" + _fence("apiVersion: v1\nkind: [Pod"), "not valid YAML", 4),
    noted("a template in a fence", "x.md", _fence("apiVersion: v1\nkind: {{ .Kind }}"), "a template", 3),
    noted("a bomb in a fence", "x.md", _fence("apiVersion: " + "[" * 100_000), "nested deeper", 2),
    noted(
        "a broken fence before a good one",
        "x.md",
        _fence("apiVersion: [") + _fence(POD),
        "not valid YAML",
        2,
        [HERE + 4],
    ),
    skipped(
        "a broken fence of something else",
        "x.md",
        _fence("a: ["),
        "code blocks that are not valid YAML or JSON at line 2",
    ),
    assessed("a fence without lines", "x.md", "```yaml\n```\n" + _fence(POD), [HERE + 3]),
    assessed("CR LF in a fence", "x.md", _fence(POD).replace("\n", "\r\n"), [HERE + 1]),
    skipped("1 MB of prose on one line", "x.md", "word " * 200_000, "contains no YAML"),
    skipped("1 MB of figures on one line", "x.md", "99.9 % 5 min " * 80_000, "contains no YAML"),
    assessed("2,000 objectives on one line", "x.md", "RTO: 5 min, " * 2_000, clean=True),
    skipped("100,000 quote marks", "x.md", ">" * 100_000, "contains no YAML"),
    skipped("100,000 list marks", "x.md", "- " * 50_000, "contains no YAML"),
    skipped("100,000 brackets", "x.md", "[" * 50_000 + "](" * 25_000, "contains no YAML"),
    skipped("100,000 backticks", "x.md", "`" * 100_000, "contains no YAML"),
    skipped("10,000 fences", "x.md", "```yaml\n```\n" * 10_000, "contains no YAML"),
    skipped("10,000 open fences in quotes", "x.md", "> ```yaml\n\n" * 10_000, "contains no YAML"),
    skipped("100,000 asterisks", "x.md", "*a " * 50_000, "contains no YAML"),
    assessed("a manifest under the name of Markdown", "x.md", POD, [HERE]),
    assessed("a manifest under no name", "x", POD, [HERE]),
    noted("a call that is cut off", "x.js", "mcp__x__swarm_init({topology: 'me", "has no closing bracket", 1),
    not_assessed(
        "a call that is cut off, in a fence",
        "x.md",
        _fence("mcp__x__swarm_init({a: 1", "javascript"),
        "has no closing bracket",
        2,
    ),
    noted("a task that is cut off", "x.js", "\nTask('Reviewer', 'review", "the call of Task has no closing bracket", 2),
    not_assessed(
        "a task that is cut off, in a fence",
        "x.md",
        _fence("Task('Reviewer', 'review", "js"),
        "the call of Task has no closing bracket",
        2,
    ),
    noted("a call whose brackets cross", "x.js", "mcp__x__swarm_init({a: [1}])\n", "has no closing bracket", 1),
    noted("a call that is no JavaScript", "x.js", "mcp__x__swarm_init({a b c})\n", "not valid JavaScript", 1),
    Row(
        "a call cut off before a good one",
        "x.js",
        "mcp__x__swarm_init({a: [1})\n" + _CALL,
        "assessed",
        beside=1,
        lost=(1, "embedded", "has no closing bracket"),
    ),
    noted(
        "a call of 1,000 brackets", "x.js", "mcp__x__swarm_init(" + "[" * 1000 + "]" * 1000 + ")", "nested deeper", 1
    ),
    noted(
        "a call of 50,000 brackets",
        "x.js",
        "mcp__x__swarm_init(" + "[" * 50_000 + "]" * 50_000 + ")",
        "nested deeper",
        1,
    ),
    noted("2,000 calls without end", "x.js", "mcp__x__swarm_init({" * 2_000, "has no closing bracket", 1),
    Row(
        "a text that is not closed",
        "x.js",
        _CALL + 'mcp__x__swarm_init({a: "b})\n' + _CALL,
        "assessed",
        beside=1,
        lost=(2, "embedded", "not valid JavaScript"),
    ),
    noted(
        "a call that leaves something out", "x.md", _fence("mcp__x__swarm_init({ a: 1, ... })", "js"), "JavaScript", 2
    ),
    assessed("a call in a fence of no language", "x.md", _fence(_CALL, ""), clean=True),
    assessed("a call in a fence of a shell", "x.md", _fence(_CALL, "sh"), clean=True),
    assessed("a task in a fence of text", "x.md", _fence("Task('a', 'b')", "text"), clean=True),
    skipped("a task in prose that is only a word", "x.md", "Task (a word), Task('a')\n", "contains no YAML"),
    assessed("a call in prose", "x.md", "First\n\n" + _CALL, clean=True),
    not_assessed("a broken call in prose", "x.md", "First\n\n" + _CALL.replace(",", ""), "not valid JavaScript", 3),
    skipped("a call in prose that is named", "x.md", "First `" + _CALL.strip() + "`\n", "contains no YAML"),
    skipped("a call in a comment of a shell", "x.md", _fence("# " + _CALL, "sh"), "contains no YAML"),
    assessed("a call in a source file", "x.py", _CALL, clean=True),
    noted("a call in a text of a source file", "x.py", f"A = '''\n{_CALL}'''\n", "in a source file", 2),
    noted("a call in a source file of another language", "x.go", _CALL, "in a source file", 1),
    assessed("20,000 calls of a tool that is not known", "x.md", "mcp__a__b({})\n" * 20_000, clean=True),
    not_assessed(
        "20,000 calls without an end", "x.md", "mcp__x__swarm_init({ a: 1\n" * 20_000, "no closing bracket", 1
    ),
    skipped("front matter of a page", "x.md", "---\ntitle: a: b\n---\n# Words\n", "contains no YAML"),
    skipped("20,000 here-documents", "x.md", _fence("cat <<EOF\n" * 20_000, "sh"), "contains no YAML"),
    skipped("TOML that is none", "x.toml", "a = [\n", "TOML that cannot be read"),
    assessed("a template literal", "x.js", "mcp__x__swarm_init({topology: `a${b}`, maxAgents: n})\n", clean=True),
    assessed("a template in a template", "x.js", "Task('a', `x ${`y ${z}`}`)\n", clean=True),
    assessed("a spread", "x.js", "mcp__x__swarm_init({...rest})\n", clean=True),
    assessed("a computed key", "x.js", "mcp__x__swarm_init({[key]: 1})\n", clean=True),
    assessed("a getter", "x.js", "mcp__x__swarm_init({get topology() { return process.exit(9) }})\n", clean=True),
    assessed("an escape of half a character", "x.js", r"mcp__x__swarm_init({topology: '\ud800'})" + "\n"),
    assessed(
        "a number beyond all numbers",
        "x.js",
        "mcp__x__swarm_init({maxAgents: 1e999, topology: 0x" + "f" * 1000 + "})\n",
        clean=True,
    ),
    assessed("a key that stands twice", "x.js", "mcp__x__swarm_init({topology: 'a', topology: 'b'})\n"),
    assessed(
        "a swarm whose fields are of other types",
        "x.js",
        "mcp__x__swarm_init({topology: [1], governance: 'x', maxAgents: {}})\n",
    ),
    assessed(
        "an agent whose fields are of other types",
        "x.js",
        "mcp__x__agent_spawn({name: 5, tools: 'all', domain: [1], capabilities: {}})\n",
    ),
    assessed("200 tasks", "x.js", "Task('a', 'b')\n" * 200, clean=True),
    assessed("a prompt of 1 MB on one line", "x.js", "Task('a', '" + "word " * 200_000 + "')\n", clean=True),
    assessed("a prompt of 5 MB in a template literal", "x.js", "Task('a', `" + "x" * 5_000_000 + "`)\n", clean=True),
    skipped("calls in comments", "x.js", "// " + _CALL + "/* " + _CALL + " */", "contains no YAML"),
    skipped("a call that is only named", "x.js", "const a = 'mcp__x__swarm_init'\nTask(x)\n", "contains no YAML"),
    skipped("100,000 names of calls", "x.js", "mcp__a " * 100_000, "contains no YAML"),
    skipped("a name of 1 MB", "x.js", "mcp__" + "a_" * 500_000, "contains no YAML"),
)
