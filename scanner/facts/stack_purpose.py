"""Whether a host in operation runs a service; of Compose files for development, tests or examples it is left open."""

from __future__ import annotations

from functools import partial

from scanner.contexts import IF_DEPLOYED
from scanner.facts.fact import Fact
from scanner.facts.lack import Lack
from scanner.facts.stacks import Projects
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
