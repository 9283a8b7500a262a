"""The graph of an architecture spec: where data goes, what depends on what, which boundaries a flow crosses."""
