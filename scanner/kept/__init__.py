"""What all caches of results have in common: nothing here may change a result.

`store` is the database, `inspection` decides whether something may be written to it, and `code` identifies Assay's own
code and the libraries that decide what a result is.
"""
