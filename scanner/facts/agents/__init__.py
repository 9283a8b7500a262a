"""Facts about agents: what each can do with its tools, its servers and the agents that it may start."""
