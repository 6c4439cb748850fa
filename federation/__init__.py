"""What hubs and members agree on: the record, and the protocols it travels by. No network, no tables, no Flask."""
