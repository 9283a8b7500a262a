"""The HTML report of a comparison: what it was compared with, what counts first, and what does not count apart."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from tests.gate.mutation import Repository, judged
from tests.gate.trees import BROKEN, NETWORK, SHOP, WEB
from tests.output_formats import check_page

APART = "Not made worse by the change"


@pytest.fixture
def tree(tmp_path: Path) -> Repository:
    """A change with a new finding, a worse one and one that is fixed; two are unchanged."""
    tree = Repository(tmp_path / "repository", {**SHOP, "shop/broken.yaml": BROKEN})
    tree.edit("shop/web.yaml", "privileged: false", "privileged: true")
    tree.edit("shop/access.yaml", "[secrets, pods]", "[secrets, pods, nodes]")
    return tree


def report(tree: Repository, form: str) -> str:
    done = judged(tree, output=form)
    check_page(done.stdout)
    assert done.returncode == 1
    return words(done.stdout)


def words(page: str) -> str:
    """The text of a page on one line, with space between elements."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


@pytest.mark.parametrize("form", ["html", "html-summary"])
def test_it_says_what_it_was_compared_with(form: str, tree: Repository) -> None:
    commit = json.loads(judged(tree).stdout)["comparison"]["commit"]
    text = report(tree, form)
    assert "The change made something worse" in text
    assert "Failed: 2 findings that the change made worse, at or above low" in text
    assert f"Compared with main ({commit[:12]}): 1 new, 1 worse, 2 unchanged (also on the base)." in text
    assert "shop/broken.yaml is not assessed in full, and was not on the base" in text


def test_what_counts_comes_first_and_the_rest_apart(tree: Repository) -> None:
    text = report(tree, "html")
    findings = text[text.index("Findings made worse all") :]
    counted, _, rest = findings.partition(APART)
    assert "Deployment web, container side runs in privileged mode" in counted
    assert "Since the base new" in counted
    assert "Since the base worse than on the base" in counted
    assert "as on the base" not in counted
    assert "Deployment web, container web runs in privileged mode" in rest
    assert "mounts the sensitive host path /etc" in rest
    assert "Since the base as on the base" in rest
    assert "Since the base new" not in rest


def test_counts_of_what_is_worse_stand_beside_all(tree: Repository) -> None:
    text = report(tree, "html")
    assert "Findings made worse all Critical 1 2 High 0 1 Medium 1 1" in text
    assert report(tree, "html-summary").count("Made worse") == 1


def test_the_summary_lists_rules_that_count_first(tree: Repository) -> None:
    text = report(tree, "html-summary")
    order = [
        "kubernetes.container-not-privileged 1 2",
        "kubernetes.role-cannot-read-secrets 1 1",
        "kubernetes.pod-without-sensitive-host-path 0 1",
    ]
    places = [text.index(each) for each in order]
    assert places == sorted(places)


def test_where_nothing_is_worse_it_says_so(tmp_path: Path) -> None:
    tree = Repository(tmp_path / "repository", SHOP)
    page = judged(tree, output="html").stdout
    text = words(page)
    assert "The change made nothing worse" in text
    assert APART in text
    assert "Since the base new" not in text


def test_a_scan_that_is_no_comparison_says_nothing_of_it(tree: Repository) -> None:
    from tests.command_line import assay

    text = assay("scan", "--output", "html", cwd=tree.folder).stdout
    assert "Compared with" not in text
    assert APART not in text
    assert "made worse" not in words(text)


@pytest.mark.parametrize("form", ["html", "html-summary", "json", "sarif", "table", "concise"])
def test_a_credential_that_only_the_base_has_is_in_no_output(form: str, tmp_path: Path) -> None:
    token = "ghp" + "_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
    extra = {
        "shop/network.yaml": NETWORK.replace("name: deny", f"name: {token}"),
        "shop/old.yaml": WEB.replace("- name: web", f"- name: {token}"),
    }
    tree = Repository(tmp_path / "repository", {**SHOP, **extra})
    tree.delete(*extra)
    done = judged(tree, output=form)
    assert done.returncode == 1
    assert token not in done.stdout + done.stderr


def _behind(tree: Repository) -> None:
    tree.git("checkout", "--quiet", "main")
    tree.commit()
    tree.git("checkout", "--quiet", "change")


def _shallow(tree: Repository) -> None:
    (tree.folder / ".git/shallow").write_text(f"{tree.git('rev-parse', 'HEAD')}\n")


NOTHING = "no file differs from the base, so this proves nothing about a change. "
EARLIER = "check out the change, or name an earlier commit with --base"


@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        (
            None,
            f"HEAD and main are the same commit; a CI job may have checked out main in place of the change: {EARLIER}",
        ),
        (_behind, f"main contains HEAD, such as after a merge: {EARLIER}"),
        (_shallow, f"{EARLIER}, which a shallow checkout may not have (fetch the history first: git fetch --unshallow"),
    ],
)
def test_a_commit_that_is_compared_with_itself(
    prepare: Callable[[Repository], None] | None, told: str, tmp_path: Path
) -> None:
    tree = Repository(tmp_path / "repository", {"shop/network.yaml": NETWORK})
    if prepare:
        prepare(tree)
    done = judged(tree)
    (note,) = json.loads(done.stdout)["comparison"]["notes"]
    assert note.startswith(NOTHING)
    assert told in note
    assert done.returncode == 0


def test_every_report_says_that_there_is_no_change(tmp_path: Path) -> None:
    tree = Repository(tmp_path / "repository", {"shop/network.yaml": NETWORK})
    (run,) = json.loads(judged(tree, output="sarif").stdout)["runs"]
    said = run["invocations"][0]["toolConfigurationNotifications"][-1]
    assert said["descriptor"]["id"] == "comparison-limited"
    assert said["message"]["text"].startswith(NOTHING)
    assert "no file differs from the base" in judged(tree, output="table").stdout
    tree.write("shop/web.yaml", WEB)
    assert json.loads(judged(tree).stdout)["comparison"]["notes"] == []
