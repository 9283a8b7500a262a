"""What workloads name of other objects: configuration, secrets, accounts, claims; and who shares one."""
