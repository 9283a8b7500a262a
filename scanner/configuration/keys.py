"""The keys of `assay.yaml`, which are the long names of options, and what each may do."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from scanner.model import PROFILES, Severity
from scanner.policy.kubernetes_versions import NEWEST_KUBERNETES

SEPARATOR = ":"
"""Between the files of one item of `compose-files`."""


class ConfigurationKey(Struct, frozen=True):
    """One key."""

    name: str
    default: Any = ()
    option: str = ""
    """The option of the same meaning where it has another name; `paths` is an argument."""
    names_files: bool = False
    """Its values are files or folders, which count from the folder of the configuration file."""
    needs_config: bool = False
    """In a file that was only found it does not count: it brings code or data, or lifts a guard."""

    separator: str = ""
    """Between several files that one item names."""

    def files(self, item: str) -> list[str]:
        """The files that an item names."""
        return item.split(self.separator) if self.separator else [item]

    @property
    def spoken(self) -> str:
        """How the command line writes it."""
        return self.option or f"--{self.name}"


KEYS = {
    key.name: key
    for key in (
        ConfigurationKey("paths", option="PATHS", names_files=True),
        ConfigurationKey("profile", PROFILES[0].value),
        ConfigurationKey("select"),
        ConfigurationKey("skip"),
        ConfigurationKey("include"),
        ConfigurationKey("exclude"),
        ConfigurationKey("framework"),
        ConfigurationKey("all-frameworks", False),
        ConfigurationKey("framework-file", names_files=True, needs_config=True),
        ConfigurationKey("scope", None, names_files=True, needs_config=True),
        ConfigurationKey("strict-documents", default=False),
        ConfigurationKey("fail-on", Severity.LOW.value),
        ConfigurationKey("kubernetes-version", f"1.{NEWEST_KUBERNETES}"),
        ConfigurationKey("context", None),
        ConfigurationKey("deploy-target", None),
        ConfigurationKey("compose-files", names_files=True, separator=SEPARATOR),
        ConfigurationKey("rule-folders", option="--rules", names_files=True, needs_config=True),
        ConfigurationKey("policies", names_files=True, needs_config=True),
        ConfigurationKey("values", names_files=True, needs_config=True),
        ConfigurationKey("limit", {}, needs_config=True),
        ConfigurationKey("waivers", None, names_files=True),
        ConfigurationKey("inline-ignores", default=False),
        ConfigurationKey("root", None, names_files=True, needs_config=True),
    )
}
"""All keys but `rules` and `not_assessed`, which no option has."""
