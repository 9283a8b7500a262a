"""Entities of a Backstage catalogue, through the public scan."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.finished_scan import Scan
from scanner.model import InputStatus, Profile
from scanner.scan import Options, scan

GROUP = (
    "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: team-shop}\nspec: {type: team, children: []}\n"
)
NAMES = "catalogue.entity-names-defined"


def component(name: str = "shop", owner: str = "team-shop", **fields: str) -> str:
    stated = "".join(f"  {field}: {value}\n" for field, value in {"owner": owner, **fields}.items())
    header = f"apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: {name}}}\n"
    return f"{header}spec:\n  type: service\n  lifecycle: production\n{stated}"


def scanned(folder: Path, *texts: str) -> Scan:
    for number, text in enumerate(texts):
        (folder / str(number)).mkdir()
        (folder / str(number) / "catalog-info.yaml").write_text(text)
    return scan([str(folder)], Options(profile=Profile.STRICT))


CASES = {
    "all is defined": (component(), GROUP, []),
    "in another case": (component(owner="Group:Default/Team-Shop"), GROUP, []),
    "another hyphen": (component(owner="team_shop"), GROUP, [("fail", NAMES, 7)]),
    "another namespace": (component(owner="sales/team-shop"), GROUP, [("fail", NAMES, 7)]),
    "a group that is nowhere": (component(owner="team-sales"), GROUP, [("unknown", NAMES, 7)]),
    "the catalogue has no groups": (component(), component("cart"), [("unknown", NAMES, 7)] * 2),
    "a user is not named as one": (
        component(owner="anna"),
        GROUP.replace("Group", "User").replace("team-shop", "anna"),
        [("fail", NAMES, 7)],
    ),
    "a value of a template": (
        component(owner="${{ values.owner }}"),
        GROUP,
        [("unknown", "service-owner-assigned", 3)],
    ),
    "no owner": (
        component(owner='""'),
        GROUP,
        [("fail", "service-owner-assigned", 7)],
    ),
    "a dependency that is nowhere": (
        component(dependsOn='["resource:orders"]'),
        GROUP,
        [("unknown", NAMES, 8)],
    ),
    "a retired component that another one needs": (
        component(dependsOn='["component:cart"]'),
        f"{GROUP}---\n{component('cart').replace('production', 'decommissioned')}",
        [("fail", "service-retired-unused", 11)],
    ),
}


@pytest.mark.parametrize(("one", "other", "expected"), CASES.values(), ids=CASES)
def test_what_entities_name_is_resolved_over_files(
    one: str, other: str, expected: list[tuple[str, str, int]], tmp_path: Path
) -> None:
    done = scanned(tmp_path, one, other)
    found = [(each.outcome.value, each.rule, each.location.line) for each in done.findings]
    assert found == [
        (outcome, rule if "." in rule else f"architecture.{rule}", line) for outcome, rule, line in expected
    ]
    assert all(item.formats == ("backstage",) for item in done.inputs)


def test_a_template_is_neither_an_entity_nor_an_object_of_a_cluster(tmp_path: Path) -> None:
    done = scanned(tmp_path, "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: {name: a}\n")
    assert done.inputs[0].status is InputStatus.SKIPPED
    assert "Backstage template" in done.inputs[0].reason


def test_an_entity_without_a_name_is_a_loss(tmp_path: Path) -> None:
    done = scanned(tmp_path, component("[]"))
    assert (done.inputs[0].status, done.inputs[0].line) == (InputStatus.UNREADABLE, 3)


def test_an_unknown_names_the_entity_that_is_not_there(tmp_path: Path) -> None:
    (found,) = scanned(tmp_path, component(owner="team-sales"), GROUP).findings
    assert "group:default/team-sales, which `owner` names, is not defined in the scanned files" in found.message
    assert "with what `/api/catalog/entities/by-name/group/default/team-sales` of the portal returns" in found.provide
