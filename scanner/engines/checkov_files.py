"""Which files Checkov is given, and a copy of them for it to read.

It gets copies because a folder may hold `.checkov.yaml`, which Checkov would obey: it may name Python files to import,
checks to leave out, and addresses to fetch from. A copy also holds what the scan chose and nothing else, be it on disk
or in a commit.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from scanner.engines import EngineInput
from scanner.late import regex
from scanner.model import InputStatus
from scanner.safe_write import write_below

_YAML = r"\.ya?ml"
_DATA = regex(r"\.(?:ya?ml|json|template)$")
_DEFINITE: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "terraform": regex(r"\.(?:tf|hcl|tfvars|tfvars\.json)$"),
        "terraform_json": regex(r"\.tf\.json$"),
        "bicep": regex(r"\.bicep$"),
        "dockerfile": regex(r"(?:^|/)(?:[^/]+\.)?[Dd]ockerfile(?:\.[^/]+)?$(?<!\.[Dd]ockerignore)"),
        "github_actions": regex(rf"(?:^|/)\.github/workflows/[^/]+{_YAML}$"),
        "gitlab_ci": regex(rf"(?:^|/)\.gitlab-ci{_YAML}$"),
        "circleci_pipelines": regex(rf"(?:^|/)\.circleci/[^/]+{_YAML}$"),
        "azure_pipelines": regex(rf"(?:^|/)azure-pipelines{_YAML}$"),
        "bitbucket_pipelines": regex(rf"(?:^|/)bitbucket-pipelines{_YAML}$"),
        "serverless": regex(rf"(?:^|/)serverless{_YAML}$"),
    }
)
"""Frameworks whose files are known by their names."""
_BY_CONTENT = ("ansible", "arm", "cloudformation", "openapi", "terraform_plan")
"""Frameworks whose files are any YAML or JSON, known by what they hold."""

_READ_BY_BOTH = ("openapi",)
"""The formats of a file that our own engine assesses, and Checkov with other checks."""

ELSE = (*_DEFINITE, *_BY_CONTENT)
"""The frameworks of Checkov for files that our engine does not assess.

Left out are `helm` and `kustomize`, which start programs and may download (we render, and hand over the result),
`secrets` (a guess at every long word), and those that query servers: images, packages, repository settings, source
code.
"""
CLUSTER = ("kubernetes", "argo_workflows")
"""The frameworks of Checkov for files that hold Kubernetes objects."""

_SETTINGS = (".checkov.yaml", ".checkov.yml")


def wanted(path: str) -> bool:
    """Whether a file may be Checkov's concern, by its name."""
    if posixpath.basename(path) in _SETTINGS:
        return False
    return bool(_DATA.search(path)) or named(path)


def named(path: str) -> bool:
    """Whether the name of a file shows that Checkov assesses it."""
    return any(pattern.search(path) for pattern in _DEFINITE.values())


def holds_objects(file: EngineInput) -> bool:
    """Whether our own engine found Kubernetes objects in a file."""
    return "kubernetes" in file.input.formats


def not_assessed_by_assay(file: EngineInput) -> bool:
    """Whether our own engine left a file to others, or reads of it what the other one reads differently."""
    if file.input.formats == _READ_BY_BOTH:
        return True
    return file.input.status is not InputStatus.ASSESSED and not holds_objects(file)


def concerns(framework: str, path: str) -> bool:
    """Whether a file that was handed over may be of a framework."""
    return bool(_DEFINITE.get(framework, _DATA).search(path))


def lay_out(files: Iterable[EngineInput], folder: str) -> Iterator[str]:
    """Write the files below a folder, under their own names; returns the names that are not possible there.

    Git may hold names that lead out of a folder.
    """
    for file in files:
        if not write_below(folder, file.path, file.content):
            yield file.path
