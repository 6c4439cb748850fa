"""Work is started by name and carried by id: the courier and the ticker."""
