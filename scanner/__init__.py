"""Assay: a policy-as-code compliance scanner.

>>> from scanner.scan import Options, scan
>>> scan(["deploy/"], Options()).verdict.exit_code  # doctest: +SKIP

Public are `scanner.scan` (`scan`, `Options`), the values of `scanner.model` that it returns, and `scanner.errors`. All
else is private and may change without notice.
"""

__version__ = "0.1.0"
