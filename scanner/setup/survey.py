"""What a repository holds that decides how Assay is set up in it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from scanner.completeness import missing_kinds
from scanner.finished_scan import Scan
from scanner.late import regex
from scanner.loss import UNREAD_PART
from scanner.model import Input, InputStatus
from scanner.rendering import helm, kustomization
from scanner.sources import git

_HOST = regex(r"^(?:[a-z+]+://)?(?:[^/@]*@)?([^/:@]+)")
_FOLDERS = ("vendor", "third_party", "test", "tests", "testdata", "fixtures", "examples")
"""Names of folders whose files are often not deployed."""
_USUAL = ("main", "master")
"""Names of default branches."""
_DEFAULT = ("symbolic-ref", "--short", "refs/remotes/origin/HEAD")


class Service(StrEnum):
    """A CI service."""

    GITHUB = "GitHub"
    GITLAB = "GitLab"
    AZURE = "Azure DevOps"
    JENKINS = "Jenkins"


SIGNS: Mapping[Service, tuple[str, ...]] = {
    Service.GITHUB: (".github",),
    Service.GITLAB: (".gitlab-ci.yml",),
    Service.AZURE: ("azure-pipelines.yml", "azure-pipelines.yaml"),
    Service.JENKINS: ("Jenkinsfile",),
}
"""The files and folders that show that a service is used."""
_HOSTS = {
    Service.GITHUB: ("github",),
    Service.GITLAB: ("gitlab",),
    Service.AZURE: ("dev.azure.com", "visualstudio.com"),
}
"""Parts of the name of a host."""


class Survey(Struct, frozen=True):
    """What a repository holds."""

    formats: Mapping[str, int]
    """Format -> number of files of it that are assessed."""
    charts: int
    overlays: int
    unread: tuple[tuple[str, str], ...]
    """(path, kind) of what was not assessed and can be accepted in the configuration."""
    folders: tuple[str, ...]
    """Folders with assessed files that are perhaps not deployed."""
    services: tuple[Service, ...]
    top: str
    """Of the Git checkout; empty outside of one."""
    branch: str
    """The default branch."""
    has_base: bool
    """The checkout knows the default branch of its remote, with which `assay gate` compares."""

    @property
    def assessed(self) -> bool:
        """Whether there is anything that Assay reads."""
        return bool(self.formats)


def survey(scan: Scan) -> Survey:
    """What the current folder holds, by a scan of it and the names of files."""
    here = os.getcwd()
    top = git.top(here)
    remote = _git(top, "config", "--get", "remote.origin.url")
    assessed = [item for item in scan.inputs if item.status is InputStatus.ASSESSED]
    return Survey(
        formats=Counter(name for item in assessed for name in item.formats),
        charts=_named(scan.inputs, (helm.NAME,)),
        overlays=_named(scan.inputs, kustomization.NAMES),
        unread=tuple((item.path, kind) for item in scan.inputs for kind in _kinds(item)),
        folders=tuple(_folders(assessed)),
        services=tuple(_services(remote)),
        top=top,
        branch=_branch(top),
        has_base=bool(_git(top, *_DEFAULT)),
    )


def _named(inputs: Iterable[Input], names: Iterable[str]) -> int:
    known = frozenset(names)
    return sum(os.path.basename(item.path) in known for item in inputs)


def _kinds(item: Input) -> Iterator[str]:
    """The formats of an input that are recognised and not read."""
    return (kind for kind in sorted({*missing_kinds(item)}) if kind != UNREAD_PART and not item.accepted)


def _folders(assessed: Sequence[Input]) -> Iterator[str]:
    tops = {item.path.split("/")[0] for item in assessed if "/" in item.path}
    return (f"{name}/" for name in _FOLDERS if name in tops)


def _services(remote: str) -> Iterator[Service]:
    found = _HOST.match(remote.lower())
    host = found[1] if found else ""
    for service, signs in SIGNS.items():
        if any(map(os.path.lexists, signs)) or any(part in host for part in _HOSTS.get(service, ())):
            yield service


def _branch(top: str) -> str:
    """The default branch of the remote, else one with a usual name, else the current one."""
    if shown := _git(top, *_DEFAULT).removeprefix("origin/"):
        return shown
    known = _git(top, "for-each-ref", "--format=%(refname:short)", "refs/heads").split()
    usual = next((each for each in _USUAL if each in known), "")
    return usual or _git(top, "symbolic-ref", "--short", "HEAD") or _USUAL[0]


def _git(top: str, *arguments: str) -> str:
    said = git.answer(top, *arguments) if top else None
    return "" if said is None else said.decode(errors="replace").strip()
