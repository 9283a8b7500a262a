"""What accounts may do: roles, what binds them to whom, and the powers that follow for workloads."""
