"""A fresh community for each test."""

import pytest

from tests.hub.talk.talking import Talk, talk_in
from tests.people import World


@pytest.fixture
def talk(hub: World) -> Talk:
    """An open community with people who talk there."""
    return talk_in(hub)
