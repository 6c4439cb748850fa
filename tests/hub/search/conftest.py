"""The filled site, made once a module; what a search asks of the database, the tests of pages ask on both kinds."""

from collections.abc import Iterator

import pytest

from tests.hub.site import Site, filled_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with filled_site(tmp_path_factory.mktemp("site") / "hub") as made:
        yield made
