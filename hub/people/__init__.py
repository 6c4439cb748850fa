"""People as they show themselves: profiles, the people finder, writing to somebody through the hub, expertise."""
