"""What a report about a period does not show. Every form of it says so."""

LIMITS = (
    "The period is measured in whole days of UTC. A commit belongs to it by its committer date, and a run by its end.",
    "Dates of commits are those that Git records, and whoever makes a commit can choose them.",
    "A commit may have come to the branch later than its date, by a fast-forward.",
    "So a run that ended after the date of a commit may still have ended before the commit came to the branch.",
    "Only commits that are in the branch now are seen. Commits that were removed by rewriting it are not.",
    "Git does not record whether a commit with one parent was squashed, rebased or pushed directly.",
    "The ledger holds the runs that somebody recorded. A run that was not recorded is not seen.",
    "The time of a run is what its own record says. Whether the ledger existed at a time is shown by an anchor.",
    "A run assesses the files that its paths and settings select, which need not be all files of a commit.",
    "That a run passed shows that the rules found nothing that counts. It does not show that the control is effective.",
)
