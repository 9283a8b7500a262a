"""Two evidence packs -> what differs between them, and whether their numbers can be compared."""
