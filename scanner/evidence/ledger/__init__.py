"""The ledger: one line for each recorded run, each with the digest of the line before it, on a branch or in a file."""
