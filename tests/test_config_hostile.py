"""An `assay.yaml` that was only found is one of the files of a stranger: it costs little, whatever stands in it."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from tests.command_line import assay

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
MOST = 10.0
"""Seconds of a processor, where a square of what a file may hold takes minutes."""


def listed(key: str, items: list[str]) -> str:
    return f"{key}: [{','.join(items)}]\n"


TEXTS = {
    "a text many times": listed("paths", ["pod.yaml"] * 100_000),
    "many texts and one twice": listed("paths", [*(f"p{each}" for each in range(100_000)), "p1"]),
    "many texts": listed("exclude", [f"e{each}" for each in range(100_000)]),
    "patterns of many stars": listed("exclude", ["'" + "*a" * 30 + f"b{each}'" for each in range(1000)]),
    "names of many stars": listed("select", ["'" + "*a" * 30 + f"b{each}'" for each in range(1000)]),
    "many reasons": listed("not_assessed", [f"{{path: 'p{each}', reason: none}}" for each in range(20_000)]),
    "many unknown keys": "".join(f"key{each}: 1\n" for each in range(50_000)),
    "many unknown rules": "rules:\n" + "".join(f"  a.rule{each}: {{enabled: true}}\n" for each in range(20_000)),
    "aliases of aliases": "a: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40)),
    "deep nesting": "paths: " + "[" * 100_000 + "\n",
    "a merge of merges": "a0: &a0 {x: 1}\n"
    + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 20)),
    "one long text": f"profile: {'x' * 900_000}\n",
    "too much": "# " + "x" * 2_000_000,
}


def processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("name", TEXTS)
def test_a_configuration_that_is_found_costs_little(tmp_path: Path, name: str) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    (tmp_path / "assay.yaml").write_text(TEXTS[name])
    before = processor()
    done = assay("scan", cwd=tmp_path)
    assert processor() - before < MOST
    assert done.returncode == (0 if name == "patterns of many stars" else 2)
    assert len(done.stderr) < 100_000
