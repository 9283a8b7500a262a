"""The first stage of a scan: every file is read, and judged by the rules that look at one object."""

from __future__ import annotations

from collections.abc import Callable

from scanner import inputs, rendering, sources
from scanner.inputs.batches import size_of
from scanner.model import Input
from scanner.options import Options
from scanner.read_inputs import ReadInputs
from scanner.shared import Prepared

_SHA256 = 64
"""Digits of the identity of a commit in a repository that uses SHA-256."""


def read_files(
    where: sources.Scope,
    ready: Prepared,
    options: Options,
    reuse: inputs.Reuse,
    watch: Callable[[Input], object] | None,
    meanwhile: Callable[[], object] | None,
    *,
    counted: bool,
) -> ReadInputs:
    """Read every file, with what its rules gave, and keep what other engines ask for.

    Of outcomes that are not `counted` only the findings are kept: nothing else is asked of the base of a change.
    """
    read = ReadInputs(blobs={} if options.lists_subjects else None)
    hash_name = "sha256" if len(where.tree.commit if where.tree else options.git_commit) == _SHA256 else "sha1"
    cache = options.cache_folder if options.reuse else None
    settings = rendering.RenderingSettings(
        options.values,
        options.kubernetes_version,
        options.limits,
        cache,
        options.compose_files,
        options.deploy_target,
    )
    met = rendering.collect(where, settings)
    for source, portions in inputs.assess_all(met, ready.local, options.jobs, ready.work, reuse, meanwhile):
        read.size += size_of(source)
        if reuse.memory:
            reuse.memory.take(source)
        read.searched.take(source.path, portions)
        for portion in portions:
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
    return read.leave_out_present(str(where.root))
