"""People and their sessions; until accounts exist, the operator and the one-time link."""
