"""What an element of a workspace is, by its tags, its place and its technology."""

from __future__ import annotations

from scanner.documents.positions import Node
from scanner.late import regex
from scanner.subjects.architecture import DATASTORE, SERVICE

_STORE = regex(
    r"(?i)(?:(?:amazon|aws|azure|google|cloud|apache|oracle|microsoft|relational|ibm)\s+)*"
    r"(?:postgres\w*|mysql|maria\s?db|mongo\s?db|redis|dynamo\s?db|cassandra|elasticsearch|opensearch|sqlite|neo4j|s3"
    r"|rds|aurora|cosmos\w*|sql server|sql (?:db|database|table)|azuresql\w*|blob storage|object storage|minio"
    r"|influx\w*|clickhouse|snowflake|bigquery|database|data ?store|bucket|file system|db2)\b.*"
    r"|(?:\S+\s+){0,3}(?:database|database schema|rdbms|db|data warehouse|bucket)"
)
_QUEUE = regex(
    r"(?i)(?:(?:amazon|aws|azure|google|apache|confluent)\s+)*(?:kafka|rabbit\s?mq|active\s?mq|sqs|sns|kinesis|nats|pulsar"
    r"|event ?(?:grid|hub|bridge)s?|service bus|storage queues?|pub/?sub|message (?:broker|queue|bus)|queue|topic)\b.*"
)
_CLIENT = regex(r"(?i)\b(?:web ?browser|mobile ?app|single[- ]page|ios|android|xamarin|desktop app\w*)\b")
_STORE_TAGS = frozenset(("database", "data store", "datastore", "db", "storage", "bucket", "cache"))
_QUEUE_TAGS = frozenset(("queue", "topic", "message bus", "message broker", "broker", "event bus"))
_EXTERNAL = regex(r"(?i)\bexternal\b|\bthird[- ]party\b")


def tags_of(node: Node) -> list[str]:
    """The tags of an element, in lower case."""
    stated = node.get("tags").value
    return [tag.strip().lower() for tag in stated.split(",")] if isinstance(stated, str) else []


def technology(node: Node) -> str:
    """The technology of an element or a relationship; empty where none is stated."""
    stated = node.get("technology").value
    return stated.strip() if isinstance(stated, str) else ""


def kind_of(node: Node, group: str) -> tuple[str, str]:
    """The kind of subject that an element is, and the type of a service."""
    if group == "people":
        return SERVICE, "actor"
    tags, stated = tags_of(node), technology(node)
    if group == "softwareSystems":
        outside = node.get("location").value == "External" or any(map(_EXTERNAL.search, tags))
        return SERVICE, "external" if outside else "system"
    if not _STORE_TAGS.isdisjoint(tags) or _STORE.fullmatch(stated):
        return DATASTORE, ""
    if not _QUEUE_TAGS.isdisjoint(tags) or _QUEUE.fullmatch(stated):
        return SERVICE, "queue"
    if group == "containers" and (_CLIENT.search(stated) or _CLIENT.search(str(node.get("name").value))):
        return SERVICE, "client"
    return SERVICE, "service" if group == "containers" else group.rstrip("s")
