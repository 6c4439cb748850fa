"""A hub that all tests of a module share; each makes people of its own."""

from collections.abc import Iterator

import pytest

from tests.hub.site import Site, filled_site


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """On one kind of database."""
    with filled_site(tmp_path_factory.mktemp("people") / "hub") as site:
        yield site
