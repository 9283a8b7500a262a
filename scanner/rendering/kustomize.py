"""A folder with a kustomization -> what Kustomize builds of it."""

from __future__ import annotations

import json
import os
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from scanner import found_programs
from scanner.errors import UnreadableError
from scanner.late import regex
from scanner.model import ANY_KIND
from scanner.rendering import local_part, missing_files, programs, unused_objects
from scanner.rendering.encrypted_generators import read_plain
from scanner.rendering.kept import Asked, Request
from scanner.rendering.kustomization import (
    GENERATED,
    LOCAL_CHARTS,
    MISSING,
    NAMES,
    NOT_HERE,
    Kustomization,
    below,
    fetched,
    inflates,
    made_elsewhere,
    mentioned,
)
from scanner.rendering.local_part import LocalPart
from scanner.rendering.private_copy import PrivateCopy, SourceTree
from scanner.sources import RenderingResult

_PACKAGE = b"sigs.k8s.io/kustomize/"
"""The package in Go that builds overlays."""
_MAKING = ("generators", "helmCharts", "helmChartInflationGenerator", "transformers")
_OF_SECRETS = regex(r"sops|secret|vault", re.IGNORECASE)
"""Names of generators that make Secrets."""
NEEDS = "not assessed: needs kustomize or kubectl on PATH"


class Overlay(Struct, frozen=True):
    """A folder that Kustomize can build, with all that it builds on; files go by their names from the root."""

    marker: str
    """Its kustomization file."""
    component: bool = False
    """It is built into others only."""
    objects: frozenset[str] = frozenset()
    """Files of whole objects."""
    changes: frozenset[str] = frozenset()
    """Files that change objects, and the kustomizations it builds on."""
    sources: frozenset[str] = frozenset()
    """Files whose text is taken into objects."""
    further: frozenset[str] = frozenset()
    """Files that a file of it may name in a place that only Kustomize knows."""
    elsewhere: tuple[tuple[str, int, str], ...] = ()
    """(kustomization file, line, what it is) of what is named and is not here."""
    fault: str = ""
    """Why it cannot be built."""
    opens: tuple[str, ...] = ()
    """Kinds of objects that it may have from elsewhere."""
    makes: tuple[str, ...] = (ANY_KIND,)
    """Kinds of objects that it may have beside those of its files."""
    commented: tuple[str, ...] = ()
    """Files that its kustomization file lists in a comment."""

    @property
    def parts(self) -> frozenset[str]:
        """All files that are built into it."""
        return self.objects | self.changes | self.sources

    def render(self, ground: SourceTree, request: Request) -> RenderingResult:
        """What it builds; raises UnreadableError with the reason where it cannot."""
        if self.fault:
            raise UnreadableError(self.fault)
        copy = PrivateCopy(ground)
        named = sorted(self.parts | {self.marker})
        files = {name: content for name in named if (content := copy.take(name)) is not None}
        for name in sorted(self.further - files.keys()):
            copy.take(name)
        shown = self.objects | self.changes | {self.marker}
        shown_files = {name: content for name, content in files.items() if name in shown}
        plain = RenderingResult("kustomize", (), shown_files, self.changes)
        altered = {name: it for name, it in self.kustomizations(ground).items() if it.altered}
        copy.contents.update((name, json.dumps(it.local, default=str).encode()) for name, it in altered.items())
        if self.opens:
            parts = self._local_parts(ground, files)
            copy.contents.update((name, part.text) for name, part in parts.items())
            left = set().union(*(part.left for part in parts.values()))
            fragments = left.difference(*(part.used for part in parts.values()))
            files = {name: content for name, content in files.items() if name not in fragments}
            plain = replace(plain, fragments=frozenset(fragments))
            if not self._makes_something(ground):
                return plain
        program = found_programs.find("kustomize", "kubectl")
        if program is None:
            raise UnreadableError(NEEDS)

        def examine(texts: tuple[tuple[str, str], ...]) -> RenderingResult:
            text = "".join(text for _, text in texts)
            left = unused_objects.unused_in_overlay(files, self.objects, self.changes, text, ground.limits)
            return replace(plain, texts=texts, apart=left.apart)

        return request.kept.once(copy, plain, self._asked(program), lambda: self._built(program, copy), examine)

    def kustomizations(self, ground: SourceTree) -> dict[str, Kustomization]:
        """Its kustomization file and those that it builds on."""
        names = sorted(name for name in {*self.changes, self.marker} if posixpath.basename(name) in NAMES)
        return {name: it for name in names if (it := read_plain(name, ground))}

    def _makes_something(self, ground: SourceTree) -> bool:
        """Whether there is anything to build without what is elsewhere."""
        every = self.kustomizations(ground).values()
        return bool(self.objects) or any(it.local.get(key) for it in every for key in (*GENERATED, "generators"))

    def _local_parts(self, ground: SourceTree, files: Mapping[str, bytes]) -> dict[str, LocalPart]:
        """Of each kustomization that builds on something elsewhere, what can be built here."""
        found = {}
        for name, it in self.kustomizations(ground).items():
            inner = self if it.component or name == self.marker else overlay(name, ground)
            if inner and inner.opens:
                known = {*local_part.named((each, files.get(each, b"")) for each in sorted(inner.objects))}
                known.update(
                    key for each in inner.kustomizations(ground).values() for key in local_part.generated(each)
                )
                found[name] = LocalPart(it, frozenset(known), files)
        return found

    def _asked(self, program: str) -> Asked:
        identity = programs.identity(program)
        sets = [sorted(each) for each in (self.objects, self.changes, self.sources, self.further)]
        return Asked(
            identity,
            ("kustomize", self.marker, *sets),
            lambda: programs.identity(program) == identity and programs.holds(program, _PACKAGE),
        )

    def _built(self, program: str, copy: PrivateCopy) -> tuple[tuple[str, str], ...]:
        copy.write()
        verb = "kustomize" if os.path.basename(program) == "kubectl" else "build"
        command = (program, verb, copy.place(posixpath.dirname(self.marker)))
        return ((self.marker, programs.run(command, copy.ground.root, copy.folder)),)


def overlay(marker: str, ground: SourceTree) -> Overlay | None:
    """What a kustomization builds on, through all the folders it names; None for a file that is none."""
    first = read_plain(marker, ground)
    if first is None:
        return None
    files: dict[str, set[str]] = {"objects": set(), "changes": set(), "sources": set(), "further": set()}
    elsewhere: list[tuple[str, int, str]] = []
    opens: set[str] = set()
    pending, faults, met = {marker: first}, list[str](), {marker}
    lacking, missing = dict[str, str](), dict[str, str]()
    while pending:
        here, it = pending.popitem()
        faults += [it.fault if here == marker else f"{here}: {it.fault}"] if it.fault else []
        made = list(_made_elsewhere(it, ground))
        faults += [f"{name} {LOCAL_CHARTS}" for _, name in it.generators if ground.once(inflates, name)]
        elsewhere += [(here, line, what) for line, what in (*it.elsewhere, *it.contents, *made)]
        opens |= {ANY_KIND} if it.elsewhere else set()
        opens |= {"Secret" if _OF_SECRETS.search(what) else ANY_KIND for _, what in made}
        for role, name in it.named():
            inner = "" if role == "further" or ground.why_not(name) else marker_of(ground, name)
            if ground.is_file(name):
                files[role].add(name)
                if role in ("objects", "changes"):
                    faults += [f"{name} builds on {each}{NOT_HERE}" for each in ground.once(fetched, name)]
                if role == "changes":
                    files["further"].update(filter(ground.is_file, below(it.folder, ground.once(mentioned, name))))
            elif inner == marker:
                return Overlay(marker, fault=f"{here} and {marker} use each other")
            elif inner and inner not in met:
                met.add(inner)
                pending[inner] = read_plain(inner, ground) or Kustomization("", fault="builds nothing")
            elif not inner and role != "further":
                (lacking if role == "sources" else missing)[name] = _missing(here, name, ground)
    changes = files["changes"] | met - {marker}
    objects = files["objects"] - changes
    whole = (frozenset(objects), frozenset(changes), frozenset(files["sources"]), frozenset(files["further"]))
    makes = (ANY_KIND,) if faults or opens else _made([read_plain(each, ground) for each in sorted(met)], missing)
    fault = next(iter((*faults, *missing.values(), *lacking.values())), "")
    beside = (tuple(opens), makes, first.commented)
    return Overlay(marker, first.component, *whole, tuple(sorted(elsewhere)), fault, *beside)


def _made_elsewhere(it: Kustomization, ground: SourceTree) -> Iterator[tuple[int, str]]:
    """(line, what it is) of the objects that generators make which are not run."""
    for line, name in it.generators:
        if ground.is_file(name) and (what := ground.once(made_elsewhere, name)):
            yield line, what


def _made(every: Sequence[Kustomization | None], missing: Mapping[str, str]) -> tuple[str, ...]:
    """The kinds of objects that kustomizations make, which are in no file, or in one that is not here.

    A component is written by hand, and what names one that does not exist cannot be built by anybody.
    """
    stated = {key for it in every if it for key, value in it.local.items() if value}
    if not stated.isdisjoint(_MAKING) or not all(why.endswith(MISSING) for why in missing.values()):
        return (ANY_KIND,)
    components = {name for it in every if it for name in it.components}
    absent = missing_files.kinds(name for name in missing if name not in components)
    return (*(kind for key, kind in GENERATED.items() if key in stated), *sorted(absent))


def marker_of(ground: SourceTree, folder: str) -> str:
    """The kustomization file of a folder, empty where it has none."""
    names = (posixpath.normpath(posixpath.join(folder, name)) for name in NAMES)
    return next((name for name in names if ground.is_file(name)), "")


def _missing(marker: str, named: str, ground: SourceTree) -> str:
    if os.path.lexists(ground.path(named)) and (why := ground.why_not(named)):
        hint = (
            ": name it on the command line"
            if ground.boundary.holds(ground.path(named))
            else ": --root DIR can include it"
        )
        return f"{marker} uses {named}, which {why}{hint}"
    return f"{marker} uses {named}{MISSING}"
