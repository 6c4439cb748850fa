"""Wiki pages: written by members, with every edition kept; two who save at once; names that lead on; and who reads."""

from typing import Any

import pytest
from sqlalchemy import select

from hub.communities.access import OPEN, PRIVATE
from hub.communities.membership import remove_member
from hub.communities.models import Community
from hub.communities.service import Details, archive, change_community
from hub.governance.holdings import forgotten, told, whom
from hub.notices.models import Happening
from hub.policy import COMMAND_LINE
from hub.topics.service import Vocabulary
from hub.writing.models import WikiPage
from hub.writing.wiki import touch_all
from hub.writing.wiki_documents import PageDocuments, cards
from tests.hub.accounts.people import Browser, errors
from tests.hub.communities.made import made
from tests.hub.site import Page, Site
from tests.hub.writing.written import indexed, somebody
from tests.vocab.loaded import common

TEXT = "# How to begin\n\nAsk **Housing** first.\n\n<script>alert(1)</script>\n\n- one\n- two"


class Town:
    """A community with a facilitator, a member, and somebody who is neither."""

    def __init__(self, site: Site, visibility: str = OPEN) -> None:
        self.site = site
        self.ann, _, self.ann_id = somebody(site, "Ann Member")
        self.bo, _, self.bo_id = somebody(site, "Bo Facilitator")
        self.stranger, _, _ = somebody(site, "Cai Elsewhere")
        with site.database.writing() as session:
            row = made(session, visibility=visibility, members=[self.ann_id], facilitators=[self.bo_id])
            self.id, self.slug = row.id, row.slug
        self.wiki = f"/communities/{self.slug}/wiki"

    def begin(self, **changed: str) -> str:
        given = {"title": "Lending lamps", "text": TEXT, "summary": "begun", **changed}
        answer = self.ann.posted(self.wiki, f"{self.wiki}/new", **given)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["Location"])

    def save(self, browser: Browser, page: str, **given: Any) -> Page:
        return browser.send(f"{page}/edit", **{"title": "Lending lamps", **given})


@pytest.fixture
def town(site: Site) -> Town:
    return Town(site)


def test_a_page_is_written_by_members_and_every_edition_of_it_stays(town: Town) -> None:
    page = town.begin()
    shown = town.stranger.page(page)
    assert shown.all("//div[@class='markdown']/h3") == ["How to begin"]
    assert shown.root.xpath("//main//script") == []
    assert town.stranger.page(f"{page}/edit").status == 403
    assert town.stranger.posted(town.wiki, "/notes/new", title="Mine", text="Mine").status_code == 403
    town.save(town.bo, page, text=f"{TEXT}\n- three", seen="1", summary="a third")
    shown = town.stranger.page(f"{page}/history")
    assert shown.all("//li/div/b") == ["Bo Facilitator", "Ann Member"]
    assert "a third" in shown.words
    changed = town.stranger.page(f"{page}/compare?from=1&to=2")
    assert changed.all("//ins") == ["Put in: - three"]
    assert changed.all("//del") == []
    town.ann.posted(f"{page}/versions/1/restore", f"{page}/versions/1")
    assert "three" not in town.stranger.page(page).words
    assert "brought back version 1" in town.stranger.page(f"{page}/history").words
    assert "three" in town.stranger.page(f"{page}/versions/2").words
    assert town.stranger.page(f"{page}/versions/9").status == 404
    with town.site.database.reading() as session:
        there = select(Happening.what).where(Happening.community_id == town.id)
        assert session.scalars(there).all() == ["page"], "followers hear of it once a day"


def test_whoever_saves_second_keeps_their_words_and_sees_those_of_the_other(town: Town) -> None:
    page = town.begin()
    town.save(town.bo, page, text="Ask Housing and Health first.", seen="1")
    late = town.save(town.ann, page, text="Ask nobody first.", seen="1")
    assert late.status == 409
    assert errors(late) == [
        "Bo Facilitator has changed this page meanwhile. Your words are kept below, theirs stand under them.",
    ]
    assert late.all("//textarea[@id='text']") == ["Ask nobody first."]
    assert "Ask Housing and Health first." in late.all("//textarea[@readonly]")
    assert town.stranger.page(page).words.count("Housing and Health") == 1
    assert late.all("//input[@name='seen']/@value") == ["2"]
    town.save(town.ann, page, text="Ask Housing, Health, or nobody.", seen="2")
    assert "or nobody" in town.stranger.page(page).words


def test_a_renamed_page_is_found_by_its_old_name_and_no_other_takes_that(town: Town) -> None:
    page = town.begin()
    town.save(town.ann, page, title="Lamps, and how to lend them", text=TEXT, seen="1")
    answer = town.stranger.client.get(page, base_url="http://127.0.0.1:8000")
    assert answer.headers["Location"].endswith("/wiki/lamps-and-how-to-lend-them")
    taken = town.ann.send(town.wiki, f"{town.wiki}/new", title="Lending lamps", text="Another.")
    assert errors(taken) == ["Another page of this community has this name, or once had it. Choose another."]
    for title in ("New", "", "x" * 121):
        assert town.ann.send(town.wiki, f"{town.wiki}/new", title=title, text="Another.").status == 400, title
    back = f"{town.wiki}/lamps-and-how-to-lend-them"
    town.save(town.ann, back, title="Lending lamps", text=TEXT, seen="2")
    assert town.stranger.page(page).status == 200
    assert town.stranger.page(town.wiki).all("//ul[@class='plain lined']/li/a") == ["Lending lamps"]


def test_nobody_learns_of_a_page_whose_community_is_not_theirs(site: Site) -> None:
    town = Town(site, PRIVATE)
    page = town.begin(title="Names of families")
    for reader in (town.stranger, Browser.at(site)):
        for address in (town.wiki, page, f"{page}/history", f"{page}/compare", f"{page}/versions/1"):
            assert reader.page(address).status == 404, address
    assert town.stranger.page(f"{page}/edit").status in (403, 404)
    documents = PageDocuments(Vocabulary(site.database))
    with site.database.writing() as session:
        row = session.scalars(select(WikiPage).where(WikiPage.community_id == town.id)).one()
        made_of_it = documents.load(session, [row.id])[row.id]
        assert made_of_it is not None
        assert cards(session, [row.id], common()) == []
        assert [one.title for one in cards(session, [row.id], common(), (town.id,))] == ["Names of families"]
        assert made_of_it.audience == (town.id,)
        before = row.touched
        community = session.get_one(Community, town.id)
        details = Details(community.name, community.purpose, OPEN)
        change_community(session, community, actor=COMMAND_LINE, details=details, inside=(touch_all,))
        opened = documents.load(session, [row.id])[row.id]
        assert opened is not None
        assert opened.audience == ()
        assert row.touched > before
    assert town.stranger.page(page).status == 200
    indexed(site)
    found = Browser.at(site).page("/search?q=families")
    assert found.hits == ["Names of families"]
    assert "Wiki page" in found.words


def test_who_has_left_writes_no_more_and_is_named_no_more(town: Town) -> None:
    page = town.begin()
    with town.site.database.writing() as session:
        remove_member(session, session.get_one(Community, town.id), person_id=town.ann_id, actor=COMMAND_LINE)
    assert town.save(town.ann, page, text="After all.", seen="1").status == 403
    with town.site.database.writing() as session:
        assert told(session, whom(session, town.ann_id))["wiki_pages"][0]["what you did"] == "begun"
        forgotten(session, whom(session, town.ann_id))
    shown = town.stranger.page(f"{page}/history")
    assert shown.all("//li/div/b") == ["A former member"]
    assert "Ann Member" not in shown.words


def test_facilitators_take_pages_away_and_an_archived_community_is_only_read(town: Town) -> None:
    page = town.begin()
    assert town.ann.posted(f"{page}/hide", f"{page}/edit").status_code == 403
    town.bo.posted(f"{page}/hide", page, hidden="yes")
    assert town.stranger.page(page).status == town.ann.page(page).status == 404
    assert "Lending lamps" not in town.stranger.page(town.wiki).words
    assert "Taken away." in town.bo.page(page).words
    town.bo.posted(f"{page}/hide", page, hidden="no")
    with town.site.database.writing() as session:
        archive(session, session.get_one(Community, town.id), actor=COMMAND_LINE)
    assert town.stranger.page(page).status == 200
    assert town.ann.page(f"{town.wiki}/new").status == town.ann.page(f"{page}/edit").status == 409
    assert town.bo.posted(f"{page}/edit", "/notes/new", title="x", text="x", seen="1").status_code == 409
