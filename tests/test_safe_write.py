"""Whatever is written for a user: whole or not at all, and never through a link that a repository planted."""

from __future__ import annotations

import json
import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scanner import safe_write, sources
from tests import output_formats
from tests.command_line import assay, fault

pytestmark = pytest.mark.slow

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - name: web
      securityContext: {privileged: true}
"""
JOB = """\
apiVersion: batch/v1beta1
kind: CronJob
metadata: {name: report}
spec: {schedule: "0 3 * * *"}
"""
OLD = "old\n"
IDENTITIES = 70_000
"""Process ids that links are planted for: twice what a machine has where nobody raised the limit."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "pod.yaml").write_text(POD)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "victim").write_text(OLD)
    return tmp_path / "inside"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def is_untouched(folder: Path) -> bool:
    outside = folder.parent / "outside"
    return names(outside) == {"victim"} and (outside / "victim").read_text() == OLD


def test_links_that_are_planted_for_every_process_touch_nothing(folder: Path) -> None:
    for number in range(IDENTITIES):
        os.symlink("../outside/victim", folder / f".a.json.{number}")
    done = assay("scan", "pod.yaml", "--output", "json=a.json", cwd=folder)
    assert done.returncode == 1
    assert json.loads((folder / "a.json").read_text())["format"] == "assay-results/2"
    assert is_untouched(folder)


@pytest.mark.parametrize("output", output_formats.ALL)
def test_links_that_are_planted_for_this_process_touch_nothing(folder: Path, output: str) -> None:
    planted = {f".{output}.{os.getpid()}", f".{output}", f"{output}.tmp", f".{output}.tmp"}
    for name in planted:
        os.symlink("../outside/victim", folder / name)
    assert assay("scan", "pod.yaml", "--output", f"{output}={output}", cwd=folder).returncode == 1
    assert names(folder) == {"pod.yaml", output, *planted}
    assert all((folder / name).is_symlink() for name in planted)
    assert is_untouched(folder)


COMMANDS = {
    **{output: ("scan", "pod.yaml", "--output", f"{output}=TARGET") for output in output_formats.ALL},
    "export": ("rules", "export", "kubernetes.container-not-privileged", "--output", "TARGET"),
}
"""What writes where the command line says."""


PLANTED = {
    "a link to a file": ("x.txt", "x.txt", "../outside/victim"),
    "a link to nothing": ("x.txt", "x.txt", "../outside/new"),
    "a link to a device": ("x.txt", "x.txt", "/dev/null"),
    "a linked folder": ("sub/x.txt", "sub", "../outside"),
    "a linked folder on a detour": ("./../inside/sub/x.txt", "sub", "../outside"),
    "a linked folder on a whole path": ("WORK/sub/deep/x.txt", "sub", "../outside"),
}


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("planted", ["a link to a file", "a linked folder"])
def test_every_output_refuses_a_link_out_of_the_working_directory(folder: Path, name: str, planted: str) -> None:
    is_refused(folder, COMMANDS[name], *PLANTED[planted])


@pytest.mark.parametrize("planted", PLANTED)
def test_every_link_out_of_the_working_directory_is_refused(folder: Path, planted: str) -> None:
    is_refused(folder, COMMANDS["json"], *PLANTED[planted])


def is_refused(folder: Path, command: tuple[str, ...], target: str, planted: str, leads: str) -> None:
    """What a command is to write leads out of the working directory by a link, and nothing is written."""
    (folder / planted).symlink_to(leads)
    target = target.replace("WORK", str(folder))
    done = assay(*(part.replace("TARGET", target) for part in command), cwd=folder)
    assert done.returncode == 2
    assert f"cannot write {Path(target)}: {folder.resolve()}/{planted} is a symbolic link that leads out" in done.stderr
    assert "hint: remove the link, or name its target: " in done.stderr
    assert is_untouched(folder)
    assert names(folder) == {"pod.yaml", planted}


@pytest.mark.parametrize("name", ["rules", "frameworks"])
def test_a_new_file_is_not_made_through_a_link(folder: Path, name: str) -> None:
    (folder / name).symlink_to("../outside")
    identity = {"rules": "kubernetes.x", "frameworks": "acme-baseline"}[name]
    done = assay(name, "new", identity, "--folder", name, cwd=folder)
    assert done.returncode == 2
    assert "leads out of the working directory" in done.stderr
    assert is_untouched(folder)


@pytest.mark.parametrize("name", ["rules", "frameworks"])
def test_a_new_file_takes_nobodys_place(folder: Path, name: str) -> None:
    identity, file = {"rules": ("a.x", "a/x.yaml"), "frameworks": ("acme", "acme.yaml")}[name]
    assert assay(name, "new", identity, "--folder", "new/er", cwd=folder).returncode == 0
    made = folder / "new" / "er" / file
    made.write_text(OLD)
    assert f"new/er/{file} already exists" in assay(name, "new", identity, "--folder", "new/er", cwd=folder).stderr
    assert made.read_text() == OLD
    made.unlink()
    made.symlink_to("nothing")
    assert assay(name, "new", identity, "--folder", "new/er", cwd=folder).returncode == 2
    assert not made.exists()


def test_a_fix_is_not_made_through_a_linked_folder(folder: Path) -> None:
    (folder.parent / "outside" / "victim").rename(folder.parent / "outside" / "job.yaml")
    (folder.parent / "outside" / "job.yaml").write_text(JOB)
    (folder / "sub").symlink_to("../outside")
    done = assay("fix", "sub/job.yaml", cwd=folder)
    assert (folder.parent / "outside" / "job.yaml").read_text() == JOB
    assert done.returncode != 0
    assert "fixed 1 finding" not in done.stderr


def test_the_cache_is_not_written_through_a_link(folder: Path) -> None:
    (folder / "cache").symlink_to("../outside")
    done = assay("scan", "pod.yaml", cwd=folder, XDG_CACHE_HOME=str(folder / "cache"))
    assert done.returncode == 1
    assert is_untouched(folder)


@pytest.mark.parametrize(
    ("target", "link", "leads", "written"),
    [
        ("x.json", "x.json", "sub/real.json", "sub/real.json"),
        ("x.json", "x.json", "sub/new.json", "sub/new.json"),
        ("in/x.json", "in", "sub", "sub/x.json"),
        ("sub/up/x.json", "sub/up", "..", "x.json"),
        ("../outside/x.json", "../outside/x.json", "victim", "../outside/victim"),
        ("../outer/x.json", "../outer", "outside", "../outside/x.json"),
        ("../outside/x.json", "../outside/x.json", "../inside/x.json", "x.json"),
    ],
)
def test_a_link_that_stays_is_followed_and_stays(
    folder: Path, target: str, link: str, leads: str, written: str
) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "real.json").write_text(OLD)
    (folder / link).symlink_to(leads)
    assert assay("scan", "pod.yaml", "--output", f"json={target}", cwd=folder).returncode == 1
    assert os.readlink(folder / link) == leads
    assert json.loads((folder / written).read_text())["format"] == "assay-results/2"
    assert not (folder / written).is_symlink()


def test_a_link_elsewhere_that_leads_elsewhere_is_refused(folder: Path) -> None:
    (folder.parent / "linked").mkdir()
    (folder.parent / "linked" / "x.json").symlink_to("../outside/victim")
    done = assay("scan", "pod.yaml", "--output", "json=../linked/x.json", cwd=folder)
    assert done.returncode == 2
    assert is_untouched(folder)


@pytest.mark.parametrize("target", ["../outside/x.json", "OUTSIDE/x.json", "sub/../../outside/x.json"])
def test_what_the_user_names_elsewhere_is_written(folder: Path, target: str) -> None:
    (folder / "sub").mkdir()
    target = target.replace("OUTSIDE", str(folder.parent / "outside"))
    assert assay("scan", "pod.yaml", "--output", f"json={target}", cwd=folder).returncode == 1
    assert names(folder.parent / "outside") == {"victim", "x.json"}


def test_the_mode_is_the_usual_one_and_that_of_a_replaced_file_stays(folder: Path) -> None:
    before = os.umask(0o027)
    try:
        assay("scan", "pod.yaml", "--output", "json=new", cwd=folder)
        (folder / "old").write_text(OLD)
        (folder / "old").chmod(0o604)
        assay("scan", "pod.yaml", "--output", "json=old", cwd=folder)
    finally:
        os.umask(before)
    assert [stat.S_IMODE((folder / name).stat().st_mode) for name in ("new", "old")] == [0o640, 0o604]
    assert (folder / "old").read_text() != OLD


def test_a_name_of_255_bytes_is_a_target(folder: Path) -> None:
    assert assay("scan", "pod.yaml", "--output", f"json={'n' * 255}", cwd=folder).returncode == 1
    assert names(folder) == {"pod.yaml", "n" * 255}


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("json=sub", "cannot write sub: it is a folder (name a file, such as sub/NAME)"),
        ("json=.", "cannot write .: it is a folder (name a file, such as NAME)"),
        ("json=/", "cannot write /: it is a folder (name a file, such as /NAME)"),
        ("json=loop", "cannot write loop: too many levels of symbolic links"),
        ("json=pod.yaml/x", "cannot write pod.yaml/x: not a directory"),
        ("json=/dev/full", "cannot write /dev/full: no space left on device"),
        ("json=/dev/fd/99", "cannot write /dev/fd/99: bad file descriptor"),
    ],
)
def test_what_cannot_be_a_target_is_told(folder: Path, target: str, said: str) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "file").touch()
    (folder / "loop").symlink_to("loop")
    done = assay("scan", "pod.yaml", "--output", target, cwd=folder)
    assert (done.returncode, fault(done)) == (2, f"assay: {said}\n")


def in_a_shell(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """A line of bash in which `assay` is a process of its own."""
    assay_itself = f'assay() {{ "{sys.executable}" -m scanner "$@"; }}\n'
    return subprocess.run(["bash", "-c", assay_itself + line], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "line",
    [
        "assay scan pod.yaml --output json=/dev/stdout",
        "assay scan pod.yaml --output json=/dev/fd/7 7>&1",
        "assay scan pod.yaml --output json=/proc/self/fd/7 7>&1",
        "assay scan pod.yaml --output json=/dev/stderr 2>&1 --quiet",
        "assay scan pod.yaml --output json=>(cat) | cat",
        "assay scan pod.yaml --output json=/dev/stdout >out; cat out",
        "echo before >out; assay scan pod.yaml --output json=/dev/stdout >>out; tail -n +2 out",
    ],
)
def test_a_descriptor_is_written_into(folder: Path, line: str) -> None:
    done = in_a_shell(folder, line)
    assert json.loads(done.stdout)["format"] == "assay-results/2"


def test_an_export_is_written_into_a_descriptor(folder: Path) -> None:
    done = in_a_shell(folder, "assay rules export kubernetes.container-not-privileged --output /dev/stdout")
    assert "kind: ValidatingAdmissionPolicy\n" in done.stdout


@contextmanager
def file_size(most: int) -> Iterator[None]:
    """No file gets larger: what a full disk is to a program."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("before", [True, False])
def test_a_full_disk_leaves_things_as_they_were(folder: Path, command: tuple[str, ...], *, before: bool) -> None:
    if before:
        (folder / "x.txt").write_text(OLD)
    with file_size(100):
        done = assay(*(part.replace("TARGET", "x.txt") for part in command), cwd=folder)
    assert (done.returncode, fault(done).splitlines()[-1]) == (2, "assay: cannot write x.txt: file too large")
    assert names(folder) == {"pod.yaml", *(["x.txt"] if before else [])}
    if before:
        assert (folder / "x.txt").read_text() == OLD


@pytest.mark.parametrize(("command", "code"), [(("rules", "new", "a.x"), 2), (("fix", "."), 1)])
def test_a_full_disk_leaves_no_half_of_a_rule_or_a_fix(folder: Path, command: tuple[str, ...], code: int) -> None:
    (folder / "job.yaml").write_text(JOB)
    with file_size(50):
        done = assay(*command, cwd=folder)
    assert done.returncode == code
    assert "file too large" in done.stderr
    assert (folder / "job.yaml").read_text() == JOB
    assert {path for path in folder.rglob("*") if path.is_file()} == {folder / "job.yaml", folder / "pod.yaml"}


def test_a_full_file_system_leaves_things_as_they_were(folder: Path) -> None:
    small = folder / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(small)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        return  # who may not mount has the test above
    try:
        (small / "x.txt").write_text(OLD)
        for output in ("json=small/x.txt", "html=small/y.txt"):
            done = assay("scan", "pod.yaml", "--output", output, cwd=folder)
            assert (done.returncode, "no space left on device" in done.stderr) == (2, True)
            assert names(small) == {"x.txt"}
            assert (small / "x.txt").read_text() == OLD
    finally:
        subprocess.run(["umount", str(small)], check=True)


@pytest.mark.parametrize("output", output_formats.ALL)
def test_a_fault_while_a_report_is_made_leaves_nothing(
    folder: Path, output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Iterator[str]:
        yield "begun"
        raise RuntimeError("x")

    monkeypatch.setattr("scanner.reports.render", broken)
    assert assay("scan", "pod.yaml", "--output", f"{output}=x", cwd=folder).returncode == 5
    assert names(folder) == {"pod.yaml"}


_DRIVER = """\
import os, signal, sys
from scanner import reports
from scanner.cli import main

made, left = reports.render, int(sys.argv.pop(1))

def render(*given):
    for piece in made(*given):
        for number in range(3):
            sys.audit("test.piece")
            yield piece[number * len(piece) // 3 : (number + 1) * len(piece) // 3]

def ended(event, given):
    global left
    concerned = event in ("open", "os.mkdir", "os.rename", "os.rmdir") and ".assay-" in str(given)
    if event == "test.piece" or concerned:
        left -= 1
        if left == -1:
            os.kill(os.getpid(), signal.SIGTERM)

reports.render = render
sys.addaudithook(ended)
main()
"""
"""A run that is ended before one of the steps in which it writes: a piece, a file, a folder, a move."""


def ended_at(moment: int, folder: Path, *outputs: str) -> int:
    """The exit code of a run that is ended from outside before one of its steps."""
    arguments = [part for output in outputs for part in ("--output", output)]
    command = [sys.executable, "-c", _DRIVER, str(moment), "scan", "pod.yaml", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode


@pytest.mark.parametrize("moment", range(5))
def test_a_run_that_is_ended_leaves_the_old_file(folder: Path, moment: int) -> None:
    (folder / "x.html").write_text(OLD)
    assert ended_at(moment, folder, "html=x.html") == -signal.SIGTERM
    assert names(folder) == {"pod.yaml", "x.html"}
    assert (folder / "x.html").read_text() == OLD


def test_an_ignored_signal_stays_ignored(folder: Path) -> None:
    done = in_a_shell(folder, f"trap '' TERM; exec {sys.executable} -c '{_DRIVER}' 2 scan pod.yaml --output html=x")
    assert done.returncode == 1, done.stderr
    assert names(folder) == {"pod.yaml", "x"}


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a.yaml", True),
        ("./-", True),
        ("a/b/c.yaml", True),
        ("link/x", False),
        ("there", False),
        ("there/x", False),
        ("folder", False),
        ("dangling", False),
        ("../x", False),
        ("a/../../x", False),
        ("ABSOLUTE/x", False),
        ("a//b", False),
        ("", False),
        ("..", False),
        ("n" * 256, False),
    ],
)
def test_a_name_of_a_commit_stays_in_the_folder(folder: Path, name: str, *, written: bool) -> None:
    (folder / "there").write_text(OLD)
    (folder / "folder").mkdir()
    (folder / "link").symlink_to("../outside")
    (folder / "dangling").symlink_to("../outside/x")
    name = name.replace("ABSOLUTE", str(folder.parent / "outside"))
    assert safe_write.write_below(str(folder), name, b"new") == written
    assert (folder / "there").read_text() == OLD
    assert is_untouched(folder)
    if written:
        assert (folder / name).read_bytes() == b"new"


def test_a_hostile_commit_is_unfolded_within_its_folder(folder: Path) -> None:
    def git(*arguments: str, given: bytes = b"") -> bytes:
        done = subprocess.run(("git", *arguments), cwd=folder, input=given, check=True, capture_output=True)
        return done.stdout.strip()

    git("init", "--quiet", ".")
    blob = bytes.fromhex(git("hash-object", "-w", "--stdin", given=b"planted").decode())
    escaping = str(folder.parent / "outside" / "absolute").encode()
    entries = b"".join(b"100644 " + name + b"\0" + blob for name in (escaping, b"../up", b"good.yaml"))
    tree = git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", given=entries).decode()
    author = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    commit = git(*author, "commit-tree", tree, "-m", "x").decode()
    where = sources.scope([str(folder)], sources.Selection(revision=commit))
    with sources.on_disk(where) as (unfolded, _):
        found = [os.path.join(above, name) for above, _, files in os.walk(unfolded) for name in files]
        assert [os.path.basename(path) for path in found] == ["good.yaml"]
        assert not os.path.exists(os.path.join(unfolded, "..", "up"))
    assert is_untouched(folder)
