"""The kinds of subjects of Compose and stack files, and who may deploy these."""

from __future__ import annotations

SYSTEM = "stack.system"
SERVICE = "stack.service"
NETWORK = "stack.network"
VOLUME = "stack.volume"
SECRET = "stack.secret"  # noqa: S105 - the name of a kind
CONFIG = "stack.config"

COMPOSE, STACK = "compose", "stack"
TARGETS = (STACK, COMPOSE)
"""Who deploys: `docker stack deploy` and `docker compose`."""
