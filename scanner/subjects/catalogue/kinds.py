"""The kinds of entities that Backstage defines, and what their fields refer to."""

from __future__ import annotations

from collections.abc import Mapping

ENTITY = "catalogue.entity"

_OWNER = {"owner": "group"}
REFERENCES: Mapping[str, Mapping[str, str]] = {
    "Component": {
        **_OWNER,
        "system": "system",
        "subcomponentOf": "component",
        "dependsOn": "",
        "dependencyOf": "",
        "providesApis": "api",
        "consumesApis": "api",
    },
    "API": {**_OWNER, "system": "system"},
    "Resource": {**_OWNER, "system": "system", "dependsOn": "", "dependencyOf": ""},
    "System": {**_OWNER, "domain": "domain"},
    "Domain": {**_OWNER, "subdomainOf": "domain"},
    "Group": {"parent": "group", "children": "group", "members": "user"},
    "User": {"memberOf": "group"},
    "Location": {},
}
"""For each kind of entity: the fields that refer to others, and the kind that a name without one means, if any."""
KINDS_OF_ENTITIES = frozenset(REFERENCES)
TEAMS = ("group", "user")
"""What owns an entity."""
