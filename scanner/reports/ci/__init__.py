"""Reports for CI services and code hosts: annotations, summaries, and the formats that their interfaces import.

`counted` decides which findings a report is about, and `notes` what must be told besides them: what was not assessed,
what is unknown, and what a configuration changed.
"""
