"""Which names are read and which are passed over, wherever they come from."""

from __future__ import annotations

from scanner.sources.patterns import Patterns
from scanner.sources.source import GIT_FOLDER, INSTALLED_FOLDERS, UNREAD_FOLDERS, Selection


def installed(folder: str) -> str:
    """Why a folder of that name holds installed software and not sources; empty where it does not."""
    return INSTALLED_FOLDERS.get(folder.rpartition("/")[2], "")


class FileFilter:
    """The include and exclude patterns of a selection, for names relative to the root of the scan."""

    def __init__(self, selection: Selection) -> None:
        self.submodules = selection.submodules
        """Read the files of submodules too."""
        self._all = not selection.include
        self._include = Patterns(selection.include)
        self._exclude = [(pattern, Patterns((pattern,))) for pattern in selection.exclude]

    def passes_over(self, name: str, *, folder: bool) -> str:
        """Why a name is excluded, empty where it is not; folders above it have been checked before."""
        if folder and name.rpartition("/")[2] == GIT_FOLDER:
            return UNREAD_FOLDERS[GIT_FOLDER]
        for pattern, patterns in self._exclude:
            if patterns.decide(name, folder=folder):
                return f"excluded by --exclude {pattern}"
        if folder or self._all or self._is_included(name):
            return ""
        return "not included by --include"

    def passed_folder(self, name: str, named: int, asked: dict[str, str]) -> tuple[str, str]:
        """(the folder of an excluded file, if it is found for the first time, the reason).

        The first `named` folders of the name count as named, and are not excluded. `asked` holds earlier answers.
        """
        parts = name.split("/")[:-1]
        for length in range(named + 1, len(parts) + 1):
            folder = "/".join(parts[:length]) + "/"
            first = folder not in asked
            if first:
                asked[folder] = self.passes_over(folder[:-1], folder=True)
            if asked[folder]:
                return folder * first, asked[folder]
        return "", ""

    def takes(self, name: str) -> bool:
        """Whether a file is read, as a walk through the folders above it would find it."""
        return not self.passed_folder(name, 0, {})[1] and not self.passes_over(name, folder=False)

    def _is_included(self, name: str) -> bool:
        """A file is included with any of its folders, unless a later pattern spares it."""
        parts = name.split("/")
        said = None
        for length in range(1, len(parts) + 1):
            here = self._include.decide("/".join(parts[:length]), folder=length < len(parts))
            said = here if here is not None else said
        return bool(said)
