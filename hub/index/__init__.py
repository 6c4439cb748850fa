"""The search index: derived from the database through the outbox, and able to be thrown away at any time."""
