"""Which objects are deployed, as far as their place shows it: those of documentation, examples and test data are not.

Nor is a file that stands beside the parts of a chart or an overlay and that rendering does not use.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from scanner.contexts import Context, context_of, is_set_aside, is_test_data
from scanner.model import Subject

_PAGES = (".md", ".markdown", ".mdx", ".rst", ".adoc", ".asciidoc")
"""Ends of names of pages, whose code blocks are read."""
_FOLDERS = frozenset({"example", "examples", "sample", "samples"})
OBJECTS = "kubernetes."
"""How the names of kinds of subjects of Kubernetes begin."""


def is_documentation(path: str) -> bool:
    """Whether a file explains, by its name or that of a folder above it."""
    *folders, name = path.lower().split("/")
    return name.endswith(_PAGES) or not _FOLDERS.isdisjoint(folders)


def is_deployed(path: str) -> bool:
    """Whether the objects of a file count as deployed, by its place."""
    return not (is_documentation(path) or is_test_data(path) or is_set_aside(path))


def is_of_tests(path: str) -> bool:
    """Whether a file is in a folder of tests or of test data."""
    return context_of(path) is Context.FIXTURE


def not_deployed(subjects: Sequence[Subject], unused: Collection[str]) -> frozenset[Subject]:
    """The Kubernetes objects that are not deployed; `unused` are the files that rendering leaves out."""
    told: dict[str, bool] = {}
    found = []
    for subject in subjects:
        place = subject.overlay or subject.origin.path
        if place not in told:
            told[place] = not is_deployed(place) or place in unused
        if told[place] and subject.kind.startswith(OBJECTS):
            found.append(subject)
    return frozenset(found)


def with_all(subjects: Sequence[Subject]) -> list[Subject]:
    """The subjects that facts about Kubernetes objects are drawn from."""
    return [subject for subject in subjects if subject.kind.startswith(OBJECTS)]
