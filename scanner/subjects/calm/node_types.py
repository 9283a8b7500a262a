"""What a node of CALM is, by the words of its type: CALM names nine types, and a model may use any other text."""

from __future__ import annotations

from msgspec import Struct

from scanner.late import regex
from scanner.subjects.architecture import ASSET, BOUNDARY, DATASTORE, SERVICE


class NodeType(Struct, frozen=True):
    """What a type of node is read as."""

    kind: str
    """Of subject."""
    type: str = ""
    """Of service."""


_OF_CALM = {
    "actor": NodeType(SERVICE, "actor"),
    "data-asset": NodeType(ASSET),
    "database": NodeType(DATASTORE),
    "ecosystem": NodeType(BOUNDARY),
    "ldap": NodeType(SERVICE, "identity-provider"),
    "network": NodeType(BOUNDARY),
    "service": NodeType(SERVICE, "service"),
    "system": NodeType(SERVICE, "system"),
    "webclient": NodeType(SERVICE, "client"),
}
_WORDS: tuple[tuple[NodeType, str], ...] = (
    (NodeType(SERVICE, "gateway"), "gateway apigateway"),
    (NodeType(SERVICE, "load-balancer"), "loadbalancer balancer elb alb nlb"),
    (NodeType(SERVICE, "reverse-proxy"), "proxy ingress"),
    (NodeType(SERVICE, "waf"), "waf"),
    (NodeType(SERVICE, "cdn"), "cdn cloudfront"),
    (NodeType(SERVICE, "queue"), "queue broker messagebroker messagebus bus topic kafka sqs sns kinesis eventbridge"),
    (NodeType(SERVICE, "identity-provider"), "idp identity cognito"),
    (NodeType(SERVICE, "vault"), "vault secretsmanager"),
    (NodeType(SERVICE, "actor"), "actor person user"),
    (NodeType(SERVICE, "client"), "client browser"),
    (NodeType(SERVICE, "external"), "external externalservice externalsystem"),
    (
        NodeType(DATASTORE),
        "database db datastore store storage bucket cache warehouse datalake rds aurora dynamodb s3 efs",
    ),
    (NodeType(DATASTORE), "elasticache redshift redis postgres postgresql mysql mongodb"),
    (NodeType(BOUNDARY), "vpc vnet subnet network zone cluster namespace"),
)
"""Words of other types, such as `aws:rds` or `message-broker`."""
_BY_WORD = {word: found for found, words in _WORDS for word in words.split()}
_APART = regex(r"[^a-z0-9]+")


def read_as(node_type: str) -> NodeType:
    """What a node of a type is read as: by the last word or two of the type, else a service of this type."""
    if node_type in _OF_CALM:
        return _OF_CALM[node_type]
    words = [word for word in _APART.split(node_type.lower()) if word]
    known = (_BY_WORD[word] for word in ("".join(words[-2:]), *words[-1:]) if word in _BY_WORD)
    return next(known, NodeType(SERVICE, node_type))
