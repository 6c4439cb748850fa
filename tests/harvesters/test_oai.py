"""The walk through OAI-PMH lists: windows, tokens that expire, repeat or never end, and a list of ten thousand."""

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from federation.record import Record
from harvesters.base import Tools
from harvesters.errors import HarvestError, ListError
from harvesters.oai import Place, Step, walk
from harvesters.oaianswers import answer
from harvesters.run import harvest
from tests.contract.sites import Store
from tests.servers.loopback import Answer, Request, Site, serve
from tests.servers.repository import XML, Repository

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def record(number: int, when: datetime = NOON) -> Record:
    return Record(
        native_id=f"oai:t:{number}",
        url=f"https://t.example/{number}",
        datestamp=when,
        title=f"Note {number}",
        summary=f"What we learned from visit number {number} to a damp home.",
    )


def steps(address: str, cursor: Mapping[str, Any], tools: Tools) -> list[Step]:
    return list(walk(address, cursor, tools, "oai_dc"))


def names(found: list[Step]) -> list[str]:
    return [item.identifier for step in found for item in step.items]


def froms(site: Site) -> list[str]:
    return [request.query["from"] for request in site.seen if "from" in request.query]


def test_walk_takes_every_page_once_and_identify_once(tools: Tools) -> None:
    repository = Repository([record(number) for number in range(25)])
    with serve(repository.answer) as site:
        found = steps(site.url("/oai"), {}, tools)
        verbs = [request.query["verb"] for request in site.seen]
    assert names(found) == [f"oai:t:{number}" for number in range(25)]
    assert [step.complete for step in found] == [False, False, True]
    assert found[0].listed == 25
    assert found[-1].cursor == {"since": "2026-11-24T12:00:00Z"}
    assert verbs == ["Identify", "ListRecords", "ListRecords", "ListRecords"]


@pytest.mark.parametrize(
    ("granularity", "asked"), [("YYYY-MM-DDThh:mm:ssZ", "2026-11-24T11:45:00Z"), ("YYYY-MM-DD", "2026-11-23")]
)
def test_next_walk_begins_at_the_servers_time_less_an_overlap(granularity: Any, asked: str, tools: Tools) -> None:
    repository = Repository([record(1)], granularity=granularity)
    with serve(repository.answer) as site:
        cursor = steps(site.url("/oai"), {}, tools)[-1].cursor
        # The clock of the first page counts, whatever ours says.
        repository.clock += timedelta(days=400)
        again = steps(site.url("/oai"), cursor, tools)
        assert froms(site) == [asked]
    assert again[-1].cursor == {"since": "2027-12-29T12:00:00Z"}


def test_nothing_new_is_no_error(tools: Tools) -> None:
    repository = Repository([record(1, NOON - timedelta(days=30))])
    with serve(repository.answer) as site:
        found = steps(site.url("/oai"), {"since": "2026-11-24T12:00:00Z"}, tools)
    assert [(step.items, step.complete, step.listed) for step in found] == [((), True, None)]


def test_walk_goes_on_after_each_page(tools: Tools) -> None:
    repository = Repository([record(number) for number in range(40)])
    with serve(repository.answer) as site:
        cursor: Mapping[str, Any] = {}
        found: list[Step] = []
        while not found or not found[-1].complete:
            found.append(next(walk(site.url("/oai"), cursor, tools, "oai_dc")))
            cursor = found[-1].cursor
            repository.clock += timedelta(hours=1)
        assert sum(request.query["verb"] == "Identify" for request in site.seen) == 1
    assert names(found) == [f"oai:t:{number}" for number in range(40)]
    assert cursor == {"since": "2026-11-24T12:00:00Z"}


def test_query_of_the_base_url_is_kept_and_set_and_prefix_are_ours(tools: Tools) -> None:
    place = Place.of("https://t.example/oai?key=a%20b&verb=Identify&set=practice&metadataPrefix=dc", "oai_dc")
    assert place == Place("https://t.example/oai?key=a+b", "dc", "practice", "dc")
    moved = place.moved_to("https://new.example/oai?key=a&verb=ListRecords&metadataPrefix=dc&set=practice")
    assert moved == "https://new.example/oai?key=a&metadataPrefix=dc&set=practice"
    assert Place.of("https://t.example/oai", "oai_dc").moved_to("https://n.example/oai?verb=Identify&from=2026") == (
        "https://n.example/oai"
    )
    assert place.url(verb="ListRecords", set=place.set) == "https://t.example/oai?key=a+b&verb=ListRecords&set=practice"
    with serve(Repository([record(1)]).answer) as site:
        steps(site.url("/index.php?page=oai&set=practice"), {}, tools)
        assert all(request.query["page"] == "oai" for request in site.seen)
        assert site.seen[1].query["set"] == "practice"


def test_expired_token_starts_the_window_again_once(tools: Tools) -> None:
    repository = Repository([record(number) for number in range(30)])
    with serve(repository.answer) as site:
        found = []
        for step in walk(site.url("/oai"), {}, tools, "oai_dc"):
            found.append(step)
            repository.expired = {"10!"} if len(found) == 1 else set()
    assert names(found) == [f"oai:t:{number}" for number in (*range(10), *range(30))]
    assert found[-1].complete


@pytest.mark.parametrize("status", [200, 400, 404, 422])
def test_token_that_always_expires_is_a_problem_and_the_next_check_begins_anew(status: int, tools: Tools) -> None:
    repository = Repository([record(number) for number in range(30)])
    repository.expired = {"10!", "10!2019-12-31T23:45:00Z"}

    def expire(request: Request) -> Answer:
        if request.query.get("resumptionToken") and status != 200:
            return status, {}, b"no"
        return repository.answer(request)

    store = Store()
    with serve(expire) as site:
        found: list[Step] = []
        with pytest.raises(ListError, match="broke off in the middle"):
            found.extend(walk(site.url("/oai"), {"since": "2020-01-01T00:00:00Z"}, tools, "oai_dc"))
        assert found[-1].cursor == {"since": "2020-01-01T00:00:00Z"}
        with pytest.raises(ListError):
            store.run("oaipmh", site.url("/oai"), tools)
    assert len(store.records) == 10


def test_expired_token_costs_nothing_for_what_is_known(tools: Tools) -> None:
    repository = Repository([record(number) for number in range(30)])
    store = Store()
    with serve(repository.answer) as site:
        for page in harvest("oaipmh", site.url("/oai"), {}, store.known, tools):
            store.take(page)
            repository.expired = {"10!"} if len(store.pages) == 1 else set()
    assert [(len(page.changes), len(page.unchanged)) for page in store.pages] == [(10, 0), (0, 10), (10, 0), (10, 0)]


def looping(token: Any, items: Any) -> Any:
    """A repository whose n-th page has `items(n)` and the token `token(n)`."""
    count = [0]

    def respond(request: Request) -> Answer:
        base = Repository([]).document({"verb": "Identify"}, "http://t.example/oai")
        if request.query["verb"] == "Identify":
            return 200, XML, base
        count[0] += 1
        one = Repository([record(number) for number in items(count[0])], page=1000)
        body = one.document({"verb": "ListRecords", "metadataPrefix": "oai_dc"}, "http://t.example/oai")
        closing = f"<resumptionToken>{token(count[0])}</resumptionToken></ListRecords>".encode()
        return 200, XML, body.replace(b"</ListRecords>", closing)

    return respond


@pytest.mark.parametrize(
    ("token", "items", "pages", "told"),
    [
        pytest.param(lambda n: "same", lambda n: [n], 2, ["token-loop"], id="the same token for ever"),
        pytest.param(lambda n: f"t{n}", lambda n: [1, 2], 3, ["token-loop"], id="new tokens, the same records"),
        pytest.param(lambda n: f"t{n % 3}", lambda n: [n], 4, ["token-loop"], id="tokens in a circle"),
        pytest.param(lambda n: "" if n == 3 else f"t{n}", lambda n: [n], 3, [], id="an empty token at the end"),
    ],
)
def test_list_that_never_ends_is_stopped(token: Any, items: Any, pages: int, told: list[str], tools: Tools) -> None:
    with serve(looping(token, items)) as site:
        found = steps(site.url("/oai"), {}, tools)
    assert len(found) == pages
    assert found[-1].complete
    assert [one.code for step in found for one in step.problems] == told


def test_longest_walk_stops_and_the_next_run_goes_on(monkeypatch: pytest.MonkeyPatch, tools: Tools) -> None:
    monkeypatch.setattr("harvesters.oai.MOST_PAGES", 2)
    repository = Repository([record(number) for number in range(50)])
    with serve(repository.answer) as site:
        found = steps(site.url("/oai"), {}, tools)
        assert [len(step.items) for step in found] == [10, 10]
        assert found[-1].complete
        assert [one.code for one in found[-1].problems] == ["too-many-pages"]
        rest = steps(site.url("/oai"), found[-1].cursor, tools)
        assert names(rest)[0] == "oai:t:20"
        last = steps(site.url("/oai"), rest[-1].cursor, tools)
    assert names(last) == [f"oai:t:{number}" for number in range(40, 50)]
    assert last[-1].cursor == {"since": "2026-11-24T12:00:00Z"}


def test_repository_that_wants_the_prefix_with_every_token(tools: Tools) -> None:
    repository = Repository([record(number) for number in range(20)])

    def insist(request: Request) -> Answer:
        if request.query["verb"] == "ListRecords" and "metadataPrefix" not in request.query:
            body = b'<OAI-PMH><error code="badArgument">metadataPrefix is missing</error></OAI-PMH>'
            return 200, XML, body
        return repository.answer(request)

    with serve(insist) as site:
        assert len(names(steps(site.url("/oai"), {}, tools))) == 20


def test_repository_that_takes_days_only_whatever_it_says(tools: Tools) -> None:
    repository = Repository([record(1)])

    def strict(request: Request) -> Answer:
        if "T" in request.query.get("from", ""):
            return 200, XML, b'<OAI-PMH><error code="badArgument">from</error></OAI-PMH>'
        return repository.answer(request)

    with serve(strict) as site:
        assert len(names(steps(site.url("/oai"), {"since": "2026-11-24T12:00:00Z"}, tools))) == 1
        assert froms(site)[-1] == "2026-11-24"


def test_error_of_the_repository_is_told_in_its_words(tools: Tools) -> None:
    def refuse(request: Request) -> Answer:
        if request.query["verb"] == "Identify":
            return Repository([]).answer(request)
        return 200, XML, b'<OAI-PMH><error code="cannotDisseminateFormat">We speak MARC.</error></OAI-PMH>'

    with serve(refuse) as site, pytest.raises(ListError, match="cannotDisseminateFormat: We speak MARC"):
        steps(site.url("/oai"), {}, tools)


def test_page_that_breaks_off_gives_its_whole_records_and_ends_the_run(tools: Tools) -> None:
    repository = Repository([record(number) for number in range(30)])

    def cut(request: Request) -> Answer:
        status, headers, body = repository.answer(request)
        return status, headers, body[: int(len(body) * 0.6)] if "resumptionToken" in request.query else body

    found: list[Step] = []
    with serve(cut) as site, pytest.raises(ListError, match="breaks its format"):
        found.extend(walk(site.url("/oai"), {}, tools, "oai_dc"))
    assert 10 < len(names(found)) < 20
    assert not found[-1].complete
    with serve(repository.answer) as site:
        rest = steps(site.url("/oai"), found[-1].cursor, tools)
    assert names(rest)[0] == "oai:t:10"


def test_records_that_cannot_be_taken_are_problems(tools: Tools) -> None:
    repository = Repository([record(1), replace(record(2), url=""), record(3), record(3)])

    def spoil(request: Request) -> Answer:
        status, headers, body = repository.answer(request)
        return status, headers, body.replace(b"Note 1</dc:title>", b"Note 1</dc:titel>")

    store = Store()
    with serve(spoil) as site:
        store.run("oaipmh", site.url("/oai"), tools)
    assert list(store.records) == ["oai:t:3"]
    assert sorted(store.codes) == ["broken-list", "broken-record", "duplicate-id", "no-url"]
    assert store.complete


def test_answer_of_a_child_that_was_taken_over_harms_nobody() -> None:
    values: list[Any] = [None, 7, [], {"records": 7}, {"records": [None, {"record": {"native_id": 1, "url": 2}}]}]
    for hostile in values:
        assert answer(hostile).items == ()
    found = answer({"records": [{"identifier": "a", "record": {"native_id": "a", "url": "u", "colour": 1}}]})
    assert [one.where for one in found.broken] == ["a"]


def test_server_without_a_clock_is_walked_whole_again(tools: Tools) -> None:
    repository = Repository([record(1)])

    def timeless(request: Request) -> Answer:
        status, headers, body = repository.answer(request)
        return status, headers, body.replace(b"<responseDate>2026-11-24T12:00:00Z", b"<responseDate>today")

    with serve(timeless) as site:
        cursor = steps(site.url("/oai"), {}, tools)[-1].cursor
        steps(site.url("/oai"), cursor, tools)
        assert froms(site) == []


def test_ten_thousand_records(tools: Tools) -> None:
    repository = Repository([record(number) for number in range(10_000)], page=250)
    store = Store()
    with serve(repository.answer) as site:
        began = time.perf_counter()
        store.run("oaipmh", site.url("/oai"), tools)
        seconds = time.perf_counter() - began
        assert len(store.records) == 10_000
        began = time.perf_counter()
        store.cursor = {}
        store.run("oaipmh", site.url("/oai"), tools)
        again = time.perf_counter() - began
    assert store.changes == []
    print(f"\n10,000 records by OAI-PMH: {seconds:.1f} s first, {again:.1f} s again (wanted: under 10 s)")


def test_walk_of_nothing_at_all_is_an_error(tools: Tools) -> None:
    with serve({}) as site, pytest.raises(HarvestError, match="nothing at"):
        steps(site.url("/oai"), {}, tools)
