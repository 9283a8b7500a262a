"""Strings of the kinds that manifests are full of and that are not credentials, though some look like one."""

from __future__ import annotations

from random import Random

# fmt: off
_WORDS = [
    "access", "account", "admin", "agent", "api", "auth", "backup", "batch", "cache", "cart", "cert", "checkout",
    "client", "cluster", "config", "controller", "core", "dashboard", "data", "default", "deploy", "edge", "engine",
    "event", "export", "gateway", "health", "image", "ingest", "job", "key", "ledger", "login", "manager", "metrics",
    "model", "network", "node", "notify", "operator", "order", "pass", "payment", "pipeline", "pool", "proxy",
    "public", "queue", "registry", "report", "route", "schema", "secret", "server", "session", "shop", "sidecar",
    "sign", "stage", "storage", "store", "stream", "sync", "task", "team", "tenant", "test", "token", "trace", "user",
    "vault", "view", "volume", "web", "worker",
]
# fmt: on
_HOSTS = ("registry.example.com", "ghcr.io", "quay.io", "docker.io", "gcr.io")
_HEX = "0123456789abcdef"


def drawn(number: int, seed: int) -> list[str]:
    """So many different strings, the same for each seed."""
    chance = Random(seed)
    found: dict[str, None] = {}
    while len(found) < number:
        found[_FORMS[len(found) % len(_FORMS)](chance)] = None
    return list(found)


def _joined(chance: Random, sign: str, least: int = 2, most: int = 4) -> str:
    return sign.join(chance.choice(_WORDS) for _ in range(chance.randint(least, most)))


def _hex(chance: Random, number: int) -> str:
    return "".join(chance.choices(_HEX, k=number))


def _version(chance: Random) -> str:
    return f"{chance.randint(0, 40)}.{chance.randint(0, 30)}.{chance.randint(0, 99)}"


def _image(chance: Random) -> str:
    return f"{chance.choice(_HOSTS)}/{_joined(chance, '-')}/{_joined(chance, '-')}"


def _host(chance: Random) -> str:
    return f"{_joined(chance, '-')}.{chance.choice(_WORDS)}.svc.cluster.local"


_FORMS = (
    lambda chance: _joined(chance, "-", 2, 6),
    lambda chance: _joined(chance, "_", 2, 5).upper(),
    lambda chance: _joined(chance, ".", 3, 6),
    lambda chance: "".join(word.title() for word in _joined(chance, " ", 3, 6).split()),
    lambda chance: f"$({_joined(chance, '_').upper()})",
    lambda chance: f"${{{_joined(chance, '_').upper()}}}",
    lambda chance: f"--{_joined(chance, '-')}=$({_joined(chance, '_').upper()})",
    lambda chance: f"--{_joined(chance, '-')}=/etc/{_joined(chance, '/')}.yaml",
    lambda chance: f"{_image(chance)}:v{_version(chance)}",
    lambda chance: f"{_image(chance)}@sha256:{_hex(chance, 64)}",
    lambda chance: f"{_version(chance)}@sha256:{_hex(chance, 64)}",
    lambda chance: _hex(chance, chance.choice((7, 12, 32, 40, 64))),
    lambda chance: f"{_host(chance)}:{chance.randint(80, 65535)}",
    lambda chance: f"https://{_host(chance)}/{_joined(chance, '/')}",
    lambda chance: f"/var/run/secrets/{_joined(chance, '/')}",
    lambda chance: f"../../{_joined(chance, '-')}/overlays/{_joined(chance, '-')}.yaml",
    lambda chance: f"namespace:{_joined(chance, '_')}_total:rate{chance.randint(1, 30)}m",
    lambda chance: f"{_joined(chance, '-')}-{_hex(chance, 10)}-{_hex(chance, 5)}",
    lambda chance: f"{chance.choice(_WORDS)}.example.com/{_joined(chance, '-')}",
)
