"""The demo: six fictional member organisations on loopback, and their texts."""
