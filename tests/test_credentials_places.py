"""No credential of the table reaches an output, wherever in an input it stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from scanner.credentials.form import Form
from scanner.credentials.table import FORMS
from tests import output_formats
from tests.command_line import assay
from tests.examples import drawn, secrets_of
from tests.places import DOCUMENTS, FILES

OUTPUTS = [name for name in output_formats.ALL if name != "table"]
FURTHER = (
    ("scan", ".", "--explain-inputs"),
    ("fix", ".", "--diff", "--unsafe"),
    ("scan", ".", "--profile=opinion"),
)
EVIDENCE = ("evidence", "build", ".", "--framework=soc2", "--out=../out/pack")
"""It takes longer than all outputs, and is made of the same findings, so it is built for a few places only."""
ONE_LINE = [form for form in FORMS if "\n" not in form.example]
_MOST = 200
"""Bytes of a file's name, with room for an ending."""


def said(folder: Path, outputs: Iterable[str], *further: tuple[str, ...]) -> str:
    """Everything that a scan of a folder says in some outputs, and further commands there; each word once."""
    out = folder.parent / "out"
    out.mkdir()
    asked = [f"--output={output_formats.asked(name, out)}" for name in outputs]
    runs = [assay(*command, cwd=folder) for command in (("scan", ".", *asked, "--output=table"), *further)]
    assert {done.returncode for done in runs} <= {0, 1, 4}, [done.stderr[-2000:] for done in runs]
    files = (path.read_text("utf-8", "replace") for path in sorted(out.rglob("*")) if path.is_file())
    text = "\n".join((*(done.stdout + done.stderr for done in runs), *files))
    return "\n".join(set(text.split()))


def told(forms: Iterable[Form], text: str) -> list[str]:
    """The forms of which something stands in a text."""
    return [
        form.id
        for form in forms
        for secret in secrets_of(form)
        if secret in text or json.dumps(secret)[1:-1] in text or secret.lower() in text
    ]


def lay_out(folder: Path, forms: Iterable[Form], place: Callable[[str], str]) -> None:
    folder.mkdir(exist_ok=True)
    documents = (place(drawn(form.example)) for form in forms)
    (folder / f"{len(list(folder.iterdir()))}.yaml").write_text("\n---\n".join(documents))


@pytest.mark.slow
def test_every_form_in_some_places_reaches_no_output(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for place in ("name of a pod", "subject of a binding"):
        lay_out(folder, FORMS, DOCUMENTS[place])
    text = said(folder, ("json", "sarif"), EVIDENCE)
    assert "\u2022\u2022\u2022\u20221" in text
    assert told(FORMS, text) == []


@pytest.mark.slow
@pytest.mark.parametrize("place", DOCUMENTS)
def test_every_form_in_a_place_of_a_document_reaches_no_output(tmp_path: Path, place: str) -> None:
    lay_out(tmp_path / "in", FORMS, DOCUMENTS[place])
    assert told(FORMS, said(tmp_path / "in", OUTPUTS, *FURTHER)) == []


@pytest.mark.slow
@pytest.mark.parametrize("place", FILES)
def test_every_form_in_a_file_reaches_no_output(tmp_path: Path, place: str) -> None:
    ending, text = FILES[place]
    folder = tmp_path / "in"
    folder.mkdir()
    for number, form in enumerate(FORMS):
        (folder / f"{number}{ending}").write_text(text(drawn(form.example)))
    assert told(FORMS, said(folder, OUTPUTS, *FURTHER)) == []


@pytest.mark.slow
def test_every_form_as_the_name_of_a_file_or_folder_reaches_no_output(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    fitting = [form for form in ONE_LINE if "/" not in drawn(form.example) and len(drawn(form.example)) < _MOST]
    for form in fitting:
        below = folder / drawn(form.example)
        below.mkdir()
        (below / f"{drawn(form.example)}.yaml").write_text(DOCUMENTS["image"]("web"))
        (below / f"{drawn(form.example)}-broken.yaml").write_text("x: [\n")
    assert told(fitting, said(folder, OUTPUTS, *FURTHER, EVIDENCE)) == []


@pytest.mark.slow
def test_every_form_in_an_environment_file_or_a_daemon_reaches_no_output(tmp_path: Path) -> None:
    examples = [drawn(form.example) for form in ONE_LINE]
    folder = tmp_path / "in"
    folder.mkdir()
    lines = (f"A{number}={text}\nexport B{number}='{text}' # {text}\n{text}=a" for number, text in enumerate(examples))
    (folder / "web.env").write_text("\n".join(lines))
    (folder / "compose.yaml").write_text("services: {web: {image: 'a:1', env_file: web.env}}\n")
    daemon = {"insecure-registries": examples, "hosts": [f"tcp://{text}" for text in examples]}
    (folder / "daemon.json").write_text(json.dumps(daemon))
    text = said(folder, OUTPUTS, *FURTHER, EVIDENCE)
    assert "env-file-without-credentials" in text
    assert told(ONE_LINE, text) == []
