"""The exit codes; their precedence is 5 > 2 > 4 > 1 > 3, the same for every output."""

CLEAN, FAILED, USAGE, NOTHING, INCOMPLETE, INTERNAL = range(6)
INTERRUPTED = 130
"""What a shell tells of a process that an interrupt ended."""
