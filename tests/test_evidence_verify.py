"""`assay evidence verify`: what is wrong with a pack is named, and other programs read what signs it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.evidence.against_git import compare
from scanner.evidence.manifest import manifest_of
from scanner.evidence.reading import OpenedPack, opened
from scanner.evidence.signing import PublicKey, read_public_key
from scanner.evidence.verifying import verify
from tests.browser import missing
from tests.command_line import Done, assay
from tests.evidence_repository import build, git, make_key, make_repository

Content = dict[str, bytes]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    make_key(folder)
    make_key(folder, "other.pem")
    return folder


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("evidence") / "bank")


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory, repository: Path, keys: Path) -> Path:
    """A signed pack as a folder and as a ZIP file, and one without a signature."""
    folder = tmp_path_factory.mktemp("packs")
    for name, more in (("signed", ["--key", str(keys / "key.pem")]), ("unsigned", [])):
        done = build(repository, folder / name, *more)
        assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(folder / "signed.zip", "w") as archive:
        for path in sorted((folder / "signed").rglob("*")):
            archive.write(path, path.relative_to(folder / "signed"))
    return folder


@pytest.fixture
def content(packs: Path) -> Content:
    return dict(opened(packs / "signed").content)


@pytest.fixture(scope="module")
def key(keys: Path) -> PublicKey:
    return read_public_key(keys / "key.pub")


def run(pack: Path, *more: str) -> Done:
    return assay("evidence", "verify", str(pack), *more, cwd=pack.parent)


def faults(content: Content, key: PublicKey | None = None) -> list[str]:
    return [*verify(OpenedPack(content, []), key).faults]


def resealed(content: Content) -> Content:
    """The files with a new manifest, as somebody writes it who does not have the key."""
    return {**content, "MANIFEST.sha256": manifest_of(content)}


@pytest.mark.parametrize("name", ["signed", "signed.zip"])
def test_a_pack_is_intact(packs: Path, keys: Path, repository: Path, name: str) -> None:
    done = run(packs / name, "--key", str(keys / "key.pub"), "--git", str(repository))
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"intact: \d+ files, sha256:[0-9a-f]{64}\n", done.stdout)


def test_without_a_key_of_the_reader_its_fingerprint_is_to_be_compared(packs: Path) -> None:
    done = run(packs / "signed")
    assert (done.returncode, "compare its fingerprint sha256:" in done.stdout) == (0, True)


def test_an_unsigned_pack_says_so_and_fails_where_a_key_is_given(packs: Path, keys: Path) -> None:
    done = run(packs / "unsigned")
    assert (done.returncode, "note: the pack is UNSIGNED" in done.stdout) == (0, True)
    done = run(packs / "unsigned", "--key", str(keys / "key.pub"))
    assert (done.returncode, "fault: the pack is UNSIGNED, and a key is given" in done.stdout) == (1, True)


def flipped(name: str) -> Callable[[Content], Content]:
    return lambda content: {**content, name: bytes([content[name][0] ^ 1]) + content[name][1:]}


def without(*names: str) -> Callable[[Content], Content]:
    return lambda content: {name: data for name, data in content.items() if name not in names}


def renamed(content: Content) -> Content:
    return {("other.json" if name == "totals.json" else name): data for name, data in content.items()}


def swapped(content: Content) -> Content:
    return content | {"results.json": content["totals.json"], "totals.json": content["results.json"]}


def edited(name: str, old: bytes, new: bytes) -> Callable[[Content], Content]:
    def change(content: Content) -> Content:
        assert old in content[name]
        return {**content, name: content[name].replace(old, new, 1)}

    return change


def spaced(name: str) -> Callable[[Content], Content]:
    """The same JSON in other bytes."""
    return lambda content: {**content, name: json.dumps(json.loads(content[name])).encode() + b"\n"}


CHANGES: dict[str, tuple[Callable[[Content], Content], str]] = {
    "flipped": (flipped("population.jsonl"), "population.jsonl: changed"),
    "truncated": (lambda content: content | {"report.html": content["report.html"][:-1]}, "report.html: changed"),
    "removed": (without("totals.json"), "totals.json: missing"),
    "added": (lambda content: content | {"more.txt": b""}, "more.txt: not in the manifest"),
    "renamed": (renamed, "totals.json: renamed to other.json"),
    "swapped": (swapped, "results.json: swapped with totals.json"),
    "no manifest": (without("MANIFEST.sha256"), "MANIFEST.sha256 is missing"),
    "manifest cut": (
        lambda content: content | {"MANIFEST.sha256": content["MANIFEST.sha256"][:-1]},
        "MANIFEST.sha256 is not a manifest: its lines are not in the order of their names, or it is cut off",
    ),
    "no signature": (without("MANIFEST.sha256.sig"), "MANIFEST.sha256.sig: missing, and run.json says"),
    "no key": (without("key.pub"), "key.pub: missing"),
    "no attestation": (without("attestation.dsse.json"), "attestation.dsse.json: missing, and run.json says"),
    "signature": (flipped("MANIFEST.sha256.sig"), "MANIFEST.sha256.sig is not a signature of MANIFEST.sha256"),
    "envelope encoded": (
        spaced("attestation.dsse.json"),
        "attestation.dsse.json is not the attestation of these files",
    ),
    "bundle encoded": (spaced("attestation.sigstore.json"), "attestation.sigstore.json is not the bundle"),
    "envelope is no JSON": (flipped("attestation.dsse.json"), "attestation.dsse.json is not an envelope"),
    "resealed": (
        lambda content: resealed(edited("totals.json", b'"fail": 1', b'"fail": 0')(content)),
        "MANIFEST.sha256.sig is not a signature of MANIFEST.sha256: the key did not make it",
    ),
    "run says unsigned": (
        lambda content: (
            content | {"run.json": re.sub(rb'"sha256:[0-9a-f]{64}"\n}', b'"UNSIGNED"\n}', content["run.json"])}
        ),
        "run.json says UNSIGNED, and there is MANIFEST.sha256.sig",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_named(content: Content, key: PublicKey, name: str) -> None:
    change, said = CHANGES[name]
    assert any(fault.startswith(said) for fault in faults(change(content), key)), faults(change(content), key)
    assert faults(change(content))


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("population.jsonl", b'"status":"assessed"', b'"status":"skipped"', "totals.json counts the inputs"),
        ("subjects.jsonl", b'{"fail":1}', b'{"pass":1}', "totals.json counts other outcomes than subjects.jsonl lists"),
        ("totals.json", b'"subjects": ', b'"subjects": 1', "totals.json counts 1"),
        (
            "results.json",
            b'"outcome":"fail"',
            b'"outcome":"pass"',
            "totals.json counts other findings than results.json",
        ),
        ("totals.json", b'"outside_scope": {\n        "fail": ', b'"outside_scope": {\n        "fail": 9', "add"),
        ("totals.json", b'"format"', b'"formats"', ""),
    ],
)
def test_numbers_that_do_not_add_up_are_named_also_under_a_new_manifest(
    packs: Path, name: str, old: bytes, new: bytes, said: str
) -> None:
    unsigned = dict(opened(packs / "unsigned").content)
    if old not in unsigned[name]:
        pytest.fail(f"{old!r} is not in {name}")
    found = faults(resealed(edited(name, old, new)(unsigned)))
    assert bool(found) == bool(said)
    assert not said or any(said in fault for fault in found), found


@pytest.mark.slow
def test_json_of_any_shape_is_a_fault_and_no_crash(packs: Path, key: PublicKey, repository: Path) -> None:
    shapes = (b"[" * 100_000, b'{"a":' * 50_000, b"null", b"[]", b"{}", b"9" * 10_000, b'"x"', b"\xff", b"", b"[null]")
    signed, unsigned = (dict(opened(packs / name).content) for name in ("signed", "unsigned"))
    for name in signed:
        for shape in shapes if name.endswith((".json", ".jsonl")) else ():
            assert faults({**signed, name: shape}, key), (name, shape[:9])
            if name in unsigned:
                assert compare({**unsigned, name: shape}, repository).faults or name not in {
                    "run.json",
                    "population.jsonl",
                }
                assert isinstance(faults(resealed({**unsigned, name: shape})), list)


def test_another_key_is_named(content: Content, keys: Path) -> None:
    other = read_public_key(keys / "other.pub")
    assert any("is signed by another key" in fault for fault in faults(content, other))


def test_the_other_form_of_a_signature_is_refused(content: Content, key: PublicKey) -> None:
    from cryptography.hazmat.primitives.asymmetric import utils

    first, second = utils.decode_dss_signature(content["MANIFEST.sha256.sig"])
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    other = utils.encode_dss_signature(first, order - second)
    assert "another form of the signature" in str(faults(content | {"MANIFEST.sha256.sig": other}, key))


def test_links_and_pipes_in_a_folder_are_named_and_not_followed(packs: Path, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(packs / "signed", pack)
    shutil.copy(pack / "totals.json", tmp_path / "totals.json")
    (pack / "totals.json").unlink()
    (pack / "totals.json").symlink_to("../totals.json")
    os.mkfifo(pack / "pipe")
    (pack / "more/empty").mkdir(parents=True)
    done = run(pack)
    assert done.returncode == 1
    assert "fault: totals.json: a symbolic link, and a pack holds regular files only" in done.stdout
    assert "fault: pipe: not a regular file" in done.stdout
    assert "fault: more/empty: an empty folder" in done.stdout


def _zip_of(path: Path, *members: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def _link() -> zipfile.ZipInfo:
    link = zipfile.ZipInfo("run.json")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    return link


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ([("../run.json", b"{}")], "a name that leads elsewhere"),
        ([("/run.json", b"{}")], "a name that leads elsewhere"),
        ([("a//run.json", b"{}")], "a name that leads elsewhere"),
        ([("a\\..\\run.json", b"{}")], "a name that leads elsewhere"),
        ([(_link(), b"/etc/passwd")], "a link or a device"),
        ([("run.json", b"0" * 50_000_000)], "it unpacks to more than 100 times its size"),
    ],
)
def test_an_archive_that_no_build_writes_is_refused_unread(
    tmp_path: Path, members: list[tuple[zipfile.ZipInfo | str, bytes]], said: str
) -> None:
    done = run(_zip_of(tmp_path / "pack.zip", *members))
    assert (done.returncode, said in done.stdout) == (1, True), done.stdout
    assert "none" in done.stdout.splitlines()[-1]


def test_a_name_twice_and_a_broken_archive_are_refused(tmp_path: Path, packs: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        _zip_of(tmp_path / "twice.zip", ("run.json", b"{}"), ("run.json", b"[]"))
    assert "a name that is there twice" in run(tmp_path / "twice.zip").stdout
    _zip_of(tmp_path / "folders.zip", ("a/", b""), ("a/b/", b""), ("c/", b""), ("c/run.json", b"{}"))
    said = run(tmp_path / "folders.zip").stdout
    assert ("a/b: an empty folder" in said, "a: an empty" in said, "c: an empty" in said) == (True, False, False)
    (tmp_path / "cut.zip").write_bytes((packs / "signed.zip").read_bytes()[:-100])
    assert "not a whole ZIP file" in run(tmp_path / "cut.zip").stdout


def test_a_pack_of_another_commit_is_named(packs: Path, tmp_path: Path) -> None:
    other = make_repository(tmp_path / "bank")
    (other / "logo.txt").write_text("y")
    git(other, "commit", "--quiet", "--all", "--message", "second", "--amend")
    git(other, "gc", "--quiet", "--prune=now")
    git(other, "reflog", "expire", "--expire=now", "--all")
    git(other, "gc", "--quiet", "--prune=now")
    done = run(packs / "signed", "--git", str(other))
    assert (done.returncode, "fault: the repository does not have the commit" in done.stdout) == (1, True)


def test_a_population_that_is_not_that_of_the_commit_is_named(packs: Path, tmp_path: Path, repository: Path) -> None:
    unsigned = dict(opened(packs / "unsigned").content)
    pack = tmp_path / "pack"
    changed = resealed(edited("population.jsonl", b'"committed":true', b'"committed":false')(unsigned))
    for name, data in changed.items():
        (pack / name).parent.mkdir(parents=True, exist_ok=True)
        (pack / name).write_bytes(data)
    done = run(pack, "--git", str(repository))
    assert (done.returncode, "says that it differs from the commit" in done.stdout) == (1, True)


def test_a_file_of_the_commit_that_the_population_leaves_out_is_named(packs: Path, repository: Path) -> None:
    content = dict(opened(packs / "unsigned").content)
    assert compare(content, repository).faults == ()
    lines = content["population.jsonl"].splitlines(keepends=True)
    content["population.jsonl"] = b"".join(line for line in lines if b"deploy/web.yaml" not in line)
    said = "deploy/web.yaml: a file of the commit that population.jsonl does not list"
    assert compare(content, repository).faults == (said,)
    for path, told in (("deploy", (said,)), ("deploy/pod.yaml", ())):
        run = json.loads(content["run.json"]) | {"paths": [path]}
        assert compare(content | {"run.json": json.dumps(run).encode()}, repository).faults == told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none"], "no such file or folder: none"),
        (["text"], "text is neither a folder nor a ZIP file"),
        (["link"], "link is a symbolic link, and Assay does not follow it"),
        (["pack", "--key", "text"], "text: it does not hold a public key in PEM"),
        (["pack", "--tsr", "text"], "--tsr and --tsa belong together"),
        (["pack", "--git", "."], "not in a Git checkout"),
        (["pack", "--reproduce"], "--reproduce needs --git"),
    ],
)
def test_wrong_usage_is_told(tmp_path: Path, packs: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "text").write_text("x")
    shutil.copytree(packs / "unsigned", tmp_path / "pack")
    (tmp_path / "link").symlink_to("pack")
    done = assay("evidence", "verify", *arguments, cwd=tmp_path)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


@pytest.mark.slow
def test_a_scan_is_repeated_in_a_clone(packs: Path, repository: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(repository), str(clone))
    done = run(packs / "signed", "--git", str(clone), "--reproduce")
    assert (done.returncode, "fault" in done.stdout) == (0, False), done.stdout
    unsigned = dict(opened(packs / "unsigned").content)
    forged = {**unsigned, "report.html": unsigned["report.html"].replace(b"privileged", b"harmless")}
    for name, data in resealed(forged).items():
        (tmp_path / "pack" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pack" / name).write_bytes(data)
    assert run(tmp_path / "pack", "--git", str(clone)).returncode == 0
    done = run(tmp_path / "pack", "--git", str(clone), "--reproduce")
    faults = [line for line in done.stdout.splitlines() if line.startswith("fault")]
    assert (done.returncode, faults) == (1, ["fault: report.html: the scan gives another file today"])
    (clone / "logo.txt").write_text("y")
    done = run(packs / "signed", "--git", str(clone), "--reproduce")
    assert (done.returncode, "--reproduce needs exactly the commit" in done.stderr) == (2, True)


@pytest.mark.slow
def test_a_scan_of_files_elsewhere_is_not_repeated(repository: Path, tmp_path: Path) -> None:
    done = build(repository, tmp_path / "pack", str(repository / "deploy"))
    assert done.returncode == 0, done.stderr
    done = run(tmp_path / "pack", "--git", str(repository), "--reproduce")
    assert f"note: the scan was not repeated: it names {repository / 'deploy'}, and not a path" in done.stdout


def test_another_program_reads_the_envelope(packs: Path, keys: Path) -> None:
    """Securesystemslib, an independent library for DSSE."""
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer._key import SSlibKey

    data = json.loads((packs / "signed" / "attestation.dsse.json").read_text())
    keyid = data["signatures"][0]["keyid"]
    public = SSlibKey(keyid, "ecdsa", "ecdsa-sha2-nistp256", {"public": (keys / "key.pub").read_text()})
    envelope = Envelope.from_dict(data)
    assert envelope.verify([public], 1)
    statement = json.loads(envelope.payload)
    assert statement["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    assert statement["predicate"]["result"] == "FAILED"


_NODE = """
const {bundleFromJSON} = require('@sigstore/bundle')
const {Verifier, toSignedEntity} = require('@sigstore/verify')
const [bundle, pem] = process.argv.slice(1).map((name) => require('fs').readFileSync(name))
const publicKey = () => ({publicKey: require('crypto').createPublicKey(pem), validFor: () => true})
const none = {certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [], publicKey}
const verifier = new Verifier(none, {tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0})
verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(bundle))))
console.log('accepted')
"""


@pytest.mark.sigstore
def test_sigstore_accepts_the_bundle_and_refuses_another(packs: Path, keys: Path, tmp_path: Path) -> None:
    modules = os.environ.get("ASSAY_SIGSTORE", "")
    if not (Path(modules) / "@sigstore/verify").is_dir() or not shutil.which("node"):
        missing("ASSAY_SIGSTORE does not name a node_modules folder with @sigstore/verify, or there is no node")

    def said(bundle: Path, key: str) -> str:
        run_it = ["node", "-e", _NODE, str(bundle), str(keys / key)]
        env = {**os.environ, "NODE_PATH": modules}
        return subprocess.run(run_it, env=env, check=False, capture_output=True, text=True).stdout.strip()

    bundle = packs / "signed" / "attestation.sigstore.json"
    assert said(bundle, "key.pub") == "accepted"
    assert said(bundle, "other.pub") == ""
    whole = json.loads(bundle.read_text())
    for changed in (whole["dsseEnvelope"], whole["dsseEnvelope"]["signatures"][0]):
        name = "payload" if "payload" in changed else "sig"
        before, data = changed[name], bytearray(b64decode(changed[name]))
        data[40] ^= 1
        changed[name] = b64encode(data).decode()
        (tmp_path / "bundle.json").write_text(json.dumps(whole))
        assert said(tmp_path / "bundle.json", "key.pub") == ""
        changed[name] = before


_IN_TOTO = """
import base64, json, sys
from google.protobuf.json_format import Parse, ParseDict
from in_toto_attestation.predicates.test_result.v0.test_result_pb2 import TestResult
from in_toto_attestation.v1.statement import Statement
from in_toto_attestation.v1 import statement_pb2
text = base64.b64decode(json.load(open(sys.argv[1]))["payload"])
statement = Statement.copy_from_pb(Parse(text, statement_pb2.Statement()))
statement.validate()
print(ParseDict(json.loads(text)["predicate"], TestResult()).result)
"""


@pytest.mark.in_toto
def test_in_toto_accepts_the_statement(packs: Path) -> None:
    python = os.environ.get("ASSAY_IN_TOTO")
    if not python:
        missing("ASSAY_IN_TOTO does not name a Python with in-toto-attestation")
    command = [python, "-I", "-c", _IN_TOTO, str(packs / "signed" / "attestation.dsse.json")]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "FAILED\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_authority(tmp_path_factory.mktemp("tsa"))


def make_authority(folder: Path) -> Path:
    """A local service for time stamps, made with openssl."""
    (folder / "tsa.cnf").write_text(
        "[ext]\nextendedKeyUsage=critical,timeStamping\nbasicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature\n"
        "[ca]\nbasicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\n"
        "[tsa]\ndefault_tsa=own\n[own]\nserial=serial\nsigner_digest=sha256\ndefault_policy=1.2.3.4\n"
        "digests=sha256\naccuracy=secs:1\nordering=no\ntsa_name=no\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n"
        "[req]\ndistinguished_name=dn\n[dn]\n"
    )
    new, signed = "-newkey rsa:2048 -nodes -config tsa.cnf", "-CA ca.pem -CAkey ca.key -CAcreateserial"
    for command in (
        f"req -x509 {new} -keyout ca.key -out ca.pem -days 3650 -subj /CN=ca -extensions ca",
        f"req {new} -keyout tsa.key -out tsa.csr -subj /CN=tsa",
        f"x509 -req -in tsa.csr {signed} -out tsa.pem -days 3650 -extfile tsa.cnf -extensions ext",
    ):
        subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)
    return folder


def stamped(authority: Path, data: Path, more: str = "") -> Path:
    (authority / "serial").write_text("01\n")
    query = f"ts -query -data {data} -sha256 -cert -out q.tsq"
    reply = f"ts -reply -config tsa.cnf -queryfile q.tsq -signer tsa.pem -inkey tsa.key {more} -out r.tsr"
    for command in (query, reply):
        subprocess.run(["openssl", *command.split()], cwd=authority, check=True, capture_output=True)
    return authority / "r.tsr"


@pytest.mark.slow
def test_a_time_stamp_is_verified(packs: Path, authority: Path, tmp_path: Path) -> None:
    trusted = ("--tsa", str(authority / "ca.pem"))
    stamp = stamped(authority, packs / "signed" / "MANIFEST.sha256")
    done = run(packs / "signed", "--tsr", str(stamp), *trusted)
    assert (done.returncode, "note: the time stamp confirms that MANIFEST.sha256 existed at 20" in done.stdout) == (
        0,
        True,
    )
    done = run(packs / "unsigned", "--tsr", str(stamp), *trusted)
    assert (done.returncode, "fault: the time stamp is for another file" in done.stdout) == (1, True)
    stamp = stamped(authority, packs / "signed" / "MANIFEST.sha256", "-chain ca.pem")
    ordered, odd = in_both_orders(authority, stamp.read_bytes())
    read = {"ordered": ordered, "odd": odd, "cut": ordered[:-20], "text": b"none"}
    for name, data in read.items():
        (tmp_path / name).write_bytes(data)
        done = run(packs / "signed", "--tsr", str(tmp_path / name), *trusted)
        said = "note: the time stamp confirms" if name == "ordered" else "note: the time stamp was not checked"
        assert (done.returncode, said in done.stdout) == (0, True), (name, done.stdout)
    check = f"openssl ts -verify -data {packs}/signed/MANIFEST.sha256 -in {tmp_path}/odd -CAfile {authority}/ca.pem"
    assert subprocess.run(check.split(), check=False, capture_output=True).returncode == 0


def in_both_orders(authority: Path, stamp: bytes) -> tuple[bytes, bytes]:
    """A time stamp with its certificates in the order that DER asks for, and in the other, which openssl reads too."""
    names = ("tsa.pem", "ca.pem")
    read = (["openssl", "x509", "-in", name, "-outform", "DER"] for name in names)
    first, second = sorted(
        subprocess.run(command, cwd=authority, check=True, capture_output=True).stdout for command in read
    )
    both = next(each for each in (first + second, second + first) if each in stamp)
    return stamp.replace(both, first + second), stamp.replace(both, second + first)
