"""What a hub owes to people: their data, its end, how long things are kept, and erasures that no restore undoes."""
