"""The first stage of a scan: every file is read, and judged by the rules that look at one object."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from scanner import inputs, rendering, sources
from scanner.inputs.batches import size_of
from scanner.model import Input
from scanner.options import Options
from scanner.read_inputs import ReadInputs
from scanner.shared import Prepared

_SHA256 = 64
"""Digits of the identity of a commit in a repository that uses SHA-256."""


def sources_of(where: sources.Scope, options: Options) -> Iterator[sources.Source]:
    """Every file under the paths of a scope, with what is rendered of charts and overlays in their place."""
    settings = rendering.RenderingSettings(
        options.values,
        options.kubernetes_version,
        options.limits,
        options.cache_folder if options.reuse else None,
        options.compose_files,
        options.deploy_target,
    )
    return rendering.collect(where, settings)


def read_files(
    met: Iterable[sources.Source],
    ready: Prepared,
    options: Options,
    reuse: inputs.Reuse,
    watch: Callable[[Input], object] | None,
    meanwhile: Callable[[], object] | None,
    *,
    counted: bool,
) -> ReadInputs:
    """Judge each source, and keep what other engines ask for.

    Of outcomes that are not `counted` only the findings are kept: nothing else is asked of the base of a change.
    """
    read = ReadInputs(blobs={} if options.lists_subjects else None)
    hash_name = "sha256" if len(options.git_commit) == _SHA256 else "sha1"
    for source, portions in inputs.assess_all(met, ready.local, options.jobs, ready.work, reuse, meanwhile):
        read.size += size_of(source)
        if reuse.memory:
            reuse.memory.take(source)
        read.searched.take(source.path, portions)
        for portion in portions:
            read.ended = read.ended or portion.ended
            read.subjects.extend(portion.subjects)
            read.others.update(portion.others)
            read.evaluation.merge(portion.evaluation, counted=counted)
            if portion.input is None:
                continue
            read.inputs.append(read.told(source, portion.input))
            read.identify(source, hash_name)
            if portion.input.subjects:
                read.keep(source)
            for engine in ready.engines:
                read.hand(engine, source, portion.input)
            if watch:
                watch(portion.input)
    return read
