"""Somebody changed the index on the search server: no wrong answer, no error page, and it mends itself."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import select

from hub.config import SHORT, environment
from hub.errors import IndexUnavailable
from hub.findings.examining import examine
from hub.index.delivery import ATTEMPTS, deliver
from hub.index.engines import open_reader, open_writer
from hub.index.models import IndexOutbox
from hub.index.opensearch.address import read_address
from hub.index.opensearch.server import WRITING, Server
from hub.index.opensearch.shape import Names, body, fingerprint
from hub.index.worker import Documents, Keeper, compare
from hub.indexed import documents_of
from hub.records.models import RecordRow
from hub.records.service import touch
from hub.topics.service import Vocabulary
from tests.contract.engines import forget_prefix
from tests.hub.cli.typed import Terminal
from tests.hub.site import Site, filled_site
from tests.hub.tasks.waiting import until

pytestmark = pytest.mark.server

LIMITED = "Limited search"
ASKED = "/search?q=damp"


class Place:
    """The hub's indexes on the server, as somebody sees them who may change them."""

    def __init__(self, search_url: str) -> None:
        address = read_address(search_url)
        self.names = Names(address.prefix, fingerprint())
        self.aliases = {self.names.read: {}, self.names.write: {}}
        self.other = self.names.made_at(datetime.now(UTC))
        self._server = Server(address, WRITING)

    def ask(self, method: str, path: str, asked: Any = None, **params: str) -> Any:
        return self._server.ask(method, path, asked, params)

    @property
    def index(self) -> str:
        """The index behind the alias that searches ask."""
        (name,) = self.ask("GET", f"/{self.names.read}/_alias")
        return str(name)

    def move(self, *aliases: str, to: str = "") -> None:
        """Take these aliases from the index; give them to another, where one is named."""
        actions = [{"remove": {"index": self.index, "alias": one}} for one in aliases]
        self.ask(
            "POST", "/_aliases", {"actions": actions + [{"add": {"index": to, "alias": a}} for a in aliases if to]}
        )


def made_by_a_foreign_writer(place: Place) -> None:
    """The index was deleted, and a program that is not ours writes to its name: the server makes one by itself."""
    place.ask("DELETE", f"/{place.index}")
    place.ask("POST", f"/{place.names.read}/_doc/1", {"id": "1", "title": "Damp", "published": 5}, refresh="true")


def empty_of_no_shape(place: Place) -> None:
    """Another index, without a mapping, stands behind both aliases."""
    place.ask("PUT", f"/{place.other}")
    place.move(*place.aliases, to=place.other)


def copied_without_mapping(place: Place) -> None:
    """All documents were copied into an index that has no mapping: none of the searched fields is in it."""
    copy = {"source": {"index": place.index}, "dest": {"index": place.other}}
    place.ask("POST", "/_reindex", copy, refresh="true")
    place.move(*place.aliases, to=place.other)


def without_some_fields(place: Place) -> None:
    """An index of a shape that has neither words nor topics."""
    made = body("shape_of_another")
    for name in [one for one in made["mappings"]["properties"] if one.startswith(("all_", "title_", "topics"))]:
        del made["mappings"]["properties"][name]
    place.ask("PUT", f"/{place.other}", made)
    place.move(*place.aliases, to=place.other)


def no_alias(place: Place) -> None:
    """The index is there, its aliases are not."""
    place.move(*place.aliases)


def no_alias_to_read(place: Place) -> None:
    """The alias that searches ask is gone."""
    place.move(place.names.read)


def no_alias_to_write(place: Place) -> None:
    """The alias that changes go to is gone."""
    place.move(place.names.write)


def two_of_ours(place: Place) -> None:
    """A copy, put back beside the index: each document twice."""
    copy = {"source": {"index": place.index}, "dest": {"index": place.other}}
    place.ask("PUT", f"/{place.other}", body(place.names.mark) | {"aliases": place.aliases})
    place.ask("POST", "/_reindex", copy, refresh="true")


def two_of_which_one_is_foreign(place: Place) -> None:
    """A second index, which is not ours, behind the alias that searches ask."""
    place.ask("PUT", f"/{place.other}-foreign", {"aliases": {place.names.read: {}}})


def closed(place: Place) -> None:
    """Somebody closed the index: it is there, and answers nothing."""
    place.ask("POST", f"/{place.index}/_close")


WRONG = (
    made_by_a_foreign_writer,
    empty_of_no_shape,
    copied_without_mapping,
    without_some_fields,
    no_alias,
    no_alias_to_read,
    no_alias_to_write,
    two_of_ours,
    two_of_which_one_is_foreign,
    closed,
)


@pytest.fixture(scope="module")
def site(opensearch_node: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A filled site, its index on the server."""
    prefix = f"wrong-{time.time_ns()}"
    url = f"{opensearch_node}?prefix={prefix}"
    with filled_site(tmp_path_factory.mktemp("wrong") / "hub", search_url=url) as made:
        yield made
    forget_prefix(prefix)


@pytest.fixture
def right(site: Site) -> int:
    """How many documents a search must find that is not limited. The index is well before each test."""
    assert differences(site) == ()
    total = site.page(ASKED).total
    assert total >= 3
    return total


def documents(site: Site) -> dict[str, Documents]:
    return documents_of(Vocabulary(site.database))


def differences(site: Site) -> tuple[str, ...]:
    return compare(site.database, open_reader(site.settings), documents(site)).ids


def limited(site: Site, right: int) -> bool:
    """Whether a search says that it is limited; one that does not must be right."""
    page = site.page(ASKED)
    assert page.status == 200
    if LIMITED in page.words:
        return True
    assert page.total == right
    return False


@contextmanager
def kept(site: Site) -> Iterator[None]:
    """The keeper of the work process, in a thread."""
    stop = Event()
    keeper = Keeper(site.database, open_writer(site.settings), documents(site), SHORT)
    thread = Thread(target=keeper.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("spoil", WRONG, ids=lambda spoil: spoil.__name__)
class TestWrong:
    def test_answers_are_limited_or_right_and_a_command_mends_it(
        self,
        spoil: Callable[[Place], None],
        site: Site,
        right: int,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        spoil(Place(site.settings.search_url))
        assert limited(site, right) == (spoil is not no_alias_to_write)
        operator = site.operator()
        assert site.get("/metrics", operator).status_code == 200, "signing in goes on"
        for address in ("/", "/topics", "/organisations/northford-city", "/sources", site.record("homes"), "/search"):
            assert site.get(address).status_code == 200, address
        assert site.get("/search?q=qqqq+zzzz").status_code == 200
        (finding,) = (one for one in examine(site.settings) if not one.well)
        assert finding.name == "index"
        assert "`moothall index rebuild`" in f"{finding.what} {finding.fix}"
        for name, value in environment(site.settings).items():
            monkeypatch.setenv(name, value)
        terminal = Terminal(site.settings, monkeypatch, capsys)
        words = ("check", "--repair") if WRONG.index(spoil) % 2 else ("index", "rebuild")
        assert terminal.type(*words).status == 0
        assert terminal.type("check").status == 0
        assert not limited(site, right)

    def test_the_work_process_sees_it_by_itself(self, spoil: Callable[[Place], None], site: Site, right: int) -> None:
        place = Place(site.settings.search_url)
        with kept(site):
            time.sleep(0.3)  # it has looked, and found all well
            before = place.index
            spoil(place)
            assert until(lambda: limited(site, right) or well(site, before))
            assert until(lambda: not limited(site, right) and well(site, before))
        assert differences(site) == ()
        assert all(one.well for one in examine(site.settings))


def well(site: Site, before: str) -> bool:
    """Whether the index was made anew."""
    return not open_writer(site.settings).missing() and Place(site.settings.search_url).index != before


def test_documents_that_a_wrong_index_refuses_are_not_given_up(site: Site, right: int) -> None:
    without_some_fields(Place(site.settings.search_url))
    with site.database.writing() as session:
        touch(session, [session.get_one(RecordRow, site.ids["homes"])])
    for _ in range(ATTEMPTS):
        with pytest.raises(IndexUnavailable, match="moothall index rebuild"):
            deliver(site.database, open_writer(site.settings), documents(site))
    with site.database.reading() as session:
        assert [row.attempts for row in session.scalars(select(IndexOutbox))] == [0]
    with kept(site):
        assert until(lambda: not limited(site, right))
    assert differences(site) == ()
