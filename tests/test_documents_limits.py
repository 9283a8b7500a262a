"""What one input may cost: each limit at its edge, in every format, and how it is set."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from scanner import documents
from scanner.documents import Document, Fault
from scanner.limits import Limits
from tests.command_line import Done, assay

READERS = {"yaml": "a.yaml", "json": "a.json", "markdown": "a.md", "javascript": "a.js"}


def dress(form: str, text: str) -> str:
    """A JSON text as each format holds it."""
    if form == "markdown":
        return f"# title\n\n```json\n{text}\n```\n"
    return f"mcp__a__b({text})" if form == "javascript" else text


def faults(form: str, text: str, limits: Limits) -> list[Fault]:
    return [part for part in documents.read(READERS[form], dress(form, text), limits) if isinstance(part, Fault)]


def nested(levels: int) -> str:
    return "[" * (levels - 1) + "{}" + "]" * (levels - 1)


def values(number: int) -> str:
    return json.dumps({"a": list(range(number - 3))})


EDGES: dict[str, tuple[Callable[[int], str], str]] = {
    "depth": (nested, "nested deeper than 12 levels (--limit depth=N raises this)"),
    "nodes": (values, "more than 12 values (--limit nodes=N raises this)"),
    "scalar": (lambda size: json.dumps(["a", "x" * size]), "a text of more than 12 characters"),
}
KEYS = {"scalar": lambda size: json.dumps({"a": 1, "x" * size: 1})}


@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize(
    ("name", "make", "reason"),
    [*((name, *edge) for name, edge in EDGES.items()), ("scalar", KEYS["scalar"], EDGES["scalar"][1])],
    ids=[*EDGES, "key"],
)
def test_a_limit_at_its_edge(form: str, name: str, make: Callable[[int], str], reason: str) -> None:
    limits = Limits(**{name: 12})
    assert faults(form, make(12), limits) == []
    (found,) = faults(form, make(13), limits)
    assert reason in found.message
    assert found.line == (4 if form == "markdown" else 1)


def aliases(size: int, times: int) -> str:
    """A list of `size` values with itself, and `times` aliases that stand for it."""
    return f"a: &a [{', '.join(['x'] * (size - 1))}]\nb: [{', '.join(['*a'] * times)}]\n"


MERGES = "a: &a {k: 1}\n" + "".join(f"m{number}: {{<<: *a}}\n" for number in range(100))


@pytest.mark.parametrize(
    ("text", "least"),
    [
        (aliases(1000, 1), 336),
        (aliases(10, 100), 577),
        (MERGES, 106),
        ("c: [" + "y, " * 5000 + "]\n" + aliases(2, 200), 1),
    ],
    ids=["one large", "many small", "merges", "few among many values"],
)
def test_what_aliases_stand_for_has_a_limit(text: str, least: int) -> None:
    (found,) = documents.read("a.yaml", text, Limits(borrowed=least))
    assert isinstance(found, Document)
    if least > 1:
        (refused,) = documents.read("a.yaml", text, Limits(borrowed=least - 1))
        assert isinstance(refused, Fault)
        assert f"more than {least - 1:,} values (--limit borrowed=N raises this)" in refused.message


def test_aliases_are_counted_anew_for_each_document() -> None:
    text = "---\n".join([aliases(10, 100)] * 5)
    assert all(isinstance(part, Document) for part in documents.read("a.yaml", text, Limits(borrowed=577)))


def story(path: str, text: str, limits: Limits) -> list[int]:
    """0 for each document, and the line of each fault."""
    return [part.line if isinstance(part, Fault) else 0 for part in documents.read(path, text, limits)]


@pytest.mark.parametrize(
    ("path", "text", "limits", "expected"),
    [
        ("a.yaml", "a\n---\nb\n---\nc\n", Limits(documents=3), [0, 0, 0]),
        ("a.yaml", "a\n---\nb\n---\nc\n---\nd\n", Limits(documents=2), [0, 0, 5]),
        ("a.yaml", "--- *x\n--- a\n--- *x\n--- b\n--- c\n", Limits(documents=2), [1, 0, 3, 0, 5]),
        ("a.js", "mcp__a__b({})\n" * 3, Limits(documents=3), [0, 0, 0]),
        ("a.js", "mcp__a__b({})\n" * 4, Limits(documents=3), [0, 0, 0, 4]),
        ("a.md", "```yaml\na\n---\nb\n```\n\n```yaml\nc\n```\n", Limits(documents=1), [0, 4, 0, 0]),
        ("a.yaml", "--- *x\n" * 3, Limits(faults=4), [1, 2, 3]),
        ("a.yaml", "--- *x\n" * 4, Limits(faults=3), [1, 2, 3, 3]),
        ("a.js", "mcp__a__b(\n" * 4, Limits(faults=3), [1, 2, 3, 3]),
        ("a.yaml", "a: [1, 2]\n---\nb: [1, 2]\n---\nc: 1\n", Limits(nodes=10), [0, 0, 5]),
        ("a.yaml", "a: [1, 2]\n--- *x\n---\nb: [1, 2]\n---\nc: 1\n", Limits(nodes=9), [0, 2, 4]),
        ("a.js", "mcp__a__b({c: 1})\n" * 4, Limits(nodes=8), [0, 0, 3]),
        ("a.yaml", "a: [[[1]]]\n---\nb: 1\n", Limits(depth=3), [1, 0]),
        ("a.yaml", "a: abcde\n---\nb: 1\n", Limits(scalar=4), [1, 0]),
        ("a.js", "mcp__a__b({c: '12345'})\nmcp__a__b({c: '1'})\n", Limits(scalar=4), [1, 0]),
    ],
)
def test_what_a_limit_costs(path: str, text: str, limits: Limits, expected: list[int]) -> None:
    """A limit on a whole text ends it there; one on a document or a call costs that alone."""
    assert story(path, text, limits) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("documents=2", "more than 2 documents"), ("faults=1", "more than 1 syntax errors: the rest")],
)
def test_the_reason_says_what_to_do(text: str, expected: str) -> None:
    name, _, number = text.partition("=")
    parts = list(documents.read("a.yaml", "--- *x\n--- a\n--- b\n--- c\n", Limits(**{name: int(number)})))
    assert isinstance(parts[-1], Fault)
    assert expected.partition(":")[0] + f" (--limit {name}=N raises this)" in parts[-1].message


def test_honest_inputs_pass_the_defaults() -> None:
    large = "x" * 1_500_000
    config_map = f"apiVersion: v1\nkind: ConfigMap\ndata: {{a: '{large}'}}\n---\n"
    texts = {"a.yaml": config_map * 9, "a.json": json.dumps({"items": [{"a": large}] * 9})}
    for path, text in texts.items():
        assert all(isinstance(part, Document) for part in documents.read(path, text))


POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: web}]\n"


def explain(folder: Path, *arguments: str, stdin: str = "") -> Done:
    return assay("scan", *arguments, "--explain-inputs", cwd=folder, stdin=stdin)


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        ("bytes=80", "larger than 80 bytes (--limit bytes=SIZE raises this)"),
        ("depth=3", "nested deeper than 3 levels (--limit depth=N raises this) at line 5"),
        ("nodes=15", "more than 15 values (--limit nodes=N raises this) at line"),
        ("scalar=9", "a text of more than 9 characters (--limit scalar=N raises this) at line 5"),
        ("seconds=0.0001", "needs more than 0.0001 seconds of CPU time (--limit seconds=N raises this)"),
    ],
)
def test_an_input_beyond_a_limit_is_unreadable(tmp_path: Path, limit: str, reason: str) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    refused = explain(tmp_path, "pod.yaml", "--limit", limit)
    assert refused.returncode == 4, refused.stdout
    assert "unreadable" in refused.stdout
    assert reason in refused.stdout


@pytest.mark.parametrize("limit", ["bytes=81", "depth=4", "nodes=16", "scalar=10", "memory=1GiB", "seconds=20.5"])
def test_an_input_within_a_limit_is_assessed(tmp_path: Path, limit: str) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    assert explain(tmp_path, "pod.yaml", "--limit", "depth=1", "--limit", "depth=9", "--limit", limit).returncode == 1


def test_a_limit_holds_on_standard_input_and_in_compact_json(tmp_path: Path) -> None:
    pod = json.dumps({"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "web"}]}})
    (tmp_path / "pod.json").write_text(pod)
    for path in ("-", "pod.json"):
        done = explain(tmp_path, path, "--limit", "depth=3", stdin=pod)
        assert (done.returncode, "--limit depth=N" in done.stdout) == (4, True), done.stdout


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}")])
def test_the_deepest_that_may_be_allowed_is_assessed(tmp_path: Path, opening: str, closing: str) -> None:
    (tmp_path / "deep.yaml").write_text(POD + "  x: " + opening * 990 + "1" + closing * 990 + "\n")
    done = explain(tmp_path, "deep.yaml", "--limit", "depth=1000")
    assert done.returncode == 1, done.stdout


def parser_reads(text: str) -> bool:
    """Whether the YAML parser itself reads a text to its end, whatever our own limit."""
    try:
        for _ in yaml.parse(text, Loader=yaml.CLoader):
            pass
    except yaml.YAMLError:
        return False
    return True


def indented(levels: int) -> str:
    return "- " * levels + "a"


@pytest.mark.parametrize("levels", [201, 999, 1000, 1001, 5000])
@pytest.mark.parametrize("make", [nested, indented], ids=["brackets", "indentation"])
def test_what_is_too_deep_names_the_limit_whoever_refuses_it(make: Callable[[int], str], levels: int) -> None:
    (found,) = faults("yaml", make(levels), Limits())
    assert found.message == "nested deeper than 200 levels (--limit depth=N raises this)"


@pytest.mark.parametrize(("make", "most"), [(nested, 1000), (indented, 999)], ids=["brackets", "indentation"])
def test_what_the_parser_itself_refuses_is_said_with_its_figures(make: Callable[[int], str], most: int) -> None:
    """From libyaml 0.2.6 on; an older one has no maximum, and then ours counts."""
    limits = Limits(depth=1000)
    assert faults("yaml", make(most), limits) == []
    (found,) = faults("yaml", make(1001), limits)
    ours, its = (
        "nested deeper than 1,000 levels",
        "nested deeper than libyaml supports: 1,000 levels of brackets, 999 of",
    )
    assert found.message.startswith(ours if parser_reads(make(1001)) else its)
    assert found.message.endswith("(--limit depth=N cannot raise this)")


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("dept=3", "did you mean depth? the limits are bytes, depth, nodes, borrowed,"),
        ("thing=3", "hint: the limits are bytes, depth,"),
        ("=3", "'' is not a limit"),
        ("depth", "write it as depth=200"),
        ("depth=", "'' is not a value for the limit depth"),
        ("depth=0", "more than 0 and at most 1,000"),
        ("depth=1001", "more than 0 and at most 1,000"),
        ("nodes=-1", "'-1' is not a value for the limit nodes"),
        ("nodes=1.5", "'1.5' is not a value for the limit nodes\n  hint: give a whole number, more than 0"),
        ("scalar=many", "'many' is not a value for the limit scalar"),
        ("seconds=nan", "'nan' is not a value for the limit seconds"),
        ("seconds=inf", "at most 1,000,000"),
        ("bytes=3KB", "a size such as 500000 or 64MiB"),
        ("memory=0", "'0' is not a value for the limit memory"),
        ("memory=2000000GiB", "at most 1,048,576 GiB"),
    ],
)
def test_what_is_no_limit_is_a_usage_error(tmp_path: Path, limit: str, said: str) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    done = explain(tmp_path, "pod.yaml", "--limit", limit)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


@pytest.mark.parametrize(("text", "number"), [("71", 71), ("1KiB", 1024), ("2 MiB", 2 * 1024**2), ("1_000", 1000)])
def test_a_size_may_have_a_unit(tmp_path: Path, text: str, number: int) -> None:
    (tmp_path / "a.yaml").write_bytes(b"#" * (number + 1))
    (tmp_path / "b.yaml").write_bytes(b"#" * number)
    lines = explain(tmp_path, ".", "--limit", f"bytes={text}").stdout.splitlines()
    assert [line.split()[0] for line in lines if ".yaml" in line] == ["unreadable", "skipped"]
