"""Changes as Git repositories, and what `assay gate` says of each."""
