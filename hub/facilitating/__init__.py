"""What facilitators do with twenty minutes a week: the queue, the health of a community, its newsletter."""
