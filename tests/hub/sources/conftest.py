"""One hub for the tests of a module: a sandbox takes seconds to start."""

from collections.abc import Iterator

import pytest

from tests.databases import DATABASES, address_of
from tests.hub.sources.checked import Checked, checked_hub


@pytest.fixture(scope="module", params=DATABASES)
def checked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checked]:
    folder = tmp_path_factory.mktemp("checked") / "hub"
    with address_of(request, request.param) as url, checked_hub(folder, database_url=url) as made:
        yield made
