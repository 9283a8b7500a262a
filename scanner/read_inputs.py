"""What the work on each file of a scan gave, together."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from scanner import applied_by_tests, documents, engines, idle_folders, nested_setups, plugin_parts, sources
from scanner.contexts import context_of, is_loaded
from scanner.counted_severity import Uses, is_in, uses
from scanner.facts.setting import OBJECTS, is_of_tests
from scanner.findings import Searched
from scanner.loss import Loss
from scanner.lost_links import Links
from scanner.model import ANY_KIND, Input, InputStatus, Outcome, Subject
from scanner.policy.evaluate import Evaluation
from scanner.rendering.compose_names import COMPOSE, MOUNT, VARIABLES
from scanner.shown_objects import leave_out
from scanner.subjects.assertions import EXPECTED
from scanner.subjects.stacks import env_files
from scanner.talos import Talos
from scanner.unread_inputs import with_unread

_DATA = (*documents.YAML_SUFFIXES, *documents.JSON_SUFFIXES)
_APPLIED = (
    "not assessed: a test expects its objects, but an object of Argo CD or Flux names the folder; move it out of the "
    "folder, or use `--context live`"
)


class ReadInputs(Struct):
    """What the work on each file gave."""

    inputs: list[Input] = field(default_factory=list)
    size: int = 0
    """Bytes of the files, and of what was rendered."""
    subjects: list[Subject] = field(default_factory=list)
    others: set[str] = field(default_factory=set)
    """Identities of further subjects, of which nothing else is kept."""
    evaluation: Evaluation = field(default_factory=Evaluation)
    contents: dict[str, bytes] = field(default_factory=dict)
    """Of the inputs that hold subjects, for excerpts."""
    shared: set[str] = field(default_factory=set)
    """Files that several overlays are built from."""
    unused: set[str] = field(default_factory=set)
    """Files beside the parts of charts and overlays that rendering does not use."""
    commented: set[str] = field(default_factory=set)
    """Those of them that a kustomization lists in a comment."""
    tested: set[applied_by_tests.Applied] = field(default_factory=set)
    """What tests apply from their own folders."""
    applied: set[str] = field(default_factory=set)
    """The folders below the root that objects of Argo CD and Flux apply."""
    idle: frozenset[str] = frozenset()
    """The folders below the root that only an object in a file applies which a kustomization lists in a comment."""
    named: set[plugin_parts.Named] = field(default_factory=set)
    """What manifests of plugins and marketplaces name."""
    talos: Talos = field(default_factory=Talos)
    """What the files show of a cluster of Talos Linux."""
    variables: set[str] = field(default_factory=set)
    """Files that were read as environment variables because a Compose file names them."""
    links: Links = field(default_factory=Links)
    searched: Searched = field(default_factory=Searched)
    """What of it was searched for credentials."""
    blobs: dict[str, str] | None = None
    """The identity in Git of what was read, by path, where that was requested."""
    ended: bool = False
    """The work on a file was ended, or failed, which need not happen again."""
    handed: dict[str, list[engines.EngineInput]] = field(default_factory=dict)
    """What each of the other engines may read, by its name."""

    def told(self, source: sources.Source, item: Input) -> Input:
        """What became of a file, with the chart or the overlay that could use it and does not."""
        if isinstance(source, sources.SkippedFile) and source.target:
            self.links.targets[source.path] = source.target
            if source.named_by:
                self.links.named.add(source.path)
        if not isinstance(source, sources.File):
            return item
        if source.variables_of:
            self.variables.add(source.path)
        self.tested |= applied_by_tests.applied(source.path, source.content)
        self.named |= plugin_parts.named(source.path, source.content)
        self.talos.take(source.path, source.content)
        if not (unused := source.unused):
            return item
        if not any(kind.startswith(OBJECTS) for kind in item.kinds):
            return item
        self.unused.add(item.path)
        told = f"an object in it is not used by {unused}, so it does not count as deployed"
        if source.commented:
            self.commented.add(item.path)
            told = f"{source.commented} lists it in a comment only, so it does not count as deployed"
        return replace(item, reason="; ".join(filter(None, (item.reason, told))))

    def uses(self, *, whole: bool) -> Uses:
        """What the files show of the use of others; `whole` says that the scan has all files of a tree."""
        tested = applied_by_tests.among(self.tested, (item.path for item in self.inputs))
        nested = nested_setups.not_loaded([item.path for item in self.inputs]) if whole else ()
        known = uses(self.commented, tested, self.applied, plugin_parts.loaded(self.named), nested)
        return replace(known, idle=self.idle)

    def identify(self, source: sources.Source, hash_name: str) -> None:
        """Keep the identity in Git of a file that was read, if identities were requested."""
        if self.blobs is not None and not isinstance(source, sources.SkippedFile | sources.UnreadableFile):
            self.blobs[source.path] = sources.blob_id(source.content, hash_name)

    def hand(self, engine: engines.Engine, source: sources.Source, item: Input) -> None:
        """Keep an input for another engine, or what was rendered in its place."""
        if some := engines.engine_inputs(engine, source, item):
            self.handed.setdefault(engine.name, []).extend(some)
            self.contents.setdefault(item.path, sources.content_of(source))

    def take(self, also: engines.EngineResults, *, include_passes: bool) -> None:
        """Take in the findings of another engine and the changed status of its inputs."""
        listed = [item for item in also.findings if include_passes or item.outcome is not Outcome.PASS]
        found = Evaluation(listed, by_path={(path,): {**counts} for path, counts in also.counts.items()})
        found.counts = found.within(lambda _: True)
        self.evaluation.merge(found)
        self.inputs = [_worse(item, also.inputs.get(item.path, item)) for item in self.inputs]

    def finished(
        self, joined: Evaluation, also: Iterable[engines.EngineResults], *, include_passes: bool
    ) -> Evaluation:
        """What came of each file, of the rules and policies that need all, and of other engines."""
        if unread := [item for item in self.inputs if item.may_hold]:
            joined.findings = [with_unread(found, unread) for found in joined.findings]
        self.evaluation.merge(joined)
        leave_out(self.evaluation, self.subjects)
        for each in also:
            self.take(each, include_passes=include_passes)
        return self.evaluation

    def leave_out_present(self, root: str, *, whole: bool) -> None:
        """Tell no folder or file as missing that is among the scanned ones; `root` is the folder that they are in.

        A file that is named as something must have been read as that, or be told by itself. Where the scan is not of
        `whole` folders, one that its name shows to be YAML or JSON is left to whoever named the files of the scan.
        """
        self.inputs = list(self.links.lost(self.inputs, whole=whole))
        named = {loss.folder for item in self.inputs for loss in item.losses if loss.folder or loss.file}
        if not named:
            return
        files = {item.path: item for item in self.inputs}
        above = {item.path.rpartition("/")[0] for item in self.inputs}
        folders = "".join(f"/{posixpath.join(root, folder).strip('/')}/\0" for folder in above)
        present = {each for each in named if each and ((name := _normal(each)) == "." or f"/{name}/" in folders)}
        applying = [
            idle_folders.Named(item.path, _normal(loss.folder), loss.reason)
            for item in self.inputs
            for loss in item.losses
            if loss.folder in present and is_loaded(item.path) and not is_of_tests(item.path)
        ]
        self.applied = {each.folder for each in applying} - {"."}
        self.idle = idle_folders.idle(applying, self.commented, (item.path for item in self.inputs))
        self.inputs = [self._with_expected(item) for item in self.inputs]
        for number, item in enumerate(self.inputs):
            losses = tuple(
                it for it in item.losses if it.folder not in present and not self._is_read(it, files, whole=whole)
            )
            if len(losses) < len(item.losses):
                self.inputs[number] = replace(item, losses=losses)

    def _is_read(self, loss: Loss, files: Mapping[str, Input], *, whole: bool) -> bool:
        """Whether the file that a loss names was read, as what it is named as, or is told by itself."""
        item = files.get(loss.file)
        if loss.named == MOUNT:
            return self.links.end(loss.file) is not None
        if item is None:
            left = loss.named == COMPOSE and not whole and loss.file.lower().endswith(_DATA)
            return bool(loss.file) and (left or loss.named == VARIABLES)  # these are on the machine that deploys
        if item.status is InputStatus.UNREADABLE or not loss.named:
            return bool(item.sha256) or bool(loss.named)
        if loss.named == VARIABLES:
            other = item.reason.startswith(sources.LINK) or bool(item.sha256)
            return not other or item.path in self.variables or env_files.is_named(item.path)
        return loss.named in item.formats or item.reason in ("empty", "only comments")

    def _with_expected(self, item: Input) -> Input:
        """An input that is not assessed because a test expects its objects, unless a controller applies its folder."""
        lost = any(loss.reason == EXPECTED for loss in item.losses)
        if not lost or not is_in(self.applied, item.path):
            return item
        return replace(item, status=InputStatus.UNREADABLE, reason=_APPLIED, may_hold=(ANY_KIND,))

    def prepare(self) -> None:
        """Find out what is needed later, while other processes work: credentials, and what inputs are used for."""
        self.searched.search(self.contents)
        for item in self.inputs:
            context_of(item.path)
            is_loaded(item.path)

    def keep(self, source: sources.Source) -> None:
        """Keep the text of an input, or of what it was rendered from."""
        contents = sources.contents_of(source)
        self.shared |= contents.keys() & self.contents.keys()  # of a dict that is not a view, all keys are visited
        self.contents.update(contents)


def _normal(folder: str) -> str:
    return posixpath.normpath(folder.lstrip("/") or ".")


def _worse(before: Input, after: Input) -> Input:
    """What became of an input by two accounts: what one could not read is not assessed, whatever the other read."""
    order = (InputStatus.SKIPPED, InputStatus.NOT_ASSESSED, InputStatus.ASSESSED, InputStatus.UNREADABLE)
    return after if order.index(after.status) >= order.index(before.status) else before
