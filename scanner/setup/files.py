"""The files that set Assay up in a repository, as it needs them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

from msgspec import Struct

from scanner import library, safe_read
from scanner.configuration.file import NAME
from scanner.documents.data_to_text import QuotingStyle, flow
from scanner.errors import UnreadableError
from scanner.late import regex
from scanner.limits import MIB
from scanner.masking import hidden
from scanner.policy.kubernetes_versions import NEWEST_KUBERNETES
from scanner.setup.requirement import PLACEHOLDER, Requirement
from scanner.setup.survey import SIGNS, Service, Survey

HOOKS = ".pre-commit-config.yaml"
_WORKFLOW = ".github/workflows/assay.yml"
_TEMPLATES = {
    Service.GITHUB: "init-github.yml",
    Service.GITLAB: "init-gitlab.yml",
    Service.AZURE: "init-azure.yml",
    Service.JENKINS: "init-jenkins.groovy",
}
_MARK = regex(r"(?m)^( *)# SOURCE\n")
_UNKNOWN = f"Put the address of Assay's repository and the full hash of a commit in place of {PLACEHOLDER}."
_MOST_LISTED = 10
"""Inputs that are listed in the configuration."""


class Wanted(Struct, frozen=True):
    """A file that is to be there, and its content."""

    path: str
    content: str
    where: str
    """What of a file that is there it belongs under, such as `repos`; empty where it is a file of its own."""
    marks: tuple[str, ...] = ()
    """Texts by which a file that is there has it already."""

    @property
    def exists(self) -> bool:
        """Whether there is anything under the path; a link that leads nowhere is."""
        return os.path.lexists(self.path)

    @property
    def done(self) -> bool:
        """Whether a file that is there has it already."""
        try:
            text = safe_read.read(self.path, MIB, follow=False).decode(errors="replace")
        except UnreadableError:
            return False
        return any(mark in text for mark in self.marks)

    @property
    def addition(self) -> str:
        """What is to be added to a file that is there."""
        return self.content.split(f"{self.where}:\n", 1)[-1] if self.where else self.content


def files(found: Survey, requirement: Requirement) -> Iterator[Wanted]:
    """The files that a repository should have, in which pip installs a requirement."""
    yield Wanted(NAME, _configuration(found), "")
    if found.top:
        yield Wanted(HOOKS, _template("init-pre-commit.yaml", found, requirement), "repos", ("assay hook", "id: assay"))
    for service in found.services:
        content = _template(_TEMPLATES[service], found, requirement)
        yield Wanted(_path(service), content, _place(service), ("assay gate",))


def _path(service: Service) -> str:
    if service is Service.GITHUB:
        return _WORKFLOW
    return next(filter(os.path.lexists, SIGNS[service]), SIGNS[service][0])


def _place(service: Service) -> str:
    return {Service.AZURE: "steps", Service.JENKINS: "stages"}.get(service, "")


def _template(name: str, found: Survey, requirement: Requirement) -> str:
    text = (library.data_root() / "templates" / name).read_text(encoding="utf-8")
    told = _MARK.sub(lambda found: "" if requirement.known else f"{found[1]}# {_UNKNOWN}\n", text)
    return told.replace("REQUIREMENT", requirement.text).replace("DEFAULT-BRANCH", json.dumps(found.branch))


def _configuration(found: Survey) -> str:
    """A configuration in which every key is a comment."""
    return "\n".join(("\n".join(_head()), *("\n".join(part) for part in _parts(found)), ""))


def _head() -> Iterator[str]:
    yield "# The configuration of Assay. Remove the # of a key to set it; every report states what is set here."
    yield "# `assay config show` prints all keys and their values, `assay config schema` their JSON Schema."


def _parts(found: Survey) -> Iterator[tuple[str, ...]]:
    yield (
        "",
        "# The lowest severity that fails a scan and a gate: critical, high, medium, low (the default) or info.",
        "# fail-on: medium",
    )
    yield "", "# What is not read, as in a .gitignore.", f"# exclude: {_flow([*found.folders] or ['vendor/'])}"
    yield "", "# Run the rules of these frameworks: `assay frameworks list`.", "# framework: [soc2]"
    if "kubernetes" in found.formats:
        yield "", "# The version of the cluster.", f'# kubernetes-version: "1.{NEWEST_KUBERNETES}"'
        yield (
            "",
            "# Parameters of rules, and rules that do not run: `assay rules show ID`.",
            "# rules:",
            "#   kubernetes.container-image-registry-allowed:",
            "#     parameters: {allowed: [registry.example]}",
        )
    if found.unread:
        yield tuple(_not_assessed(found))


def _not_assessed(found: Survey) -> Iterator[str]:
    yield ""
    yield "# Assay recognises these files and does not read them, so the exit code is 4. Accept this with a reason."
    yield "# not_assessed:"
    for path, kind in found.unread[:_MOST_LISTED]:
        yield f"#   - {_flow({'format': kind, 'path': hidden(path), 'reason': 'WHY'})}"
    if (more := len(found.unread) - _MOST_LISTED) > 0:
        yield f"#   and {more} more: assay scan --explain-inputs"


def _flow(value: object) -> str:
    """A value on one line, whatever the names of files hold."""
    return flow(value, QuotingStyle()).encode("ascii", "backslashreplace").decode()
