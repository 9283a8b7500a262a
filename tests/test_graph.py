"""Pictures of agents and systems: where boxes and lines are, their findings, and what hostile names become."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from scanner import documents, subjects
from scanner.cli import assay
from scanner.graphs import graphs_of
from scanner.options import Options
from scanner.reports import render as report
from scanner.reports.graph import FORMATS, render
from scanner.reports.graph.layout import HEIGHT, WIDTH, laid_out
from scanner.reports.graph.nested import Rectangle, laid_out_in_boundaries
from scanner.reports.graph.routes import path_between
from scanner.scan import scan
from tests.conftest import REPOSITORY

HOSTILE = '<script>alert(1)</script> ]]> "]; } --> </svg> \\" \u202e & end'
INSURER = (REPOSITORY / "examples" / "insurer" / "architecture.yaml").read_text(encoding="utf-8")
SVG = "{http://www.w3.org/2000/svg}"


def agent(name: str, tools: str) -> str:
    quoted = name.replace("'", "''")
    return f"---\nname: '{quoted}'\ndescription: x\ntools: {tools}\n---\n"


@pytest.fixture
def setup(tmp_path: Path) -> Path:
    folder = tmp_path / ".claude" / "agents"
    folder.mkdir(parents=True)
    (folder / "lead.md").write_text(agent("lead", "Read, Agent(web)"))
    (folder / "web.md").write_text(agent("web", "WebFetch, mcp__ledger__query"))
    (folder / "hostile.md").write_text(agent(HOSTILE, "Read"), encoding="utf-8")
    (tmp_path / ".mcp.json").write_text('{"mcpServers": {"ledger": {"command": "./ledger"}}}')
    (tmp_path / "swarm.js").write_text(
        'mcp__claude-flow__agent_spawn({ name: "cto", type: "architect" })\n'
        'mcp__claude-flow__agent_spawn({ name: "dev", type: "coder", authority: { reports: "cto" } })\n'
    )
    return tmp_path


def drawn(folder: Path, name: str) -> str:
    return render(name, scan([str(folder)], Options(jobs=1)))


def test_the_picture_shows_relations_and_findings(setup: Path) -> None:
    root = ET.fromstring(drawn(setup, "svg"))
    titles = ["".join(each.itertext()) for each in root.iter(f"{SVG}title")]
    lead = next(title for title in titles if title.startswith("agent lead"))
    assert "may start web" in lead
    assert "can reads private data (Read)" in lead
    assert lead.endswith("1 medium")
    assert any("agent web" in title and "uses ledger (mcp__ledger__query)" in title for title in titles)
    assert any("server ledger · not known what it does" in title for title in titles)
    assert any("agent dev" in title and "reports to cto" in title for title in titles)


@pytest.mark.parametrize("name", FORMATS)
def test_hostile_names_stay_texts(setup: Path, name: str) -> None:
    text = drawn(setup, name)
    assert "<script" not in text or name == "dot"
    assert "\u202e" not in text
    if name == "svg":
        tags = {each.tag.removeprefix(SVG) for each in ET.fromstring(text).iter()}
        assert tags <= {"svg", "style", "g", "rect", "path", "text", "tspan", "title"}
        assert not re.search(r"\b(?:href|src|on\w+)=|url\(|@import|https?:(?!//www\.w3\.org/2000/svg)", text)
    elif name == "mermaid":
        labels = re.findall(r's0n\d+[(\[]+"([^"]*)"[)\]]+(?::::\w+)?$', text, re.MULTILINE)
        assert any(label.startswith("#60;script#62;alert#40;1#41;") for label in labels)
    else:
        quoted = re.compile(r'"(?:[^"\\\n]|\\.)*"')
        left = quoted.sub("", text)
        assert '"' not in left
        assert "script" not in left


def test_the_report_has_the_picture_where_there_are_agents(setup: Path, tmp_path: Path) -> None:
    page = "".join(report("html", scan([str(setup)], Options(jobs=1))))
    assert page.count('<svg class="graph"') == 2
    assert "<script>alert" not in page
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: []}\n")
    without = "".join(report("html", scan([str(plain)], Options(jobs=1))))
    assert "#agents" not in without
    assert ".graph" not in without


def test_a_large_graph_is_a_table(setup: Path) -> None:
    for number in range(70):
        (setup / ".claude" / "agents" / f"a{number}.md").write_text(agent(f"a{number}", "Read"))
    result = scan([str(setup)], Options(jobs=1))
    page = "".join(report("html", result))
    assert page.count('<svg class="graph"') == 1  # that of the swarm
    assert "a graph that is too large to be drawn" in page
    assert re.search(r'<th scope="row">lead</th><td>\.claude/agents/lead\.md:\d</td><td>can reads private data', page)
    root = ET.fromstring(render("svg", result))
    assert any("agent a69; can reads private data" in (each.text or "") for each in root.iter(f"{SVG}text"))


GRAPHS = {
    "no edges": (3, []),
    "a chain": (4, [(0, 1), (1, 2), (2, 3), (0, 3)]),
    "a circle": (3, [(0, 1), (1, 2), (2, 0)]),
    "both ways": (2, [(0, 1), (1, 0)]),
    "to itself": (1, [(0, 0)]),
    "a star": (20, [(0, other) for other in range(1, 20)]),
    "everybody": (9, [(one, other) for one in range(9) for other in range(9) if one != other]),
}


@pytest.mark.parametrize(("number", "edges"), GRAPHS.values(), ids=GRAPHS)
def test_nothing_overlaps(number: int, edges: list[tuple[int, int]]) -> None:
    layout = laid_out(number, edges)
    assert len(set(layout.nodes)) == number
    for index, (x, y) in enumerate(layout.nodes):
        assert 0 <= x <= layout.width - WIDTH
        assert 0 <= y <= layout.height - HEIGHT
        for other_x, other_y in layout.nodes[:index]:
            assert x != other_x or abs(y - other_y) >= HEIGHT + 10
    for (source, target), points in layout.paths.items():
        assert layout.nodes[source][0] != layout.nodes[target][0]
        for x, y in points:
            assert all(not (nx < x < nx + WIDTH and ny <= y <= ny + HEIGHT) for nx, ny in layout.nodes)
            assert all(x != nx or not ny <= y <= ny + HEIGHT for nx, ny in layout.nodes)
    assert layout == laid_out(number, edges)


def test_the_command_writes_a_file(setup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(assay, ["graph", str(setup), "--no-cache", "--output", "dot=agents.dot"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "agents.dot").read_text(encoding="utf-8").startswith("digraph systems {")


@pytest.mark.parametrize(("output", "message"), [("png", "no format of graphs 'png'"), ("svg=", "names no file")])
def test_wrong_outputs(output: str, message: str, setup: Path) -> None:
    done = CliRunner().invoke(assay, ["graph", str(setup), "--output", output])
    assert done.exception is not None
    assert message in str(done.exception)


SYSTEM = """\
apiVersion: assay.dev/v1
kind: Architecture
metadata: {name: 'shop %s'}
spec:
  dataAssets: [{id: cards, categories: [pan]}]
  boundaries: [{id: world, kind: internet}, {id: inside, kind: internal}, {id: vault, kind: cde, parent: inside}]
  services: [{id: buyer, type: actor, boundary: world}, {id: shop, boundary: inside}, {id: pay, boundary: vault}]
  datastores: [{id: safe, boundary: vault, data: [cards]}]
  flows:
    - {id: buy, from: buyer, to: shop, protocol: http, data: [cards]}
    - {id: pass, from: shop, to: pay, protocol: https}
    - {id: keep, from: pay, to: safe, protocol: jdbc, encrypted: true}
"""


def rectangles(root: ET.Element, name: str) -> list[tuple[int, int, int, int]]:
    found = [each for each in root.iter(f"{SVG}rect") if name in (each.get("class") or "node").split()]
    return [tuple(int(each.attrib[key]) for key in ("x", "y", "width", "height")) for each in found]  # type: ignore[misc]


@pytest.mark.slow
def test_a_system_is_drawn_in_its_boundaries(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(SYSTEM % HOSTILE.replace("'", "''"), encoding="utf-8")
    root = ET.fromstring(drawn(tmp_path, "svg"))
    zones = rectangles(root, "zone")
    boxes = rectangles(root, "node")
    assert (len(zones), len(boxes)) == (3, 4)
    within = [
        sum(a <= x and b <= y and x + w <= a + c and y + h <= b + d for a, b, c, d in zones) for x, y, w, h in boxes
    ]
    assert sorted(within) == [1, 1, 2, 2]
    ties = {"".join(each.itertext()) for each in root.iter(f"{SVG}title")}
    assert any(tie.startswith("buyer sends to shop · http; pan · 1 critical") for tie in ties)
    assert {each.get("class", "").split()[1] for each in root.iter(f"{SVG}path")} >= {"failing", "flow"}
    assert "subgraph cluster_0_1" in drawn(tmp_path, "dot")
    assert re.search(r'subgraph s0b1\["inside, internal"\]\n    subgraph s0b2', drawn(tmp_path, "mermaid"))
    assert not re.search(r"<script", drawn(tmp_path, "svg") + drawn(tmp_path, "mermaid"))
    page = "".join(report("html", scan([str(tmp_path)], Options(jobs=1))))
    assert page.count('<svg class="graph"') == 1
    assert '<section id="architecture"' in page
    assert '<section id="agents"' not in page


def test_no_boxes_of_a_large_system_overlap() -> None:
    graph = graphs_of(subjects.recognise(documents.read("a.yaml", INSURER)).subjects)[0]
    layout = laid_out_in_boundaries(graph)
    assert len(layout.nodes) == len(graph.nodes) > 50
    boxes = list(layout.nodes.values())
    for index, one in enumerate(boxes):
        for other in boxes[:index]:
            assert one.x + one.width < other.x or other.x + other.width < one.x or abs(one.y - other.y) > HEIGHT
    zones = [layout.boundaries[number] for number, each in enumerate(graph.boundaries) if each.parent < 0]
    for index, one in enumerate(zones):
        for other in zones[:index]:
            apart = one.y + one.height < other.y or other.y + other.height < one.y
            assert apart or one.x + one.width < other.x or other.x + other.width < one.x


@pytest.mark.parametrize("towards", [1, -1])
def test_a_line_is_led_around_the_boxes_between_its_ends(towards: int) -> None:
    source, target, between = Rectangle(0, 0, 224, 46), Rectangle(600, 0, 224, 46), Rectangle(300, 0, 224, 46)
    ends = ((224, 23, 1), (600, 23, -1))
    start, end = ends[::towards]
    path = path_between(start, end, [source, target, between])
    numbers = [int(number) for number in re.findall(r"-?\d+", path)]
    points = list(zip(numbers[::2], numbers[1::2], strict=True))
    assert (points[0], points[-1]) == (start[:2], end[:2])
    straight = [(x, y) for x, y in points if 300 < x < 524] + [(x, y) for x, y in points if x in (291, 533)]
    assert straight
    assert all(not 0 < y < 46 for _, y in straight)
    assert path_between(start, end, [source, target]).count("C") == 1
