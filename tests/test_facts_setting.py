"""Objects that are not deployed: what they say holds for themselves, and never for what is deployed."""

from __future__ import annotations

import pytest

from scanner import documents, facts, subjects
from scanner.facts.setting import is_documentation
from scanner.places import Location, Related
from tests.gate.trees import NETWORK, WEB

_BLOCK = "# Page\n\n```yaml\n{}```\n"


def _isolated(files: dict[str, str], unused: frozenset[str] = frozenset()) -> dict[str, object]:
    """Whether the workload of each file is isolated from incoming traffic."""
    found = [
        subject for path, text in files.items() for subject in subjects.recognise(documents.read(path, text)).subjects
    ]
    derived = facts.derive(found, whole=True, unused=unused)
    return {
        each.origin.path: derived.facts(each)["isolated"].get("ingress")
        for each in found
        if each.kind == "kubernetes.workload"
    }


@pytest.mark.parametrize(
    ("web", "network", "isolated"),
    [
        ("a/web.yaml", "a/network.yaml", True),
        ("a/web.yaml", "docs/network.md", False),
        ("a/web.yaml", "a/examples/network.yaml", False),
        ("docs/web.md", "a/network.yaml", True),
        ("docs/web.md", "docs/network.md", True),
        ("samples/web.yaml", "samples/network.yaml", True),
        ("a/web.yaml", "a/left.yaml", False),
        ("a/left.yaml", "a/network.yaml", True),
        ("a/web.yaml", "a/testdata/network.yaml", False),
        ("a/web.yaml", "a/vendor/k8s.io/network.yaml", False),
        ("a/web.yaml", "a/vendor/base/network.yaml", True),
    ],
)
def test_only_what_is_deployed_decides_for_what_is(web: str, network: str, isolated: bool) -> None:
    texts = {
        path: _BLOCK.format(text) if path.endswith(".md") else text for path, text in ((web, WEB), (network, NETWORK))
    }
    assert _isolated(texts, frozenset({"a/left.yaml"})) == {web: isolated}


@pytest.mark.parametrize(
    ("path", "is_it"),
    [
        ("README.md", True),
        ("Examples/web/pod.yaml", True),
        ("examples.yaml", False),
        ("deploy/example.yaml", False),
        ("docs/pod.yaml", False),
    ],
)
def test_documentation_is_known_by_its_path(path: str, is_it: bool) -> None:
    assert is_documentation(path) is is_it


def test_an_example_takes_no_places_from_the_facts_about_others() -> None:
    own, shown = (subjects.recognise(documents.read(path, WEB)).subjects[0] for path in ("web.yaml", "docs/web.yaml"))
    way = (Related(Location("web.yaml", 1, 1, 1, 2), "card data enters here"),)
    known = facts.Derived(traces={own: way}).with_those_of([shown], facts.Derived({shown: {"isolated": {}}}))
    assert (known.trace(own), known.facts(shown)) == (way, {"isolated": {}})
