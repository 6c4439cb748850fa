"""The pages of take-downs, what is left at a record's address, and the command."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from hub.accounts.models import Person
from hub.db import beside, new_id
from hub.index.engines import open_writer
from hub.index.worker import deliver_all
from hub.indexed import documents_of
from hub.moderation.takedowns import hide, lift, look_up, take_down
from hub.policy import COMMAND_LINE, SITE_MODERATOR
from hub.records.blocks import TAKING_DOWN
from hub.records.models import Block, KeptOut, RecordRow
from hub.topics.service import Vocabulary
from tests.hub.accounts.people import Browser, errors
from tests.hub.site import BASE, Site

NUMBERS = count()
NEW = "/manage/take-downs/new?what="


@pytest.fixture
def moderator(site: Site) -> Browser:
    email = f"mo{next(NUMBERS)}@elsewhere.example"
    browser = Browser.at(site).member(email)
    with site.database.writing() as session:
        session.execute(update(Person).where(Person.email == email).values(role=SITE_MODERATOR))
    return browser


def delivered(site: Site) -> None:
    deliver_all(site.database, open_writer(site.settings), documents_of(Vocabulary(site.database)))


def test_a_moderator_takes_a_document_down_from_its_page_and_lifts_it(site: Site, moderator: Browser) -> None:
    with site.database.reading() as session:
        title = session.get_one(RecordRow, site.ids["bins"]).title
    page = moderator.page(site.record("bins"))
    link = page.links()["Take it down"]
    assert "Take it down" not in site.page(site.record("bins")).links()
    form = moderator.page(link)
    assert "This document goes" in form.words
    assert title in form.links()
    refused = moderator.send("/manage/take-downs", link, what=site.ids["bins"], ground="", facts="A name.")
    assert (refused.status, errors(refused)) == (400, ["Choose why it is taken down."])
    assert refused.title.startswith("Error: ")
    assert refused.all("//textarea") == ["A name."]
    done = moderator.posted(
        "/manage/take-downs", link, what=site.ids["bins"], ground="by mistake", facts="Sent by the wrong team."
    )
    assert done.status_code == 303
    delivered(site)
    for more, status in (("", 410), (".json", 410), ("/versions", 410)):
        answer = site.get(site.record("bins", more))
        assert answer.status_code == status
        assert title not in answer.text
    assert site.get(site.record("bins", "/raw"), site.operator()).status_code == 410
    for address in (
        *(
            "/search?q=lorries",
            "/search.atom?q=lorries",
            "/search.json?q=lorries",
            "/search.csv?q=lorries",
            "/search.atom",
        ),
        *("/organisations/northford-city", "/organisations/northford-city.atom", "/suggest.json?q=food+waste+rou", "/"),
    ):
        assert title not in site.get(address).text
    listed = moderator.page("/manage/take-downs")
    assert "Sent by the wrong team." in listed.words
    assert "It was published, or collected, by mistake" in listed.words
    (lift,) = listed.root.xpath("//form[contains(@action, '/lift')]/@action")
    assert moderator.posted(lift, "/manage/take-downs").status_code == 303
    assert "Nothing is taken down" in moderator.page("/manage/take-downs").words
    assert site.page(site.record("bins")).heading == title
    assert "lift" in moderator.site.get("/manage/decisions.csv", moderator.client).text


def test_an_address_that_is_none_is_said_beside_the_field(site: Site, moderator: Browser) -> None:
    page = moderator.page(f"{NEW}the+page+about+heating")
    assert page.status == 400
    assert errors(page) == ["Give the address of the document, beginning with https://, or the SHA-256 of its text."]
    assert page.root.xpath("//input[@id='what']/@value") == ["the page about heating"]


def test_an_address_is_kept_away_before_it_comes(site: Site, moderator: Browser) -> None:
    where = "https://northford.example/never"
    page = moderator.page(f"{NEW}{where}")
    assert "Nothing here has it" in page.words
    given = {"what": where, "ground": "copyright", "facts": "Its author asked."}
    assert moderator.posted("/manage/take-downs", f"{NEW}{where}", **given).status_code == 303
    assert "northford.example/never" in moderator.page("/manage/take-downs").words


def test_a_moderator_sees_no_page_of_the_operator(moderator: Browser) -> None:
    page = moderator.page("/manage/take-downs")
    assert page.links("//header")["Manage"] == "/manage/reports"
    assert "/manage/people" not in page.links("//nav[@class='manage-nav']").values()
    assert moderator.page("/manage/people").status == 403


def test_what_is_erased_cannot_be_taken_down_twice(site: Site, moderator: Browser) -> None:
    with site.database.reading() as session:
        row = session.scalars(select(RecordRow).where(RecordRow.native_id == "cold")).one()
    given = {"what": row.url, "ground": "personal-data", "facts": "A name."}
    assert moderator.posted("/manage/take-downs", f"{NEW}{row.url}", **given).status_code == 303
    assert moderator.page(f"{NEW}{row.id}").status == 409
    listed = moderator.page("/manage/take-downs")
    (lift,) = listed.root.xpath("//li[contains(., 'It holds personal data')]//form[contains(@action, '/lift')]/@action")
    moderator.posted(lift, "/manage/take-downs")
    page = site.page(site.record("cold"))
    assert (page.status, page.heading) == (410, "This document is not shown here")
    assert "with the next check" in page.words


def test_a_moderator_hears_nothing_of_a_decision_about_what_is_restricted_to_others(
    site: Site, moderator: Browser
) -> None:
    """It has a copy that everybody may see: the address and the text of both are kept away."""
    with site.database.writing() as session:
        session.get_one(RecordRow, site.ids["joint"]).audience = "an organisation's"
    with site.database.writing() as session:
        found = look_up(session, site.ids["alarms"], BASE, actor=COMMAND_LINE)
        assert len(found.rows) == 2
        decision = take_down(session, found, actor=COMMAND_LINE, ground="dangerous", facts="Only operators know.").id
    operator, lifting = Browser(site, site.operator()), f"/manage/take-downs/{decision}/lift"
    for browser, knows in ((operator, True), (moderator, False)):
        assert ("Only operators know." in browser.page("/manage/take-downs").words) == knows
        assert ("dangerous" in site.get("/manage/decisions.csv", browser.client).text) == knows
    assert moderator.posted(lifting, "/manage/take-downs").status_code == 404
    assert operator.posted(lifting, "/manage/take-downs").status_code == 303
    with site.database.writing() as session:
        session.get_one(RecordRow, site.ids["joint"]).audience = None


def test_no_record_is_kept_out_without_a_decision(site: Site) -> None:
    for row in (KeptOut(record_id=site.ids["joint"], decision_id="none"), Block(decision_id="none", place="a")):
        with pytest.raises(IntegrityError), site.database.writing() as session:
            session.add(row)


def test_what_was_hidden_and_then_taken_down_comes_back_whole(site: Site) -> None:
    with site.database.writing() as session:
        hide(session, session.get_one(RecordRow, site.ids["joint"]), actor=COMMAND_LINE)
    with site.database.writing() as session:
        found = look_up(session, site.ids["joint"], BASE, actor=COMMAND_LINE)
        assert len(found.rows) == 2, "with its copy at Eastmere"
        decision = take_down(session, found, actor=COMMAND_LINE, ground="by mistake", facts="So.").id
    assert site.get(site.record("alarms")).status_code == 410
    with site.database.writing() as session:
        assert lift(session, decision, actor=COMMAND_LINE) == 2
    for name in ("joint", "alarms"):
        assert site.get(site.record(name)).status_code == 200


def test_what_a_harvest_writes_at_the_same_moment_is_taken_down_too(site: Site) -> None:
    """The harvest has looked for blocks, finds none, and has not yet written when the take-down begins."""
    where, id = "https://northford.example/just-now", new_id()
    writing, done = Event(), Event()

    def harvest() -> None:
        with site.database.writing() as session:
            beside(session, TAKING_DOWN)
            homes = session.get_one(RecordRow, site.ids["homes"])
            given = {"source_id": homes.source_id, "organisation_id": homes.organisation_id, "work_id": id}
            session.add(
                RecordRow(id=id, native_id=where, url=where, title="Now", meta_hash="m", text_hash="t", **given)
            )
            session.flush()
            writing.set()
            assert not done.wait(0.3), "the take-down waits"

    with ThreadPoolExecutor() as threads:
        harvesting = threads.submit(harvest)
        assert writing.wait(10)
        with site.database.writing() as session:
            found = look_up(session, where, BASE, actor=COMMAND_LINE)
            take_down(session, found, actor=COMMAND_LINE, ground="personal-data", facts="A name.")
        done.set()
        harvesting.result()
    with site.database.reading() as session:
        row = session.get_one(RecordRow, id)
        assert (row.title, bool(row.withdrawn_at)) == ("", True)
