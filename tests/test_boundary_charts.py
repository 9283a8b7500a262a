"""Helm reads nothing outside of the boundary, whatever a chart names or links to."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.command_line import assay
from tests.outside import CHART, MARKER, everything, lay, scanned, work_tree


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return work_tree(tmp_path)


def test_a_linked_folder_of_a_chart_is_not_read_through_in_any_format(place: Path) -> None:
    lay(place, CHART)
    (place / "chart/files").symlink_to("../../outside")
    code, said = everything(place, ".")
    assert (code, MARKER in said) == (4, False)
    assert "chart/files is a link to a file outside" in said


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("chart/files", "inner"),  # by way of a link that stays inside
        ("chart/templates/more", "../../../outside"),
        ("chart/templates", "../../outside"),
        ("chart/templates/word.yaml", "../../../outside/word.yaml"),
        ("chart/charts", "../../outside"),
        ("chart/charts/word", "../../../outside"),
        ("chart/crds", "../../outside"),
        ("chart/values.yaml", "../../outside/values.yaml"),
        ("chart/values.schema.json", "../../outside/values.schema.json"),
        ("chart/files/word", "../../../outside/word"),
        ("chart/files/deep", "/proc/self"),
        ("chart/files", "../.git"),
    ],
)
def test_no_link_of_a_chart_leads_out(place: Path, link: str, target: str) -> None:
    lay(place, {**CHART, ".git/word": MARKER})
    (place / "chart/inner").symlink_to("../../outside")
    if link == "chart/templates":
        shutil.rmtree(place / link)
    (place / link).parent.mkdir(exist_ok=True)
    (place / link).symlink_to(target)
    code, said = scanned(place, "chart")
    assert (code, MARKER in said) == (4, False)
    assert "is a link to a file outside" in said


def packed(files: Mapping[str, str | bytes]) -> bytes:
    """A chart archive."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, text in files.items():
            content = text.encode() if isinstance(text, str) else text
            about = tarfile.TarInfo(name)
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    return made.getvalue()


@pytest.mark.parametrize(
    "where",
    [
        "chart",
        *(pytest.param(where, marks=pytest.mark.slow) for where in ("inner", "archive", "archive in an archive")),
        pytest.param("second stream", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize(
    "schema",
    [
        '{"properties": {"a": {"$ref": "file://OUTSIDE/word.json"}}}',
        '{"properties": {"a": {"$ref": "../../outside/word.json"}}}',
        '{"properties": {"a": {"\\u0024ref": "http://127.0.0.1:9/word.json"}}}',
        '{"properties": {"a": {"$ref": "file://OUTSIDE/word.json", "$ref": "#"}}}',
        '{"$schema": "file://OUTSIDE/word.json"}',
        '{"allOf": [{"$dynamicRef": "file://OUTSIDE/word.json"}]}',
    ],
)
def test_a_schema_of_values_refers_to_itself_only(place: Path, schema: str, where: str) -> None:
    lay(place.parent, {"outside/word.json": f'{{"const": "{MARKER}"}}'})
    schema = schema.replace("OUTSIDE", str(place.parent / "outside"))
    about = "apiVersion: v2\nname: inner\nversion: 0.1.0\n"
    lay(place, {**CHART, "chart/values.yaml": "a: 1\ninner: {a: 1}\n"})
    inner: dict[str, str | bytes] = {"inner/Chart.yaml": about, "inner/values.schema.json": schema}
    if where == "archive in an archive":
        inner = {"inner/Chart.yaml": about, "inner/charts/inner.tgz": packed(inner)}
    if where.startswith(("archive", "second")):
        whole = gzip.decompress(packed(inner))
        end = 1024 if where == "second stream" else len(whole)
        (place / "chart/charts").mkdir()
        (place / "chart/charts/inner.tgz").write_bytes(gzip.compress(whole[:end]) + gzip.compress(whole[end:]))
    else:
        folder = "chart" if where == "chart" else "chart/charts/inner"
        lay(place, {f"{folder}/values.schema.json": schema, "chart/charts/inner/Chart.yaml": about})
    code, said = scanned(place, "chart")
    assert (code, MARKER in said) == (4, False)
    assert "values.schema.json refers to another schema, which Assay does not read or download" in said


def test_a_schema_that_refers_to_itself_is_held_to(place: Path) -> None:
    draft = "http://json-schema.org/schema#"
    kinds = '"properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"type": "string"}}'
    schema = f'{{"$schema": "{draft}", {kinds}}}'
    lay(place, {**CHART, "chart/values.schema.json": schema, "chart/values.yaml": "a: text\n", "chart/files/word": "w"})
    assert scanned(place, "chart")[0] == 1
    lay(place, {"chart/values.yaml": "a: 1\n"})
    code, said = scanned(place, "chart")
    assert code == 4
    assert "got number, want string" in said


def test_a_link_that_stays_inside_is_rendered_as_what_it_leads_to(place: Path) -> None:
    lay(place, {**CHART, "common/word": "inner-word"})
    (place / "chart/files").symlink_to("../common")
    code, said = scanned(place, "chart")
    assert (code, "a-inner-word" in said) == (1, True)


@pytest.mark.parametrize("target", [".", "..", "../chart"])
def test_a_link_in_a_circle_ends(place: Path, target: str) -> None:
    lay(place, CHART)
    (place / "chart/files").symlink_to(target)
    code, said = scanned(place, "chart")
    assert code == 4
    assert "is a link to a folder that contains it" in said


@pytest.mark.slow
def test_links_that_stand_for_a_million_files_end(place: Path) -> None:
    lay(place, CHART)
    for level in range(20):
        (place / f"levels/{level}").mkdir(parents=True)
        for name in "abcd":
            (place / f"levels/{level}/{name}").symlink_to(f"../{level + 1}")
    lay(place, {"levels/20/word": "word"})
    (place / "chart/files").symlink_to("../levels/0")
    code, said = scanned(place, "chart")
    assert code == 4
    assert "links lead to more than" in said


def test_a_rendered_copy_is_gone_afterwards(place: Path, tmp_path: Path) -> None:
    lay(place, CHART)
    (tmp_path / "temporary").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
        assert assay("scan", "chart", cwd=place).returncode == 1
    assert os.listdir(tmp_path / "temporary") == []
