"""The vocabulary that comes with Moothall is loaded once, through the sandbox, into a hub that has none."""

from collections.abc import Iterator

import pytest

from harvesters.sandbox import Sandbox
from hub.topics.service import read_scheme, store_scheme
from hub.topics.starter import load_starter
from tests.people import World
from tests.vocab.loaded import CACHE, common, concept, scheme


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(cache=CACHE)
    yield made
    made.close()


def test_a_new_hub_gets_the_common_topics(hub: World, sandbox: Sandbox) -> None:
    assert load_starter(hub.database, sandbox) == len(common())
    with hub.database.reading() as session:
        assert read_scheme(session) == common()


def test_a_hub_that_has_topics_keeps_its_own(hub: World, sandbox: Sandbox) -> None:
    own = scheme(concept("bees", "Bees@en", notation="BEE"))
    with hub.database.writing() as session:
        store_scheme(session, own)
    assert load_starter(hub.database, sandbox) == 1
    with hub.database.reading() as session:
        assert read_scheme(session) == own
