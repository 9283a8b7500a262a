"""The commands of VERIFY.md, run with real programs, on a pack that is intact and on packs that are not."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.evidence.manifest import manifest_of
from scanner.evidence.reading import opened
from tests.command_line import assay
from tests.evidence_repository import build, git, make_key, make_repository

FILES, EXTRA, KEY, ATTESTATION, GIT = range(5)
"""The blocks of commands on the page."""
Said = list[tuple[int, list[str]]]
"""Exit code and lines of each block."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a repository and a signed pack of it."""
    folder = tmp_path_factory.mktemp("evidence")
    repository = make_repository(folder / "bank")
    (repository / "Gr\u00fc\u00dfe und more.yaml").write_text("a: 1\n")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "second")
    done = build(repository, folder / "pack", "--key", str(make_key(folder / "keys")))
    assert done.returncode == 0, done.stderr
    return folder


def said(page: str, pack: Path, repository: Path) -> Said:
    """What each block of the page says, in the folder that it is for."""
    found = []
    for number, commands in enumerate(re.findall(r"```sh\n(.*?)```", page, re.DOTALL)):
        place = repository if number == GIT else pack
        shell = ["bash", "-o", "pipefail", "-c", commands]
        done = subprocess.run(shell, cwd=place, capture_output=True, text=True, check=False)
        found.append((done.returncode, done.stdout.splitlines()))
    return found


def holds(blocks: Said, fingerprint: str) -> list[bool]:
    """For each block about files and signatures whether it says what the page promises for an intact pack."""
    (checked, none), (_, digests), (_, key), (_, attested) = (blocks[number] for number in range(GIT))
    return [
        checked == 0 and none == [],
        len(digests) == 2 and digests[0] == digests[1],
        key == [f"{fingerprint.removeprefix('sha256:')}  -", "Verified OK"],
        len(attested) == 3 and (attested[0], attested[2]) == ("Verified OK", "1"),
    ]


def test_the_commands_verify_a_pack(made: Path) -> None:
    pack = made / "pack"
    blocks = said((pack / "VERIFY.md").read_text(), pack, made / "bank")
    run = json.loads((pack / "run.json").read_text())
    assert holds(blocks, run["signature"]) == [True] * 4
    digest = blocks[ATTESTATION][1][1].split()[0]
    assert f"sha256:{digest}" in assay("evidence", "verify", str(pack), cwd=made).stdout
    tree, *listed = blocks[GIT][1]
    assert tree == run["repository"]["tree"]
    population = map(json.loads, (pack / "population.jsonl").read_text().splitlines())
    blobs = {f"{each['blob']}\t{each['path']}" for each in population if each["committed"]}
    assert blobs == {line.split(" ", 2)[2] for line in listed}


def _write(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    return lambda pack: (pack / name).write_bytes(change((pack / name).read_bytes()))


def _sealed_anew(pack: Path) -> None:
    _write("totals.json", lambda data: data + b"\n")(pack)
    (pack / "MANIFEST.sha256").write_bytes(manifest_of(opened(pack).content))


def _linked(pack: Path) -> None:
    shutil.move(pack / "totals.json", pack.parent / "totals.json")
    (pack / "totals.json").symlink_to("../totals.json")


def _other_key(pack: Path) -> None:
    other = make_key(pack.parent / "other")
    shutil.copy(other.with_suffix(".pub"), pack / "key.pub")


def _other_statement(pack: Path) -> None:
    path = pack / "attestation.dsse.json"
    envelope = json.loads(path.read_text())
    payload = b64decode(envelope["payload"]).replace(b"FAILED", b"PASSED")
    path.write_text(json.dumps(envelope | {"payload": b64encode(payload).decode()}, separators=(",", ":")))


CHANGES: dict[str, tuple[Callable[[Path], object], list[int]]] = {
    "a byte of a file": (_write("results.json", lambda data: data.replace(b"a", b"b", 1)), [FILES]),
    "a file is missing": (lambda pack: (pack / "population.jsonl").unlink(), [FILES, EXTRA]),
    "a file is renamed": (lambda pack: (pack / "run.json").rename(pack / "ran.json"), [FILES, EXTRA]),
    "a file is added": (lambda pack: (pack / "policy/more.yaml").touch(), [EXTRA]),
    "an empty folder is added": (lambda pack: (pack / "more").mkdir(), [EXTRA]),
    "a file is a link": (_linked, [EXTRA]),
    "a line of the manifest is missing": (
        _write("MANIFEST.sha256", lambda data: data[data.index(b"\n") + 1 :]),
        [EXTRA, KEY, ATTESTATION],
    ),
    "the manifest is written anew": (_sealed_anew, [KEY, ATTESTATION]),
    "the signature": (_write("MANIFEST.sha256.sig", lambda data: data[:-1] + bytes([data[-1] ^ 1])), [KEY]),
    "another key": (_other_key, [FILES, KEY, ATTESTATION]),
    "another statement": (_other_statement, [ATTESTATION]),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CHANGES)
def test_the_commands_find_what_verify_finds(made: Path, tmp_path: Path, name: str) -> None:
    change, expected = CHANGES[name]
    shutil.copytree(made / "pack", tmp_path / "pack")
    page = (made / "pack/VERIFY.md").read_text()
    signature = json.loads((made / "pack/run.json").read_text())["signature"]
    change(tmp_path / "pack")
    found = holds(said(page, tmp_path / "pack", made / "bank"), signature)
    assert [number for number, intact in enumerate(found) if not intact] == expected
    assert assay("evidence", "verify", str(tmp_path / "pack"), cwd=tmp_path).returncode == 1


def test_the_commands_for_git_find_another_commit(made: Path, tmp_path: Path) -> None:
    other = make_repository(tmp_path / "other")
    code, lines = said((made / "pack/VERIFY.md").read_text(), made / "pack", other)[GIT]
    assert (code == 0, [line for line in lines if " blob " in line]) == (False, [])
