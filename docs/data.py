"""The data of all generated pages, and the page that describes each name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from markup import slug

from scanner import library, objectives
from scanner.controls import Checkable, ControlLink
from scanner.frameworks import catalogue
from scanner.frameworks.catalogue import Control, Framework
from scanner.frameworks.links import links
from scanner.model import RuleInfo
from scanner.objectives import Objective
from scanner.policy.rule import RuleFile, load_folder


@dataclass(frozen=True)
class Data:
    """Rules, frameworks and objectives."""

    rules: Sequence[RuleFile]
    frameworks: Sequence[Framework]
    objectives: Mapping[str, Objective]

    @cached_property
    def infos(self) -> list[RuleInfo]:
        """The texts of each rule."""
        return [file.rule.info for file in self.rules]

    @cached_property
    def reached(self) -> dict[str, list[ControlLink]]:
        """Rule -> the controls that it is mapped to, in the order of the catalogues."""
        places = [(item.id, item.edition, control.id) for item in self.frameworks for control in item.controls]
        order = {place: number for number, place in enumerate(places)}
        return {
            rule: sorted(found, key=lambda link: order[link.framework, link.edition, link.control])
            for rule, found in links(self.frameworks, self.infos).items()
        }

    @cached_property
    def targets(self) -> dict[str, str]:
        """A name that a page may refer to -> the path of the page that describes it, from the folder of the pages."""
        found = {name: objective_path(name) for name in self.objectives}
        found.update({info.id: rule_path(info.id) for info in self.infos})
        for item in self.frameworks:
            path = framework_path(item)
            found[name_of(item)] = path
            found.update({control_name(name_of(item), each.id): f"{path}#{slug(each.id)}" for each in sections(item)})
        return found


def load() -> Data:
    """The data of this checkout. Raises PackError for invalid data."""
    rules = tuple(load_folder(library.data_root() / "rules"))
    return Data(rules, catalogue.load(library.Cache()), objectives.load())


def sections(framework: Framework) -> list[Control]:
    """The controls that files can show; each has a section on the page of its framework."""
    return [control for control in framework.controls if control.checkable is not Checkable.MANUAL]


def name_of(framework: Framework) -> str:
    """A framework with its edition, in the form of the command line."""
    return f"{framework.id}@{framework.edition}"


def control_name(framework: str, control: str) -> str:
    """A control, in the form of `assay frameworks show`."""
    return f"{framework}/{control}"


def framework_path(framework: Framework) -> str:
    """The page of a framework."""
    return f"frameworks/{framework.id}-{slug(framework.edition)}.md"


def objective_path(name: str) -> str:
    """The page of an objective."""
    return f"objectives/{name}.md"


def rule_path(identity: str) -> str:
    """The page of a rule."""
    return f"rules/{identity.replace('.', '/')}.md"
