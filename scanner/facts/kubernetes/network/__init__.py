"""Who reaches whom: network policies, the ways in from outside, what watches them, and the mesh between workloads."""
