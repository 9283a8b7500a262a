"""What `docker stack deploy` and `docker compose` make of the keys of a file.

Read from the sources: docker/cli 29.8.0 (cli/compose/types, the schema 3.13 in cli/compose/schema, cli/compose/convert)
and docker/compose f729794 of 2026-08-19 with compose-go of 2026-07-21.
"""

from __future__ import annotations

from types import MappingProxyType

SOURCE = "docker/cli 29.8.0"
COMPOSE_SOURCE = "docker/compose f729794"

REPORTED = frozenset(
    {
        "build",
        "cgroup_parent",
        "cgroupns_mode",
        "devices",
        "domainname",
        "external_links",
        "ipc",
        "links",
        "mac_address",
        "network_mode",
        "pid",
        "privileged",
        "restart",
        "security_opt",
        "shm_size",
        "userns_mode",
    }
)
"""Keys of a service that `docker stack deploy` says it ignores.

It does use `restart` where `deploy` has no `restart_policy`.
"""
DEPRECATED = frozenset({"container_name", "expose"})
"""Keys of a service that it calls deprecated and ignores."""
SILENT = frozenset({"depends_on", "tmpfs"})
"""Keys of a service that it accepts and does not hand to the swarm, without a word."""
IGNORED = REPORTED | DEPRECATED | SILENT

FORBIDDEN = MappingProxyType(
    {
        "cpu_quota": "set deploy.resources",
        "cpu_shares": "set deploy.resources",
        "cpuset": "set deploy.resources",
        "extends": "write the service out",
        "mem_limit": "set deploy.resources",
        "memswap_limit": "set deploy.resources",
        "volume_driver": "define the volume below the top-level volumes",
        "volumes_from": "define the volume below the top-level volumes",
    }
)
"""Keys of a service with which it refuses the file, and what to do instead."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ACCEPTED = _words(
    """
    build cap_add cap_drop cgroup_parent cgroupns_mode command configs container_name credential_spec depends_on deploy
    devices dns dns_search domainname entrypoint env_file environment expose external_links extra_hosts healthcheck
    hostname image init ipc isolation labels links logging mac_address network_mode networks oom_score_adj pid ports
    privileged read_only restart secrets security_opt shm_size stdin_open stop_grace_period stop_signal sysctls tmpfs
    tty ulimits user userns_mode volumes working_dir
    """
)
"""Keys of a service that its schema has; with any other it refuses the file, unless the key begins with `x-`."""
SECTIONS = MappingProxyType(
    {
        "networks": _words("name driver driver_opts ipam external internal attachable labels"),
        "volumes": _words("name driver driver_opts external labels x-cluster-spec"),
        "secrets": _words("name file external labels driver driver_opts template_driver"),
        "configs": _words("name file external labels template_driver"),
    }
)
"""Keys of what stands below the other top-level keys."""
TOP_LEVEL = frozenset({"version", "services", *SECTIONS})
DEPLOY = _words("mode endpoint_mode replicas labels rollback_config update_config resources restart_policy placement")
RESERVATIONS = frozenset({"cpus", "memory", "generic_resources"})
PORT = frozenset({"mode", "target", "published", "protocol"})
VERSIONS = frozenset({"", "3", *(f"3.{minor}" for minor in range(14))})
"""Values of `version` for which it has a schema."""

ONLY_SWARM = frozenset({"endpoint_mode", "labels", "mode", "placement", "rollback_config", "update_config"})
"""Keys of `deploy` that `docker compose` reads and does not use."""
ONLY_COMPOSE_SECRETS = frozenset({"gid", "mode", "uid"})
"""Keys of a service's secret or config that `docker compose` says it ignores."""
