"""Notices: what happened to somebody, as they may read it at that moment."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from hub.accounts.models import CommunityMember
from hub.communities.models import Community
from hub.db import new_id
from hub.governance.closing import close_account
from hub.languages import LANGUAGES, speaking
from hub.notices.kinds import HAPPENINGS, KINDS, happening_sentence, sentence
from hub.notices.models import Happening, Notice
from hub.notices.service import TALK, About, happened, mark_thing_read, notify, notify_all, withdraw_notices
from hub.policy import COMMAND_LINE, Actor
from tests.hub.alerts.people import community, leave_all, person_named, somebody
from tests.hub.site import BASE, Site

COUNT = "//header//span[@class='count']/text()"


def post(site: Site, reader: FlaskClient, address: str, **data: str) -> int:
    """Send a form of the list of notices."""
    with reader.session_transaction(base_url=BASE):
        pass
    token = site.page("/my/notices", reader).root.xpath("//main//input[@name='csrf_token']/@value")
    given = {"csrf_token": token[0] if token else "", **data}
    return reader.post(address, data=given, base_url=BASE).status_code


def test_a_notice_is_read_once_and_leads_where_it_happened(site: Site) -> None:
    reader = site.person("Reader of notices")
    assert "There is nothing here yet" in site.page("/my/notices", reader).words
    with site.database.writing() as session:
        me, ann = person_named(session, "Reader of notices"), somebody(session, "Ann Author")
        place = community(session, members=(me.id, ann.id))
        by = Actor(ann.name, ann.id)
        about = About("post", new_id(), f"/communities/{place.slug}/discussions/1#p-2", place.id, TALK)
        assert notify(session, person_id=me.id, what="reply", about=about, by=by, title="Bins <b>")
        assert not notify(session, person_id=me.id, what="reply", about=about, by=by, title="Bins <b>"), "told once"
        assert not notify(session, person_id=ann.id, what="reply", about=about, by=by, title="Bins"), "to oneself"
    page = site.page("/my/notices", reader)
    assert "Ann Author replied to you in “Bins <b>”" in page.words
    assert page.all(COUNT) == ["1"]
    (address,) = page.root.xpath("//main//form[.//input[@name='stay']]/@action")
    assert post(site, site.person("Nosy"), address) in (400, 404)
    assert site.page("/my/notices", reader).all(COUNT) == ["1"]
    assert post(site, reader, address) == 303
    assert site.page("/my/notices?lang=cy", reader).all(COUNT) == []


def test_what_was_closed_to_somebody_is_neither_shown_nor_counted(site: Site) -> None:
    reader = site.person("Reader who leaves")
    with site.database.writing() as session:
        me = person_named(session, "Reader who leaves")
        inside, opened = community(session, members=(me.id,)), community(session, "open")
        for place in (inside, opened):
            about = About("thread", new_id(), f"/communities/{place.slug}/discussions/1", place.id, TALK)
            notify(session, person_id=me.id, what="announcement", about=about, title="Canary")
        ids = me.id, opened.id
    assert site.page("/my/notices", reader).all(COUNT) == ["2"]
    leave_all(site, ids[0])
    page = site.page("/my/notices", reader)
    assert page.all(COUNT) == ["1"]
    assert len(page.all("//main//ul[contains(@class, 'notices')]/li")) == 1
    with site.database.writing() as session:
        session.get_one(Community, ids[1]).visibility = "restricted"
    page = site.page("/my/notices", reader)
    assert page.all(COUNT) == []
    assert "Canary" not in page.words


def test_the_list_has_pages_and_all_are_read_at_once(site: Site) -> None:
    reader = site.person("Reader of many")
    with site.database.writing() as session:
        me = person_named(session, "Reader of many")
        for number in range(30):
            about = About("thing", new_id(), "/about")
            notify(session, person_id=me.id, what="to review", about=about, title=f"Note {number}")
    first = site.page("/my/notices", reader)
    assert "Note 29" in first.words
    assert "Note 4”" not in first.words
    assert "Note 4”" in site.page("/my/notices?page=2", reader).words
    assert site.get("/my/notices?page=9", reader).status_code == 302
    assert post(site, reader, "/my/notices/read") == 303
    assert site.page("/my/notices", reader).all(COUNT) == []


def test_many_are_told_at_once_and_what_is_hidden_tells_nobody(site: Site) -> None:
    with site.database.writing() as session:
        people = [somebody(session).id for _ in range(3)]
        about = About("event", new_id(), "/about")
        assert notify_all(session, person_ids=[*people, people[0]], what="event", about=about, title="T") == 3
        assert notify_all(session, person_ids=people, what="event", about=about, title="T") == 0
        happened(session, what="event", about=about, title="T")
        happened(session, what="event", about=about, title="T")
        mark_thing_read(session, people[0], "event", [about.id])
        read = select(func.count()).select_from(Notice).where(Notice.thing_id == about.id, Notice.read_at.is_not(None))
        assert session.scalar(read) == 1
        assert session.scalar(select(func.count()).where(Happening.thing_id == about.id)) == 1
        withdraw_notices(session, "event", [about.id])
        assert session.scalar(select(func.count()).where(Notice.thing_id == about.id)) == 0


def test_whoever_goes_leaves_no_name_in_the_notices_of_others(site: Site) -> None:
    reader = site.person("Reader who stays")
    with site.database.writing() as session:
        me, gone = person_named(session, "Reader who stays"), somebody(session, "Gone Canary")
        about = About("post", new_id(), "/about")
        notify(session, person_id=me.id, what="reply", about=about, by=Actor(gone.name, gone.id), title="T")
        notify(session, person_id=gone.id, what="mention", about=about, title="T")
        close_account(session, actor=COMMAND_LINE, person_id=gone.id, how="anonymise", hub="H", reason="asked")
        assert session.scalar(select(func.count()).where(Notice.person_id == gone.id)) == 0
        assert session.scalar(select(func.count()).where(CommunityMember.person_id == gone.id)) == 0
    assert "A former member replied to you in “T”" in site.page("/my/notices", reader).words


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_kind_has_a_sentence_in_every_language(code: str) -> None:
    filled = {"who": "Ann", "community": "Bins", "words": {"title": "T"}}
    with speaking(code):
        said = [sentence(what, **filled) for what in KINDS] + [
            happening_sentence(what, **filled) for what in HAPPENINGS
        ]
    assert all(said)
    assert not any("%(" in one for one in said)
