"""The program: `assay`, and `python -m scanner`."""

from __future__ import annotations

from scanner.cleanup import exit_when_interrupted


def run() -> None:
    """Run the command line and end the process. An interrupt ends it too, from the first moment on."""
    exit_when_interrupted()
    from scanner.cli.ending import run_to_end  # loads the command line

    run_to_end()


if __name__ == "__main__":
    run()
