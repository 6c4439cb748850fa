"""One hub for the tests of a module: a sandbox takes seconds to start."""

from collections.abc import Iterator

import pytest

from tests.hub.sources.checked import Checked, checked_hub


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checked]:
    with checked_hub(tmp_path_factory.mktemp("checked") / "hub") as made:
        yield made
