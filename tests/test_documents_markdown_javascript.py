"""Code blocks of Markdown, and tool calls in JavaScript-like text: what is read, and where it stands."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest

from scanner import documents, subjects
from scanner.documents import Document, Fault
from scanner.documents.literals import UNKNOWN, PartlyKnown
from scanner.documents.positions import locate
from tests.work import calls


def parts(text: str, path: str = "a.md") -> list[Document | Fault]:
    read = documents.read(path, text)
    return [part for part in read if isinstance(part, Fault) or part.format not in ("prose", "shell")]


def prose(text: str) -> list[str]:
    (found,) = [part for part in documents.read("a.md", text) if isinstance(part, Document) and part.format == "prose"]
    return list(found.root.value)


def story(text: str, path: str = "a.md") -> list[Any]:
    """The data of each document, the name and arguments of each call, the line of each fault."""
    return [
        part.line if isinstance(part, Fault) else (part.name, *part.root.value) if part.name else part.root.value
        for part in parts(text, path)
    ]


def underlined(text: str, document: Document, *path: str | int) -> tuple[str, int]:
    """The text that a field's place covers, read from the file itself, and its line."""
    mark = document.root.get(*path).mark
    assert mark
    place = locate(document.origin, mark)
    line = text.split("\n")[place.line - 1]
    assert place.line == place.end_line
    return line[place.column - 1 : place.end_column - 1], place.line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# t\n\n```yaml\na: 1\n```\n", [{"a": 1}]),
        ("```yml\na: 1\n```\n\n```json\n[1]\n```", [{"a": 1}, [1]]),
        ("```YAML title=x\na: 1\n```", [{"a": 1}]),
        ("~~~yaml\na: |\n  ```\n~~~\n", [{"a": "```\n"}]),
        ("`````yaml\na: |\n  ```\n`````\n", [{"a": "```\n"}]),
        ("- x\n\n  ```yaml\n  a:\n    b: 1\n  ```\n", [{"a": {"b": 1}}]),
        ("1. x\n   - y\n\n     ```yaml\n     a:\n       b: 1\n     ```\n", [{"a": {"b": 1}}]),
        ("> ```yaml\n> a:\n>   b: 1\n> ```\n", [{"a": {"b": 1}}]),
        ("> - x\n>\n>   ```yaml\n>   a: 1\n>   ```\n", [{"a": 1}]),
        ("> > ```yaml\n> > a: 1\n> > ```\n", [{"a": 1}]),
        ("   ```yaml\n   a:\n     b: 1\n   ```\n", [{"a": {"b": 1}}]),
        ("```yaml\na: 1\n---\nb: 2\n```", [{"a": 1}, {"b": 2}]),
        ("```yaml\na: 1", [{"a": 1}]),
        ("```yaml\r\na: 1\r\n```\r\n", [{"a": 1}]),
        ("```yaml\n```\n```json\n{}\n```", [{}]),
        ("```\na: 1\n```\n", []),
        ("```text\na: 1\n```\n\n```python\na = 1\n```\n\n```sh\na: 1\n```", []),
        ("    a: 1\n", []),
        ("a: 1\n", []),
        ("`yaml a: 1`\n", []),
        ("<pre>\n```yaml\na: 1\n```\n</pre>\n", []),
        ("```js\nmcp__s__t({a: 1})\n```", [("mcp__s__t", {"a": 1})]),
        ("```typescript\nTask('n')\n```", [("Task", "n")]),
        ("```yaml\nmcp__s__t: 1\n```", [{"mcp__s__t": 1}]),
        ("mcp__s__t({a: 1})\n", [("mcp__s__t", {"a": 1})]),
        ("Then mcp__s__t {a: 1}, and `mcp__s__u({})`, mcp__s__v (a tool), # no\n", [("mcp__s__t", {"a": 1})]),
        ("# mcp__s__t({a: 1})\n<!-- mcp__s__t({a: 1}) -->\n", []),
        ("* mcp__s__t({a: 1})\n", [("mcp__s__t", {"a": 1})]),
        ("```\nmcp__s__t({a: 1})\n```", [("mcp__s__t", {"a": 1})]),
        ("- ```python\n  mcp__s__t(a=1, b=[True, None])\n  ```", [("mcp__s__t", {"a": 1, "b": [True, None]})]),
        ("```bash\nls\nmcp__s__t {a: 1}\n# mcp__s__t {a: 2}\n```", [("mcp__s__t", {"a": 1})]),
        ('```json\nmcp__s__t {"a": 1}\n```', [("mcp__s__t", {"a": 1})]),
        ("```yaml\na: |\n  mcp__s__t({b: 1})\n```", [{"a": "mcp__s__t({b: 1})\n"}, ("mcp__s__t", {"b": 1})]),
        ("```text\nmcp__s__t (spawns)\nTask (a word)\nTask('n', 'p')\n```", [("Task", "n", "p")]),
    ],
)
def test_labelled_code_blocks_are_read(text: str, expected: list[Any]) -> None:
    assert story(documents.decode(text.encode())) == expected


PLACES = """\
# Ünïcode 😀

- list 😀

  ```yaml
  one: 1
  two:
    - drei: 3
  ```

> quote
>
> - nested
>
>   ```json
>   {"k": "ö",
>    "four": 4}
>   ```

~~~js
x(); mcp__s__t({ "ä": "ö", five: [5] })
mcp__s__u {
  six: 6
}
~~~
1. a
   1. b
      ```yaml
      seven:
        eight: 8
      ```
"""


def test_places_count_from_the_start_of_the_file() -> None:
    found = parts(PLACES)
    lines = PLACES.split("\n")
    fields: list[tuple[int, tuple[str | int, ...], str]] = [
        (0, ("one",), "one: 1"),
        (0, ("two",), "two"),
        (0, ("two", 0, "drei"), "drei: 3"),
        (1, ("k",), '"k": "ö"'),
        (1, ("four",), '"four": 4'),
        (2, (0, "ä"), '"ä": "ö"'),
        (2, (0, "five"), "five: [5]"),
        (3, (0, "six"), "six: 6"),
        (4, ("seven",), "seven"),
        (4, ("seven", "eight"), "eight: 8"),
    ]
    for index, path, words in fields:
        document = found[index]
        assert isinstance(document, Document)
        written, line = underlined(PLACES, document, *path)
        assert written == words
        assert words in lines[line - 1]


def test_a_fault_in_a_block_has_the_line_of_the_file() -> None:
    found = parts("# t\n\n- ```yaml\n  a: 1\n  b: [\n  ```\n\n```json\n{\n'a'}\n```\n\n```js\n\nmcp__a__b(\n```\n")
    assert [part.line for part in found if isinstance(part, Fault)] == [5, 10, 15]
    assert all(part.embedded for part in found if isinstance(part, Fault))


def test_a_broken_block_does_not_take_its_neighbours() -> None:
    text = "```yaml\na: 1\n```\n```yaml\nb: ]\n---\nc: 1\n```\n```json\n{\n```\n```js\nmcp__a__b({)\n```\n"
    assert story(text + "```yaml\nz: 1\n```") == [{"a": 1}, 5, {"c": 1}, 10, 13, {"z": 1}]


def test_prose_is_everything_outside_of_blocks() -> None:
    text = "# one\n\n```yaml\na: 99.9 % availability\n```\ntwo\n> three\n\n~~~\nfour\n~~~\nfive"
    assert prose(text) == ["# one", "", "", "", "", "two", "> three", "", "", "", "", "five"]


@pytest.mark.parametrize(
    "text",
    ["> " * 5000 + "```yaml\n", "- " * 5000 + "x\n", "```yaml\n" * 5000, "[" * 50_000, "*" * 50_000],
    ids=lambda text: text[:4],
)
def test_deep_markdown_takes_work_in_proportion(text: str) -> None:
    assert calls(lambda: list(documents.read("a.md", text))) < 10 * len(text)


def call(text: str) -> Any:
    """The arguments of the one call in a text."""
    (document,) = parts(text, "a.js")
    assert isinstance(document, Document), document
    assert document.format == "call"
    return document.root.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mcp__s__t({a: 1})", [{"a": 1}]),
        ("mcp__s__t {a: 1}", [{"a": 1}]),
        ("mcp__s__t{a: 1}", [{"a": 1}]),
        ("await mcp__s__t ( {a: 1} );", [{"a": 1}]),
        ("mcp__s__t({\n  a: 1,\n  b: [1, 2,],\n},)", [{"a": 1, "b": [1, 2]}]),
        ("mcp__s__t({a: 1, // one )\n  /* two } */ b: /* ) */ 2 /* c */})", [{"a": 1, "b": 2}]),
        ("mcp__s__t(/* first */ 'a', // x\n 'b')", ["a", "b"]),
        ("mcp__s__t()", []),
        ("mcp__s__t({})", [{}]),
        ("mcp__s__t([1, [2, {a: 3}]])", [[1, [2, {"a": 3}]]]),
        ("mcp__s__t({'a-b': 1, \"c d\": 2, 5: 3, é: 4, $x_1: 5})", [{"a-b": 1, "c d": 2, "5": 3, "é": 4, "$x_1": 5}]),
        (
            "mcp__s__t({a: '{[(', b: \")]}\", c: `}])`, d: 'it\\'s'})",
            [{"a": "{[(", "b": ")]}", "c": "}])", "d": "it's"}],
        ),
        ("mcp__s__t({a: ' x ', b: '', c: \"\", d: ``})", [{"a": " x ", "b": "", "c": "", "d": ""}]),
        (
            r"""mcp__s__t('\n\t\r\b\f\v\0\\\'\"\q', '\x41\u00e9\u{1F600}\ud83d\ude00', "a\
b")""",
            ["\n\t\r\b\f\v\0\\'\"q", "Aé😀😀", "ab"],
        ),
        (r"mcp__s__t('\ud83d', '\ude00x')", ["\ufffd", "\ufffdx"]),
        ("mcp__s__t(`two\n lines`, `\\`tick\\``)", ["two\n lines", "`tick`"]),
        ("mcp__s__t(1, -2, +3, 1.5, .5, 1e3, 0x1F, 0b11, 0o17, 1_000)", [1, -2, 3, 1.5, 0.5, 1000.0, 31, 3, 15, 1000]),
        ("mcp__s__t(true, false, null, undefined, (7), ((8)))", [True, False, None, None, 7, 8]),
        ("mcp__s__t({budget: Infinity})", [{"budget": math.inf}]),
        ("Task('n', \"p\", `t`)", ["n", "p", "t"]),
        ("Task( \n 'n')", ["n"]),
    ],
)
def test_literal_arguments(text: str, expected: Any) -> None:
    assert call(text) == expected


@pytest.mark.parametrize(
    "computed",
    [
        *("name", "NaN", "a.b", "a[0]", "f(1)", "new X()", "x => ({a: 1})", "function () { return 1 }"),
        *("1 + 2", "a + b", "'a' - 'b'", "a ? 1 : 2", "!x", "-x", "typeof x", "/re/g", "tag`x`", "await p"),
        *(
            "process.env.TOKEN",
            "a ?? 'b'",
            "10n",
            "-Infinity",
            "99999999999999999999",
            "(a, b)",
            "class {}",
        ),
    ],
)
def test_what_is_computed_is_unknown(computed: str) -> None:
    assert call(f"mcp__s__t({{a: {computed}, b: 1, c: [{computed}, 2]}})") == [
        {"a": UNKNOWN, "b": 1, "c": [UNKNOWN, 2]}
    ]


@pytest.mark.parametrize(
    ("before", "value", "expected"),
    [
        ("", "'a' + \"b\" + `c`", "abc"),
        ("", "'a' + 1 + true", "a1true"),
        ("", "`a ${b} c`", PartlyKnown("a ${b} c")),
        ("", "'a ' + b + ' c'", PartlyKnown("a ${b} c")),
        ("", "JSON.stringify({ b: 'c' })", "{ b: 'c' }"),
        ("", "JSON.stringify({ b: Date.now(), c: 1 }, null, 2)", PartlyKnown("{ b: Date.now(), c: 1 }")),
        ("", "JSON.stringify(b)", UNKNOWN),
        ("const b = 'B'; ", "`a ${b} ${c}`", PartlyKnown("a B ${c}")),
        ("const b = 'B';\n", "[b, {b}, b + '!']", ["B", {"b": "B"}, "B!"]),
        ("const b: Budget = { limit: 'unlimited' }\n", "b", {"limit": "unlimited"}),
        ("const a = 1; const b = { c: [a] };", "{ ...b, d: 2 }", {"c": [1], "d": 2}),
        ("const b = 'x' + 'y'", "b", "xy"),
        ("let b = 1;", "b", UNKNOWN),
        ("const b = 1; function f() { const b = 2 }", "b", UNKNOWN),
        ("const b = {c: 1}; b.c = 2;", "b", UNKNOWN),
        ("const b = []; b.push(2);", "b", UNKNOWN),
        ("const b = 1; xs.map(b => f(b));", "b", UNKNOWN),
        ("const b = 1; for (const b of bs) {}", "b", UNKNOWN),
        ("const { b } = x; const b = 1;", "b", UNKNOWN),
        ("const b = f(1);", "b", UNKNOWN),
        ("const b = {b};", "b", {"b": UNKNOWN}),
        ("const b = {a: c}; const c = {a: b};", "b", {"a": {"a": UNKNOWN}}),
    ],
)
def test_constants_and_texts_that_are_put_together(before: str, value: str, expected: Any) -> None:
    assert call(f"{before} mcp__s__t({{v: {value}}})") == [{"v": expected}]


@pytest.mark.slow
def test_constants_cannot_expand_without_bound() -> None:
    names = "abcdefgh"
    steps = [f"const {name} = [{', '.join([before] * 20)}];" for before, name in pairwise(names)]
    text = "const a = [1];\n" + "\n".join(steps) + "\nmcp__s__t({v: h})\nmcp__s__u(1)"
    (fault,) = parts(text, "a.js")
    assert isinstance(fault, Fault)
    assert "aliases" in fault.message


def test_places_of_a_constant_are_those_of_its_definition() -> None:
    text = "const budget = {\n  limit: 'unlimited',\n};\nmcp__s__t({ budget, name: 'a' });"
    (document,) = parts(text, "a.js")
    assert isinstance(document, Document)
    assert underlined(text, document, 0, "budget") == ("budget", 4)
    assert underlined(text, document, 0, "budget", "limit") == ("limit: 'unlimited'", 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Task({subagent_type: 'coder', prompt: 'p'})", [("Task", {"subagent_type": "coder", "prompt": "p"})]),
        ("Agent({prompt: 'p'})", [("Agent", {"prompt": "p"})]),
        ("Task({id: 1}); new Agent({name: 'x'}); Agent('x')", []),
        ("Task({id: 1, title: 'x'})\nTask({prompt: 'p'})", [("Task", {"prompt": "p"})]),
        ("Message 1: mcp__s__t (just one)", []),
    ],
)
def test_agents_that_are_started_with_a_mapping(text: str, expected: list[Any]) -> None:
    assert story(text, "a.js") == expected


def test_calls_in_python_are_read_outside_of_texts() -> None:
    source = "x = mcp__s__t(a='b')  # mcp__s__u(a=1)\nP = '''\nmcp__s__v({a: 1})\n'''\ny = \"mcp__s__w({})\"\n"
    assert story(source, "a.py") == [("mcp__s__t", {"a": "b"})]


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        ("{ key: 'a', value: {...} }", {"key": "a", "value": {"...": UNKNOWN}}),
        ("{ key: 'a, ..., b', steps: [...] }", {"key": "a, ..., b", "steps": [UNKNOWN]}),
        ("{ key: ..., steps: [1, …, 2] }", {"key": UNKNOWN, "steps": [1, UNKNOWN, 2]}),
        ("{ value: { score: 1,\n  ...\n } }", {"value": {"score": 1, "...": UNKNOWN}}),
    ],
)
def test_what_an_illustration_leaves_out_inside_of_a_value_is_not_known(arguments: str, value: dict[str, Any]) -> None:
    assert call(f"mcp__s__t({arguments})") == [value]


@pytest.mark.parametrize("arguments", ["{ key: 'a', ... }", "{ ... }", "{ key: 'a', value: [...] b }"])
def test_a_call_that_leaves_out_arguments_is_an_illustration(arguments: str) -> None:
    (fault,) = parts(f"mcp__s__t({arguments})\n", "a.md")
    assert isinstance(fault, Fault)
    assert fault.format == "sketch"


def test_shorthand_spread_and_computed_keys() -> None:
    assert call("mcp__s__t({short, ...rest, [key]: 1, method() { return 1 }, a: [...list, 1], b: 1}, ...more)") == [
        {"short": UNKNOWN, "...": UNKNOWN, "a": [UNKNOWN, 1], "b": 1},
        UNKNOWN,
    ]


def test_the_data_never_says_what_only_running_would_tell() -> None:
    reading = subjects.recognise(
        documents.read(
            "a.js",
            "mcp__s__agent_spawn({name: 'a', type: kind, tools: ['x', y], authority: {level: level(), budget: 5}})",
        )
    )
    (agent,) = [subject for subject in reading.subjects if subject.kind == "swarm.agent"]
    assert agent.bindings["agent"] == {"name": "a", "authority": {"budget": 5}}
    assert agent.unknowns == {"type", "tools", "level"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mcp__a__x(1)\nmcp__b-c__y_z(2); mcp__D_e__w(3)", ["mcp__a__x", "mcp__b-c__y_z", "mcp__D_e__w"]),
        ("mcp__claude-flow__swarm_init({})\nmcp__ruv-swarm__agent_spawn {}", None),
        ("Task('a'); Task(\"b\")\nTask(`c`)", ["Task", "Task", "Task"]),
        ("[Single message]: Task('a', 'b', 'c')", ["Task"]),
        ("new Task('a')", ["Task"]),
        ("mcp__a__x(mcp__b__y(1))", ["mcp__a__x"]),
        ("myTask('a'); x.Task('b'); Task2('c'); Task; mcp__a('d'); mcp__a__x; mcp__; my_mcp__a__x(1)", []),
        ("class Task { id: string; }\nfunction Task(a: string) {}\nnew Task(queue, 1); Task(1); Task()", []),
        ("mcp__a__x\n(1)", []),
        ("console.log(1)", []),
    ],
)
def test_calls_are_found_by_name(text: str, expected: list[str] | None) -> None:
    names = [part.name for part in parts(text, "a.js") if isinstance(part, Document)]
    assert names == (["mcp__claude-flow__swarm_init", "mcp__ruv-swarm__agent_spawn"] if expected is None else expected)
    assert not [part for part in parts(text, "a.js") if isinstance(part, Fault)]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("mcp__a__x({ b: 1", "has no closing bracket"),
        ("mcp__a__x({ b: [1, 2 }", "has no closing bracket"),
        ("mcp__a__x({ b: 1 ]", "has no closing bracket"),
        ("mcp__a__x({ b: })", "not valid JavaScript"),
        ("mcp__a__x({ b 1 })", "not valid JavaScript"),
        ("mcp__a__x(...)", "not valid JavaScript"),
        ("mcp__a__x({ b: 1 c: 2 })", "not valid JavaScript"),
        ("mcp__a__x(" + "[" * 300 + "]" * 300 + ")", "nested deeper"),
        ("mcp__a__x({ a: 'open })", "not valid JavaScript"),
    ],
)
def test_a_broken_call_is_a_fault_and_the_next_is_read(broken: str, reason: str) -> None:
    text = f"mcp__a__first(1)\n\n{broken}\nmcp__a__next(2)\nmcp__a__last(3)"
    first, fault, *rest = parts(text, "a.js")
    assert isinstance(first, Document)
    assert isinstance(fault, Fault)
    assert (fault.line, fault.embedded) == (3, False)
    assert reason in fault.message
    assert "mcp__a__x" in fault.message
    assert [part.root.value for part in rest if isinstance(part, Document)] == [[2], [3]]


def test_places_of_a_call() -> None:
    text = (
        "// é 😀\n"
        "x = '😀'; mcp__s__t('one', { two: 'zwei', 'th-ree': [3, { vier: -4 }],\n"
        "  /* é */ five: `5`, six, a: 1, a: 2 }); mcp__s__u { seven: 7 }; Task('é', 'eight')\n"
    )
    first, second, third = (part for part in parts(text, "a.js") if isinstance(part, Document))
    assert underlined(text, first, 0) == ("'one'", 2)
    assert underlined(text, first, 1, "two") == ("two: 'zwei'", 2)
    assert underlined(text, first, 1, "th-ree") == ("'th-ree': [3, { vier: -4 }]", 2)
    assert underlined(text, first, 1, "th-ree", 0) == ("3", 2)
    assert underlined(text, first, 1, "th-ree", 1, "vier") == ("vier: -4", 2)
    assert underlined(text, first, 1, "five") == ("five: `5`", 3)
    assert underlined(text, first, 1, "six") == ("six", 3)
    assert underlined(text, second, 0, "seven") == ("seven: 7", 3)
    assert underlined(text, third, 1) == ("'eight'", 3)
    assert [key for key, _, _ in first.duplicates] == ["a"]
    _, line, column = first.duplicates[0]
    assert text.split("\n")[line][column:].startswith("a: 2 }")


def test_a_null_argument_is_noticed() -> None:
    found = parts("mcp__s__t({a: null})\nmcp__s__t({a: 1})", "a.js")
    assert [part.has_null for part in found if isinstance(part, Document)] == [True, False]


BOMBS = {
    "one unclosed call after the other": "mcp__a__b(" * 3000,
    "brackets": "mcp__a__b(" + "[" * 50_000 + "]" * 50_000 + ")",
    "open brackets": "mcp__a__b(" + "[" * 100_000,
    "open comments": "mcp__a__b(" + "/* " * 50_000,
    "open templates": "mcp__a__b(" + "` " * 50_001,
    "quotes": "mcp__a__b(" + "'" * 50_001,
    "many on one line": "mcp__a__b({é: 1}); " * 4000,
    "one long line": "mcp__a__b({" + ", ".join(f"é{number}: 'ü'" for number in range(10_000)) + "})",
    "underscores": "mcp__" + "a__" * 20_000,
    "dashes": "mcp__" + "-" * 50_000,
    "prefixes": "mcp__" * 5_000,
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_bombs_take_work_in_proportion(text: str) -> None:
    assert calls(lambda: list(documents.read("a.js", text))) < 20 * len(text)


@pytest.mark.parametrize("suffix", ["js", "mjs", "cjs", "ts", "JS"])
def test_calls_are_read_in_script_files(suffix: str) -> None:
    assert story("mcp__s__t({a: 1})", f"a.{suffix}") == [("mcp__s__t", {"a": 1})]


@pytest.mark.parametrize("mark", ["// ", "  * ", "/* ", "x(); /* as in "])
def test_a_call_in_a_comment_is_an_illustration(mark: str) -> None:
    found = parts(f"{mark}mcp__s__t(...) */\nmcp__s__t({{a: 1}})\n", "a.js")
    assert [part.root.value for part in found if isinstance(part, Document)] == [[{"a": 1}]]
    assert len(found) == 1


def test_what_a_call_takes_from_elsewhere_makes_its_subject_uncertain() -> None:
    reading = subjects.recognise(documents.read("a.js", "mcp__s__agent_spawn({...base, name: 'a'})"))
    (agent,) = [subject for subject in reading.subjects if subject.kind == "swarm.agent"]
    assert "..." in agent.unknowns
