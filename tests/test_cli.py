"""The command line as scripts meet it: exit codes, streams, errors."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from scanner import cli as main
from tests import output_formats
from tests.command_line import assay, assay_process

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - name: web
      securityContext: {privileged: true}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "pod.yaml").write_text(POD)
    return tmp_path / "work"


@pytest.mark.parametrize("output", output_formats.ALL)
def test_the_exit_code_is_the_same_for_every_output(folder: Path, output: str) -> None:
    done = assay("scan", "pod.yaml", "--output", output_formats.asked(output, folder.parent), cwd=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert any("pod.yaml" in text for text in output_formats.texts_below(folder.parent / output).values())


@pytest.mark.parametrize("output", output_formats.TEXTS)
def test_a_text_on_standard_output_is_that_in_a_file(folder: Path, output: str) -> None:
    epoch = {"SOURCE_DATE_EPOCH": "1700000000"}
    file = folder.parent / output
    text = assay("scan", "pod.yaml", "--output", output, cwd=folder, **epoch).stdout
    assay("scan", "pod.yaml", "--output", output_formats.asked(output, folder.parent), cwd=folder, **epoch)
    assert "pod.yaml" in text
    assert file.read_bytes().decode().replace(f"{output}={file}", output) == text


def test_standard_output_holds_the_report_alone(folder: Path) -> None:
    done = assay("scan", "pod.yaml", "--output", "json", cwd=folder)
    assert json.loads(done.stdout)["format"] == "assay-results/2"
    assert done.stderr == ""


def test_several_outputs_go_to_their_files(folder: Path) -> None:
    done = assay("scan", "pod.yaml", "--output", "sarif=a.sarif", "--output", "html=a.html", cwd=folder)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Failed: " in done.stderr
    assert json.loads((folder / "a.sarif").read_text())["version"] == "2.1.0"
    assert "<html" in (folder / "a.html").read_text()


def test_a_pipe_is_written_into_and_stays_a_pipe(folder: Path) -> None:
    pipe = folder.parent / "pipe"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "scanner", "scan", "pod.yaml", "--no-cache", "--output", f"json={pipe}"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL) as process:
        assert json.loads(pipe.read_text())["format"] == "assay-results/2"
    assert process.returncode == 1
    assert pipe.is_fifo()


def test_quiet_says_nothing_beside_the_reports(folder: Path) -> None:
    done = assay("scan", "pod.yaml", "--output", "json=a.json", "--quiet", cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


def test_standard_input_is_scanned(folder: Path) -> None:
    done = assay_process("scan", "-", "--output", "json", cwd=folder, stdin=POD)
    results = json.loads(done.stdout)
    assert done.returncode == 1
    assert [item["path"] for item in results["inputs"]] == ["-"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["scan", "nowhere.yaml"], "no such file"),
        (["scan", ".", "--output", "pdf"], "no output format 'pdf'"),
        (["scan", ".", "--output", "json", "--output", "sarif"], "only one --output"),
        (["scan", ".", "--output", "sarif="], "--output sarif= names no file\n  hint: name one: --output sarif=FILE"),
        (["scan", ".", "--framework", "soc3"], "did you mean soc2"),
        (["scan", ".", "--kubernetes-version", "new"], "is not a Kubernetes version"),
        (["scan", ".", "--fail-on", "none"], "--fail-on"),
        (["scan", ".", "--output", "json=no/such/folder/a.json"], "cannot write"),
        (["rules", "show", "kubernetes.container-not-priviledged"], "did you mean kubernetes.container-not-privileged"),
        (["frameworks", "show", "soc2/CC99"], "no control 'CC99'"),
        (["scan", ".", "--git-revision", "HEAD"], "not in a Git checkout"),
        (["scan", ".", "--git-revision", ""], "--git-revision is empty"),
        (["scan", ".", "--explain-inputs", "--output", "json"], "only one --output"),
        (["scan", ".", "--baseline", "a.json"], "hint: assay gate --baseline FILE compares with it"),
        (["gate", ".", "--baselines", "a.json"], "No such option"),
        (["explain", "pod.yaml"], "the place of a finding, such as pod.yaml:12"),
        (["explain", "pod.yaml:99"], "no finding at pod.yaml:99"),
        (["nonsense"], "No such command"),
    ],
)
def test_a_usage_error_exits_2_and_says_what_to_do(folder: Path, arguments: list[str], said: str) -> None:
    done = assay(*arguments, cwd=folder)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_a_fault_of_ours_exits_5(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("x")

    monkeypatch.setattr("scanner.sources.scope", broken)
    done = assay("scan", "pod.yaml", cwd=folder)
    assert done.returncode == 5
    assert "an internal error of Assay" in done.stderr


def test_the_table_shows_place_line_and_underline(folder: Path) -> None:
    lines = assay("scan", "pod.yaml", cwd=folder).stdout.splitlines()
    place = next(index for index, line in enumerate(lines) if "pod.yaml:7:25" in line)
    assert lines[place + 1].endswith("securityContext: {privileged: true}")
    start = lines[place + 1].index("privileged: true")
    assert lines[place + 2][start:] == "^" * len("privileged: true")


def test_names_in_the_table_cannot_steer_the_terminal(folder: Path) -> None:
    (folder / "pod.yaml").write_text(POD.replace("name: web\n", 'name: "\\e[2Jweb\\u202e"\n'))
    done = assay("scan", "pod.yaml", cwd=folder)
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout


def test_a_moment_that_cannot_be_read_is_a_usage_error(folder: Path) -> None:
    done = assay("scan", "pod.yaml", cwd=folder, SOURCE_DATE_EPOCH="today")
    assert (done.returncode, done.stdout) == (2, "")
    assert "SOURCE_DATE_EPOCH is not a number of seconds since 1970: 'today'" in done.stderr


def test_two_runs_of_one_moment_are_equal_byte_for_byte(folder: Path) -> None:
    runs = []
    for seed in ("1", "2"):
        (folder.parent / "out").mkdir()
        asked = [f"--output={output_formats.asked(name, Path('../out'))}" for name in output_formats.ALL]
        surroundings = {"SOURCE_DATE_EPOCH": "1700000000", "PYTHONHASHSEED": seed}
        assay_process("scan", "pod.yaml", *asked, cwd=folder, **surroundings)
        runs.append(output_formats.texts_below((folder.parent / "out").rename(folder.parent / seed)))
    assert runs[0] == runs[1]
    assert set(output_formats.TEXTS) == set(runs[0])


OF_SCANS = (
    "scanner.model",
    "scanner.scan",
    "scanner.sources",
    "scanner.gate",
    "scanner.cli.scan",
    "subprocess",
    "json",
)
HEAVY = ("jinja2", "jsonschema", "tree_sitter", "markdown_it", "rich", "yaml", "cel_expr_python")

NOT_FOR_MANIFESTS = (
    *("jinja2", "jsonschema", "tree_sitter", "markdown_it", "rich"),
    *("scanner.admission", "scanner.datafile", "scanner.documents.markdown", "scanner.documents.javascript"),
    *("scanner.engines.checkov", "scanner.facts.swarms", "scanner.policy.cel_syntax", "scanner.policy.examples"),
    *("scanner.subjects.agents.building", "scanner.subjects.agents.claude_settings", "scanner.subjects.agents.servers"),
    *("scanner.subjects.agents.codex", "scanner.subjects.agents.n8n"),
    *("scanner.rendering.alignment", "scanner.rendering.overlay_files", "scanner.reports.results"),
)
OTHER_COMMANDS = (
    *("scanner.baseline_comparison", "scanner.gate.baseline_file", "scanner.setup"),
    "scanner.cli.fix",
    "scanner.cli.frameworks",
    "scanner.cli.rules",
    "scanner.evidence",
    "scanner.fixing",
)


@pytest.mark.parametrize(
    ("arguments", "banned"),
    [
        (["--version"], (*HEAVY, *OF_SCANS)),
        (["--help"], (*HEAVY, *OF_SCANS)),
        (["scan", "pod.yaml"], (*NOT_FOR_MANIFESTS, *OTHER_COMMANDS)),
        (["hook", "pod.yaml"], (*NOT_FOR_MANIFESTS, *OTHER_COMMANDS)),
    ],
)
def test_nothing_heavy_is_imported_before_it_is_needed(
    folder: Path, arguments: list[str], banned: tuple[str, ...]
) -> None:
    assay("scan", "pod.yaml", cwd=folder)  # compiles the rules, so that the second run is the usual one
    code = (
        "import sys\n"
        f"sys.argv = {['assay', *arguments]!r}\n"
        "from scanner.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print('LOADED', [name for name in {banned!r} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "LOADED []"


def test_the_list_of_commands_tells_what_each_command_tells() -> None:
    context = click.Context(main.assay, info_name="assay", terminal_width=200, max_content_width=200)
    listed = main.assay.get_help(context).partition("Commands:")[2]
    for name in main.assay.list_commands(context):
        command = main.assay.get_command(context, name)
        assert command
        assert re.search(rf"^ +{name} +{re.escape(command.get_short_help_str(200))}$", listed, re.MULTILINE)


@pytest.mark.parametrize("command", ["scan", "hook"])
def test_facts_about_kubernetes_are_not_loaded_for_a_swarm_nor_by_the_hook(folder: Path, command: str) -> None:
    (folder / "agents.js").write_text('mcp__s__agent_spawn({name: "cto", type: "architect"})\n')
    code = (
        "import sys\n"
        "sys.modules['scanner.facts.kubernetes'] = None  # an import of it fails, in other processes too\n"
        "from scanner.cli import main\n"
        "main()\n"
    )
    expected = assay(command, "agents.js", cwd=folder).returncode  # which also keeps the compiled rules
    told = [
        subprocess.run(
            [sys.executable, "-c", code, command, name], cwd=folder, capture_output=True, text=True, check=False
        )
        for name in ("agents.js", "pod.yaml")
    ]
    assert ["scanner.facts.kubernetes" in done.stdout + done.stderr for done in told] == [False, command == "scan"]
    assert told[0].returncode == expected


def test_facts_about_kubernetes_are_loaded_before_processes_are_forked(folder: Path) -> None:
    code = (
        "import sys\n"
        "from scanner.scan import scan\n"
        "scan(sys.argv[1:], watch=lambda _: print('scanner.facts.kubernetes' in sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "pod.yaml"], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"


def test_rules_list_and_show(folder: Path) -> None:
    listed = assay("rules", "list", cwd=folder).stdout
    assert "kubernetes.container-not-privileged" in listed
    shown = assay("rules", "show", "kubernetes.container-not-privileged", cwd=folder).stdout
    assert "CKV_K8S_16" in shown
    assert "workload-least-privilege" in shown


def test_a_new_rule_fails_until_it_is_written(folder: Path) -> None:
    made = assay("rules", "new", "shop.image-ours", cwd=folder)
    assert made.returncode == 0
    assert (folder / "rules" / "shop" / "image-ours.yaml").is_file()
    tested = assay("rules", "test", "rules", cwd=folder)
    assert tested.returncode == 1
    own = (Path(__file__).parent / "own-rule.yaml").read_text()
    (folder / "rules" / "shop" / "image-ours.yaml").write_text(own)
    tested = assay("rules", "test", "rules", cwd=folder)
    assert (tested.returncode, tested.stdout) == (0, "1 rule, 0 problems\n")
    again = assay("rules", "new", "shop.image-ours", cwd=folder)
    assert again.returncode == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("startsWith('registry.shop.example/')", "startsWith('docker.io/')"), "should"),
        (("at: image\n    input", "at: name\n    input"), "should point at name"),
        (('require: "container', 'require: "containr'), "not a valid CEL expression"),
        (("subject: kubernetes.container", "subject: kubernetes.contaner"), "kubernetes.container"),
    ],
)
def test_a_rule_that_its_examples_do_not_prove_is_told(folder: Path, change: tuple[str, str], said: str) -> None:
    own = (Path(__file__).parent / "own-rule.yaml").read_text()
    assert change[0] in own
    (folder / "rules").mkdir()
    (folder / "rules" / "mine.yaml").write_text(own.replace(*change))
    done = assay("rules", "test", "rules", cwd=folder)
    assert done.returncode == 1
    assert said in done.stderr
    assert "mine.yaml:" in done.stderr


def test_frameworks_list_and_show(folder: Path) -> None:
    listed = assay("frameworks", "list", cwd=folder).stdout
    assert "pci-dss@4.0.1" in listed
    assert " 280 controls" in listed
    shown = assay("frameworks", "show", "pci-dss", cwd=folder).stdout
    assert re.search(r"^1\.4\.4 +partial +declared +\S", shown, re.MULTILINE)
    assert re.search(r"^12\.1\.1 +manual +\S", shown, re.MULTILINE)
    shown = assay("frameworks", "show", "pci-dss/1.4.4", cwd=folder).stdout
    assert "checkable: partial, shown by declared; " in shown
    assert "datastore-not-public" in shown
    shown = assay("frameworks", "show", "PSS/PSS-B-Privileged", cwd=folder).stdout
    assert "rule kubernetes.container-not-privileged (violates, high): " in shown


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_the_commit_of_what_was_scanned_is_told(folder: Path) -> None:
    git(folder, "init", "--quiet")
    git(folder, "add", "pod.yaml")
    git(folder, "commit", "--quiet", "--message", "one")
    elsewhere = folder.parent
    clean = json.loads(assay("scan", "work", "--output", "json", cwd=elsewhere).stdout)["run"]["git"]
    assert clean is None  # the folder that was scanned from is no checkout
    clean = json.loads(assay("scan", "pod.yaml", "--output", "json", cwd=folder).stdout)["run"]["git"]
    assert len(clean["commit"]) == 40
    assert clean["dirty"] is False
    (folder / "pod.yaml").write_text(POD + "\n")
    dirty = json.loads(assay("scan", "pod.yaml", "--output", "json", cwd=folder).stdout)["run"]["git"]
    assert dirty == {**clean, "dirty": True}


@pytest.mark.parametrize(
    ("name", "text", "dirty"),
    [
        ("new.yaml", POD, True),  # it is assessed
        ("assay.yaml", "profile: default\n", True),  # it decides
        ("assay-waivers.yaml", "apiVersion: assay.dev/v1\nkind: Waivers\nwaivers: []\n", True),
        ("notes.txt", "x", False),
        ("ignored.tmp", "x", False),
    ],
)
def test_a_file_that_git_does_not_track_is_a_change_if_it_decides(
    folder: Path, name: str, text: str, dirty: bool
) -> None:
    (folder / ".gitignore").write_text("*.tmp\n")
    git(folder, "init", "--quiet")
    git(folder, "add", "pod.yaml", ".gitignore")
    git(folder, "commit", "--quiet", "--message", "one")
    (folder / name).write_text(text)
    done = assay("scan", ".", "--output", "json", cwd=folder)
    assert json.loads(done.stdout)["run"]["git"]["dirty"] is dirty


def test_a_revision_is_scanned_whatever_lies_on_disk(folder: Path) -> None:
    git(folder, "init", "--quiet")
    git(folder, "add", "pod.yaml")
    git(folder, "commit", "--quiet", "--message", "one")
    (folder / "pod.yaml").write_text("x: [")
    assert assay("scan", ".", cwd=folder).returncode == 4
    done = assay("scan", ".", "--git-revision", "HEAD", "--output", "json", cwd=folder)
    results = json.loads(done.stdout)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True)
    assert done.returncode == 1
    assert results["run"]["git"] == {"commit": head.stdout.strip(), "dirty": False}
    assert [item["path"] for item in results["inputs"]] == ["pod.yaml"]
    for revision, said in (("--help", "not a Git revision"), ("nowhere", "no such Git revision: 'nowhere'")):
        done = assay("scan", "--git-revision", revision, cwd=folder)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr


def test_every_input_is_explained(folder: Path) -> None:
    (folder / "broken\x1b[2J.yaml").write_text("x: [")
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    (folder / ".gitignore").write_text("out/\n")
    (folder / ".cache").mkdir()
    (folder / "out").mkdir()
    (folder / "out" / "pod.yaml").write_text(POD)
    done = assay("scan", ".", "--exclude", "/.cache/", "--explain-inputs", cwd=folder)

    assert done.returncode == 4
    assert done.stderr == ""
    head, _, table = done.stdout.partition("\n\n")
    assert head == "configuration: options of the command line\n  exclude: /.cache/ (--exclude)"
    lines = table.splitlines()
    assert lines[0].split() == ["status", "subjects", "formats", "context", "input", "reason"]
    rows = {line[lines[0].index("input") :].split()[0]: line.split(maxsplit=5) for line in lines[1:7]}
    assert rows["pod.yaml"][0] == "assessed"
    assert rows["pod.yaml"][2:] == ["kubernetes", "live", "pod.yaml"]
    assert rows["out/"][5] == "ignored by .gitignore, although it may hold what Assay reads"
    assert rows["broken\\x1b[2J.yaml"][0] == "unreadable"
    assert rows[".cache/"][5] == "excluded by --exclude /.cache/"
    assert lines[-2:] == [
        "6 inputs: 1 assessed, 0 not-assessed, 4 skipped, 1 unreadable",
        "Incomplete: 1 input could not be read.",
    ]
    arguments = ("--exclude", ".cache", "--no-ignore", "--explain-inputs", "--output", "json=a.json")
    done = assay("scan", ".", *arguments, cwd=folder)
    assert "out/pod.yaml" in done.stdout
    assert json.loads((folder / "a.json").read_text())["summary"]["inputs"]["assessed"] == 2


def test_a_hostile_checkout_runs_nothing(folder: Path) -> None:
    git(folder, "init", "--quiet")
    (folder / ".gitattributes").write_text("* filter=evil\n")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "one")
    trap = folder.parent / "sprung"
    script = folder.parent / "trap.sh"
    script.write_text(f"#!/bin/sh\ntouch {trap}\ncat\n")
    script.chmod(0o755)
    for name in ("core.fsmonitor", "filter.evil.clean", "filter.evil.process", "diff.external"):
        git(folder, "config", name, str(script))
    trap.unlink(missing_ok=True)
    (folder / "pod.yaml").write_text(POD + "\n")
    assert assay("scan", "pod.yaml", "--output", "json", cwd=folder).returncode == 1
    assert not trap.exists()


def on_a_terminal(folder: Path, *arguments: str, patience: str) -> str:
    """What standard error shows on a terminal, with the patience of the progress display set from outside."""
    code = (
        "import sys\n"
        "import scanner.cli.progress as progress\n"
        f"progress._PATIENCE = {patience}\n"
        f"sys.argv = {['assay', *arguments]!r}\n"
        "from scanner.cli import main\n"
        "main()\n"
    )
    reader, writer = os.openpty()
    environment = {**os.environ, "TERM": "xterm"}
    command = [sys.executable, "-c", code]
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=writer, env=environment, check=False)
    os.close(writer)
    shown = b""
    while True:
        try:
            part = os.read(reader, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(reader)
    return shown.decode()


def test_a_long_scan_shows_its_progress_on_a_terminal(folder: Path) -> None:
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", on_a_terminal(folder, "scan", ".", patience="0"))
    assert re.search(r"assay: \d+ inputs 0:00:0\d", shown)
    assert "inputs" not in on_a_terminal(folder, "scan", ".", "--quiet", patience="0")
    assert "inputs" not in on_a_terminal(folder, "scan", ".", patience="999")
