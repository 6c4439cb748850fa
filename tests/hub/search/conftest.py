"""The filled site, made once a module on each kind of database."""

from tests.hub.site import site

__all__ = ["site"]
