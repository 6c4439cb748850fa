"""Editing a source: the same form and checks, the preview of what is typed, nobody's change lost without a word."""

import threading
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from hub.audit.models import Audit
from hub.records.models import RecordRow, Tag
from hub.sources.models import Run, Source
from tests.databases import DATABASES, address_of
from tests.hub.sources.checked import Checked, website
from tests.hub.sources.registered import CC_BY, OGL, error, form, hub_of_two, value, words
from tests.servers.loopback import Answer, Request, Site, serve
from tests.servers.town import Town


@pytest.fixture(scope="module", params=DATABASES)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checked]:
    folder = tmp_path_factory.mktemp("editing") / "hub"
    with address_of(request, request.param) as url, hub_of_two(folder, database_url=url) as checked:
        yield checked


@pytest.fixture(scope="module")
def operator(made: Checked) -> FlaskClient:
    return made.operator()


@pytest.fixture
def town() -> Iterator[Site]:
    with serve(Town().answer) as server:
        yield server


@pytest.fixture
def source(made: Checked, operator: FlaskClient, town: Site) -> str:
    """The id of a source that has been checked once."""
    id = operator.post("/sources/new", data=form(town)).location.rsplit("/", 1)[1]
    made.check(id)
    return str(id)


def row(made: Checked, id: str) -> Source:
    with made.parts.database.reading() as session:
        return session.get_one(Source, id)


def typed(operator: FlaskClient, id: str, **changed: str) -> dict[str, str]:
    """The form as the page shows it, with changes."""
    page = operator.get(f"/sources/{id}/edit")
    names = ("kind", "seen", "previewed", "name", "address", "licence", "type", "language", "contact", "every")
    return {**{name: value(page, name) for name in names}, **changed}


def test_a_stranger_may_not_edit_and_sees_no_button(made: Checked, source: str) -> None:
    visitor = made.client()
    assert visitor.get(f"/sources/{source}/edit").status_code == 403
    assert visitor.get(f"/sources/{source}/edit/preview").status_code == 403
    page = visitor.get(f"/sources/{source}").text
    assert f"/sources/{source}/edit" not in page
    assert "As it came" not in page


def test_the_page_of_a_source_has_edit_beside_check_and_pause_and_items_as_they_came(
    operator: FlaskClient, source: str
) -> None:
    root = html.fromstring(operator.get(f"/sources/{source}").text)
    shown = [one.text_content().strip() for one in root.xpath("//div[@class='actions']//*[self::a or self::button]")]
    assert shown == ["Check now", "Pause", "Edit", "Preview"]
    raw = root.xpath("//a[starts-with(., 'The item as it came')]/@href")
    assert len(raw) == 4
    assert "<title>" in operator.get(raw[0]).text
    assert operator.get("/sources/none/edit").status_code == 404


def test_the_form_shows_what_the_source_says_and_saving_it_changes_nothing(
    made: Checked, operator: FlaskClient, source: str
) -> None:
    given = typed(operator, source)
    assert (given["name"], given["licence"], given["every"]) == ("Northford news", OGL, "86400")
    answer = operator.post(f"/sources/{source}/edit", data=given)
    assert answer.status_code == 303
    assert "Nothing was different" in words(operator.get(answer.location))


def test_a_change_is_kept_and_audited_and_its_licence_counts_at_once(
    made: Checked, operator: FlaskClient, source: str
) -> None:
    changed = {
        "name": "News of Northford",
        "licence": CC_BY,
        "contact": "Press office",
        "every": "3600",
        "type": "news",
    }
    assert operator.post(f"/sources/{source}/edit", data=typed(operator, source, **changed)).status_code == 303
    now = row(made, source)
    assert (now.name, now.licence_uri, now.contact, now.interval, now.type) == (
        *("News of Northford", CC_BY, "Press office", 3600, "news"),
    )
    with made.parts.database.reading() as session:
        records = session.scalars(select(RecordRow).where(RecordRow.source_id == source)).all()
        act = session.scalars(select(Audit).where(Audit.thing == f"source {source}").order_by(Audit.id.desc())).first()
    assert {(one.licence_uri, one.licence_basis) for one in records} == {(CC_BY, "source default")}
    assert all(one.touched > 1 for one in records), "the index must hear of it"
    assert act is not None
    assert (act.action, act.detail["changed"]) == (
        "change source",
        ["name", "type", "licence_uri", "contact", "interval"],
    )
    assert "Press office" in words(operator.get(f"/sources/{source}"))


@pytest.mark.parametrize(("field", "wrong"), [("name", ""), ("every", "1"), ("address", ""), ("type", "essay")])
def test_what_is_wrong_stands_beside_its_field(
    made: Checked, operator: FlaskClient, source: str, field: str, wrong: str
) -> None:
    page = operator.post(
        f"/sources/{source}/edit",
        data=typed(operator, source, contact="Typed", **{field: wrong}),
        follow_redirects=True,
    )
    assert page.status_code == 400
    assert error(page, field)
    assert value(page, "contact") == "Typed"
    assert row(made, source).contact != "Typed"


def test_a_new_address_wants_a_look_at_its_preview_and_is_read_from_its_start(
    made: Checked, operator: FlaskClient, source: str
) -> None:
    with serve(Town().answer) as moved:
        given = typed(operator, source, address=moved.url("/news.rss"), contact="Typed")
        page = operator.post(f"/sources/{source}/edit", data=given, follow_redirects=True)
        assert page.status_code == 400
        assert "Look at its preview first" in error(page, "address")
        assert value(page, "address") == moved.url("/news.rss")
        preview = operator.post(f"/sources/{source}/edit", data={**given, "do": "preview"})
        assert preview.status_code == 303
        shown = operator.get(preview.location)
        assert "Weekly food waste rounds" in words(shown)
        assert "already come" not in words(shown), "its own documents are no others'"
        fields = html.fromstring(shown.text).xpath("//main//form//input[@type='hidden']")
        back = operator.get(
            f"/sources/{source}/edit", query_string={one.get("name"): one.get("value") for one in fields}
        )
        assert value(back, "contact") == "Typed"
        assert (
            operator.post(f"/sources/{source}/edit", data={**given, "previewed": value(back, "previewed")}).status_code
            == 303
        )
        now = row(made, source)
        assert (now.address, now.cursor, now.contact) == (moved.url("/news.rss"), {}, "Typed")


def test_the_address_of_another_source_is_refused_by_its_name(
    made: Checked, operator: FlaskClient, source: str, town: Site
) -> None:
    other = form(town, kind="sitemap", address=town.url("/sitemap.xml"), name="Pages of Northford")
    assert operator.post("/sources/new", data=other).status_code == 303
    place = {"kind": "sitemap", "address": other["address"]}
    given = typed(operator, source, **place, previewed=f"sitemap {other['address']}")
    page = operator.post(f"/sources/{source}/edit", data=given, follow_redirects=True)
    assert page.status_code == 400
    assert error(page, "address") == "Another source has it already: “Pages of Northford”."


def test_an_edit_that_somebody_else_made_meanwhile_is_not_overwritten_without_a_word(
    made: Checked, operator: FlaskClient, source: str
) -> None:
    mine = typed(operator, source, name="My name")
    theirs = typed(operator, source, name="Their name", type="news")
    assert operator.post(f"/sources/{source}/edit", data=theirs).status_code == 303
    page = operator.post(f"/sources/{source}/edit", data=mine, follow_redirects=True)
    assert page.status_code == 409
    assert "Somebody else has changed this source meanwhile" in words(page)
    assert "Meanwhile: it says “Their name”" in words(page)
    assert "Meanwhile: it says “News”" in words(page)
    assert value(page, "name") == "My name"
    assert row(made, source).name == "Their name"
    again = {**mine, "seen": value(page, "seen")}
    assert operator.post(f"/sources/{source}/edit", data=again).status_code == 303
    assert row(made, source).name == "My name"


def test_two_edits_at_once_are_one_after_the_other(made: Checked, source: str) -> None:
    clients = [made.operator(), made.operator()]
    given = [typed(client, source, name=f"Name {number}") for number, client in enumerate(clients)]
    ends: list[str] = []

    def save(number: int) -> None:
        answer = clients[number].post(f"/sources/{source}/edit", data=given[number])
        ends.append(urlsplit(answer.location).path)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(ends) == [f"/sources/{source}", f"/sources/{source}/edit"]


def test_an_address_stays_while_a_check_is_going_on(made: Checked, operator: FlaskClient, source: str) -> None:
    with made.parts.database.writing() as session:
        run = Run(source_id=source, slot="busy", state="running")
        session.add(run)
        session.flush()
        run_id = run.id
    address = "https://elsewhere.example/feed"
    given = typed(operator, source, address=address, previewed=f"feed {address}")
    page = operator.post(f"/sources/{source}/edit", data=given, follow_redirects=True)
    assert page.status_code == 400
    assert "A check is going on" in error(page, "address")
    with made.parts.database.writing() as session:
        session.get_one(Run, run_id).state = "failed"


def categories_of(made: Checked, source: str, notation: str) -> dict[str, list[str]]:
    """{title: categories that gave it the topic} of those that have it."""
    concept = made.parts.vocabulary.by_notation(notation)
    assert concept
    with made.parts.database.reading() as session:
        rows = session.execute(
            select(RecordRow.title, Tag.reasons)
            .join(Tag, Tag.record_id == RecordRow.id)
            .where(RecordRow.source_id == source, Tag.concept_uri == concept.uri)
        ).all()
    return {title: [one["label"] for one in reasons if one["place"] == "category"] for title, reasons in rows}


def test_categories_matched_anew_count_at_once_for_what_is_there(
    made: Checked, operator: FlaskClient, source: str
) -> None:
    roads, homes = "Road gritting in a mild winter", "Damp and mould: two people, one visit"
    own = set(categories_of(made, source, "HOU.3"))
    pairs = {"category": ["roads", "Homes"], "topic": ["HOU.3", "HOU.3"]}
    assert operator.post(f"/sources/{source}/edit", data={**typed(operator, source), **pairs}).status_code == 303
    found = categories_of(made, source, "HOU.3")
    assert (found[roads], found[homes]) == (["Roads"], ["Homes"])
    page = operator.get(f"/sources/{source}/edit")
    assert "roads stands for" in words(page)
    record = html.fromstring(operator.get(f"/sources/{source}").text).xpath(f"string(//a[.='{roads}']/@href)")
    assert "“Roads” is the publisher’s category for it" in words(operator.get(record))
    none = {"category": ["roads", "Homes"], "topic": ["", ""]}
    assert operator.post(f"/sources/{source}/edit", data={**typed(operator, source), **none}).status_code == 303
    after = categories_of(made, source, "HOU.3")
    assert set(after) == own, "what the text itself says stays"
    assert not any(after.values())
    with made.parts.database.reading() as session:
        assert min(session.scalars(select(RecordRow.touched).where(RecordRow.title == roads))) >= 1


def test_a_check_that_is_going_on_does_not_undo_an_edit(made: Checked, operator: FlaskClient) -> None:
    reached, on = threading.Event(), threading.Event()
    town = Town()

    def answer(request: Request) -> Answer:
        if request.path == "/news.rss" and reached.is_set() is False and on.is_set() is False and started.is_set():
            reached.set()
            on.wait(10)
        return town.answer(request)

    started = threading.Event()
    with serve(answer) as site:
        id = operator.post("/sources/new", data=form(site)).location.rsplit("/", 1)[1]
        started.set()
        checking = threading.Thread(target=made.check, args=(id,))
        checking.start()
        assert reached.wait(10)
        pairs = {"category": ["Roads"], "topic": ["HOU.3"]}
        given = {**typed(operator, id, licence=CC_BY), **pairs}
        assert operator.post(f"/sources/{id}/edit", data=given).status_code == 303
        on.set()
        checking.join(20)
    assert categories_of(made, id, "HOU.3")["Road gritting in a mild winter"] == ["Roads"]
    with made.parts.database.reading() as session:
        assert set(session.scalars(select(RecordRow.licence_uri).where(RecordRow.source_id == id))) == {CC_BY}


def test_the_address_of_the_preview_keeps_everything_that_is_typed(operator: FlaskClient, source: str) -> None:
    given = {**typed(operator, source, contact="Typed & kept"), "category": ["Roads"], "topic": [""], "do": "preview"}
    location = operator.post(f"/sources/{source}/edit", data=given).location
    asked = parse_qs(urlsplit(location).query, keep_blank_values=True)
    assert (asked["contact"], asked["category"], asked["topic"]) == (["Typed & kept"], ["Roads"], [""])
    assert "csrf_token" not in asked


def test_a_held_check_is_accepted_on_the_page_of_its_source(made: Checked, operator: FlaskClient) -> None:
    with website(40) as (pages, site):
        id = made.add(site, name="Shrinking pages")
        made.check(id)
        pages.pages = {0: pages.pages[0]}
        made.check(id)
        page = operator.get(f"/sources/{id}")
        assert "Waiting for a person." in words(page)
        (form,) = html.fromstring(page.text).xpath("//form[.//button[starts-with(., 'Accept')]]")
        assert "Accept: the site changed" not in words(made.client().get(f"/sources/{id}"))
        answer = operator.post(form.get("action"), data={"decision": "accept"})
        assert answer.status_code == 303
        made.check(id)
    assert made.run(id).deleted == 39
