"""What a spawned agent can do with the tools that its call lists: as for every other agent."""

from __future__ import annotations

from scanner.facts.agents.tools import CAPABILITIES, abilities, servers
from scanner.facts.fact import Fact
from scanner.facts.groups import Groups
from scanner.facts.step import Facts, read, step
from scanner.subjects.swarm import AGENT

COMBINES = Fact(
    "combines",
    (AGENT,),
    bool,
    "Whether its tools read private data, take in untrusted content and send data out; absent where no tools are "
    "listed, or where these do not do all three and it is not known what another one does.",
    provide="list the tools of the agent by names that are known, and which are not computed",
)


@step(Groups, gives=(COMBINES,), reads=(read(AGENT, "agent.tools"),))
def classify_tools(groups: Groups, facts: Facts) -> None:
    """Whether the tools of each agent do all three together."""
    without_servers = servers(())
    for group in groups.all:
        for agent in group[AGENT]:
            listed = agent.bindings["agent"].get("tools")
            if not isinstance(listed, list):
                continue
            tools = [text for text in listed if isinstance(text, str)]
            found = [each for text in tools for each in abilities(text, without_servers)]
            letters = frozenset[str]().union(*(each.letters for each in found))
            if letters.issuperset(CAPABILITIES):
                facts.add(agent, COMBINES, True)
            elif all(each.known for each in found):
                facts.add(agent, COMBINES, False)
