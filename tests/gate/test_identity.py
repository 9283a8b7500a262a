"""Which of several findings is new, fixed or worse, and what is said of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.gate.mutation import Repository, judged, paths
from tests.gate.trees import NETWORK, SHOP, TWINS, UNDECIDED, WEB

Place = tuple[str, int]
Finding = dict[str, Any]


@pytest.fixture
def tree(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository", SHOP)


def results(tree: Repository) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(judged(tree).stdout)
    return said


def places(findings: list[Finding], state: str) -> list[Place]:
    return [
        (each["location"]["path"], each["location"]["line"]) for each in findings if each.get("baseline_state") == state
    ]


def test_the_copy_is_new_and_not_the_original(tree: Repository) -> None:
    tree.copy("shop/web.yaml", "another/web.yaml")  # before the original, in the order of names
    found = results(tree)["findings"]
    assert {path for path, _ in places(found, "new")} == {"another/web.yaml"}
    assert {path for path, _ in places(found, "unchanged")} == {"shop/web.yaml", "shop/access.yaml"}


@pytest.mark.parametrize("path", ["other/web.yaml", "shop/web.yaml"])
def test_the_copy_that_was_deleted_is_fixed(path: str, tmp_path: Path) -> None:
    tree = Repository(tmp_path / "repository", TWINS)
    tree.delete(path)
    assert {where for where, _ in places(results(tree)["comparison"]["gone"], "fixed")} == {path}


def test_of_two_equal_faults_the_added_one_is_new(tree: Repository) -> None:
    text = WEB.replace("      volumes:\n", "      volumes:\n        - name: also\n          hostPath: {path: /etc}\n")
    tree.write("shop/web.yaml", text)
    line = text.splitlines().index("        - name: also") + 2
    assert places(results(tree)["findings"], "new") == [("shop/web.yaml", line)]


def test_a_rule_of_a_role_that_is_inserted_is_new(tree: Repository) -> None:
    added = '  - apiGroups: [""]\n    resources: [secrets, pods]\n    verbs: [watch]\n'
    tree.edit("shop/access.yaml", "rules:\n", f"rules:\n{added}")
    assert places(results(tree)["findings"], "new") == [("shop/access.yaml", 8)]


def test_a_fault_in_another_container_is_new(tree: Repository) -> None:
    tree.edit("shop/web.yaml", "privileged: true", "privileged: null")
    tree.edit("shop/web.yaml", "privileged: false", "privileged: true")
    said = results(tree)
    assert len(places(said["findings"], "new")) == len(places(said["comparison"]["gone"], "fixed")) == 1


def test_what_moved_and_cannot_be_judged_any_more_is_out_of_sight(tmp_path: Path) -> None:
    tree = Repository(tmp_path / "repository", {"web.yaml": WEB})
    tree.edit("web.yaml", "kind: Deployment", "kind: StatefulSet")
    tree.write("policy.yaml", UNDECIDED)
    done = judged(tree)
    assert done.returncode == 1
    states = {each["rule"]: each["baseline_state"] for each in json.loads(done.stdout)["findings"]}
    assert states["kubernetes.workload-selected-by-network-policy"] == "out-of-sight"
    assert states["kubernetes.container-not-privileged"] == "moved"


def test_a_cause_is_in_the_namespace_of_the_finding(tree: Repository) -> None:
    tree.delete("shop/network.yaml")
    tree.write("other/network.yaml", NETWORK.replace("shop", "other"))
    (new,) = (each for each in results(tree)["findings"] if each["baseline_state"] == "new")
    assert new["cause"] == "NetworkPolicy deny deleted (shop/network.yaml)"


def test_an_object_is_not_the_cause_of_its_own_finding(tree: Repository) -> None:
    tree.edit("shop/web.yaml", "namespace: shop", "namespace: store")
    (new,) = (each for each in results(tree)["findings"] if each["baseline_state"] == "new")
    assert "cause" not in new


def test_a_path_on_neither_side_is_refused_before_anything_is_scanned(tree: Repository) -> None:
    done = judged(tree, paths("shop", "none.yaml"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "no such file or folder, here or on the base: none.yaml" in done.stderr


def test_a_link_in_place_of_a_manifest_is_named(tree: Repository) -> None:
    tree.delete("shop/web.yaml")
    (tree.folder / "shop" / "web.yaml").symlink_to("../../web.yaml")
    said = results(tree)
    assert said["verdict"]["reason"] == "Incomplete: 1 input could not be read."
    (lost,) = (each for each in said["inputs"] if each["path"] == "shop/web.yaml")
    assert (lost["status"], lost["reason"]) == (
        "unreadable",
        "a symbolic link, in place of what was assessed on the base",
    )


_OPEN = """\
apiVersion: v1
kind: Pod
metadata: {{name: svc}}
spec:
  containers:
    - {{name: a, image: b:1, securityContext: {{privileged: {0}}}}}
"""


@pytest.mark.parametrize("other", ["b/pod.yaml", "README.md"])
def test_a_fault_that_goes_from_one_copy_to_another_is_new(other: str, tmp_path: Path) -> None:
    def told(privileged: str, path: str) -> str:
        text = _OPEN.format(privileged)
        return f"# Page\n\n```yaml\n{text}```\n" if path.endswith(".md") else text

    tree = Repository(tmp_path / "repository", {"a/pod.yaml": told("false", "a"), other: told("true", other)})
    tree.write("a/pod.yaml", told("true", "a"))
    tree.write(other, told("false", other))
    found = results(tree)
    privileged = [each for each in found["findings"] if each["rule"] == "kubernetes.container-not-privileged"]
    assert [path for path, _ in places(privileged, "new")] == ["a/pod.yaml"]
    assert found["verdict"]["exit_code"] == 1
