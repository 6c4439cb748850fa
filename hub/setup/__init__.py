"""What the operator has settled in the web: the hub's name and look, and who may do what without being asked."""
