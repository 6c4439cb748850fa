"""How the hub is: one list of findings with two faces, `moothall doctor` and the operator's page."""
