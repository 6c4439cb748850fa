"""Topics: the common vocabulary in tables, and its pages."""
