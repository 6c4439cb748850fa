"""A fresh hub with a queue for each test: the community of tests/hub/talk, with more people around it."""

import pytest

from tests.hub.facilitating.queued import Queue, queue_in
from tests.people import World


@pytest.fixture
def queue(hub: World) -> Queue:
    """An open community with two facilitators, and a site moderator."""
    return queue_in(hub)
