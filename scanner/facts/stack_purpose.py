"""Whether a host in operation runs a service, and with which ports.

Of Compose files for development, tests or examples it is left open.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial

from scanner.contexts import IF_DEPLOYED
from scanner.facts.fact import Fact
from scanner.facts.lack import Lack
from scanner.facts.stacks import Projects, folder_of
from scanner.facts.step import Facts, step
from scanner.subjects.stacks.kinds import SERVICE

DEPLOYED = Fact(
    "deployed",
    (SERVICE,),
    bool,
    "Whether a host in operation runs it: true, and absent for a Compose file whose name, folder or content shows that "
    "it is for development, tests or examples.",
    provide=IF_DEPLOYED,
)
UNPUBLISHED_BY = Fact(
    "unpublished_by",
    (SERVICE,),
    str,
    "The file for production in the same folder that removes the ports of the service, with `!reset` or `!override`; "
    "empty where there is none.",
    provide="scan the folder as a whole",
)


@step(Projects, gives=(DEPLOYED,))
def find_deployed(projects: Projects, facts: Facts) -> None:
    """Services of stacks, and of Compose files that nothing shows to be for something else."""
    for services in projects.services.values():
        for service in services.values():
            stack = service.bindings["stack"]
            if "purpose" not in stack:
                facts.add(service, DEPLOYED, True)
            else:
                facts.lack(service, DEPLOYED, partial(_lack, stack["purpose"], stack["shown_by"]))


def _lack(purpose: str, shown_by: str) -> Lack:
    return Lack(f"the file is for {purpose}, as {shown_by}, shows", IF_DEPLOYED)


@step(Projects, gives=(UNPUBLISHED_BY,))
def find_unpublished(projects: Projects, facts: Facts) -> None:
    """Services whose ports a file for production, which is merged into theirs, takes away."""
    removed: defaultdict[tuple[str, int], dict[str, str]] = defaultdict(dict)
    for file, services in projects.services.items():
        for name, service in services.items():
            if "removes_ports" in service.bindings["stack"]:
                removed[folder_of(file)].setdefault(name, file[0])
    for file, services in projects.services.items():
        for name, service in services.items():
            facts.add(service, UNPUBLISHED_BY, removed.get(folder_of(file), {}).get(name, ""))
