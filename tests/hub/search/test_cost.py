"""What a search page costs: one question to the engine, three statements to the database at most; a page that holds
more than documents takes one more for each further type.

BEGIN, COMMIT and PRAGMA are no statements here, they ask nothing. Once in two seconds one request of a process looks
whether the vocabulary has changed, and what the operator has settled; those are statements of their own, counted
apart. A page without results may ask more: for slips, for one of the words, and for what each word and filter costs; it
is measured and bounded by itself too.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from hub.index.engines import open_writer
from hub.index.opensearch.address import read_address
from hub.index.worker import deliver_all
from hub.indexed import documents_of
from hub.topics.service import Vocabulary
from tests.contract.engines import forget_prefix
from tests.databases import address_of
from tests.hub.communities.made import made
from tests.hub.site import Site, filled_site
from tests.servers.loopback import Request, serve

MOST_STATEMENTS = 3

FOUND = {
    "words": "/search?q=mould",
    "words with filters": "/search?q=food+waste&sector=council&type=policy&from=2020-01-01",
    "organisations chosen": "/search?q=damp&organisation=northford-city&organisation=eastmere-fire-and-rescue",
    "every organisation": "/search?q=damp&all=organisation",
    "page 2": "/search?page=2",
    "newest": "/search?q=damp&sort=newest",
    "everything": "/search",
    "another language": "/search?q=schimmel",
    "a topic's own words": "/search?q=damp+and+mould",
    "only the words": "/search?q=mould&words=only",
    "a phrase": "/search?q=%22home+visits%22",
    "JSON": "/search.json?q=mould&sector=council",
    "JSON, page 2": "/search.json?page=2",
    "Atom": "/search.atom?q=mould&sector=council",
}

NONE = {
    "a word that nobody wrote": ("/search?q=qqqzzz", 2),
    "a slip": ("/search?q=mouldd", 3),
    "words never together": ("/search?q=careers+snow+qqqzzz", 6),
    "a filter too many": ("/search?q=mould&sector=council&type=event", 4),
    "the dates": ("/search?q=mould&from=1990-01-01&to=1990-02-01", 3),
    "words, filters and dates": ("/search?q=snow+mould+alarms&sector=fire&type=event&to=1990-01-01", 12),
}
"""Address, and how often the engine may be asked: once, for each word whether it is a slip, with the slips mended, with
one of the words, and without each word, filter and the dates."""


class Counted:
    """The embedded engine's reader, and how often it was asked anything."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._reader, name)

        def ask(*given: Any, **named: Any) -> Any:
            self.asked += 1
            return method(*given, **named)

        return ask


def relay_to(url: str) -> Callable[[Request], tuple[int, dict[str, str], bytes]]:
    """Passes every request on to the node, as a proxy does."""
    node = read_address(url)

    def relay(request: Request) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection(node.host, node.port, timeout=30)
        try:
            headers = {"Content-Type": request.headers.get("content-type", "application/json")}
            target = f"{request.path}?{urlencode(request.query)}"
            connection.request(request.method, target, request.body, headers)
            answer = connection.getresponse()
            return answer.status, {"Content-Type": "application/json"}, answer.read()
        finally:
            connection.close()

    return relay


class Costs:
    """A site, and how often its engine has been asked so far."""

    def __init__(self, site: Site, asked: Callable[[], int]) -> None:
        self.site = site
        self._asked = asked
        self.clients: dict[str, FlaskClient | None] = {
            "signed out": None,
            "signed in": site.person("Nobody's"),
            "member": site.person("Ann", {"northford-city": "officer"}),
        }

    def of(self, address: str, client: FlaskClient | None) -> tuple[int, list[str]]:
        """(questions to the engine, statements) of one request."""
        vocabulary = self.site.app.extensions["moothall"]["vocabulary"]
        vocabulary.look_again()
        house = self.site.app.extensions["moothall"]["house"]
        house.look_again()
        assert house.now
        assert vocabulary.scheme, "looked at now, so not meanwhile"
        before = self._asked()
        with self.site.statements() as seen:
            assert self.site.get(address, client).status_code == 200
        return self._asked() - before, seen


@contextmanager
def embedded(request: pytest.FixtureRequest, **given: Any) -> Iterator[Costs]:
    with filled_site(request.getfixturevalue("tmp_path_factory").mktemp("cost") / "hub", **given) as site:
        parts = site.app.extensions["moothall"]
        parts["index"] = counted = Counted(parts["index"])
        yield Costs(site, lambda: counted.asked)


@contextmanager
def opensearch(request: pytest.FixtureRequest, **given: Any) -> Iterator[Costs]:
    node = request.getfixturevalue("opensearch_node")
    with (
        serve(relay_to(node)) as proxy,
        filled_site(
            request.getfixturevalue("tmp_path_factory").mktemp("cost") / "hub",
            search_url=f"{proxy.base_url.replace('http:', 'opensearch:')}?prefix=cost",
            **given,
        ) as site,
    ):
        yield Costs(site, lambda: len(proxy.seen))
    forget_prefix("cost")


@pytest.fixture(
    scope="module",
    params=[(embedded, "sqlite"), pytest.param((opensearch, "postgresql"), marks=pytest.mark.server)],
    ids=lambda pair: f"{pair[0].__name__}-{pair[1]}",
)
def costs(request: pytest.FixtureRequest) -> Iterator[Costs]:
    """The filled site on one machine, and on servers."""
    engine, database = request.param
    with ExitStack() as stack:
        url = stack.enter_context(address_of(request, database))
        yield stack.enter_context(engine(request, database_url=url))


@pytest.mark.parametrize("who", ["signed out", "signed in"])
@pytest.mark.parametrize("case", FOUND)
def test_a_page_asks_the_engine_once_and_the_database_three_times(costs: Costs, case: str, who: str) -> None:
    asked, statements = costs.of(FOUND[case], costs.clients[who])
    assert asked == 1
    assert len(statements) <= MOST_STATEMENTS, "\n".join(statements)


@pytest.mark.parametrize("address", [FOUND["words with filters"], FOUND["page 2"]])
def test_members_ask_once_more_for_what_is_theirs(costs: Costs, address: str) -> None:
    asked, statements = costs.of(address, costs.clients["member"])
    assert asked == 2
    assert len(statements) <= MOST_STATEMENTS, "\n".join(statements)


@pytest.mark.parametrize("case", NONE)
def test_a_page_without_results_asks_no_more_than_its_words_and_filters_explain(costs: Costs, case: str) -> None:
    address, most = NONE[case]
    asked, statements = costs.of(address, costs.clients["signed in"])
    print(f"{case}: {asked} questions, {len(statements)} statements")
    assert 1 < asked <= most
    assert len(statements) <= MOST_STATEMENTS, "\n".join(statements)


@pytest.mark.parametrize("who", ["signed out", "signed in"])
@pytest.mark.parametrize("address", ["/suggest.json?q=mou", "/suggest.json?q=damp+m&format=opensearch"])
def test_suggestions_ask_the_engine_once_and_the_database_twice(costs: Costs, address: str, who: str) -> None:
    asked, statements = costs.of(address, costs.clients[who])
    assert asked == 1
    assert len(statements) <= 2, "\n".join(statements)


def test_too_little_typed_asks_nobody(costs: Costs) -> None:
    assert costs.of("/suggest.json?q=m", None) == (0, [])


def test_a_look_at_the_vocabulary_is_one_statement_in_two_seconds(costs: Costs) -> None:
    vocabulary = costs.site.app.extensions["moothall"]["vocabulary"]
    vocabulary.look_again()
    with costs.site.statements() as seen:
        for _ in range(3):
            costs.site.get("/search?q=mould")
    assert sum("concept_scheme" in one for one in seen) == 1
    seen = [one for one in seen if " setting" not in one]
    assert len(seen) <= 3 * MOST_STATEMENTS + 1


def test_a_page_with_communities_asks_the_database_once_more_for_each_further_type(costs: Costs) -> None:
    """The last test of all: it changes the site."""
    site = costs.site
    with site.database.writing() as session:
        slug = made(session, "Circle of mould").slug
    deliver_all(site.database, open_writer(site.settings), documents_of(Vocabulary(site.database)))
    for client in (None, costs.clients["signed in"]):
        asked, statements = costs.of("/search?q=mould", client)
        assert asked == 1
        assert len(statements) <= MOST_STATEMENTS + 1, "\n".join(statements)
        asked, statements = costs.of(f"/search?community={slug}", client)
        assert asked == 1
        assert len(statements) <= MOST_STATEMENTS + 1, "its name is one more"
