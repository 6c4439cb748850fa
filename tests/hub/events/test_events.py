"""Meetings: arranged, changed, cancelled; who comes; what calendars read, and who reads it; notes afterwards."""

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
from sqlalchemy import delete, select

from hub.accounts.models import Person
from hub.communities.access import OPEN, PRIVATE
from hub.communities.membership import add_member, remove_member
from hub.communities.models import Community
from hub.db import now
from hub.events.documents import EventDocuments, cards
from hub.events.models import Event, EventAnswer
from hub.events.service import ask_for_notes
from hub.governance.holdings import forgotten, told, whom
from hub.notices.models import Happening, Notice
from hub.policy import COMMAND_LINE, MEMBER
from hub.topics.service import Vocabulary
from tests.hub.accounts.people import Browser, errors
from tests.hub.communities.made import made
from tests.hub.site import BASE, Site
from tests.hub.writing.written import indexed, somebody
from tests.vocab.loaded import common

LINK = "https://meet.example/lamps?pwd=secret"
CALL = {
    "title": "Call: lending lamps; Llŷn, Eifionydd",
    "starts_day": "2031-07-15",
    "starts_time": "14:30",
    "ends_time": "15:30",
    "zone": "Europe/London",
    "place": "Online",
    "link": LINK,
    "text": "Bring **numbers**.",
}


class Town:
    """A community with a facilitator, a member, and somebody who is neither."""

    def __init__(self, site: Site, visibility: str = OPEN) -> None:
        self.site = site
        self.ann, _, self.ann_id = somebody(site, "Ann Member")
        self.bo, _, self.bo_id = somebody(site, "Bo Facilitator")
        self.stranger, _, self.stranger_id = somebody(site, "Cai Elsewhere")
        with site.database.writing() as session:
            row = made(session, visibility=visibility, members=[self.ann_id], facilitators=[self.bo_id])
            self.id, self.slug = row.id, row.slug
        self.events = f"/communities/{self.slug}/events"

    def arrange(self, **changed: str) -> str:
        answer = self.ann.posted(self.events, f"{self.events}/new", **{**CALL, **changed})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["Location"])

    def over(self, event: str) -> None:
        """It was this morning."""
        with self.site.database.writing() as session:
            row = session.get_one(Event, event.rpartition("/")[2])
            row.starts, row.ends = now() - timedelta(hours=3), now() - timedelta(hours=2)

    def told(self, what: str) -> list[str]:
        with self.site.database.reading() as session:
            told = select(Person.name).join(Notice, Notice.person_id == Person.id)
            told = told.where(Notice.what == what, Notice.community_id == self.id)
            return sorted(session.scalars(told))


@pytest.fixture
def town(site: Site) -> Town:
    return Town(site)


def read(browser: Browser, address: str) -> Any:
    """What a calendar makes of an address."""
    answer = browser.client.get(address, base_url=BASE)
    assert answer.status_code == 200, address
    assert answer.mimetype == "text/calendar"
    return icalendar.Calendar.from_ical(answer.data)


def test_only_members_see_the_link_and_who_comes(town: Town) -> None:
    event = town.arrange()
    town.bo.posted(f"{event}/answer", event, answer="yes")
    town.ann.posted(f"{event}/answer", event, answer="maybe")
    inside, outside = town.ann.page(event), town.stranger.page(event)
    assert LINK in inside.words
    assert "Bo Facilitator" in inside.words
    assert "15 July 2031, 14:30–15:30 (London)" in outside.words
    assert "Yes: 1 · Maybe: 1 · No: 0" in outside.words
    for page in (outside, Browser.at(town.site).page(event)):
        assert LINK not in page.answer.text
        assert page.words.count("Bo Facilitator") == inside.words.count("Bo Facilitator") - 1
    assert town.stranger.posted(f"{event}/answer", "/notes/new", answer="yes").status_code == 403
    with town.site.database.reading() as session:
        id = event.rpartition("/")[2]
        document = EventDocuments(Vocabulary(town.site.database)).load(session, [id])[id]
        assert document is not None
        assert LINK not in repr(document)
        (shown,) = cards(session, [id], common())
        assert LINK not in repr(shown)
        assert session.scalars(select(Happening.what).where(Happening.thing_id == id)).all() == ["event"]


def test_calendars_read_the_time_of_its_zone_whoever_asks_and_the_link_only_members(town: Town) -> None:
    summer, winter = town.arrange(), town.arrange(starts_day="2031-01-15", zone="Europe/Stockholm", place="")
    for browser, expected in ((town.ann, True), (Browser.at(town.site), False)):
        calendar = read(browser, f"{town.events}.ics")
        entries = {str(one["uid"]).partition("@")[0]: one for one in calendar.walk("VEVENT")}
        one, other = (entries[address.rpartition("/")[2]] for address in (summer, winter))
        assert str(one["summary"]) == CALL["title"]
        assert one["dtstart"].dt.astimezone(UTC) == datetime(2031, 7, 15, 13, 30, tzinfo=UTC)
        assert one["dtstart"].params["TZID"] == "Europe/London"
        assert other["dtstart"].dt.astimezone(UTC) == datetime(2031, 1, 15, 13, 30, tzinfo=UTC)
        assert (LINK in str(one["description"])) is expected
        assert ("location" in other) is expected
        zones = {str(zone["tzid"]): zone for zone in calendar.walk("VTIMEZONE")}
        assert set(zones) == {"Europe/London", "Europe/Stockholm"}
        # By the rules that it carries, not by ours: an hour before UTC in July, none in January.
        london = zones["Europe/London"].to_tz(lookup_tzid=False)
        assert london.utcoffset(datetime(2031, 7, 15, 14, 30)) == timedelta(hours=1)
        assert london.utcoffset(datetime(2031, 1, 15, 14, 30)) == timedelta(0)
    alone = read(town.ann, f"{winter}.ics")
    assert len(alone.walk("VEVENT")) == 1


def test_a_change_and_a_cancellation_reach_calendars_and_those_who_come(town: Town) -> None:
    event = town.arrange()
    town.bo.posted(f"{event}/answer", event, answer="yes")
    for place in ("Town hall", "Library"):
        seen = town.ann.page(f"{event}/edit").all("//input[@name='seen']/@value")[0]
        town.ann.posted(f"{event}/edit", f"{event}/edit", **{**CALL, "place": place, "seen": seen})
    assert town.told("event changed") == ["Bo Facilitator"]
    late = town.bo.send(f"{event}/edit", **{**CALL, "title": "Mine", "seen": "1"})
    assert (late.status, late.all("//input[@id='title']/@value")) == (409, ["Mine"])
    assert late.all("//p[@id='place-theirs']") == ["Meanwhile: it says “Library”"]
    silent = town.bo.send(f"{event}/cancel", f"{event}/edit", why="")
    assert (silent.status, errors(silent)) == (400, ["Say in a sentence why it does not take place."])
    town.bo.posted(f"{event}/cancel", f"{event}/edit", why="The lamps are late.")
    (entry,) = read(Browser.at(town.site), f"{event}.ics").walk("VEVENT")
    assert (str(entry["status"]), int(entry["sequence"])) == ("CANCELLED", 3)
    assert "The lamps are late." in town.stranger.page(event).words
    assert town.ann.posted(f"{event}/answer", "/notes/new", answer="yes").status_code == 409
    assert town.ann.page(f"{event}/edit").status == 403


def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(town: Town) -> None:
    wrong = {
        "link": "javascript:alert(1)",
        "ends_time": "14:00",
        "starts_day": "2031-02-30",
        "title": "",
    }
    for name, value in wrong.items():
        page = town.ann.send(town.events, f"{town.events}/new", **{**CALL, name: value})
        assert page.status == 400, name
        assert len(errors(page)) == 1, name
        assert page.root.xpath(f"//*[@id='{name}-error']"), name
        assert page.all("//textarea[@id='text']") == [CALL["text"]]
    page = town.ann.send(
        town.events, f"{town.events}/new", **{**CALL, "starts_day": "2031-03-30", "starts_time": "1:30"}
    )
    assert errors(page) == ["The clocks go forward that night, and there is no such time. Choose another."]


def test_a_private_address_follows_the_rights_of_its_owner_and_can_be_replaced(site: Site) -> None:
    town = Town(site, PRIVATE)
    event = town.arrange(title="Families in Mill Street")
    for reader in (town.stranger, Browser.at(site)):
        for address in (town.events, event, f"{event}.ics", f"{town.events}.ics"):
            assert reader.page(address).status == 404, address
        assert "Mill Street" not in reader.page("/events").words
        assert event.rpartition("/")[2] not in reader.client.get("/events.ics", base_url=BASE).text
    town.ann.posted("/events/calendar", do="new")
    address = town.ann.page("/events/calendar").all("//input[@id='address']/@value")[0].removeprefix(BASE)
    stranger = Browser.at(site)
    (entry,) = read(stranger, address).walk("VEVENT")
    assert LINK in str(entry["description"])
    with site.database.writing() as session:
        remove_member(session, session.get_one(Community, town.id), person_id=town.ann_id, actor=COMMAND_LINE)
    assert read(stranger, address).walk("VEVENT") == []
    with site.database.writing() as session:
        community = session.get_one(Community, town.id)
        add_member(session, community, person_id=town.ann_id, role=MEMBER, actor=COMMAND_LINE)
        session.get_one(Person, town.ann_id).active = False
    assert stranger.page(address).status == 404
    with site.database.writing() as session:
        session.get_one(Person, town.ann_id).active = True
    town.ann.posted("/events/calendar", do="new")
    for gone in (address, f"{address[:-9]}.ics", "/calendars/none.ics", "/calendars/.ics"):
        assert stranger.page(gone).status == 404, gone


def test_open_meetings_are_listed_for_everybody_and_found(town: Town) -> None:
    event = town.arrange(title="Visit to the lighthouse")
    indexed(town.site)
    stranger = Browser.at(town.site)
    assert "Visit to the lighthouse" in stranger.page("/events").words
    assert "Visit to the lighthouse" in stranger.page(f"/communities/{town.slug}").words
    assert stranger.page("/search?q=lighthouse").hits == ["Visit to the lighthouse"]
    found = read(stranger, "/events.ics")
    assert event.rpartition("/")[2] in str(found.to_ical())
    town.over(event)
    assert "Visit to the lighthouse" not in stranger.page("/events").words
    assert "Visit to the lighthouse" in stranger.page("/events?past=yes").words


def test_after_it_those_who_came_are_asked_once_and_go_on_with_one_page(town: Town) -> None:
    event = town.arrange()
    town.bo.posted(f"{event}/answer", event, answer="yes")
    with town.site.database.writing() as session:
        session.add(EventAnswer(event_id=event.rpartition("/")[2], person_id=town.stranger_id, answer="yes"))
        ask_for_notes(session)
    assert "Yes: 1 · Maybe: 0" in town.ann.page(event).words, "nor counted"
    town.over(event)
    with town.site.database.writing() as session:
        assert (ask_for_notes(session), ask_for_notes(session)) == (1, 0)
    assert town.told("notes wanted") == ["Ann Member", "Bo Facilitator"], "who belongs to it no more is not asked"
    assert "What came of it?" not in town.stranger.page(event).words
    page = town.bo.posted(f"{event}/notes", event).headers["Location"]
    assert town.ann.posted(f"{event}/notes", "/notes/new").headers["Location"] == page
    assert "What was agreed" in town.bo.page(page).all("//textarea[@id='text']")[0]
    assert page.removesuffix("/edit") in town.stranger.page(event).links().values()


def test_who_has_gone_is_named_no_more(town: Town) -> None:
    event = town.arrange()
    town.ann.posted(f"{event}/answer", event, answer="yes")
    with town.site.database.writing() as session:
        mine = told(session, whom(session, town.ann_id))
        assert [one["title"] for one in mine["meetings"]] == [CALL["title"]]
        assert [one["answer"] for one in mine["answers_to_meetings"]] == ["yes"]
        forgotten(session, whom(session, town.ann_id))
        assert session.scalars(select(EventAnswer).where(EventAnswer.person_id == town.ann_id)).all() == []
        session.execute(delete(Notice))
    assert "Ann Member" not in town.bo.page(event).words
