"""The filled site, made once a module; each test makes people and communities of its own."""

from tests.hub.site import site

__all__ = ["site"]
