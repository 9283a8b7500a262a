"""The program: `assay`, and `python -m scanner`."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import NoReturn

from scanner.cli import main


def run() -> NoReturn:
    """Run the command line and end the process.

    Python would free each object before it ends, which takes a tenth of the time of a small scan; the operating system
    frees the memory at once. Where output cannot be written, Python ends as ever, to say so.
    """
    try:
        main()
    except SystemExit as ended:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(ended.code if isinstance(ended.code, int) else 0)
        raise


if __name__ == "__main__":
    run()
