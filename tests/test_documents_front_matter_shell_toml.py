"""Front matter, shell blocks, TOML and calls in JSON: what is read, and where it stands."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import documents
from scanner.documents import Document, Fault
from scanner.documents.positions import Node, locate
from scanner.limits import Limits


def parts(text: str, path: str = "a.md", kind: str = "") -> list[Document | Fault]:
    read = documents.read(path, text)
    return [part for part in read if isinstance(part, Fault) or part.format == kind or (not kind and path != "a.md")]


def one(text: str, path: str, kind: str) -> Document:
    (found,) = [part for part in parts(text, path, kind) if isinstance(part, Document) and part.format == kind]
    return found


def underlined(text: str, document: Document, node: Node) -> str:
    """The text that the place of a value covers, read from the file itself."""
    assert node.mark
    place = locate(document.origin, node.mark)
    lines = text.split("\n")[place.line - 1 : place.end_line]
    lines[-1] = lines[-1][: place.end_column - 1]
    return "\n".join([lines[0][place.column - 1 :], *lines[1:]])


MATTER = """\
---
name: "a"   # the name
tools: [Read, "Bash"]
hooks:
  - matcher: é
---
# Title

99.9 % availability
---
"""


@pytest.mark.parametrize("path", ["a.md", "b/a.mdc", "a.mdx", "a.txt", "NOTES"])
def test_front_matter_is_a_document_with_places(path: str) -> None:
    found = one(MATTER, path, "front-matter")
    assert found.root.value == {"name": "a", "tools": ["Read", "Bash"], "hooks": [{"matcher": "é"}]}
    assert underlined(MATTER, found, found.root.get("tools")) == 'tools: [Read, "Bash"]'
    assert underlined(MATTER, found, found.root.get("hooks", 0, "matcher")) == "matcher: é"
    assert found.fault is None
    lines = one(MATTER, path, "prose").root.value
    assert lines == ["", "", "", "", "", "", "# Title", "", "99.9 % availability", "---", ""]


BROKEN = """\
---
# comment
name: a
description: Use this agent: when asked.
  Context: more
tools: Read, Bash
model: "open
hooks:
  pre: |
    echo
retries: 3
retries: 4
---
"""


def test_front_matter_that_is_not_yaml_is_read_by_entry_and_the_fault_is_told() -> None:
    found = one(BROKEN, "a.md", "front-matter")
    assert found.root.value == {
        "name": "a",
        "description": "Use this agent: when asked.\n  Context: more",
        "tools": "Read, Bash",
        "model": '"open',
        "hooks": {"pre": "echo\n"},
        "retries": 4,
    }
    assert found.fault
    assert found.fault.line == 4
    assert "not valid YAML" in found.fault.message
    assert underlined(BROKEN, found, found.root.get("tools")) == "tools: Read, Bash"
    assert underlined(BROKEN, found, found.root.get("model")) == 'model: "open'
    assert underlined(BROKEN, found, found.root.get("description")).startswith("description: Use this agent: when")
    assert found.duplicates == (("retries", 11, 0),)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("---\n# Only a line\n---\ntext\n", "a.md"),
        ("---\nWords: that are: prose\nand more\n\n\nname: a\n", "a.md"),
        ("---\njust text\n---\n", "a.md"),
        ("text\n---\nname: a\n---\n", "a.md"),
        ("---\nname: a\n---\n", "a.go"),
        ("", "a.md"),
    ],
)
def test_other_texts_have_none(text: str, path: str) -> None:
    assert not [part for part in documents.read(path, text) if isinstance(part, Document) and part.format != "prose"]


def test_front_matter_is_held_to_limits() -> None:
    bomb = "---\na: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b]\n---\n"
    limits = Limits(borrowed=10)
    (found,) = [part for part in documents.read("a.md", bomb, limits) if isinstance(part, Document) and part.fault]
    assert found.fault
    assert "aliases" in found.fault.message
    (fault,) = [part for part in documents.read("a.md", bomb, Limits(nodes=3)) if isinstance(part, Fault)]
    assert "more than 3 values" in fault.message


@pytest.mark.parametrize(
    ("block", "commands"),
    [
        ("ls\n\n# a comment\nrm -rf x # y\n", ["ls", "# a comment", "rm -rf x # y"]),
        ("$ ls -l\na  b\n$ rm x\n", ["ls -l", "rm x"]),
        ("me@host:~/x$ ls\nout 'put\nroot@host# x\n", ["ls"]),
        ("docker run \\\n  --privileged \\\n  image\nls", ["docker run --privileged image", "ls"]),
        ("$ docker run \\\n> --privileged\nout", ["docker run --privileged"]),
        ("echo 'a\nb' c\nls", ["echo 'a\nb' c", "ls"]),
        ("don't\nls", ["don't", "ls"]),
        ("cat > x <<'EOF'\nrm -rf /\nEOF\nls", ["cat > x <<'EOF'", "ls"]),
        ("cat << E\nno end\n", ["cat << E", "no end"]),
        ("echo $((1<<2)) # don't\nls", ["echo $((1<<2)) # don't", "ls"]),
        ("", []),
    ],
)
def test_a_shell_block_is_a_list_of_commands(block: str, commands: list[str]) -> None:
    text = f"# t\n\n```console\n{block.rstrip()}\n```\n"
    found = one(text, "a.md", "shell")
    assert found.root.value == commands
    for number, command in enumerate(commands):
        shown = underlined(text, found, found.root.get(number))
        assert command.replace("\\\n", " ").startswith(shown.rstrip("\\").strip())


def test_commands_have_the_columns_of_a_list_item() -> None:
    text = "- x\n\n  ```sh\n  $ ls -l\n  ```\n"
    found = one(text, "a.md", "shell")
    assert underlined(text, found, found.root.get(0)) == "ls -l"


TOML = '''\
# settings
approval_policy = "never" # why
"quoted key".'b' = 'x'
dates = [1979-05-27 07:32:00, 2020-01-01] # two
big = 99999999999999999999
[mcp_servers.x]
command = "npx"
args = [ "-y", # comment ]
  "b", ]
env = { A.B = "1", C = [ { d = """
two "lines" """ } ] }
[[hooks]]
n = 1
[[hooks]]
n = 2
[hooks.inner]
deep = inf
'''


def test_toml_has_places() -> None:
    found = one(TOML, "config.toml", "toml")
    assert found.root.value == {
        "approval_policy": "never",
        "quoted key": {"b": "x"},
        "dates": ["1979-05-27 07:32:00", "2020-01-01"],
        "big": "99999999999999999999",
        "mcp_servers": {
            "x": {"command": "npx", "args": ["-y", "b"], "env": {"A": {"B": "1"}, "C": [{"d": 'two "lines" '}]}}
        },
        "hooks": [{"n": 1}, {"n": 2, "inner": {"deep": "inf"}}],
    }
    for path, words in (
        (("approval_policy",), 'approval_policy = "never"'),
        (("quoted key", "b"), "'b' = 'x'"),
        (("dates", 1), "2020-01-01"),
        (("mcp_servers", "x"), "x"),
        (("mcp_servers", "x", "args", 1), '"b"'),
        (("mcp_servers", "x", "env", "A", "B"), 'B = "1"'),
        (("mcp_servers", "x", "env", "C", 0, "d"), 'd = """\ntwo "lines" """'),
        (("hooks", 1, "n"), "n = 2"),
        (("hooks", 1, "inner", "deep"), "deep = inf"),
    ):
        assert underlined(TOML, found, found.root.get(*path)) == words


@pytest.mark.parametrize(
    ("text", "line"), [("a = 1\na = 2\n", 2), ("a = 1\n\nb = \nc = 1", 3), ("x = [1,\n", 1), ("[a]\n[a]\n", 2)]
)
def test_what_is_not_toml_is_a_fault_at_its_line(text: str, line: int) -> None:
    (fault,) = parts(text, "a.toml")
    assert isinstance(fault, Fault)
    assert (fault.line, fault.format) == (line, "toml")
    assert fault.message.startswith("not valid TOML")


@pytest.mark.parametrize("text", ["a = " + "[" * 5000 + "]" * 5000, ".".join("a" * 5000) + " = 1", "[[a]]\n" * 20_000])
def test_toml_is_held_to_limits(text: str) -> None:
    (found,) = documents.read("a.toml", text, Limits(nodes=15_000))
    assert isinstance(found, Fault)


_KEYS = st.sampled_from(("a", "b-1", "c d", 'q"', "", "é", "x.y"))
_TEXTS = st.text("a\"'\\\n#]=é", max_size=6)
_FLOATS = st.floats(allow_nan=False, allow_infinity=False)
_SCALARS = st.integers(-(2**63), 2**63 - 1) | st.booleans() | _FLOATS | _TEXTS
_VALUES = st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3))
_TABLES = st.dictionaries(_KEYS, _VALUES, max_size=4)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_quoted(key)} = {_inline(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[\n" + ", # ]\n ".join(_inline(item) for item in value) + "\n]"
    return _quoted(value) if isinstance(value, str) else json.dumps(value)


def _written(table: dict[str, Any], path: tuple[str, ...] = ()) -> str:
    """A table with its tables under headers of their own, and lists of tables as arrays of tables."""
    lines, below = [], []
    for key, value in table.items():
        name = ".".join(map(_quoted, (*path, key)))
        if isinstance(value, dict):
            below.append(f"[ {name} ]\n{_written(value, (*path, key))}")
        elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            below.extend(f"[[{name}]]\n{_written(item, (*path, key))}" for item in value)
        else:
            lines.append(f"{_quoted(key)} = {_inline(value)} # '\n")
    return "".join((*lines, *below))


def _is_at_its_place(text: str, node: Node) -> None:
    """Each scalar is what the text at its mark says, and each key the text at its own."""
    lines = text.split("\n")
    for name, child in (*node.items(), *(("", item) for item in node.elements())):
        assert child.mark
        key_line, key_column, key_end, line, column, end_line, end_column, _ = child.mark
        if key_end:
            assert list(tomllib.loads(f"{lines[key_line][key_column:key_end]} = 1")) == [name]
        if isinstance(child.value, dict | list):
            _is_at_its_place(text, child)
        else:
            cut = [*lines[line:end_line], lines[end_line][:end_column]]
            cut[0] = cut[0][column:]
            assert tomllib.loads("v = " + "\n".join(cut)) == {"v": child.value}


@given(_TABLES)
def test_toml_is_read_as_by_the_standard_library_with_each_value_at_its_place(table: dict[str, Any]) -> None:
    text = _written(table)
    found = one(text, "a.toml", "toml")
    assert found.root.value == tomllib.loads(text)
    _is_at_its_place(text, found.root)


@pytest.mark.parametrize(
    ("value", "calls"),
    [
        ({"tool": "mcp__s__t", "arguments": {"a": 1}}, [("mcp__s__t", {"a": 1})]),
        ({"tool": "mcp__s__t", "params": {"a": 1}}, [("mcp__s__t", {"a": 1})]),
        ({"type": "tool_use", "name": "mcp__s__t", "input": {"a": 1}}, [("mcp__s__t", {"a": 1})]),
        ({"jsonrpc": "2.0", "method": "tools/call", "params": {"name": "t", "arguments": {"a": 1}}}, [("t", {"a": 1})]),
        ([{"tool": "mcp__s__t"}, {"tool": "mcp__s__u", "args": {}}], [("mcp__s__t",), ("mcp__s__u", {})]),
        ({"tool": "BatchTool", "calls": [{"tool": "mcp__s__t", "args": {"a": 1}}]}, [("mcp__s__t", {"a": 1})]),
        ({"name": "mcp__s__t", "parameters": {"type": "object"}}, None),
        ({"tool": "Bash", "arguments": {"command": "mcp__s__t"}}, None),
    ],
)
def test_calls_that_json_states(value: Any, calls: list[Any] | None) -> None:
    text = json.dumps(value, indent=1)
    found = [part for part in documents.read("a.json", text) if isinstance(part, Document)]
    told = [(part.name, *part.root.value) for part in found if part.format == "call"]
    assert told == (calls or [])
    assert (found[0].format == "json") is (calls is None)
    if told and told[0][1:] == ({"a": 1},):
        assert underlined(text, found[0], found[0].root.get(0, "a")) == '"a": 1'


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        *((name, True) for name in (".vscode/mcp.json", "a.jsonc", "x.code-workspace", ".gemini/settings.json")),
        *((name, True) for name in (".config/zed/settings.json", "private_dot_config/zed/private_settings.json")),
        *((name, True) for name in (".zed/settings.json.example", "zed-settings.json.tmpl", "Code/User/mcp.json")),
        *((name, False) for name in (".mcp.json.example", "frozed/settings.json")),
        *((name, False) for name in (".mcp.json", ".claude/settings.json", "langgraph.json")),
    ],
)
def test_comments_in_json_are_allowed_where_the_tool_takes_them(path: str, allowed: bool) -> None:
    (found,) = documents.read(path, '{"a": [1, // one\n], /* two */ "mcp__": 2,}')
    document = found if allowed else found.relaxed if isinstance(found, Fault) else None
    assert isinstance(document, Document)
    assert document.root.value == {"a": [1], "mcp__": 2}
    assert bool(document.fault) is not allowed


@pytest.mark.parametrize("comment", ["// one", "/* one */", "/* one\n two\n*/", "  // one\n// two", '"b": 2, // one'])
def test_comments_in_json_move_no_place(comment: str) -> None:
    text = f'{{\n{comment}\n  "a": [1]}}'
    (document,) = documents.read("a.jsonc", text)
    assert isinstance(document, Document)
    assert underlined(text, document, document.root.get("a")) == '"a": [1]'
