"""The filled site and what looks at what is new there, made once a module; each test makes communities of its own."""

from collections.abc import Iterator

import pytest

from hub.jobs import Watch
from hub.workshop import Workshop
from tests.hub.site import Site, site

__all__ = ["site"]


@pytest.fixture(scope="module")
def watch(site: Site) -> Iterator[Watch]:
    """What the clock has look now and then."""
    workshop = Workshop(site.settings)
    yield Watch(workshop)
    workshop.close()
