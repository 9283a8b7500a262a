mcp__claude-flow__swarm_init({topology: "mesh", maxAgents: 5})
