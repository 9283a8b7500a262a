"""The cache of results: what the work on a file gave, kept under all that it was worked out from.

`identity` says what that is, `entry` writes and reads an entry, and `reuse` looks files up before the work and keeps
what is new behind it. Nothing here may change a result: whatever goes wrong, the file is worked on.
"""
