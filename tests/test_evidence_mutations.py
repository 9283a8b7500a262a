"""Whatever somebody changes in a signed pack, `assay evidence verify` names the file."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.evidence.packing import write_pack
from scanner.evidence.reading import OpenedPack, opened
from scanner.evidence.signing import PublicKey, read_public_key
from scanner.evidence.verifying import verify
from tests.command_line import assay
from tests.evidence_repository import make_key, make_repository

pytestmark = pytest.mark.slow

SIGNED = ("MANIFEST.sha256", "MANIFEST.sha256.sig", "attestation.dsse.json", "attestation.sigstore.json")
OFFSETS = 200
Content = dict[str, bytes]


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_key(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def public(key: Path) -> PublicKey:
    return read_public_key(key.with_suffix(".pub"))


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory, key: Path) -> Content:
    """A pack by one rule and a small framework, so that there are few bytes to change."""
    folder = tmp_path_factory.mktemp("mutations")
    chosen = ("--framework", "owasp-mcp", "--select", "kubernetes.container-not-privileged")
    made = ("--out", str(folder / "pack"), "--key", str(key))
    assert assay("evidence", "build", *chosen, *made, cwd=make_repository(folder / "bank")).returncode == 0
    return opened(folder / "pack").content


def is_named(changed: Content, name: str, public: PublicKey) -> bool:
    return any(name in fault for fault in verify(OpenedPack(changed, []), public).faults)


def test_the_pack_is_intact(content: Content, public: PublicKey) -> None:
    assert verify(OpenedPack(content, []), public).faults == ()


def test_every_flipped_byte_is_named(content: Content, public: PublicKey) -> None:
    """Every byte of the manifest, the signatures and the envelope, and 200 offsets of each other file."""
    seed = random.Random(20)
    for name, data in content.items():
        every = range(len(data))
        for place in every if name in SIGNED else sorted(seed.sample(every, min(OFFSETS, len(data)))):
            changed = data[:place] + bytes([data[place] ^ 1 << seed.randrange(8)]) + data[place + 1 :]
            assert is_named(content | {name: changed}, name, public), (name, place)


def test_every_file_that_is_cut_off_or_longer_is_named(content: Content, public: PublicKey) -> None:
    for name, data in content.items():
        for changed in (b"", data[:-1], data[: len(data) // 2], data + b"\n", data + b"\0", data * 2):
            assert is_named(content | {name: changed}, name, public), (name, len(changed))


def test_every_removed_renamed_and_swapped_file_is_named(content: Content, public: PublicKey) -> None:
    for name in content:
        without = {other: data for other, data in content.items() if other != name}
        assert is_named(without, name, public), name
        assert is_named({**without, f"{name}~": content[name]}, name, public), name
    for name, other in itertools.combinations(content, 2):
        swapped = content | {name: content[other], other: content[name]}
        named = [each for each in (name, other) if is_named(swapped, each, public)]
        assert named == [name, other] or "MANIFEST.sha256" in named or content[name] == content[other]


def _more(content: Content) -> Iterator[str]:
    yield from (
        "more.txt",
        ".hidden",
        "MANIFEST.sha256 ",
        "manifest.sha256",
        "policy/MANIFEST.sha256",
        "a\nb",
        "\u00fc",
    )
    yield from (f"{name}.old" for name in content)


def test_every_added_file_is_named(content: Content, public: PublicKey) -> None:
    for name in _more(content):
        assert is_named(content | {name: b"x"}, name, public), name
        assert is_named(content | {name: content["run.json"]}, name, public), name


def test_every_file_that_is_a_link_is_named(content: Content, public: PublicKey, tmp_path: Path) -> None:
    write_pack(tmp_path / "pack", content.items())
    for name, data in content.items():
        path = tmp_path / "pack" / name
        path.unlink()
        (tmp_path / "real").write_bytes(data)
        path.symlink_to(tmp_path / "real")
        assert any(fault.startswith(f"{name}: a symbolic link") for fault in opened(tmp_path / "pack").faults)
        path.unlink()
        path.write_bytes(data)
    assert verify(opened(tmp_path / "pack"), public).faults == ()


def test_a_flipped_byte_of_an_archive_is_a_fault_or_changes_no_file(
    content: Content, public: PublicKey, tmp_path: Path
) -> None:
    """Some bytes of a ZIP file, such as the time of a member, are no part of a file."""
    path, seed = tmp_path / "pack.zip", random.Random(20)
    write_pack(path, [(name, data) for name, data in content.items() if len(data) < 4000])
    whole = path.read_bytes()
    before = opened(path)
    directory = whole.rindex(b"PK\1\2", 0, whole.index(b"PK\1\2") + 4)
    for place in (*range(directory, len(whole)), *seed.sample(range(directory), 2000)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << seed.randrange(8)]) + whole[place + 1 :])
        found = opened(path)
        assert found.faults or found.content == before.content or verify(found, public).faults, place
