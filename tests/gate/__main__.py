"""Prints the table of docs/gate.md: `python -m tests.gate`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.gate.mutations import MUTATIONS

if __name__ == "__main__":
    for each in MUTATIONS:
        if each.is_possible:
            with tempfile.TemporaryDirectory() as folder:
                sys.stdout.write(f"{each.row(Path(folder))}\n")
