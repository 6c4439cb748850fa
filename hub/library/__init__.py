"""The library of a community: what its topics and its searches bring, and what its facilitators make of that."""
