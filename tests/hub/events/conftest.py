"""The filled site, made once a module; each test makes people of its own."""

from tests.hub.site import site

__all__ = ["site"]
