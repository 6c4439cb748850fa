"""From an address to a stream of changes: safe fetching, sandboxed reading, kinds of source. No tables, no Flask."""
