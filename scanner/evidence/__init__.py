"""A finished scan -> an evidence pack that a stranger can verify with `sha256sum`, `openssl` and `git`.

`content` makes the files of a pack and seals them, `packing` writes them, `reading` reads them back without following
anything, and `verifying` names every fault. `run_record` holds what differs between two packs of one commit; `controls`
makes the pages for auditors, `manual` reads what people collected.
"""
