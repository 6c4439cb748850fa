"""Who did what, as a hash chain in the same transaction as the act."""
