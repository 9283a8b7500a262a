"""The kept result of a whole scan: it is that of a scan without a cache, whatever changed in between."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from scanner import kept_scan, library
from scanner import scan as scan_module
from scanner.configured import Configuration, NotAssessed, Pattern
from scanner.contexts import Context
from scanner.finished_scan import Scan
from scanner.kept import code
from scanner.limits import DEFAULTS
from scanner.model import Finding, Outcome, Profile, Severity
from scanner.options import Options
from scanner.policy.tuning import Tuning
from scanner.reports import FORMATS, render
from scanner.sources import Selection
from scanner.waived import LineOrigin, WaiverFile
from tests.cached import ENOUGH, KEPT, POD, empty_cache, entries, lay_out, without_parser, written

WAIVERS = b"""\
apiVersion: assay.dev/v1
kind: Waivers
approvers: ["@alice"]
waivers:
  - id: W-1
    rule: kubernetes.container-not-privileged
    resource: {kind: Pod, namespace: shop, name: web-1}
    type: risk-accepted
    reason: known
    residual_risk: none
    requester: "@bob"
    approver: "@alice"
    approved: 2026-01-01
    expires: 2026-05-01
"""
ORIGINS = {12: LineOrigin("a" * 40), 3: LineOrigin("b" * 40)}
WAIVED = Options(waivers=WaiverFile("assay-waivers.yaml", WAIVERS, origins=ORIGINS), today=date(2026, 2, 1))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    lay_out(tmp_path / "in")
    (tmp_path / "in" / ".git").mkdir()
    (tmp_path / "in" / "assay-waivers.yaml").write_bytes(WAIVERS)
    monkeypatch.chdir(tmp_path / "in")
    return tmp_path / "in"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return empty_cache(tmp_path / "cache")


@contextmanager
def without_work() -> Iterator[None]:
    """Lets nothing be evaluated while the block runs."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("files are evaluated")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan_module, "evaluate", refuse)
        yield


def known(options: Options, *paths: str) -> Scan | None:
    """The result that is kept, None where there is none."""
    try:
        with without_work():
            return scan_module.scan(paths or ["."], options)
    except AssertionError:
        return None


def test_an_unchanged_scan_is_what_was_kept(folder: Path, cache: Path) -> None:
    token = "glpat-" + "aB3" * 7
    (folder / "secret.yaml").write_text(POD.format(f"x, labels: {{a: {token}}}"))
    (folder / "unread.yaml").write_text("kind: [\n")
    options = replace(WAIVED, cache_folder=cache, fixes=True, today=date(2026, 6, 1))
    expected = scan_module.scan(["."], replace(options, cache_folder=None))
    assert expected.waivers.results
    assert token not in written(expected)
    assert scan_module.scan(["."], options) == expected
    seen: list[str] = []
    with without_work():
        found = scan_module.scan(["."], options, lambda item: seen.append(item.path))
    assert found == expected
    assert seen == [item.path for item in expected.inputs]
    for name in FORMATS:
        assert "".join(render(name, found)) == "".join(render(name, expected)), name


@pytest.mark.usefixtures("folder")
def test_a_result_may_be_kept_once_its_report_is_written(cache: Path) -> None:
    later: list[Callable[[], object]] = []
    expected = scan_module.scan(["."], options := Options(cache_folder=cache), later=later)
    assert known(options) is None
    for each in later:
        each()
    assert known(options) == expected


@pytest.mark.usefixtures("folder")
def test_the_circumstances_are_those_of_each_run(cache: Path) -> None:
    options = Options(cache_folder=cache, started="2026-01-01T00:00:00Z", arguments=("scan",), git_commit="a" * 40)
    scan_module.scan(["."], options)
    other = replace(
        options, started="2026-02-02T00:00:00Z", arguments=("scan", "."), git_commit="b" * 40, git_dirty=True, jobs=1
    )
    assert known(other) == scan_module.scan(["."], replace(other, cache_folder=None))


def change(name: str, text: str) -> Callable[[Path], object]:
    def write(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)

    return write


def link(folder: Path) -> None:
    (folder / "pod-007.yaml").unlink()
    (folder / "pod-007.yaml").symlink_to("pod-008.yaml")


def swap(folder: Path) -> None:
    (folder / "pod-004.yaml").write_text(POD.format(5))
    (folder / "pod-005.yaml").write_text(POD.format(4))


FILES: dict[str, Callable[[Path], object]] = {
    "first": change("pod-000.yaml", POD.format(100)),
    "last": change(f"pod-{ENOUGH - 1:03}.yaml", POD.format(100)),
    "added": change("zzz.yaml", POD.format(100)),
    "added in front": change("aaa.yaml", POD.format(100)),
    "added page": change("sub/page.md", "# Page\n"),
    "removed": lambda folder: (folder / "pod-003.yaml").unlink(),
    "last removed": lambda folder: (folder / "zzz.txt").unlink(),
    "renamed": lambda folder: (folder / "pod-003.yaml").rename(folder / "renamed.yaml"),
    "link": link,
    "swapped": swap,
    "ignored": change(".gitignore", "pod-003.yaml\n"),
    "other owners": change("CODEOWNERS", "* @bob\n"),
    "overlay": change("kustomization.yaml", "resources: [pod-000.yaml]\n"),
}


def owned(folder: Path, cache: Path) -> Options:
    """A folder in which all that is changed is there, and has a kept result; its options."""
    (folder / "zzz.txt").write_text("text\n")
    (folder / "CODEOWNERS").write_text("* @alice\n")
    options = replace(WAIVED, cache_folder=cache)
    scan_module.scan(["."], options)
    return options


def test_a_changed_file_is_a_miss(folder: Path, cache: Path) -> None:
    options = owned(folder, cache)
    shutil.copytree(folder, folder.parent / "before")
    for name, change_it in FILES.items():
        assert known(options), name
        change_it(folder)
        assert known(options) is None, name
        for path in folder.iterdir():
            if path.is_symlink() or path.is_file():
                path.unlink()
            else:
                shutil.rmtree(path)
        shutil.copytree(folder.parent / "before", folder, dirs_exist_ok=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_gives_what_a_scan_without_a_cache_gives(folder: Path, cache: Path, name: str) -> None:
    options = owned(folder, cache)
    FILES[name](folder)
    expected = scan_module.scan(["."], replace(options, cache_folder=None))
    assert scan_module.scan(["."], options) == expected
    assert known(options) == expected


OPTIONS: dict[str, dict[str, Any]] = {
    "profile": {"profile": Profile.STRICT},
    "framework": {"frameworks": ("soc2",)},
    "all frameworks": {"all_frameworks": True},
    "threshold": {"fail_on": Severity.HIGH},
    "incomplete": {"allow_incomplete": True},
    "documents": {"strict_documents": True},
    "passes": {"include_passes": True},
    "version of Kubernetes": {"kubernetes_version": "1.24"},
    "target": {"deploy_target": "stack"},
    "Compose files": {"compose_files": (("a.yaml", "b.yaml"),)},
    "context": {"context": Context.DOCUMENTATION},
    "rules that compare": {"joined": False},
    "tuning": {"tuning": Tuning(skip=(Pattern("kubernetes.container-not-privileged"),))},
    "limit": {"limits": replace(DEFAULTS, depth=150)},
    "values": {"values": ("values.yaml",)},
    "fixes": {"fixes": True},
    "selection": {"selection": Selection(exclude=("*.txt",))},
    "configuration": {"configuration": Configuration(not_assessed=(NotAssessed("", "a", "known", "assay.yaml:1"),))},
    "no waivers": {"waivers": None},
    "waivers": {"waivers": WaiverFile("assay-waivers.yaml", WAIVERS.replace(b"2026-05", b"2026-04"))},
    "authors of waivers": {"waivers": WaiverFile("assay-waivers.yaml", WAIVERS, origins={12: LineOrigin("c" * 40)})},
    "comments": {"inline_ignores": True},
    "day": {"today": date(2026, 7, 1)},
}
NOT_DECIDING = {"cache_folder", "reuse", "jobs", "started", "arguments", "git_commit", "git_dirty"}
NOT_KEPT: list[dict[str, Any]] = [
    {"framework_files": (Path("own.yaml"),)},
    {"scope": Path("scope.yaml")},
    {"lists_subjects": True},
    {"rule_folders": (Path("rules"),)},
    {"policies": (Path("policies"),)},
    {"engines": ("checkov",)},
    {"engines": ("assay", "checkov")},
]
"""Options with which no whole result is kept."""


def test_another_option_is_a_miss(folder: Path, cache: Path) -> None:
    (folder / "values.yaml").write_text("")
    options = replace(WAIVED, cache_folder=cache)
    scan_module.scan(["."], options)
    assert known(options)
    assert {name for name, changed in OPTIONS.items() if known(replace(options, **changed))} == set()
    changed = {name for fields in OPTIONS.values() for name in fields}
    not_kept = {name for fields in NOT_KEPT for name in fields}
    assert changed | NOT_DECIDING | not_kept == set(Options.__struct_fields__), "a new option is one of these"
    assert [fields for fields in NOT_KEPT if kept_scan.may_be_kept(Options(**fields))] == []
    assert kept_scan.may_be_kept(Options(engines=("assay",)))
    assert known(options, "pod-000.yaml", ".") is None
    assert known(options, *(f"pod-{number:03}.yaml" for number in range(ENOUGH))) is None
    os.chdir("..")
    assert known(options, "in") is None


@pytest.mark.usefixtures("folder")
def test_other_code_is_a_miss(cache: Path) -> None:
    options = Options(cache_folder=cache)
    scan_module.scan(["."], options)
    assert known(options)
    other: list[tuple[object, str, object]] = [
        (kept_scan, "__version__", "0.0.0"),
        (code, "own", lambda: "other"),
        (code, "libraries", lambda: [("yaml", "other")]),
        (library, "stamp", lambda: "other"),
        (library, "stamp", lambda: ""),
    ]
    for place, name, value in other:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(place, name, value)
            assert known(options) is None, name


def test_every_shipped_rule_and_framework_is_a_part_of_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = library.data_root()
    for name in ("rules/kubernetes", "frameworks"):
        shutil.copytree(root / name, tmp_path / name)
    monkeypatch.setattr(library, "data_root", lambda: tmp_path)
    monkeypatch.setattr(library, "_SETTLED", 0)
    before = library.stamp()
    assert before == library.stamp()
    changed = set()
    for path in (tmp_path / "rules/kubernetes/container-not-privileged.yaml", tmp_path / "frameworks/soc2-2017.yaml"):
        told = path.stat()
        path.write_bytes(path.read_bytes().replace(b"a", b"e", 1))
        os.utime(path, ns=(told.st_atime_ns, told.st_mtime_ns))
        changed.add(library.stamp())
    assert len(changed | {before}) == 3
    monkeypatch.setattr(library, "_SETTLED", 10**10)
    assert library.stamp() == "", "what was just written may change again"


@pytest.mark.usefixtures("folder")
def test_a_result_that_may_be_another_is_not_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = Options(cache_folder=cache)
    with without_parser():
        assert any("internal error" in item.reason for item in scan_module.scan(["."], options).inputs)
    assert known(options) is None
    secret = replace(options, arguments=("--values", "password=correct-horse-battery"))
    scan_module.scan(["."], secret)
    assert known(secret) is None
    own = scan_module.Evaluated.result

    def failed(self: scan_module.Evaluated) -> Scan:
        found = own(self)
        first: Finding = replace(found.findings[0], outcome=Outcome.ERROR)
        return replace(found, findings=(first, *found.findings[1:]))

    monkeypatch.setattr(scan_module.Evaluated, "result", failed)
    scan_module.scan(["."], options)
    assert known(options) is None


def test_a_large_tree_is_not_kept_as_a_whole(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = Options(cache_folder=cache)
    monkeypatch.setattr(kept_scan, "_MOST_READ", 1000)
    scan_module.scan(["."], options)
    assert known(options) is None
    monkeypatch.undo()
    os.chdir(folder)
    scan_module.scan(["."], options)
    assert known(options)
    assert entries(cache) >= KEPT
