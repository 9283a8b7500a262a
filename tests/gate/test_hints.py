"""The commands that the gate gives where a base is missing bring it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from scanner import late
from tests.command_line import assay
from tests.gate.mutation import Repository, without_service
from tests.gate.trees import POD

pytestmark = pytest.mark.slow
_COMMAND = late.regex(r"hint: .*?(git [^`\n]*?)(?:`|, and compare with it: (.*)|$)", re.MULTILINE)


@pytest.mark.parametrize("base", [(), ("--base", "main"), ("--base", "origin/main")], ids=" ".join)
@pytest.mark.parametrize("how", [("--depth", "1"), ("--single-branch",), ("--depth", "1", "--no-single-branch")])
def test_one_command_is_enough(base: tuple[str, ...], how: tuple[str, ...], tmp_path: Path) -> None:
    origin = Repository(tmp_path / "origin", {"pod.yaml": POD})
    origin.commit()
    clone = origin.clone(*how)
    origin.git("checkout", "--quiet", "main")
    environment = without_service()
    done = assay("gate", *base, cwd=clone.folder, **environment)
    if done.returncode == 2:
        found = _COMMAND.search(done.stderr)
        assert found, done.stderr
        subprocess.run(found[1], shell=True, check=True, cwd=clone.folder, capture_output=True)
        done = assay("gate", *(found[2].split() if found[2] else base), cwd=clone.folder, **environment)
    assert done.returncode == 0, done.stderr
    assert "compared" in done.stdout
