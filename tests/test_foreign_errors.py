"""What other programs and libraries say of a failure is the same in each scan of the same files."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import assay

PROGRAM = """\
#!{python}
import os, sys, tempfile, time
now = time.time()
clock = time.strftime("%H:%M:%S", time.gmtime(now)) + f".{{time.time_ns() % 1000000:06d}}"
values = {{
    "clock": clock,
    "pid": os.getpid(),
    "root": os.path.dirname(sys.argv[2]),
    "home": os.environ["HOME"],
    "address": hex(time.time_ns()),
    "port": 30000 + os.getpid() % 10000,
    "temporary": tempfile.gettempdir() + f"/kustomize-{{os.getpid()}}",
}}
sys.stderr.write({said!r} % values)
sys.exit(1)
"""
SAID = [
    (
        'E1128 %(clock)s   %(pid)d run.go:72] "command failed" err="invalid Kustomization: \\"a\\" is of no type"\n',
        'invalid Kustomization: "a" is of no type',
    ),
    (
        "# Warning: 'bases' is deprecated\nError: accumulating: failure on '%(root)s/o/b.yaml' : no such file\n",
        "accumulating: failure on 'tree/o/b.yaml' : no such file",
    ),
    ("error: the list\n  - a\n  - b\n >\n", "the list - a - b >"),
    ("2026/11/28 %(clock)s read %(home)s/settings: pid %(pid)d ended\n", "read settings: pid (number) ended"),
    (
        "panic: invalid address [addr=%(address)s]\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:3 +0x1d\n",
        "panic: invalid address [addr=(address)]",
    ),
    (
        "Error: dial tcp 127.0.0.1:%(port)d->127.0.0.1:9: connection reset\nUsage:\n  kustomize build\n",
        "dial tcp 127.0.0.1:9: connection reset Usage: kustomize build",
    ),
    ("Error: cannot write %(temporary)s/x.yaml: is full\n", "cannot write (temporary folder)/x.yaml: is full"),
    ("", "failed"),
]


def failing(folder: Path, said: str) -> dict[str, str]:
    """A tree with a kustomization that cannot be built, and an environment in which the program says why."""
    (folder / "tree/o").mkdir(parents=True)
    (folder / "tree/o/kustomization.yaml").write_text("resources: [pod.yaml]\n")
    (folder / "tree/o/pod.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n")
    program = folder / "bin/kustomize"
    program.parent.mkdir()
    program.write_text(PROGRAM.format(python=sys.executable, said=said))
    program.chmod(0o755)
    return {"PATH": str(program.parent), "TMPDIR": str(folder)}


def without_times(text: str) -> dict[str, Any]:
    """Results without the times of the run."""
    told: dict[str, Any] = json.loads(text)
    return told | {"run": {key: value for key, value in told["run"].items() if key not in ("started", "ended")}}


@pytest.mark.parametrize(("said", "expected"), SAID, ids=[expected[:30] for _, expected in SAID])
def test_two_scans_tell_a_failure_in_the_same_words(said: str, expected: str, tmp_path: Path) -> None:
    environment = failing(tmp_path, said)
    outputs = ("--output", "json=results.json", "--output", "inputs")
    texts = []
    for name in ("one", "two"):
        done = assay("scan", "tree", *outputs, cwd=tmp_path, **environment)
        assert done.returncode == 4
        texts.append((done.stdout, without_times((tmp_path / "results.json").read_text())))
        (tmp_path / "results.json").rename(tmp_path / f"{name}.json")
    assert texts[0] == texts[1]
    reasons = {item["path"]: item["reason"] for item in texts[0][1]["inputs"]}
    assert reasons["tree/o/kustomization.yaml"] == f"kustomize: {expected}"


@pytest.mark.kustomize
@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is not there; .ci/run brings one")
def test_two_scans_with_kubectl_itself_are_equal(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [pod.yaml]\nnamePrefix: 3\n")
    (tmp_path / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n")
    folder = os.path.dirname(str(shutil.which("kubectl")))
    arguments = ("scan", ".", "--output", "json", "--quiet")
    texts = [assay(*arguments, cwd=tmp_path, PATH=folder, SOURCE_DATE_EPOCH="0").stdout for _ in range(2)]
    assert texts[0] == texts[1]
    (reason,) = (item["reason"] for item in json.loads(texts[0])["inputs"] if item["path"] == "kustomization.yaml")
    assert "namePrefix" in reason
    assert not re.search(r"\d\d:\d\d:\d\d|run\.go", reason)
