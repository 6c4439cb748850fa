"""The newsletter is begun from pins with their notes, reaches those who want it once, and begins after the last one."""

import re
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from hub.accounts.models import Person
from hub.alerts.models import AlertSetting
from hub.communities.access import OPEN
from hub.errors import BadInput, Conflict, NotAllowed
from hub.facilitating.newsletters import begun, last_sent, seen_of, send, wanting
from hub.library.service import pin
from hub.markdown import html_of
from hub.notices.following import COMMUNITY, IMMEDIATELY, NEVER, follow
from hub.notices.kinds import ANNOUNCEMENTS
from hub.notices.models import Notice
from hub.policy import COMMAND_LINE
from hub.talk.access import Place
from hub.talk.models import Thread
from tests.hub.accounts.people import Browser
from tests.hub.alerts.telling import telling, text_of
from tests.hub.communities.made import acting, known, made, somebody
from tests.hub.library.shelves import publisher
from tests.hub.published import NORTHFORD
from tests.hub.site import BASE as HERE
from tests.hub.site import Site, site
from tests.vocab.loaded import common

__all__ = ["site"]

BASE = "https://hub.example"


def test_pins_with_their_notes_reach_those_who_want_them(site: Site) -> None:
    secret = publisher(site, restricted=True).brings(NORTHFORD[0], title="For ourselves", native_id="ours")
    with site.database.writing() as session:
        leila, marta, owen = (somebody(session, name) for name in ("Leila", "Marta", "Owen"))
        row = made(session, visibility=OPEN, facilitators=[leila], members=[marta, owen])
        pin(session, row, site.ids["fans"], actor=COMMAND_LINE, note="It says what *they* cost.")
        pin(session, row, secret, actor=COMMAND_LINE)
        follow(session, person_id=owen, kind=COMMUNITY, key=row.id, frequency=NEVER, community_id=row.id)
        place = Place(row, acting(session, leila))
        words = begun(session, row, common(), BASE)
        assert f"]({BASE}/records/{site.ids['fans']})**" in words.text
        assert "It says what *they* cost." in words.text
        assert "For ourselves" not in words.text
        # The title of a document is text, whatever its publisher has put there.
        assert "<script>" not in html_of(words.text)
        assert re.search(r"&lt;script&gt;", html_of(words.text))
        assert wanting(session, place) == [marta]
        with pytest.raises(BadInput):
            send(session, place, title="", text=words.text, seen="")
        sent = send(session, place, title="News", text=words.text, seen="")
        assert sent.told == 1
        assert session.get_one(Thread, sent.thread_id).kind == "announcement"
        told = select(Person.name).join(Notice, Notice.person_id == Person.id).where(Notice.what == "announcement")
        assert list(session.scalars(told.where(Notice.thing_id == sent.thread_id))) == ["Marta"]
        with pytest.raises(Conflict):
            send(session, place, title="News", text=words.text, seen="")
        assert begun(session, row, common(), BASE).pins == 0
        pin(session, row, site.ids["homes"], actor=COMMAND_LINE)
        again = begun(session, row, common(), BASE)
        assert again.pins == 1
        seen, theirs = seen_of(last_sent(session, row.id)), Place(row, acting(session, marta))
        with pytest.raises(NotAllowed):
            send(session, theirs, title="News", text=again.text, seen=seen)


def test_it_is_edited_sent_and_read_in_one_mail_that_one_click_stops(site: Site) -> None:
    leila = Browser(site, site.person("Leila of the newsletter"))
    with telling(site) as told:
        with site.database.writing() as session:
            people = [somebody(session, name) for name in ("Marta", "Owen")]
            marta, owen = [session.get_one(Person, one) for one in people]
            session.add(AlertSetting(person_id=marta.id, groups={ANNOUNCEMENTS: IMMEDIATELY}))
            row = made(session, facilitators=[known(session, "Leila of the newsletter")], members=people)
            pin(session, row, site.ids["fans"], actor=COMMAND_LINE, note="It says what they cost.")
        address = f"/communities/{row.slug}/newsletter"
        page = leila.page(address)
        (text,) = page.root.xpath("//textarea[@name='text']/text()")
        assert "It says what they cost." in text
        assert "2 members want to hear" in page.words
        given = {"title": "News of November", "text": f"Dear all,\n{text}"}
        assert leila.posted(address, act="save", **given).status_code == 303
        saved = leila.page(address)
        assert "Dear all," in saved.all("//section[contains(@class, 'letter')]")[0]
        (seen,) = saved.root.xpath("//input[@name='seen']/@value")
        assert leila.posted(address, act="send", seen=seen, **given).status_code == 303
        assert "Sent to 2 people." in leila.page(address).words
        told.tell()
        # Both hear of the pin as well, in a mail of the day; Owen of all in one.
        (at_once,), (of_the_day,) = [
            [mail for mail in told.mails_to(one) if "News of November" in text_of(mail)] for one in (marta, owen)
        ]
        for mail in (at_once, of_the_day):
            assert text_of(mail).count("News of November") == 1
        path = urlsplit(str(at_once.message["List-Unsubscribe"]).strip("<>")).path
        stranger = site.app.test_client()
        assert stranger.post(path, data={"List-Unsubscribe": "One-Click"}, base_url=HERE).status_code == 200
        (seen,) = leila.page(address).root.xpath("//input[@name='seen']/@value")
        assert leila.posted(address, act="send", title="And more", text="Fans.", seen=seen).status_code == 303
        told.tell(a_day_later=True)
        assert not [mail for mail in told.mails_to(marta) if "And more" in text_of(mail)]
