"""A repository -> the files with which Assay is used in it: its configuration, its hook and its job in CI."""
