"""What every output format makes of one scan that holds everything: renewed with `pytest --regold`, and read then."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest
from msgspec import Struct

from scanner import reports
from scanner.cli import outputs
from scanner.reports.format import Format, Presentation
from scanner.reports.html.page_data import view
from tests import output_formats
from tests.sample_whole import whole_scan

GOLDEN = Path(__file__).parent / "golden"

Agreed = Callable[[str, str], None]


@pytest.fixture
def agreed(request: pytest.FixtureRequest) -> Agreed:
    """Compares a text with the golden file of a name; with --regold writes it instead."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / f"whole.{name}"
        if request.config.getoption("--regold"):
            path.write_bytes(text.encode())
        assert text == path.read_bytes().decode()

    return compare


@pytest.mark.parametrize("name", output_formats.ALL)
def test_every_format_is_as_agreed(name: str, agreed: Agreed) -> None:
    text = "".join(reports.render(name, whole_scan()))
    agreed(name, outline(text) if reports.find(name).media_type == "text/html" else text)


PRESENTED = [name for name in output_formats.TEXTS if reports.find(name).present]


@pytest.mark.parametrize("name", PRESENTED)
def test_every_format_with_colours_is_as_agreed(name: str, agreed: Agreed) -> None:
    text = "".join(reports.render(name, whole_scan(), Presentation(colour=True)))
    agreed(f"{name}.coloured", text.replace("\x1b", "␛"))
    assert re.sub("\x1b\\[[0-9;]*m", "", text) == "".join(reports.render(name, whole_scan()))


@pytest.mark.parametrize("name", PRESENTED)
@pytest.mark.parametrize(
    ("way", "presentation"),
    [
        ("narrow", Presentation(width=60, unknown=True, paths=("deploy", "a b"), seconds=75.2)),
        ("statistics", Presentation(width=120, statistics=True)),
    ],
)
def test_every_presentation_is_as_agreed(name: str, way: str, presentation: Presentation, agreed: Agreed) -> None:
    text = "".join(reports.render(name, whole_scan(), presentation))
    output_formats.check_log(text)
    agreed(f"{name}.{way}", text)


def test_the_data_of_the_page_is_as_agreed(agreed: Agreed) -> None:
    text = json.dumps(plain(view(whole_scan()), set()), indent=1, ensure_ascii=False) + "\n"
    agreed("html.view", text.encode("utf-8", "backslashreplace").decode())


@pytest.mark.parametrize("name", output_formats.TEXTS)
def test_every_text_can_be_read_and_repeats(name: str) -> None:
    text = "".join(reports.render(name, whole_scan()))
    output_formats.check_inert(reports.find(name).media_type, text)
    assert text == "".join(reports.render(name, whole_scan()))


@pytest.mark.parametrize("name", output_formats.TEXTS)
def test_every_text_tells_what_was_switched_off(name: str) -> None:
    assert "kubernetes.quota" in "".join(reports.render(name, whole_scan()))


def test_every_format_is_registered() -> None:
    """A module that declares a format is one of those that `--output` names, and each name has one of its own."""
    below = walk_packages(reports.__path__, f"{reports.__name__}.")
    modules = [reports, *(import_module(found.name) for found in below)]
    declared = [module.FORMAT for module in modules if isinstance(getattr(module, "FORMAT", None), Format)]
    assert len(declared) == len(outputs.FORMATS) == len(set(outputs.FORMATS))
    assert sorted(map(id, declared)) == sorted(id(reports.find(name)) for name in outputs.FORMATS)


def test_the_readme_names_every_format(repository: Path) -> None:
    row = next(line for line in (repository / "README.md").read_text().splitlines() if "`--output FORMAT" in line)
    assert [name for name in outputs.FORMATS if not re.search(rf"`{name}[`=]", row)] == []


def plain(value: Any, seen: set[int]) -> Any:
    """A value as plain data; what was said before is named only."""
    if isinstance(value, Struct):
        name = next((getattr(value, key) for key in ("anchor", "fingerprint", "id") if hasattr(value, key)), "")
        if name and id(value) in seen:
            return f"see {name}"
        seen.add(id(value))
        return {name: plain(getattr(value, name), seen) for name in value.__struct_fields__}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return plain(value._asdict(), seen)
    if isinstance(value, dict):
        return {str(key): plain(item, seen) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    return [plain(item, seen) for item in value] if isinstance(value, list | tuple) else value


def outline(text: str) -> str:
    """The elements of a page, one on each line."""
    return "\n".join(output_formats.Page(text).outline) + "\n"
