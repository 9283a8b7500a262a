"""The kinds of subjects of Compose and stack files, and who may deploy these."""

from __future__ import annotations

SYSTEM = "stack.system"
SERVICE = "stack.service"
NETWORK = "stack.network"
VOLUME = "stack.volume"
SECRET = "stack.secret"  # noqa: S105 - the name of a kind
CONFIG = "stack.config"
DAEMON = "stack.daemon"
VARIABLES = "stack.variables"

COMPOSE, STACK = "compose", "stack"
"""Who deploys: `docker compose` and `docker stack deploy`."""
