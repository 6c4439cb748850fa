"""The filled site, made once a module."""

from tests.hub.site import site

__all__ = ["site"]
