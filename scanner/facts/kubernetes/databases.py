"""Databases that an operator runs, and their backups."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.objects import in_same_namespace, listed, mapping, name_of, path
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.kubernetes import RESOURCE


class Backup(TypedDict):
    """What files show of the backups of a database."""

    stored: bool
    scheduled: NotRequired[bool]


DATABASE_BACKUP = Fact(
    "database_backup",
    (RESOURCE,),
    Backup,
    "Whether a PostgreSQL cluster states where backups are stored, and whether a ScheduledBackup that is not suspended "
    "names it.",
    provide=(
        "scan the folder that holds the ScheduledBackups of the cluster, or put what "
        "`kubectl get scheduledbackups -A -o yaml` prints into a file at the top of the scanned folder, "
        "and state the namespace in each"
    ),
    objects=("Cluster",),
    related=("scheduled_backup",),
)

_GROUP = "postgresql.cnpg.io"
_BARMAN = "barman-cloud.cloudnative-pg.io"
"""The plugin that stores backups, of CloudNativePG itself."""


@step(
    Cluster,
    gives=(DATABASE_BACKUP,),
    reads=(
        read(RESOURCE, "object.spec.backup", "object.spec.plugins", objects=("Cluster",)),
        read(
            RESOURCE,
            "object.spec.cluster.name",
            "object.spec.pluginConfiguration.name",
            "object.spec.suspend",
            objects=("ScheduledBackup",),
        ),
    ),
)
def find_backups(cluster: Cluster, facts: Facts) -> None:
    """The backups of each PostgreSQL cluster."""
    schedules = [item for item in cluster.objects.of(_GROUP, "ScheduledBackup") if not _spec(item).get("suspend")]
    for database in cluster.objects.of(_GROUP, "Cluster"):
        named = [item for item in schedules if path(_spec(item), "cluster", "name") == name_of(database)]
        near = [(in_same_namespace(database, item), item) for item in named]
        own = [item for sure, item in near if sure]
        backup = Backup(stored=_is_stored(_spec(database), [item for sure, item in near if sure is not False]))
        if own:
            backup["scheduled"] = True
            facts.relate(database, "scheduled_backup", place(own[0]))
        elif cluster.objects.complete("ScheduledBackup", near=database) and not any(sure is None for sure, _ in near):
            backup["scheduled"] = False
        facts.add(database, DATABASE_BACKUP, backup)


def _is_stored(spec: dict[str, Any], schedules: list[Subject]) -> bool:
    """Whether a cluster states where its backups are stored, itself or in a plugin."""
    backup = mapping(spec.get("backup"))
    if backup.get("barmanObjectStore") is not None or backup.get("volumeSnapshot") is not None:
        return True
    makers = {_BARMAN, *(path(_spec(item), "pluginConfiguration", "name") for item in schedules)}
    return any(
        plugin.get("enabled", True) and (plugin.get("isWALArchiver") or plugin.get("name") in makers)
        for plugin in listed(spec.get("plugins"))
        if isinstance(plugin, dict)
    )


def _spec(subject: Subject) -> dict[str, Any]:
    return mapping(path(subject.bindings["object"], "spec"))
