"""Member organisations: who publishes, and whom to ask."""
