"""Plain data -> YAML that people read and change: long texts in blocks, keys in the order they were given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

_WIDTH = 110
_LONG = 72
"""The length from which a text is written as a block."""


class _Dumper(yaml.SafeDumper):
    """The dumper with our own texts, and without aliases."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's own name
        """Whether a value is written out wherever it stands: always."""
        return True


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else ">" if len(value) > _LONG else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _list(dumper: _Dumper, value: list[Any]) -> yaml.SequenceNode:
    short = all(isinstance(item, str) and len(item) < _LONG for item in value)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=short)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)


def write(documents: Iterable[Any]) -> str:
    """The YAML text of documents, one behind the other."""
    return yaml.dump_all(
        documents, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH, explicit_start=True
    )
