"""The filled sites that those of the modules are copies of, made once a run."""

from tests.hub.site import filled_on_postgresql, filled_on_sqlite

__all__ = ["filled_on_postgresql", "filled_on_sqlite"]
