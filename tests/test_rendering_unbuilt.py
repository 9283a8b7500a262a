"""Overlays that cannot be built: what their text tells of the objects in their files, and what it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.model import Finding, Outcome, Profile
from scanner.scan import Options, scan
from tests.outside import kustomize, lay

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      containers: [{name: web, image: "registry.example.org/web:1"}]
"""
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
"""
ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web%s}\n"
BINDING = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: web, namespace: %s}]
"""
SELECTED = "workload-selected-by-network-policy"
NAMED = "workload-namespace-named"
MISSING = "resources: [web.yaml, missing.yaml]\n"
"""Kustomize would refuse it: a file is not there."""


@pytest.fixture(autouse=True)
def work_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def findings(rule: str, *paths: str) -> list[Finding]:
    """What a rule says of each object; a pass, too."""
    found = scan(paths or ["."], Options(profile=Profile.STRICT, include_passes=True)).findings
    return [each for each in found if each.rule == f"kubernetes.{rule}"]


def outcomes(rule: str) -> set[Outcome]:
    return {each.outcome for each in findings(rule)}


PASS, FAIL, UNKNOWN = {Outcome.PASS}, {Outcome.FAIL}, {Outcome.UNKNOWN}
OVER = "resources: [../base]\nnamespace: %s\ngenerators: [missing.yaml]\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"over/kustomization.yaml": f"namespace: shop\n{MISSING}"}, PASS),
        ({"over/kustomization.yaml": f"namespace: till\n{MISSING}"}, UNKNOWN),
        ({"over/kustomization.yaml": MISSING}, UNKNOWN),
        ({"base/kustomization.yaml": "resources: [web.yaml]\n", "over/kustomization.yaml": OVER % "shop"}, PASS),
        (
            {
                "base/kustomization.yaml": "resources: [web.yaml]\nnamespace: till\n",
                "over/kustomization.yaml": OVER % "shop",
            },
            PASS,
        ),
        (
            {
                "base/kustomization.yaml": "resources: [web.yaml]\nnamespace: shop\n",
                "over/kustomization.yaml": "resources: [../base, missing.yaml]\n",
            },
            PASS,
        ),
    ],
)
def test_a_stated_namespace_counts_without_a_build(files: dict[str, str], expected: set[Outcome]) -> None:
    lay(Path.cwd(), {**files, "policy.yaml": POLICY, "base/web.yaml": WEB, "over/web.yaml": WEB})
    folder = "base" if "base/kustomization.yaml" in files else "over"
    (Path("base/web.yaml") if folder == "over" else Path("over/web.yaml")).unlink()
    (found,) = findings(SELECTED)
    assert {found.outcome} == expected
    assert (found.location.path, found.subject_name) == (f"{folder}/web.yaml", "Deployment web")


def test_without_the_program_a_stated_namespace_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    lay(Path.cwd(), {"over/kustomization.yaml": "namespace: shop\nresources: [web.yaml]\n", "over/web.yaml": WEB})
    monkeypatch.setenv("PATH", str(Path.cwd()))
    assert outcomes(SELECTED) == FAIL
    lay(Path.cwd(), {"policy.yaml": POLICY})
    assert outcomes(SELECTED) == PASS
    assert outcomes(NAMED) == PASS


@pytest.mark.parametrize(
    "more",
    [
        "transformers: [place.yaml]\n",
        "patches: [{patch: '[{op: replace, path: /metadata/namespace, value: till}]', target: {kind: Deployment}}]\n",
        "patches: [{path: place.yaml, target: {kind: Deployment}}]\n",
        "replacements: [{path: place.yaml}]\n",
        "components: [../part]\n",
    ],
)
def test_a_namespace_that_may_be_changed_is_not_known(more: str) -> None:
    place = "- {op: replace, path: /metadata/namespace, value: till}\n"
    part = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamespace: till\n"
    lay(Path.cwd(), {"over/web.yaml": WEB, "over/place.yaml": place, "part/kustomization.yaml": part})
    lay(Path.cwd(), {"over/kustomization.yaml": f"namespace: shop\n{MISSING}"})
    assert outcomes(NAMED) == PASS
    lay(Path.cwd(), {"over/kustomization.yaml": f"namespace: shop\n{MISSING}{more}"})
    assert outcomes(NAMED) == UNKNOWN


@pytest.mark.parametrize(("other", "expected"), [("shop", PASS), ("till", UNKNOWN)])
def test_of_two_overlays_both_have_to_state_it(other: str, expected: set[Outcome]) -> None:
    lay(Path.cwd(), {"base/kustomization.yaml": "resources: [web.yaml]\n", "base/web.yaml": WEB})
    lay(Path.cwd(), {"one/kustomization.yaml": OVER % "shop", "two/kustomization.yaml": OVER % other})
    assert outcomes(NAMED) == expected


@pytest.mark.parametrize(
    ("account", "subject", "bound"),
    [
        ("", "shop", True),
        ("", "default", True),
        (", namespace: system", "system", True),
        (", namespace: system", "other", False),
    ],
)
def test_an_account_is_bound_in_the_namespace_that_it_is_put_into(account: str, subject: str, bound: bool) -> None:
    lay(Path.cwd(), {"over/kustomization.yaml": "namespace: shop\nresources: [web.yaml, account.yaml, missing.yaml]\n"})
    lay(Path.cwd(), {"over/web.yaml": WEB, "over/account.yaml": f"{ACCOUNT % account}---\n{BINDING % subject}"})
    assert (outcomes("workload-account-cannot-take-over-cluster") == FAIL) is bound


def test_objects_of_another_overlay_do_not_matter() -> None:
    lay(Path.cwd(), {"one/kustomization.yaml": MISSING, "one/web.yaml": WEB})
    lay(Path.cwd(), {"two/kustomization.yaml": "resources: [policy.yaml, missing.yaml]\n", "two/policy.yaml": POLICY})
    (found,) = findings(SELECTED)
    assert "two/" not in found.message
    assert found.provide.startswith("make one/kustomization.yaml readable (it uses one/missing.yaml, which does not ")


def test_what_overlays_share_is_not_missing_in_one_of_them() -> None:
    lay(Path.cwd(), {"base/kustomization.yaml": "resources: [web.yaml]\n", "base/web.yaml": WEB})
    own = "resources: [../base, service.yaml, missing.yaml]\n"
    lay(Path.cwd(), {"one/kustomization.yaml": own, "one/service.yaml": SERVICE})
    assert outcomes("service-selects-workload") == PASS
    lay(Path.cwd(), {"two/kustomization.yaml": OVER % "till"})
    assert outcomes("service-selects-workload") == UNKNOWN
    assert outcomes(SELECTED) == UNKNOWN


CHART = {
    "over/charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "over/charts/web/templates/web.yaml": WEB,
    "over/policy.yaml": POLICY.replace(", namespace: shop", ""),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("helmCharts: [{name: web}]\nresources: [policy.yaml]\nnamespace: shop\n", PASS),
        ("helmCharts: [{name: web, namespace: shop}]\nnamespace: till\nresources: [policy.yaml]\n", PASS),
        ("helmCharts: [{name: web, namespace: shop}]\nresources: []\n", UNKNOWN),
    ],
)
def test_a_chart_that_a_kustomization_renders_is_of_its_system(text: str, expected: set[Outcome]) -> None:
    lay(Path.cwd(), {**CHART, "over/kustomization.yaml": text})
    if "policy.yaml" not in text:
        Path("over/policy.yaml").unlink()
    assert outcomes(SELECTED) == expected
    assert outcomes(NAMED) == PASS


def test_the_nearest_file_that_cannot_be_read_is_named_first() -> None:
    broken = f"{POLICY}bad: [\n"
    lay(
        Path.cwd(),
        {"a/deny.yaml": broken, "shop/b/deny.yaml": broken, "shop/b/web.yaml": WEB, "shop/deny.yaml": broken},
    )
    (found,) = findings(SELECTED)
    assert found.provide.startswith("make shop/b/deny.yaml readable (")
    assert found.provide.endswith(
        "), and shop/deny.yaml and a/deny.yaml, or leave them with `--exclude` if they are not deployed"
    )


def test_a_file_that_a_generator_lacks_holds_no_policy() -> None:
    lay(Path.cwd(), {"over/kustomization.yaml": "configMapGenerator: [{name: a, files: [missing.txt]}]\n"})
    lay(Path.cwd(), {"web.yaml": WEB})
    assert outcomes(SELECTED) == FAIL


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ("config/samples/shop_v1beta1_till.yaml", FAIL),
        ("config/samples/networking.k8s.io_v1_networkpolicy.yaml", UNKNOWN),
        ("config/samples/till.yaml", UNKNOWN),
        ("config/webhook/manifests.yaml", FAIL),
        ("config/manager/manifests.yaml", UNKNOWN),
    ],
)
def test_a_missing_file_that_a_tool_writes_holds_what_the_tool_writes(missing: str, expected: set[Outcome]) -> None:
    lay(Path.cwd(), {"all/kustomization.yaml": f"resources: [../{missing}]\n", "web.yaml": WEB})
    assert outcomes(SELECTED) == expected


REMOTE = "https://example.org/board.json"
USING = WEB.replace("image:", "env: [{name: A, valueFrom: {configMapKeyRef: {name: a, key: %s}}}], image:")


@kustomize
@pytest.mark.parametrize("entry", [REMOTE, f"board.json={REMOTE}?raw=1"])
def test_the_keys_of_a_remote_file_are_known(entry: str) -> None:
    text = f"configMapGenerator: [{{name: a, files: ['{entry}']}}]\nresources: [web.yaml]\nnamespace: shop\n"
    for key, expected in (("board.json", PASS), ("other", FAIL)):
        lay(Path.cwd(), {"over/kustomization.yaml": text, "over/web.yaml": USING % key})
        result = scan(["."])
        (item,) = [item for item in result.inputs if item.path == "over/kustomization.yaml"]
        assert (item.reason, [loss.line for loss in item.losses]) == ("rendered by kustomize", [1])
        assert item.losses[0].reason.startswith(
            f"{entry.partition('board.json=')[2] or entry} is outside of the scanned"
        )
        assert outcomes("workload-referenced-keys-exist") == expected
        assert outcomes(SELECTED) == FAIL


INFLATING = "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: a}\nname: far\n"


@kustomize
def test_a_remote_chart_of_a_generator_is_told_and_the_rest_is_built() -> None:
    lay(Path.cwd(), {"over/kustomization.yaml": "generators: [far.yaml]\nresources: [web.yaml]\nnamespace: shop\n"})
    lay(Path.cwd(), {"over/web.yaml": WEB, "over/far.yaml": f"{INFLATING}repo: https://example.org\n"})
    result = scan(["."])
    (item,) = [item for item in result.inputs if item.path == "over/kustomization.yaml"]
    assert item.reason == "rendered by kustomize"
    assert [loss.reason for loss in item.losses] == [
        "the chart far of https://example.org is outside of the scanned files; this kustomization builds on it"
    ]
    (found,) = findings(SELECTED)
    asked = "scan the overlay with what it takes from elsewhere: `kustomize build --enable-helm over | assay scan -`"
    assert (found.outcome, found.provide) == (Outcome.UNKNOWN, asked)
    lay(Path.cwd(), {"over/far.yaml": INFLATING})
    (item,) = [item for item in scan(["."]).inputs if item.path == "over/kustomization.yaml"]
    assert item.reason.startswith("over/far.yaml uses helmCharts of this repository")


@kustomize
def test_what_a_remote_base_may_add_is_not_known_to_be_absent() -> None:
    text = "resources: ['https://example.org/far.yaml', web.yaml%s]\nnamespace: shop\n"
    lay(Path.cwd(), {"over/kustomization.yaml": text % "", "over/web.yaml": WEB, "over/policy.yaml": POLICY})
    assert outcomes(SELECTED) == UNKNOWN
    lay(Path.cwd(), {"over/kustomization.yaml": text % ", policy.yaml"})
    assert outcomes(SELECTED) == PASS


@kustomize
def test_a_generator_that_adds_to_a_remote_object_is_left_out() -> None:
    lay(
        Path.cwd(),
        {
            "over/web.yaml": WEB,
            "over/kustomization.yaml": """\
resources: ['https://example.org/far.yaml', web.yaml]
configMapGenerator:
- {name: far, behavior: merge, literals: [a=b]}
- {name: own, literals: [a=b]}
- {name: own, behavior: merge, literals: [c=d]}
""",
        },
    )
    result = scan(["."])
    (item,) = [item for item in result.inputs if item.path == "over/kustomization.yaml"]
    assert item.reason == "rendered by kustomize"


@kustomize
def test_the_namespace_of_an_overlay_is_asked_for_once() -> None:
    lay(Path.cwd(), {"over/kustomization.yaml": "resources: [web.yaml, shop.yaml]\n"})
    lay(Path.cwd(), {"over/web.yaml": WEB, "over/shop.yaml": WEB.replace("web", "shop")})
    (found,) = findings(NAMED)
    assert found.provide == "state `namespace` in over/kustomization.yaml"
    assert found.message.endswith("over/kustomization.yaml; the same decides it for Deployment web")


@kustomize
@pytest.mark.parametrize("key", ["patches: [{path: gone.yaml}]", "patchesStrategicMerge: [gone.yaml]"])
def test_several_objects_that_one_patch_deletes_are_deleted(key: str) -> None:
    gone = "apiVersion: v1\nkind: Service\nmetadata: {name: %s}\n$patch: delete\n"
    lay(Path.cwd(), {"over/kustomization.yaml": f"resources: ['https://example.org/far.yaml', web.yaml]\n{key}\n"})
    lay(Path.cwd(), {"over/gone.yaml": f"{gone % 'web'}---\n{gone % 'shop'}"})
    lay(Path.cwd(), {"over/web.yaml": f"{WEB}---\n{SERVICE}---\n{SERVICE.replace('name: web', 'name: shop')}"})
    result = scan(["."])
    (item,) = [item for item in result.inputs if item.path == "over/kustomization.yaml"]
    assert item.reason == "rendered by kustomize"
    assert {each.overlay for each in findings("service-selects-workload")} == {""}  # nothing of it is built
