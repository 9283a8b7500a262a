"""The pictures of the README and the pages: made here from a scan, with `pytest tests/test_pictures.py --regold`."""

from __future__ import annotations

import io
import os
import re
import struct
import subprocess
import zlib
from hashlib import sha256
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text

from tests.command_line import assay
from tests.conftest import REPOSITORY
from tests.test_tutorial import PAGE, Made, steps

IMAGES = REPOSITORY / "docs" / "images"
_SHOWN_LINES = 34
"""Lines of the terminal output that a picture shows."""
_PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The first manifest of the tutorial, in the folder `deploy`."""
    made = next(step for step in steps(PAGE.read_text(encoding="utf-8")) if isinstance(step, Made))
    (tmp_path / made.name).parent.mkdir()
    (tmp_path / made.name).write_text(made.text, encoding="utf-8")
    return tmp_path


def test_the_terminal_picture_shows_a_scan(shop: Path, request: pytest.FixtureRequest) -> None:
    done = assay("scan", "deploy", cwd=shop, FORCE_COLOR="1", COLUMNS="100")
    lines = ["\x1b[1m$ assay scan deploy\x1b[0m", "", *done.stdout.splitlines()[:_SHOWN_LINES], "…"]
    console = Console(record=True, width=100, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi("\n".join(lines)))
    picture = console.export_svg(title="assay", unique_id="assay")
    picture = re.sub(r"\s*@font-face \{.*?\}", "", picture, flags=re.DOTALL)  # fonts that a viewer would download
    assert "url(http" not in picture
    target = IMAGES / "terminal.svg"
    if request.config.getoption("--regold"):
        IMAGES.mkdir(exist_ok=True)
        target.write_text(picture, encoding="utf-8")
    assert picture == target.read_text(encoding="utf-8")


def test_the_picture_of_a_report_is_of_this_version_of_its_page(shop: Path, request: pytest.FixtureRequest) -> None:
    target = IMAGES / "report.png"
    if request.config.getoption("--regold"):
        assay("scan", "deploy", "--framework", "soc2", "--output", "html=report.html", cwd=shop)
        command = [
            os.environ.get("ASSAY_CHROMIUM", "chromium"),
            "--headless",
            "--no-sandbox",
            "--hide-scrollbars",
            "--window-size=1280,1000",
        ]
        subprocess.run([*command, f"--screenshot={target}", str(shop / "report.html")], check=True, capture_output=True)
        target.write_bytes(with_note(target.read_bytes(), page_digest()))
    content = target.read_bytes()
    assert content.startswith(_PNG)
    assert struct.unpack(">2I", content[16:24]) == (1280, 1000)
    assert page_digest() in content, "the page has changed: renew the picture with --regold and look at it"


def page_digest() -> bytes:
    """A digest of all that the look of the report is made from."""
    parts = sorted((REPOSITORY / "templates").glob("**/*.*"))
    shown = (part for part in parts if part.suffix != ".yaml" and not part.name.startswith("control."))
    return sha256(b"".join(part.read_bytes() for part in shown)).hexdigest().encode()


def with_note(picture: bytes, note: bytes) -> bytes:
    """A PNG with a text in its metadata, before the chunk that ends it."""
    body = b"tEXtComment\0" + note
    return picture[:-12] + struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)) + picture[-12:]
