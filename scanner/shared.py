"""What several scans with the same rules share: of two states of a tree, most is the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from msgspec import Struct, field

from scanner import inputs
from scanner.cleanup import on_failure
from scanner.contexts import Context
from scanner.engines import Engine
from scanner.facts.field_filter import FieldFilter
from scanner.facts.step import FieldRead
from scanner.options import Options
from scanner.policy.evaluate import Evaluator
from scanner.scan_rules import ScanRules, evaluators


class Prepared(Struct, frozen=True):
    """Rules that are ready, and the work on files with them."""

    local: Evaluator
    """The rules that look at one subject."""
    joined: Evaluator
    """Those that need all."""
    work: inputs.Work
    compares: bool
    """Whether the stage over all subjects runs."""
    engines: tuple[Engine, ...]
    """Further engines, which files are kept for."""


class Shared(Struct):
    """What several scans with the same rules share."""

    by: ScanRules
    memory: inputs.Memory = field(default_factory=inputs.Memory)
    prepared: tuple[tuple[object, ...], Prepared] | None = None
    """What the first scan made ready, and the options that it depends on."""

    @contextmanager
    def ending(self) -> Iterator[None]:
        """At the end of the block, however it ends, no process is left that waits for more work."""
        with on_failure(self.memory.staying.stop):
            yield
            self.memory.staying.stop()

    def ready(self, options: Options, noted: Sequence[FieldRead]) -> Prepared:
        """What an earlier scan made ready, where the options allow it. `noted` is read beside what the rules read.

        An earlier scan may have kept more of each subject than this one needs.
        """
        depends = (
            options.joined,
            bool(options.frameworks),
            options.include_passes,
            options.kubernetes_version,
            options.context,
            options.fixes,
            options.limits,
            options.deploy_target,
        )
        if self.prepared is None or self.prepared[0] != depends or noted:
            self.prepared = depends, prepare(self.by, options, noted)
        return self.prepared[1]


def prepare(by: ScanRules, options: Options, noted: Sequence[FieldRead]) -> Prepared:
    """Make rules ready. `noted` is what is read of subjects beside what the rules read."""
    local, joined = evaluators(by.rules, options, by_path=any(each.paths for each in by.scopes.values()))
    compares = options.joined or bool(options.frameworks or by.policies)  # a framework needs facts about the data
    reads = (*joined.reads(), *noted)
    kept = None if by.policies or by.engines else FieldFilter(reads, facts=compares)  # these may ask for any field
    live = options.context is Context.LIVE
    work = inputs.Work(kept, options.fixes, options.limits, options.deploy_target, live)
    return Prepared(local, joined, work, compares, by.engines)
