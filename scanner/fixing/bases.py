"""Files that overlays build on: they are fixed as any other file, and proved by building the overlays again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from scanner import inputs, rendering
from scanner.fixing.file_fixes import FixResult, FixSelection, PlacedRule, placed
from scanner.model import Finding, Subject
from scanner.policy.evaluate import Evaluator
from scanner.rendering import RenderingSettings
from scanner.sources import File, RenderedFile, Scope, UnreadableFile
from scanner.sources.markers import MARKERS

_KUSTOMIZE = "kustomize"
_ENDS = (".yaml", ".yml")


class Built(Struct):
    """What overlays give: by the path of each, the subjects that rules about all subjects look at, and findings."""

    subjects: dict[str, list[Subject]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    why: str = ""
    """Why one cannot be built."""


class Bases(Struct):
    """The files that overlays build on and that have something to fix."""

    files: dict[str, File] = field(default_factory=dict)
    built: Built = field(default_factory=Built)
    """What the overlays on the files give before any change."""
    aims: dict[str, dict[PlacedRule, list[Finding]]] = field(default_factory=dict)
    """Path of a file -> rule and place -> the findings about what is built there."""

    def take(self, source: RenderedFile, findings: Sequence[Finding], selection: FixSelection) -> frozenset[Finding]:
        """Take what can be fixed in the files that an overlay builds on; the findings of which this is true."""
        files = source.rendered.files if source.rendered.tool == _KUSTOMIZE else {}
        taken = []
        for finding in findings:
            path = finding.location.path
            if selection.makes(finding) and path in files and _is_plain(path, source):
                self.files[path] = File(path, files[path])
                self.aims.setdefault(path, {}).setdefault(placed(finding), []).append(finding)
                taken.append(finding)
        return frozenset(taken)

    def note(self, source: RenderedFile, portions: Iterable[inputs.Portion]) -> None:
        """Keep what an overlay gives before any change."""
        for portion in portions if source.rendered.tool == _KUSTOMIZE else ():
            self.built.subjects.setdefault(source.path, []).extend(portion.subjects)
            self.built.findings.extend(portion.evaluation.findings)

    @property
    def places(self) -> Mapping[str, frozenset[PlacedRule]]:
        """Where each of the files is to be fixed."""
        return {path: frozenset(aims) for path, aims in self.aims.items()}

    def resolved(self, results: Iterable[FixResult]) -> Iterator[Finding]:
        """The findings about what is built that the fixes of files are to resolve."""
        for result in results:
            aims = self.aims.get(result.path, {})
            for finding in result.fixed:
                yield from aims.get(placed(finding), ())


class Rebuild(Struct, frozen=True):
    """Builds overlays on changed files, in memory."""

    where: Scope
    settings: RenderingSettings
    local: Evaluator
    work: inputs.Work
    jobs: int
    bases: Bases

    def of(self, results: Sequence[FixResult]) -> Built:
        """What the overlays give with some of the files changed."""
        changed = {result.path: result.after for result in results if result.path in self.bases.files and result.fixed}
        if not changed:
            return self.bases.built
        found = Built()
        some: list[RenderedFile] = []
        for source in rendering.built(self.where, replace(self.settings, changed=changed)):
            if source.path not in self.bases.built.subjects:
                continue
            if isinstance(source, UnreadableFile):
                return Built(why=f"{source.path} could not be built: {source.reason}")
            some.append(source)
        for item, portions in inputs.assess_all(some, self.local, self.jobs, self.work):
            for portion in portions:
                found.subjects.setdefault(item.path, []).extend(portion.subjects)
                found.findings.extend(portion.evaluation.findings)
        return found


def _is_plain(path: str, source: RenderedFile) -> bool:
    """Whether a file holds objects that an overlay builds on, and no change of others."""
    name = path.rpartition("/")[2]
    return name not in MARKERS and name.endswith(_ENDS) and path not in source.rendered.patches
