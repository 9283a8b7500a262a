"""The ledger and the history of a branch -> what happened in a period, and for which commits the control ran."""
