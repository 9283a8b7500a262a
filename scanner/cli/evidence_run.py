"""What `run.json` records and a scan does not know: program, actor, repository and effective configuration."""

from __future__ import annotations

import hashlib
import os
import platform
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from msgspec import Struct, to_builtins

from scanner import __version__, library, safe_read
from scanner.configuration.resolve import ResolvedOptions
from scanner.errors import UnreadableError, UsageError
from scanner.evidence.canonical import compact
from scanner.evidence.manifest import digest_of
from scanner.evidence.population import Tracked
from scanner.evidence.relative import without_home
from scanner.evidence.run_record import Actor, EffectiveConfiguration, LinesBy, Repository, SettingsFile, Tool
from scanner.masking import mask, mask_data
from scanner.sources import blame, git_tree

_DATA = ("rules", "frameworks", "templates")


class _Service(Struct, frozen=True):
    """What a CI service documents of a run: names of environment variables."""

    name: str
    sign: str
    """It is set in every run of the service."""
    actor: str
    run: tuple[str, ...]
    """The parts of the address of the run; one that begins with / stands for itself."""
    details: tuple[str, ...] = ()


_SERVICES = (
    _Service(
        "GitHub Actions",
        "GITHUB_ACTIONS",
        "GITHUB_ACTOR",
        ("GITHUB_SERVER_URL", "/", "GITHUB_REPOSITORY", "/actions/runs/", "GITHUB_RUN_ID"),
        ("GITHUB_TRIGGERING_ACTOR", "GITHUB_RUN_ATTEMPT", "GITHUB_WORKFLOW_REF", "GITHUB_EVENT_NAME", "GITHUB_REF"),
    ),
    _Service(
        "GitLab CI",
        "GITLAB_CI",
        "GITLAB_USER_LOGIN",
        ("CI_JOB_URL",),
        ("CI_PIPELINE_ID", "CI_PIPELINE_SOURCE", "CI_COMMIT_REF_NAME"),
    ),
    _Service(
        "Azure Pipelines",
        "TF_BUILD",
        "BUILD_REQUESTEDFOR",
        ("SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECT", "/_build/results?buildId=", "BUILD_BUILDID"),
        ("BUILD_BUILDNUMBER", "BUILD_REASON", "BUILD_SOURCEBRANCH"),
    ),
    _Service(
        "Bitbucket Pipelines",
        "BITBUCKET_BUILD_NUMBER",
        "BITBUCKET_STEP_TRIGGERER_UUID",
        ("BITBUCKET_GIT_HTTP_ORIGIN", "/pipelines/results/", "BITBUCKET_BUILD_NUMBER"),
        ("BITBUCKET_BRANCH",),
    ),
    _Service("CircleCI", "CIRCLECI", "CIRCLE_USERNAME", ("CIRCLE_BUILD_URL",), ("CIRCLE_JOB", "CIRCLE_BRANCH")),
    _Service("Buildkite", "BUILDKITE", "BUILDKITE_BUILD_CREATOR", ("BUILDKITE_BUILD_URL",), ("BUILDKITE_BRANCH",)),
    _Service("Jenkins", "JENKINS_URL", "", ("BUILD_URL",), ("JOB_NAME", "BUILD_NUMBER")),
)


def actor_of(given: str | None, environment: Mapping[str, str]) -> Actor:
    """Who runs the command: as `--actor` says, and as the CI service states it."""
    service = next((each for each in _SERVICES if environment.get(each.sign)), None)
    if service is None:
        return Actor(mask(given), "--actor") if given else Actor()
    parts = [part if part.startswith("/") else environment.get(part, "") for part in service.run]
    run = git_tree.without_user("".join(parts)) if all(parts) else ""
    told = {name: mask(environment[name]) for name in service.details if environment.get(name)}
    stated = environment.get(service.actor, "")
    if given and stated:
        told[service.actor] = mask(stated)
    return Actor(
        mask(given or stated), "--actor" if given else service.name, mask(run), {"service": service.name, **told}
    )


def tool() -> Tool:
    """The program, with the digest of all of its files, and what it runs on."""
    try:
        cel = metadata.version("cel-expr-python")
    except metadata.PackageNotFoundError:
        cel = ""
    return Tool(__version__, package_digest(), platform.python_version(), cel)


def package_digest() -> str:
    """SHA-256 over the names and digests of the modules and the data of Assay, the same however it is installed."""
    package = Path(library.__file__).resolve().parent
    found = {f"scanner/{name}": path for name, path in _below(package, ".py") if not name.startswith("_data/")}
    for folder in _DATA:
        found |= {f"{folder}/{name}": path for name, path in _below(library.data_root() / folder, "")}
    lines = (f"{hashlib.sha256(found[name].read_bytes()).hexdigest()}  {name}\n" for name in sorted(found))
    return digest_of("".join(lines).encode())


def _below(folder: Path, ending: str) -> Iterator[tuple[str, Path]]:
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in files:
            if name.endswith(ending):
                path = Path(parent, name)
                yield path.relative_to(folder).as_posix(), path


def configuration_of(chosen: ResolvedOptions, further: Mapping[str, Any]) -> EffectiveConfiguration:
    """Every setting with its value and its source, without credentials; `further` has those that a scan decides."""
    values: dict[str, Any] = {
        name: {"value": to_builtins(each.value), **({"from": each.where} if each.where else {})}
        for name, each in chosen.values.items()
    }
    values["rules"] = to_builtins(chosen.tuning.rules)
    for name, value in further.items():
        values[name] = {**values.get(name, {}), "value": value}
    if chosen.configuration.file:
        values["file"] = {"path": chosen.configuration.file, "sha256": chosen.configuration.sha256}
    masked = without_home(mask_data(values), home())
    return EffectiveConfiguration(digest_of(compact(masked)), masked)


def settings_files(named: Mapping[str, str]) -> tuple[SettingsFile, ...]:
    """Each file by what it is, with the commits that introduced its lines; UsageError for one that is unreadable."""
    return tuple(SettingsFile(kind, mask(path), _sha256(path), _lines_by(path)) for kind, path in named.items() if path)


def _sha256(path: str) -> str:
    try:
        return digest_of(safe_read.read(path))
    except UnreadableError as error:
        raise UsageError(error.message, path) from None


def _lines_by(path: str) -> tuple[LinesBy, ...]:
    """The commits of the lines of a file, the latest first."""
    found = Counter(blame.origins(path).values())
    told = (LinesBy(number, each.commit, mask(each.author), each.date) for each, number in found.items())
    return tuple(sorted(told, key=lambda each: (each.date, each.commit), reverse=True))


def home() -> str:
    """The home folder of the user."""
    return os.path.expanduser("~")


def repository_of(state: git_tree.CheckoutState | None, root: str, time: str) -> Repository | None:
    """What is recorded of a checkout; `time` is given in place of that of the commit."""
    if state is None:
        return None
    return Repository(
        state.commit,
        state.tree,
        time or state.committed,
        address=mask(state.address),
        branch=mask(state.branch),
        prefix=_prefix(state, root),
        dirty=tuple(map(mask, state.dirty)),
    )


def tracked_of(state: git_tree.CheckoutState | None, root: str) -> Tracked:
    """The files of the commit."""
    return Tracked(git_tree.blobs(state.top, state.commit), _prefix(state, root)) if state else Tracked()


def _prefix(state: git_tree.CheckoutState, root: str) -> str:
    """What leads from the folder that names are relative to, to the top of the checkout."""
    top, root = os.path.realpath(state.top), os.path.realpath(root)
    return "" if root == top else f"{os.path.relpath(top, root)}/"
