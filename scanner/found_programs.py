"""Programs of others on PATH, found where no repository can have put them.

A relative folder of PATH, or an empty one, counts from the working directory. Git works in the scanned folder, where it
would be a file `git` of the repository. Such folders are left out, and a PATH that is not set is the usual one.
"""

from __future__ import annotations

import os


def search_path() -> str:
    """The folders of PATH that are named in full."""
    listed = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(folder for folder in listed if os.path.isabs(folder))


def find(*names: str) -> str | None:
    """The first of several programs that is on PATH."""
    for name in names:
        for folder in filter(None, search_path().split(os.pathsep)):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and os.access(path, os.X_OK):
                return path
    return None
