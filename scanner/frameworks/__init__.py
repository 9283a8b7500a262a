"""Catalogues + outcomes -> the status of each control. Knows nothing of the text of rules and of reports."""
