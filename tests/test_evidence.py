"""`assay evidence build`: what a pack holds, and that two builds of one commit are equal."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from scanner.evidence.names import file_names
from tests.command_line import assay, assay_process, fault
from tests.evidence_repository import FILES, PASSWORD, RENDERED, SELECT, TOKEN, build, git, make_key, make_repository

CHANGING = {"run.json", "MANIFEST.sha256", "MANIFEST.sha256.sig", "attestation.dsse.json", "attestation.sigstore.json"}


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_key(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("evidence") / "bank")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory, repository: Path, key: Path) -> Path:
    target = tmp_path_factory.mktemp("packs") / "pack"
    done = build(repository, target, "--key", str(key), "--actor", "Ada", GITHUB_ACTIONS="true", GITHUB_ACTOR="octo")
    assert done.returncode == 0, done.stderr
    return target


def read(pack: Path, name: str) -> Any:
    text = (pack / name).read_text()
    return [json.loads(line) for line in text.splitlines()] if name.endswith("l") else json.loads(text)


def files(pack: Path) -> dict[str, bytes]:
    return {path.relative_to(pack).as_posix(): path.read_bytes() for path in pack.rglob("*") if path.is_file()}


def test_the_manifest_lists_every_file_in_the_order_of_its_bytes(pack: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "MANIFEST.sha256"], cwd=pack, check=True)
    names = [line[66:] for line in (pack / "MANIFEST.sha256").read_text().splitlines()]
    assert names == sorted(names, key=str.encode)
    assert {*names} == {*files(pack)} - CHANGING | {"run.json"}


def test_the_record_says_who_ran_what_on_which_commit(pack: Path, repository: Path) -> None:
    run = read(pack, "run.json")
    assert run["repository"] == {
        "commit": git(repository, "rev-parse", "HEAD"),
        "tree": git(repository, "rev-parse", "HEAD^{tree}"),
        "committed": "2026-11-20T10:00:00Z",
        "address": "https://git.example/bank.git",
        "branch": "main",
        "prefix": "",
        "dirty": [],
    }
    assert run["actor"]["name"] == "Ada"
    assert run["actor"]["details"] == {"service": "GitHub Actions", "GITHUB_ACTOR": "octo"}
    assert run["verdict"]["exit_code"] == 4
    assert run["frameworks"] == ["soc2@2017"]
    assert run["arguments"][:2] == ["evidence", "build"]
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", run["signature"])


def test_the_record_says_who_wrote_the_files_that_decided(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "bank")
    (repository / "assay.yaml").write_text("kubernetes-version: '1.30'\n")
    (repository / "scope.yaml").write_text("soc2: {not-applicable: {'P*': 'no personal data is processed here'}}\n")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "settings")
    with (repository / "scope.yaml").open("a") as file:
        file.write("# not committed\n")
    arguments = ("--config", str(repository / "assay.yaml"), "--scope", "scope.yaml")
    assert build(repository, tmp_path / "pack", *arguments, HOME=str(tmp_path)).returncode == 0
    run = read(tmp_path / "pack", "run.json")
    commit = git(repository, "rev-parse", "HEAD")
    by = {"commit": commit, "author": "Ada <ada@bank.example>", "date": "2026-11-20"}
    files = {each["kind"]: each for each in run["settings_files"]}
    assert files["configuration"]["lines_by"] == [{"lines": 1, **by}]
    assert files["scope"]["lines_by"][0] == {"lines": 1, **by}
    assert files["scope"]["lines_by"][1]["commit"] == ""
    assert files["scope"]["sha256"] == sha256((repository / "scope.yaml").read_bytes()).hexdigest()
    values = run["configuration"]["values"]
    assert (values["profile"]["value"], values["kubernetes-version"]["value"]) == ("strict", "1.30")
    assert run["folder"] == "~/bank"
    assert run["arguments"][-4:] == ["--config", "~/bank/assay.yaml", "--scope", "scope.yaml"]
    assert values["file"]["path"] == files["configuration"]["path"] == "~/bank/assay.yaml"


def test_every_file_is_in_the_population_with_its_blob(pack: Path, repository: Path) -> None:
    population = {each["path"]: each for each in read(pack, "population.jsonl")}
    for name in FILES:
        assert population[name]["blob"] == git(repository, "rev-parse", f"HEAD:{name}")
        assert population[name]["committed"]
    assert population["deploy/broken.yaml"]["status"] == "unreadable"
    assert population["deploy/broken.yaml"]["reason"]
    assert population["logo.txt"]["status"] == "skipped"


def test_every_subject_has_its_outcomes_and_all_numbers_add_up(pack: Path) -> None:
    rows = read(pack, "subjects.jsonl")
    outcome = {row["name"]: row["outcomes"].get("kubernetes.container-not-privileged") for row in rows}
    assert {"pass": 1} in outcome.values()
    assert {"fail": 1} in outcome.values()
    totals = read(pack, "totals.json")
    sums: dict[str, int] = {}
    for row in rows:
        for counts in row["outcomes"].values():
            for name, number in counts.items():
                sums[name] = sums.get(name, 0) + number
    assert sums == {name: number for name, number in totals["outcomes"]["evaluated"].items() if number}
    assert totals["subjects"] == len(rows)
    assert totals["inputs"]["total"] == len(read(pack, "population.jsonl"))
    assert totals["findings"]["failed"] == sum(
        each["outcome"] == "fail" for each in read(pack, "results.json")["findings"]
    )


def test_only_the_record_holds_times_arguments_and_paths_of_the_machine(pack: Path, repository: Path) -> None:
    own = {name: data.decode() for name, data in files(pack).items() if name not in CHANGING}
    for name, text in own.items():
        if name.startswith(("policy/rules", "policy/frameworks")):
            continue
        assert str(repository.parent) not in text, name
        assert "--actor" not in text, name
        times = {*re.findall(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?", text)}
        assert times <= ({"2026-11-20T10:00:00Z"} if name.startswith(("oscal/", "gemara/")) else set()), name
    assert read(pack, "results.json")["run"]["pack"] == {
        "record": "run.json",
        "signature": read(pack, "run.json")["signature"],
    }


def test_no_file_holds_a_credential(pack: Path) -> None:
    for name, data in files(pack).items():
        assert TOKEN.encode() not in data, name
        assert PASSWORD.encode() not in data, name


def test_two_builds_of_one_commit_differ_in_the_record_and_what_is_made_from_it(
    pack: Path, tmp_path: Path, key: Path
) -> None:
    other = make_repository(tmp_path / "elsewhere" / "clone")
    done = build(other, tmp_path / "second", "--key", str(key), "--jobs", "3", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    first, second = files(pack), files(tmp_path / "second")
    assert {name for name in first | second if first.get(name) != second.get(name)} <= CHANGING


WAIVERS = """\
apiVersion: assay.dev/v1
kind: Waivers
approvers: ["@ben"]
waivers:
  - {id: W-1, rule: kubernetes.container-not-privileged, type: risk-accepted, residual-risk: It is for the migration.,
     resource: {kind: Pod, namespace: shop, name: api, container: api}, evidence: true, requester: "@ana",
     path: deploy/pod.yaml, approver: "@ben", approved: "2026-11-01", expires: "2027-02-28", ticket: S-1,
     reason: The container manages the devices of the node until the driver is replaced.}
"""


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of two commits with a chart, an overlay and a waiver."""
    repository = make_repository(
        tmp_path_factory.mktemp("history") / "bank", {**RENDERED, "assay-waivers.yaml": WAIVERS}
    )
    (repository / "logo.txt").write_text("y")
    git(repository, "commit", "--quiet", "--all", "--message", "second")
    return repository


def _in_another_order(repository: Path) -> None:
    """Write every file anew, in another order."""
    names = [path for path in sorted(repository.rglob("*")) if path.is_file() and ".git" not in path.parts]
    contents = {path: path.read_bytes() for path in names}
    random.Random(20).shuffle(names)
    for path in names:
        path.unlink()
    for path in names:
        path.write_bytes(contents[path])


@pytest.mark.slow
def test_two_builds_are_equal_whatever_the_machine(history: Path, tmp_path: Path, key: Path) -> None:
    """Other folders, orders of files, processes, hash seeds, time zones, languages, masks, home folders, checkouts."""
    chosen = [part for rule in SELECT for part in ("--select", rule)]
    made = ("evidence", "build", ".", "--framework", "soc2", *chosen, "--today", "2026-11-30", "--key", str(key))
    usual = os.umask(0o022)
    packs: list[dict[str, bytes]] = []
    try:
        for number, (umask, jobs, environment) in enumerate(
            [
                (0o022, "1", {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C.UTF-8"}),
                (0o077, "3", {"PYTHONHASHSEED": "2", "TZ": "Asia/Kolkata", "LC_ALL": "C", "HOME": "/nonexistent"}),
                (0o002, "2", {"PYTHONHASHSEED": "3", "TZ": "America/St_Johns", "LC_ALL": "tr_TR.UTF-8"}),
            ]
        ):
            os.umask(umask)
            clone = tmp_path / ("deep/\u00fc er/" * number) / f"clone{number}"
            git(tmp_path, "clone", "--quiet", f"file://{history}", str(clone))
            _in_another_order(clone)
            out = tmp_path / f"pack{number}"
            done = assay_process(*made, "--out", str(out), "--jobs", jobs, cwd=clone, **environment)
            assert done.returncode == 0, done.stderr
            packs.append(files(out))
    finally:
        os.umask(usual)
    git(tmp_path / "clone0", "worktree", "add", "--quiet", str(tmp_path / "tree"))
    for folder, more in (("clone0", ("--git-revision", "HEAD")), ("tree", ())):
        out = tmp_path / f"pack of {folder}"
        done = assay(*made, "--out", str(out), *more, cwd=tmp_path / folder)
        assert done.returncode == 0, done.stderr
        packs.append(files(out))
    assert {b"rendered with" in packs[0]["population.jsonl"], b"W-1" in packs[0]["results.json"]} == {True}
    for pack in packs[1:]:
        assert {name for name in pack | packs[0] if pack.get(name) != packs[0].get(name)} <= CHANGING


@pytest.mark.slow
def test_a_shallow_clone_differs_in_who_wrote_a_waiver_only(history: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{history}", str(tmp_path / "shallow"))
    for repository, out in ((history, "whole"), (tmp_path / "shallow", "part")):
        assert build(repository, tmp_path / out, "--today", "2026-11-30").returncode == 0
    whole, part = files(tmp_path / "whole"), files(tmp_path / "part")
    told = {"results.json", "results.sarif", "report.html", "VERIFY.md"}
    told |= {"oscal/assessment-results.json", "oscal/poam.json"}  # they hold the digests of these
    differing = {name for name in whole | part if whole.get(name) != part.get(name)} - CHANGING
    assert {name for name in differing if not name.startswith("controls/")} <= told
    page, other = (pack["controls/soc2-2017/CC6.1.html"].decode() for pack in (whole, part))
    assert " by Ada &lt;ada@bank.example&gt;, not signed)" in page
    assert re.sub(r" \(commit [^)]*\)", "", page) == other
    results = [json.loads(pack["results.json"]) for pack in (whole, part)]
    assert [bool(each["waivers"][0].pop("origin", None)) for each in results] == [True, False]
    assert results[0] == results[1]


def test_a_pack_without_a_key_says_unsigned_everywhere(repository: Path, tmp_path: Path) -> None:
    done = build(repository, tmp_path / "pack.zip")
    assert done.returncode == 0, done.stderr
    assert "UNSIGNED" in done.stderr
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        for name in ("run.json", "results.json", "VERIFY.md", "report.html"):
            assert b"UNSIGNED" in archive.read(name), name
        assert "MANIFEST.sha256" in archive.namelist()
        assert not {"key.pub", *CHANGING} & {*archive.namelist()} - {"run.json", "MANIFEST.sha256"}


def test_a_program_can_sign(repository: Path, tmp_path: Path, key: Path) -> None:
    program = f"openssl dgst -sha256 -sign {key}"
    public = ("--public-key", str(key.with_suffix(".pub")))
    done = build(repository, tmp_path / "pack", "--key-command", program, *public)
    assert done.returncode == 0, done.stderr
    check = ["openssl", "dgst", "-sha256", "-verify", "key.pub", "-signature", "MANIFEST.sha256.sig", "MANIFEST.sha256"]
    assert subprocess.run(check, cwd=tmp_path / "pack", capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--key", "KEYS/none.pem"), "KEYS/none.pem: cannot be read: no such file or directory"),
        (("--key", "KEYS/link.pem"), "KEYS/link.pem: not a regular file"),
        (("--key", "KEYS/key.pub"), "KEYS/key.pub: it does not hold a private key in PEM"),
        (("--key", "KEYS/other.pem"), "KEYS/other.pem: it is not an ECDSA key on the curve P-256"),
        (("--key", "KEYS/key.pem", "--key-command", "x"), "--key and --key-command cannot be combined"),
        (("--key-command", "false"), "--key-command and --public-key belong together"),
        (("--key-command", "false", "--public-key", "KEYS/key.pub"), "--key-command failed with exit code 1"),
        (("--key-command", "cat", "--public-key", "KEYS/key.pub"), "--key-command did not print an ECDSA signature"),
        (
            ("--key-command", "openssl dgst -sha256 -sign KEYS/second.pem", "--public-key", "KEYS/key.pub"),
            "the signature that --key-command printed does not fit to the public key",
        ),
        (("--git-revision", "nothing"), "no such Git revision: 'nothing'"),
        (("-",), "a pack needs files and folders"),
    ],
)
def test_wrong_usage_is_told_and_nothing_is_written(
    repository: Path, tmp_path: Path, key: Path, more: tuple[str, ...], said: str
) -> None:
    make_key(key.parent, "other.pem", "secp384r1")
    make_key(key.parent, "second.pem")
    if not (key.parent / "link.pem").is_symlink():
        (key.parent / "link.pem").symlink_to("key.pem")
    keys = str(key.parent)
    done = build(repository, tmp_path / "pack", *(part.replace("KEYS", keys) for part in more))
    assert done.returncode == 2
    assert said.replace("KEYS", keys) in fault(done)
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("target", ["full", "pack.zip", "link"])
def test_what_is_there_is_not_overwritten(repository: Path, tmp_path: Path, target: str) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    (tmp_path / "pack.zip").touch()
    (tmp_path / "link").symlink_to("full")
    done = build(repository, tmp_path / target)
    assert done.returncode == 2
    assert {path.name for path in tmp_path.rglob("*")} == {"full", "file", "pack.zip", "link"}


def test_a_framework_is_needed(repository: Path, tmp_path: Path) -> None:
    done = assay("evidence", "build", ".", "--out", str(tmp_path / "pack"), cwd=repository)
    assert (done.returncode, "no framework is named" in done.stderr) == (2, True)


def test_dirty_files_are_named_and_not_counted_as_committed(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "bank")
    (repository / "deploy" / "web.yaml").write_text(FILES["deploy/web.yaml"] + "# changed\n")
    (repository / "deploy" / "new.yaml").write_text(FILES["deploy/web.yaml"])
    assert build(repository, tmp_path / "pack").returncode == 0
    assert read(tmp_path / "pack", "run.json")["repository"]["dirty"] == ["deploy/new.yaml", "deploy/web.yaml"]
    committed = {each["path"]: each["committed"] for each in read(tmp_path / "pack", "population.jsonl")}
    assert (committed["deploy/pod.yaml"], committed["deploy/web.yaml"], committed["deploy/new.yaml"]) == (
        True,
        False,
        False,
    )


def test_a_build_starts_no_program_of_the_checkout(tmp_path: Path) -> None:
    """The settings of the checkout, and of a repository in it, name programs for whatever Git may look at."""
    repository = make_repository(tmp_path / "bank", {".gitattributes": "* filter=bank\n"})
    inner = make_repository(repository / "inner", {".gitattributes": "* filter=inner\n"})
    git(repository, "add", "inner")
    git(repository, "commit", "--quiet", "--message", "second")
    head, _, message = git(repository, "cat-file", "commit", "HEAD").partition("\n\n")
    (tmp_path / "commit").write_text(f"{head}\ngpgsig -----BEGIN PGP SIGNATURE-----\n x\n\n{message}\n")
    signed = git(repository, "hash-object", "-t", "commit", "-w", str(tmp_path / "commit"))
    git(repository, "update-ref", "HEAD", signed)
    (tmp_path / "evil.sh").write_text(f"#!/bin/sh\ntouch {tmp_path}/started\ncat\n")
    (tmp_path / "evil.sh").chmod(0o755)
    for folder in (repository, inner):
        (folder / "logo.txt").write_text("z")
        git(folder, "config", "log.showSignature", "true")
        for name in ("gpg.program", "core.fsmonitor", f"filter.{folder.name}.clean", "diff.external", "core.pager"):
            git(folder, "config", name, str(tmp_path / "evil.sh"))
    assert build(repository, tmp_path / "pack").returncode == 0
    assert read(tmp_path / "pack", "run.json")["repository"]["commit"] == signed
    assert not (tmp_path / "started").exists()


def test_files_outside_of_git_make_a_pack_too(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "web.yaml").write_text(FILES["deploy/web.yaml"])
    done = build(tmp_path / "files", tmp_path / "pack", GIT_CEILING_DIRECTORIES=os.fspath(tmp_path))
    assert done.returncode == 0, done.stderr
    assert read(tmp_path / "pack", "run.json")["repository"] is None


def test_names_of_files_stay_apart() -> None:
    assert file_names(["LLM06:2025", "LLM06/2025", "llm06-2025", "..", ""]) == {
        "LLM06:2025": "LLM06-2025",
        "LLM06/2025": "LLM06-2025~2",
        "llm06-2025": "llm06-2025~3",
        "..": "unnamed",
        "": "unnamed~2",
    }
