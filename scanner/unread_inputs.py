"""Which inputs that were not read may decide an unknown outcome, and how they can be made readable."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Collection, Sequence
from itertools import takewhile

from msgspec.structs import replace

from scanner.facts.lack import MAKE_READABLE, MAKE_READABLE_OF, WITHOUT_PODS
from scanner.facts.setting import is_deployed, is_of_tests
from scanner.late import regex
from scanner.model import ANY_KIND, Finding, Input, Outcome
from scanner.sources.markers import CHART

_FOLDER = "scan the folder"
"""What is asked for where other files may decide."""
_ASKED = regex(f"(?:{MAKE_READABLE}|{MAKE_READABLE_OF.format('(.+?)')})" + r"(\w+(?: or \w+)*)")
_KINDS = regex(r"\b(?:the|a|an|every) ([A-Z]\w+)")
"""The kind of an object that an instruction names."""
_LONGEST_REASON = 200
"""Letters of the reason why a file could not be read, in the message of a finding."""
_HINT = regex(r", and Assay does not|, such as |; the whole objects ")
"""Begins in a reason what the message of a finding leaves out."""
_BUILT = "kubectl: "
_ROOT = regex(r"(?s)(?<=kubectl: )accumulat.*recursed accumulation of path '[^']*': ")
"""What Kustomize says of an overlay before why its base cannot be built."""
_DEPENDENCY = ": run `helm dependency build "
"""Is in the reason of a chart that cannot be rendered without a dependency that is missing."""
_BUILD = "their dependencies are missing: run `helm dependency build` in the folder of each"
_NAMED = 3
"""Files that are named which could not be read."""


def with_unread(found: Finding, unread: Sequence[Input]) -> Finding:
    """A finding that further files may decide, with the names of those that could not be read."""
    if found.outcome is not Outcome.UNKNOWN:
        return found
    place = found.overlay or found.location.path
    if asked := _ASKED.search(found.provide):
        kinds = {ANY_KIND, *asked[2].split(" or ")}
        some = [item for item in unread if _may_hold(item, kinds) and (not asked[1] or item.system in ("", asked[1]))]
        near = _beside(place, some or unread)
        own = [item for item in near if _is_chart_of(item.path, place)]
        provide = found.provide.replace(asked[0], _readable(own or near))
    elif _FOLDER in found.provide:
        kinds = {ANY_KIND, *_KINDS.findall(found.provide), *(("pods",) if "workload" in found.provide else ())}
        some = [item for item in unread if len(kinds) == 1 or _may_hold(item, kinds)]
        if not some:
            return found
        provide = f"{found.provide}, and make {_named([item.path for item in _beside(place, some)])} readable"
    else:
        return found
    return replace(found, provide=provide, message=found.message.replace(found.provide, provide))


def _is_chart_of(path: str, place: str) -> bool:
    """Whether a file is the chart of a template: read with it, the objects of other charts do not count for it."""
    folder, _, name = path.rpartition("/")
    return name == CHART and place.startswith(f"{folder}/templates/" if folder else "templates/")


def _may_hold(item: Input, kinds: Collection[str]) -> bool:
    """Whether an input may hold objects of some kinds; `pods` are the kinds of which pods may come."""
    return any(kind in kinds or ("pods" in kinds and kind not in WITHOUT_PODS) for kind in item.may_hold)


def _shared_folders(one: str, other: str) -> int:
    """How many folders two files have in common, from the root on."""
    pairs = zip(one.split("/")[:-1], other.split("/")[:-1], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _beside(place: str, unread: Sequence[Input]) -> Sequence[Input]:
    """The inputs that may hold what counts for an object at a place, nearest first; all if there are no such ones."""
    deployed = [item for item in unread if is_deployed(item.path)] if is_deployed(place) else unread
    some = deployed if is_of_tests(place) else [item for item in deployed if not is_of_tests(item.path)]
    return sorted(some or deployed or unread, key=lambda item: -_shared_folders(item.path, place))


def _readable(some: Sequence[Input]) -> str:
    """How to make inputs readable: charts that need their dependencies, what hinders the first other, and more."""
    causes = _causes(some)
    charts = [item for item in causes if _DEPENDENCY in item.reason]
    rest = [item for item in causes if item not in charts] if len(charts) > 1 else causes
    parts = [f"{_named([item.path for item in charts])} readable ({_BUILD})"] if len(charts) > 1 else []
    parts += [f"{item.path} readable ({_why(item)})" for item in rest[:1]]
    parts += [_named([item.path for item in rest[1:]])] if rest[1:] else []
    made = "them with `--exclude` if they are" if len(causes) > 1 else "it with `--exclude` if it is"
    return f"make {', and '.join(parts)}, or leave {made} not deployed"


def _causes(some: Sequence[Input]) -> list[Input]:
    """Inputs without those that are not read for the same reason as another one, such as a base of theirs."""
    found: dict[str, Input] = {}
    for item in some:
        why = _ROOT.sub("", item.reason)
        of_base = why.startswith(_BUILT) or " uses " in why
        own = why == item.reason if why.startswith(_BUILT) else why.startswith(f"{item.path} uses")
        key = why if of_base else item.path
        if key not in found or own:
            found[key] = item
    return list(found.values())


def _why(item: Input) -> str:
    """Why an input is not read, and what helps."""
    why = _ROOT.sub("", item.reason).removeprefix("not assessed: ").replace(f"{item.path} uses", "it uses")
    why = _short(_HINT.split(why)[0])
    if why.startswith("helm: "):
        return f"{why}; give values that it requires with `--values FILE`"
    folder = shlex.quote(posixpath.dirname(item.path) or ".")
    if why.startswith(_BUILT) and "is not in or below" in why:
        return f"{why}; `kustomize build --load-restrictor LoadRestrictionsNone {folder} | assay scan -` builds it"
    return why


def _short(why: str) -> str:
    return why if len(why) <= _LONGEST_REASON else f"{why[:_LONGEST_REASON].rstrip()}…"


def _named(paths: Sequence[str]) -> str:
    """The names of files; of many, the first and how many more there are."""
    if len(paths) > _NAMED + 1:
        return f"{', '.join(paths[:_NAMED])} and {len(paths) - _NAMED} more under `not assessed`"
    return " and ".join(filter(None, (", ".join(paths[:-1]), paths[-1])))
