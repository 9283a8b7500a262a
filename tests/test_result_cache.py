"""The cache of results: what it gives is what a scan without it gives, and no file is read again without need."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from msgspec import ValidationError
from msgspec.structs import replace

from scanner import facts
from scanner import scan as scan_module
from scanner.configured import Pattern
from scanner.credentials.table import FORMS
from scanner.facts.field_filter import FieldFilter
from scanner.inputs import Work
from scanner.inputs.kept import entry, identity
from scanner.kept import code
from scanner.limits import DEFAULTS
from scanner.model import Profile, Severity
from scanner.options import Options
from scanner.policy.evaluate import Evaluator
from scanner.policy.tuning import RuleSettings, SourcedValue, Tuning
from tests.cached import (
    ENOUGH,
    KEPT,
    POD,
    database,
    empty_cache,
    entries,
    evaluated,
    lay_out,
    read_anew,
    without_parser,
    written,
)
from tests.command_line import assay, assay_process
from tests.examples import drawn, secrets_of
from tests.places import DOCUMENTS

scan = scan_module.scan
REPOSITORY = Path(__file__).resolve().parent.parent
OWN_RULE = (Path(__file__).parent / "own-rule.yaml").read_text()
ALLOWED = "kubernetes.container-image-registry-allowed"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    return tmp_path / "in"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return empty_cache(tmp_path / "cache")


def odd_files(folder: Path) -> None:
    """The example, a file of each format, and files that are unusual in every way that matters here."""
    shutil.copytree(REPOSITORY / "examples" / "digital-bank", folder / "bank")
    shutil.copytree(REPOSITORY / "tests" / "formats", folder / "formats")
    pod = POD.format(1)
    numbers = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, annotations: {{n: {0}}}}}\ndata: {{n: {0}}}\n"
    texts = {
        "crlf.yaml": pod.replace("\n", "\r\n"),
        "bom.yaml": f"\ufeff{pod}",
        "anchors.yaml": pod + "    - &a {name: b, image: c}\n    - *a\n    - {<<: *a, name: d}\n",
        "nan.yaml": numbers.format(".nan") + "---\n" + numbers.format("-.inf"),
        "big.yaml": numbers.format(2**70) + "---\n" + numbers.format(-(2**63)),
        "floats.yaml": numbers.format("-0.0") + "---\n" + numbers.format("1.0") + "---\n" + numbers.format("1e300"),
        "keys.yaml": pod + "1: {2: 3, null: 4, true: 5}\n",
        "many.yaml": "---\n".join(map(numbers.format, range(1005))),
        "deep.yaml": "a: " + "[" * 150 + "]" * 150,
        "deeper.yaml": "a: " + "[" * 300 + "]" * 300,
        "empty.yaml": "",
        "broken.yaml": f"{pod}  - broken: [\n",
        "half.yaml": f"{pod}---\nkind: [\n---\n{POD.format(2)}",
        "surrogate.json": '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "\\ud800"}}',
        "compose.yaml": "services: {web: {image: a}}\n",
        "page.md": f"# Page\n\n```yaml\n{pod}```\n\n```js\nagent({{name: 'a', tools: ['b']}});\n```\n",
        "secret.yaml": f"{pod}---\n{POD.format('x, labels: {a: glpat-' + 'aB3' * 7 + '}')}",
        "twin.yaml": pod,
        "sub/twin.yaml": pod,
    }
    (folder / "sub").mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    (folder / "utf-16.yaml").write_bytes(pod.encode("utf-16"))
    (folder / "binary.yaml").write_bytes(b"apiVersion: v1\n\0\xff\xfe\n")
    (folder / "link.yaml").symlink_to("twin.yaml")


@pytest.mark.slow
@pytest.mark.parametrize(
    "plain",
    [Options(jobs=1, fixes=True), Options(jobs=3, profile=Profile.OPINION, include_passes=True, all_frameworks=True)],
    ids=["one process", "several"],
)
def test_a_scan_gives_the_same_with_and_without_a_cache(folder: Path, cache: Path, plain: Options) -> None:
    odd_files(folder)
    expected = scan(["."], plain)
    cached = replace(plain, cache_folder=cache)
    for made in (scan, scan, evaluated):
        found = made(["."], cached)
        assert found == expected
        assert written(found) == written(expected)
    anew = {Path(path).name for path in read_anew(cached)}
    assert {"broken.yaml", "deeper.yaml", "secret.yaml"} <= anew
    known = {"crlf.yaml", "bom.yaml", "anchors.yaml", "floats.yaml", "many.yaml", "twin.yaml", "swarm.js", "page.md"}
    assert anew.isdisjoint(known)


def test_a_file_whose_entry_cannot_be_read_is_worked_on_again(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: bytes) -> None:
        raise ValidationError

    lay_out(folder)
    expected = scan(["."], Options())
    monkeypatch.setattr(entry, "read", refuse)
    assert scan(["."], Options(cache_folder=cache)) == expected


def test_an_unchanged_file_is_not_read_again(folder: Path, cache: Path) -> None:
    lay_out(folder)
    options = Options(cache_folder=cache)
    assert len(read_anew(options)) == ENOUGH
    cold = scan(["."], options)
    assert read_anew(options) == []
    (folder / "pod-003.yaml").write_text(POD.format(3).replace("true", "false"))
    (folder / "pod-004.yaml").rename(folder / "renamed.yaml")
    assert read_anew(options) == ["pod-003.yaml", "renamed.yaml"]
    assert scan(["."], options) == scan(["."], replace(options, cache_folder=None)) != cold


@pytest.mark.slow
def test_the_order_of_files_is_the_same_where_some_are_known(folder: Path, cache: Path) -> None:
    lay_out(folder, 2 * ENOUGH)
    scan(["."], Options(cache_folder=cache))
    for number in (0, 7, 8, 39):
        (folder / f"pod-{number:03}.yaml").write_text(POD.format(number + 100))
    seen: list[str] = []
    found = scan(["."], Options(cache_folder=cache), lambda item: seen.append(item.path))
    assert seen == sorted(seen)
    assert found == scan(["."])


def tuned(**settings: Any) -> Options:
    return Options(tuning=Tuning(rules=(RuleSettings("kubernetes.container-not-privileged", **settings),)))


CHANGES: dict[str, Callable[[Path], Options]] = {
    "profile": lambda _: Options(profile=Profile.STRICT),
    "selected rule": lambda _: Options(tuning=Tuning(select=(Pattern("kubernetes.container-not-privileged"),))),
    "skipped rule": lambda _: Options(tuning=Tuning(skip=(Pattern("kubernetes.container-not-privileged"),))),
    "severity": lambda _: tuned(severity=Severity.INFO, reason="known"),
    "parameter": lambda _: Options(
        tuning=Tuning(rules=(RuleSettings(ALLOWED, parameters={"allowed": SourcedValue(["registry.example"])}),))
    ),
    "framework": lambda _: Options(frameworks=("soc2",)),
    "version of Kubernetes": lambda _: Options(kubernetes_version="1.24"),
    "passes": lambda _: Options(include_passes=True),
    "fixes": lambda _: Options(fixes=True),
    "limit": lambda _: Options(limits=replace(DEFAULTS, depth=150)),
    "own rule": lambda folder: Options(rule_folders=(folder / "rules",)),
}


@pytest.mark.slow
def test_what_changes_an_evaluation_is_a_miss(folder: Path, cache: Path) -> None:
    (folder.parent / "rules").mkdir()
    (folder.parent / "rules" / "own.yaml").write_text(OWN_RULE)
    lay_out(folder)
    plain = Options(cache_folder=cache)
    scan(["."], plain)
    for number, (name, change) in enumerate(CHANGES.items(), 2):
        scan(["."], replace(change(folder.parent), cache_folder=cache))
        assert entries(cache) == number * KEPT - (name == "own rule"), name
    assert read_anew(plain) == []


def test_a_changed_rule_of_ones_own_is_a_miss(folder: Path, cache: Path) -> None:
    rule = folder.parent / "rules" / "own.yaml"
    rule.parent.mkdir()
    rule.write_text(OWN_RULE)
    lay_out(folder)
    options = Options(cache_folder=cache, rule_folders=(rule.parent,))
    scan(["."], options)
    assert read_anew(options) == []
    rule.write_text(OWN_RULE.replace("registry.shop.example/", "registry.example/"))
    assert len(read_anew(options)) == ENOUGH
    changed = scan(["."], options)
    assert not any(finding.rule == "own" for finding in changed.findings)


POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: all, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
"""


@pytest.mark.slow
def test_rules_that_compare_objects_see_every_change(folder: Path, cache: Path) -> None:
    lay_out(folder)
    policy, options = folder / "policy.yaml", Options(cache_folder=cache)
    for text in ("", POLICY, POLICY.replace("Egress", "Ingress"), POLICY, ""):
        policy.write_text(text)
        plain = scan(["."])
        assert scan(["."], options).findings == evaluated(["."], options).findings == plain.findings
    first, second = (
        evaluated(paths, options) for paths in (["."], [f"pod-{number:03}.yaml" for number in range(ENOUGH)])
    )
    assert first.findings != second.findings, "of single files it is not known what is missing"


def test_rules_that_compare_objects_do_not_run_again(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(folder)
    (folder / "unread.yaml").write_text("kind: [\n")
    options = Options(cache_folder=cache)
    found = scan(["."], options)
    assert any(finding.rule == "kubernetes.workload-selected-by-network-policy" for finding in found.findings)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("facts are derived")

    monkeypatch.setattr(facts, "derive_sides", refuse)
    assert evaluated(["."], options) == found
    with pytest.raises(AssertionError):
        scan(["."])


def test_another_version_is_a_miss(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(folder)
    options = Options(cache_folder=cache)
    scan(["."], options)
    monkeypatch.setattr(identity, "__version__", "0.0.0")
    assert len(read_anew(options)) == ENOUGH


@pytest.mark.slow
def test_changed_code_of_a_checkout_is_a_miss(folder: Path, cache: Path, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    for name in ("scanner", "rules", "frameworks", "templates"):
        shutil.copytree(REPOSITORY / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    lay_out(folder)
    home = cache.rename(tmp_path / "assay").parent

    def run() -> int:
        done = assay_process("scan", ".", "--quiet", cwd=folder, XDG_CACHE_HOME=str(home), PYTHONPATH=str(checkout))
        assert done.returncode == 1, done.stderr
        return entries(home / "assay")

    known = run()
    assert 0 <= run() - known <= 1, "of rules that were just copied, no whole result is kept"
    for name in ("facts/swarms.py", "subjects/architecture.schema.json"):
        known = run()
        file = checkout / "scanner" / name
        before, text = file.stat(), file.read_text()
        file.write_text(f"{text[:-1]} ")
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert file.stat().st_size == before.st_size
        assert run() >= known + KEPT - 1, name


@pytest.mark.slow
def test_every_library_that_reads_files_is_a_part_of_the_key(tmp_path: Path) -> None:
    spec = (REPOSITORY / "examples" / "digital-bank" / "architecture.yaml").read_text()
    (tmp_path / "wrong.yaml").write_text(spec.replace("metadata:", "metadata: []\nx:", 1))  # against its schema
    program = """
import sys
from scanner import inputs, sources
from scanner.scan import Options, evaluators, rules_of
local, _ = evaluators(rules_of(Options()), Options())
for source in sources.collect(sources.scope(sys.argv[1:])):
    list(inputs.assess(source, local, inputs.Work(fixes=True)))
places = {name: str(getattr(module, "__spec__", "")) for name, module in sys.modules.items()}
print(*{name.partition(".")[0] for name, place in places.items() if "-packages" in place})
"""
    folders = [str(tmp_path), *(str(REPOSITORY / name) for name in ("examples", "tests/formats", "docs"))]
    done = subprocess.run([sys.executable, "-c", program, *folders], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {"yaml", "cel_expr_python", "jsonschema"} <= loaded
    assert loaded - code.LIBRARIES.keys() <= {"attr", "_distutils_hack"}


def test_all_that_the_work_on_a_file_is_given_is_a_part_of_the_key() -> None:
    """Whoever adds to one of these adds it to the key, and then here. Of a file, every field is a part of the key."""
    assert Work.__struct_fields__ == ("kept", "fixes", "limits", "deploy_target", "live")
    assert [*signature(Evaluator).parameters] == [
        "rules",
        "include_passes",
        "kubernetes_minor",
        "by_path",
        "lists_subjects",
        "context",
    ]
    assert [*signature(FieldFilter).parameters] == ["rules", "facts"]


def test_no_cache_reads_and_writes_none(folder: Path, tmp_path: Path, cache: Path) -> None:
    lay_out(folder)
    home = cache.rename(tmp_path / "assay").parent
    done = assay_process("scan", ".", "--no-cache", "--quiet", cwd=folder, XDG_CACHE_HOME=str(home))
    assert done.returncode == 1
    assert not (home / "assay" / "results").exists()


def test_evidence_takes_no_result_from_the_cache(folder: Path, tmp_path: Path) -> None:
    lay_out(folder)
    environment = {"XDG_CACHE_HOME": str(empty_cache(tmp_path / "home" / "assay").parent)}
    arguments = ("scan", ".", "--quiet", "--output", "json=../x.json")
    assert assay(*arguments, cwd=folder, **environment).returncode == 1
    with without_parser():
        assert assay(*arguments, cwd=folder, **environment).returncode == 1
        pack = ("evidence", "build", ".", "--framework", "soc2", "--out", "../pack")
        assert assay(*pack, cwd=folder, **environment).returncode == 0
    verdict = json.loads((folder.parent / "pack" / "run.json").read_text())["verdict"]
    assert verdict["exit_code"] == 4, "a file that cannot be parsed makes the scan incomplete"


def test_few_files_write_no_results(folder: Path, cache: Path) -> None:
    lay_out(folder, 3)
    scan(["."], Options(cache_folder=cache))
    assert not database(cache).exists()


def test_no_credential_is_written(folder: Path, cache: Path) -> None:
    lay_out(folder)
    places = sorted(DOCUMENTS)
    for number, form in enumerate(FORMS):
        place = DOCUMENTS[places[number % len(places)]]
        (folder / f"{number}.yaml").write_text(place(drawn(form.example)))
    scan(["."], Options(cache_folder=cache, fixes=True, include_passes=True))
    assert entries(cache) >= ENOUGH
    kept = database(cache).read_bytes()
    told = {form.id for form in FORMS for secret in secrets_of(form) if secret.encode() in kept}
    assert told == set()


SECRETS = [
    "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {word: correct-horse}\n",
    POD.format(0) + '      args: ["--password", "correct-horse"]\n',
    POD.format(0) + "      env: [{name: DB_PASSWORD, value: correct-horse}]\n",
    POD.format(0) + '      env: [{name: A, value: "postgres://u:correct-\\x68orse@db/x"}]\n',
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {db.password: correct-horse}\n",
    "apiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: {api-key: correct-horse}}\n",
]


def test_no_secret_by_its_name_is_written(folder: Path, cache: Path) -> None:
    lay_out(folder)
    for number, text in enumerate(SECRETS):
        (folder / f"secret-{number}.yaml").write_text(text)
    scan(["."], Options(cache_folder=cache, fixes=True, include_passes=True, profile=Profile.OPINION))
    assert entries(cache) >= ENOUGH
    assert b"correct-horse" not in database(cache).read_bytes()
