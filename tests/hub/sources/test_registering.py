"""Registering in the web: each step, what was typed is kept, errors beside their fields, nothing written twice."""

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import func, select

from hub.audit.models import Audit
from hub.audit.service import first_break
from hub.records.models import RecordRow, Tag
from hub.sources import looking
from hub.sources.models import Run, Source
from tests.databases import DATABASES, address_of
from tests.hub.sources.checked import Checked
from tests.hub.sources.registered import CC_BY, OGL, error, form, hub_of_two, value, words
from tests.servers.loopback import Answer, Request, Site, serve
from tests.servers.town import NO_LINK, Town


@pytest.fixture(scope="module", params=DATABASES)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checked]:
    folder = tmp_path_factory.mktemp("registering") / "hub"
    with address_of(request, request.param) as url, hub_of_two(folder, database_url=url) as checked:
        yield checked


@pytest.fixture(scope="module")
def operator(made: Checked) -> FlaskClient:
    return made.operator()


@pytest.fixture
def town() -> Iterator[tuple[Town, Site]]:
    site = Town()
    with serve(site.answer) as server:
        yield site, server


def count(made: Checked, what: type[Source] | type[Run] | type[RecordRow]) -> int:
    with made.parts.database.reading() as session:
        return session.scalar(select(func.count()).select_from(what)) or 0


def test_a_stranger_gets_no_step_and_sees_no_button(made: Checked) -> None:
    visitor = made.client()
    for path in ("/sources/new", "/sources/new/found", "/sources/new/preview", "/sources/new/settings"):
        assert visitor.get(path).status_code == 403
    assert "Register a source" not in words(visitor.get("/sources"))


def test_a_form_without_its_token_writes_nothing(made: Checked, town: tuple[Town, Site]) -> None:
    _, site = town
    client = made.operator()
    client.application.config["WTF_CSRF_ENABLED"] = True
    before = count(made, Source)
    assert client.post("/sources/new", data=form(site)).status_code == 400
    assert count(made, Source) == before


def test_the_first_step_wants_an_organisation_and_an_address_and_keeps_what_was_typed(operator: FlaskClient) -> None:
    page = operator.get("/sources/new")
    assert page.status_code == 200
    assert "Northford City" in page.text
    empty = operator.get("/sources/new/found")
    assert empty.status_code == 400
    assert error(empty, "organisation").startswith("Choose the organisation")
    assert error(empty, "address").startswith("Enter an address")
    half = operator.get("/sources/new/found?organisation=eastmere-fire-and-rescue")
    assert value(half, "organisation") == "eastmere-fire-and-rescue"
    assert operator.get("/sources/new/found?organisation=nobody&address=x.example").status_code == 404


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("{site}/nowhere", "There is nothing at"),
        ("nobody.invalid/news", "There is no site named nobody.invalid"),
        ("ftp://northford.example/", "is not a web address"),
        ("nothing", "is not a web address"),
        ("http://10.1.2.3/feed", "inside a private network"),
        ("http://169.254.169.254/latest/meta-data", "inside a private network"),
    ],
)
def test_an_address_that_cannot_be_had_is_a_sentence_beside_the_field(
    operator: FlaskClient, town: tuple[Town, Site], typed: str, said: str
) -> None:
    _, site = town
    address = typed.format(site=site.base_url)
    answer = operator.get("/sources/new/found", query_string={"organisation": "northford-city", "address": address})
    assert answer.status_code == 400
    assert said in error(answer, "address")
    assert value(answer, "address") == address
    assert value(answer, "organisation") == "northford-city"


def test_addresses_inside_are_refused_with_no_connection(tmp_path: Path, town: tuple[Town, Site]) -> None:
    _, site = town
    with hub_of_two(tmp_path / "hub", fetch_allow="") as closed:
        client = closed.operator()
        asked = {"organisation": "northford-city", "address": site.url("/"), "kind": "feed"}
        assert client.get("/sources/new/found", query_string=asked).status_code == 400
        preview = client.get("/sources/new/preview", query_string=asked)
        assert preview.status_code == 400
        assert "No preview." in words(preview)
        assert site.connections == 0


def test_the_second_step_says_what_was_found_in_a_sentence_each(operator: FlaskClient, town: tuple[Town, Site]) -> None:
    _, site = town
    asked = {"organisation": "northford-city", "address": site.url("/")}
    page = operator.get("/sources/new/found", query_string=asked)
    said = words(page)
    assert "This is a web page named “Northford City Council”, not a feed." in said
    assert "An RSS feed, “Northford news”, with 4 documents; the newest is of 19 November 2026." in said
    assert "The sitemap of 127.0.0.1, with 4 pages." in said
    links = html.fromstring(page.text).xpath("//main//a[starts-with(., 'Preview it')]/@href")
    assert [parse_qs(urlsplit(one).query)["kind"] for one in links] == [["feed"], ["sitemap"]]
    quiet = words(operator.get("/sources/new/found", query_string={**asked, "address": site.url("/plain")}))
    assert "There is nothing at" in quiet


def test_where_nothing_is_found_it_says_where_we_looked_and_what_to_do(
    operator: FlaskClient, town: tuple[Town, Site]
) -> None:
    pages, site = town
    pages.broken = {"/robots.txt": (404, {}, b""), "/sitemap.xml": (404, {}, b"")}
    asked = {"organisation": "northford-city", "address": site.url("/quiet")}
    page = operator.get("/sources/new/found", query_string=asked)
    assert page.status_code == 200
    said = words(page)
    assert "Nothing to collect there" in said
    assert "Ask whoever runs the site" in said
    assert f"There is nothing at {site.url('/sitemap.xml')}" in said


def test_the_preview_shows_cards_figures_categories_and_what_was_left_out(
    operator: FlaskClient, made: Checked, town: tuple[Town, Site]
) -> None:
    pages, site = town
    pages.items = NO_LINK
    before = count(made, RecordRow), count(made, Source)
    page = operator.get("/sources/new/preview", query_string=form(site))
    root = html.fromstring(page.text)
    assert root.xpath("//article[@class='hit']/h3/a/@href")[0] == site.url("/0")
    assert "Food waste" in root.xpath("string((//article[@class='hit'])[1]/p[@class='about'])")
    assert "Open Government Licence" in root.xpath("string((//article[@class='hit'])[1]/p[@class='about'])")
    said = words(page)
    assert "Nothing is stored yet." in said
    assert "An entry without an address" in said
    assert "English 3, Cymraeg 1" in said
    assert root.xpath("//table[@class='pairs']//th[@scope='row']/label/text()") == [
        "News",
        "Gwastraff",
        "Homes",
        "Roads",
        "Waste",
    ]
    assert (count(made, RecordRow), count(made, Source)) == before


def test_the_preview_goes_by_what_is_typed(operator: FlaskClient, town: tuple[Town, Site]) -> None:
    _, site = town
    typed = {**form(site, licence=CC_BY, type="report"), "category": ["News", "Roads"], "topic": ["", "HOU.3"]}
    page = operator.get("/sources/new/preview", query_string=typed)
    root = html.fromstring(page.text)
    abouts = [one.text_content() for one in root.xpath("//article[@class='hit']/p[@class='about']")]
    assert all("CC BY" in one for one in abouts)
    roads = root.xpath("string(//article[h3[contains(., 'gritting')]]/p[@class='about'])")
    assert roads.count("topics/HOU") == 0
    assert "/topics/HOU.3" in root.xpath("//article[h3[contains(., 'gritting')]]//p[@class='about']//a/@href")
    assert value(page, "licence") == CC_BY
    assert root.xpath("string(//tr[th[contains(., 'Roads')]]//option[@selected]/@value)") == "HOU.3"


def test_the_preview_of_a_slow_site_ends_in_time_and_says_so(
    operator: FlaskClient, town: tuple[Town, Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, site = town
    monkeypatch.setattr(looking, "SECONDS", 0)
    page = operator.get("/sources/new/preview", query_string=form(site))
    assert page.status_code == 400
    assert "There was no time left to look at" in words(page)
    assert site.connections == 0


def test_only_so_many_sites_are_looked_at_at_once(operator: FlaskClient, town: tuple[Town, Site]) -> None:
    _, site = town
    with looking._turns, looking._turns:
        answer = operator.get("/sources/new/preview", query_string=form(site))
    assert answer.status_code == 503
    assert "Try again in half a minute" in words(answer)
    assert operator.get("/sources/new/preview", query_string=form(site)).status_code == 200


def test_the_third_step_is_filled_with_what_the_organisation_says(
    operator: FlaskClient, town: tuple[Town, Site]
) -> None:
    _, site = town
    asked = {"organisation": "northford-city", "kind": "feed", "address": site.url("/news.rss"), "name": ""}
    page = operator.get("/sources/new/settings", query_string=asked)
    assert value(page, "name") == "Northford City: Atom or RSS feed"
    assert value(page, "licence") == OGL
    assert value(page, "contact") == "Web team, web@northford.example"
    emptied = operator.get("/sources/new/settings", query_string={**asked, "licence": "", "contact": ""})
    assert value(emptied, "licence") == ""
    assert value(emptied, "contact") == ""
    assert operator.get("/sources/new/settings?organisation=northford-city").status_code == 302


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "Give it a name"),
        ("name", "x" * 201, "at most 200"),
        ("every", "5", "Choose how often"),
        ("every", "often", "Choose how often"),
        ("type", "essay", "Choose one of the kinds"),
        ("language", "tlh", "Choose one of the languages"),
        ("licence", "javascript:alert(1)", "Choose one of the licences"),
        ("contact", "x" * 301, "at most 300"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_the_rest_is_kept(
    operator: FlaskClient, made: Checked, town: tuple[Town, Site], field: str, typed: str, said: str
) -> None:
    _, site = town
    before = count(made, Source)
    given = {**form(site, **{"contact": "Web team", **{field: typed}}), "category": "Waste", "topic": "HOU.3"}
    page = operator.post("/sources/new", data=given, follow_redirects=True)
    assert page.status_code == 400
    assert said in error(page, field)
    for name in {"name", "contact", "every", "licence"} - {field}:
        assert value(page, name) == given[name]
    assert html.fromstring(page.text).xpath("//input[@name='topic']/@value") == ["HOU.3"]
    assert count(made, Source) == before


def test_the_button_for_the_preview_leads_to_it_with_what_is_typed(
    operator: FlaskClient, made: Checked, town: tuple[Town, Site]
) -> None:
    _, site = town
    before = count(made, Source)
    answer = operator.post("/sources/new", data={**form(site, name="", type="report"), "do": "preview"})
    assert answer.status_code == 303
    asked = parse_qs(urlsplit(answer.location).query, keep_blank_values=True)
    assert (asked["type"], asked["name"], "csrf_token" in asked) == (["report"], [""], False)
    assert operator.get(answer.location).status_code == 200
    assert count(made, Source) == before


def test_saving_registers_once_queues_the_first_check_and_is_audited(
    operator: FlaskClient, made: Checked, town: tuple[Town, Site]
) -> None:
    _, site = town
    before = count(made, Source)
    given = {**form(site), "category": ["Roads", "News"], "topic": ["HOU.3", ""]}
    answer = operator.post("/sources/new", data=given)
    assert answer.status_code == 303
    id = answer.location.rsplit("/", 1)[1]
    assert "first check is on the way" in words(operator.get(answer.location))
    again = operator.post("/sources/new", data=given, follow_redirects=True)
    assert again.status_code == 400
    assert "It is registered already, as “Northford news”." in words(again)
    assert count(made, Source) == before + 1
    with made.parts.database.reading() as session:
        row = session.get_one(Source, id)
        topic = made.parts.vocabulary.by_notation("HOU.3")
        assert topic
        assert (row.categories, row.interval, row.licence_uri) == ({"Roads": topic.uri}, 86400, OGL)
        assert session.scalars(select(Run.state).where(Run.source_id == id)).all() == ["queued"]
        act = session.scalars(select(Audit).where(Audit.thing == f"source {id}")).one()
        assert (act.action, act.detail["address"]) == ("add source", row.address)
        assert first_break(session) is None
    made.check(id)
    with made.parts.database.reading() as session:
        reasons = session.scalars(
            select(Tag.reasons).join(RecordRow).where(RecordRow.source_id == id, Tag.concept_uri == topic.uri)
        ).all()
    assert [one["label"] for tag in reasons for one in tag if one["place"] == "category"] == ["Roads"]
    for path in ("found", "preview"):
        asked = {**form(site), "address": site.url("/news.rss" if path == "preview" else "/")}
        assert "registered already" in words(operator.get(f"/sources/new/{path}", query_string=asked)).lower()
    other = {**form(site), "kind": "sitemap", "address": site.url("/sitemap.xml")}
    elsewhere = words(operator.get("/sources/new/preview", query_string=other))
    assert "4 of these already come from Northford City, through the source Northford news." in elsewhere


def test_an_empty_licence_stays_empty(operator: FlaskClient, made: Checked, town: tuple[Town, Site]) -> None:
    _, site = town
    answer = operator.post("/sources/new", data=form(site, licence=""))
    with made.parts.database.reading() as session:
        assert session.get_one(Source, answer.location.rsplit("/", 1)[1]).licence_uri == ""


def test_what_had_arrived_when_the_time_was_over_is_shown_with_a_word_about_it(
    operator: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = Town()

    def slow(request: Request) -> Answer:
        time.sleep(0.6 if request.path.removeprefix("/").isdigit() else 0)
        return pages.answer(request)

    monkeypatch.setattr(looking, "SECONDS", 1.5)
    with serve(slow) as site:
        asked = form(site, kind="sitemap", address=site.url("/sitemap.xml"))
        begun = time.monotonic()
        page = operator.get("/sources/new/preview", query_string=asked)
        assert time.monotonic() - begun < 6
    assert page.status_code == 200
    assert "Cut short." in words(page)
    assert 1 <= len(html.fromstring(page.text).xpath("//article[@class='hit']")) < 4
    assert "no time left" not in words(page)


def test_what_a_hostile_site_writes_stays_text(operator: FlaskClient, town: tuple[Town, Site]) -> None:
    pages, site = town
    bad = "&lt;script&gt;alert(1)&lt;/script&gt;"
    link = '<link rel="alternate" type="application/rss+xml" href="/bad.rss">'
    item = f"<item><title>{bad}</title><link>javascript:alert(1)</link><guid>a</guid><category>{bad}</category></item>"
    item += f"<item><title>{bad}</title><link>{site.url('/1')}</link><guid>b</guid><category>{bad}</category></item>"
    pages.broken["/"] = (200, {"Content-Type": "text/html"}, f"<html><head><title>{bad}</title>{link}</head><p>x</p>")
    feed = f"<rss version='2.0'><channel><title>{bad}</title><link>/</link>{item}</channel></rss>"
    pages.broken["/bad.rss"] = (200, {"Content-Type": "application/rss+xml"}, feed)
    asked = form(site, address=site.url("/"))
    found = operator.get("/sources/new/found", query_string=asked)
    preview = operator.get("/sources/new/preview", query_string=form(site, address=site.url("/bad.rss")))
    for page in (found, preview):
        assert page.status_code == 200
        assert "<script" not in page.text
        assert 'href="javascript:' not in page.text
        assert "alert(1)" in words(page)
    bidi = operator.get("/sources/new/settings", query_string={**asked, "name": "Bad \u202e name\0", "every": "٣"})
    assert value(bidi, "name") == "Bad name"
    checked = operator.get("/sources/new/settings", query_string={**asked, "every": "٣", "checked": "yes"})
    assert error(checked, "every") == "Choose how often it is checked."
