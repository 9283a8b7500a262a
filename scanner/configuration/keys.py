"""The keys of `assay.yaml`, which are the long names of options, and what each may do."""

from __future__ import annotations

from typing import Any, NamedTuple

from scanner.model import PROFILES, Severity
from scanner.policy.kubernetes_versions import NEWEST_KUBERNETES


class Key(NamedTuple):
    """One key."""

    name: str
    default: Any = ()
    option: str = ""
    """The option of the same meaning where it has another name; `paths` is an argument."""
    names_files: bool = False
    """Its values are files or folders, which count from the folder of the configuration file."""
    needs_config: bool = False
    """In a file that was only found it does not count: it brings code or data, or lifts a guard."""

    @property
    def spoken(self) -> str:
        """How the command line writes it."""
        return self.option or f"--{self.name}"


KEYS = {
    key.name: key
    for key in (
        Key("paths", option="PATHS", names_files=True),
        Key("profile", PROFILES[0].value),
        Key("select"),
        Key("skip"),
        Key("include"),
        Key("exclude"),
        Key("framework"),
        Key("all-frameworks", False),
        Key("framework-file", names_files=True, needs_config=True),
        Key("scope", None, names_files=True, needs_config=True),
        Key("strict-documents", default=False),
        Key("fail-on", Severity.LOW.value),
        Key("kubernetes-version", f"1.{NEWEST_KUBERNETES}"),
        Key("rule-folders", option="--rules", names_files=True, needs_config=True),
        Key("policies", names_files=True, needs_config=True),
        Key("values", names_files=True, needs_config=True),
        Key("limit", {}, needs_config=True),
        Key("root", None, names_files=True, needs_config=True),
    )
}
"""All keys but `rules` and `not_assessed`, which no option has."""
