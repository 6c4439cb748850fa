"""People in the main search, as everybody sees them; and what becomes of them when they leave."""

from sqlalchemy import func, select

from hub.accounts.members import set_active, set_role
from hub.governance.holdings import forgotten, told, whom
from hub.organisations.service import find_organisation
from hub.people.letters import Named, block, write
from hub.people.models import ACCOUNT, EVERYBODY, NOBODY, Blocked, Letter, Profile
from hub.policy import COMMAND_LINE
from tests.hub.communities.made import acting
from tests.hub.people.shown import show, shown_person
from tests.hub.people.test_hidden import deliver
from tests.hub.site import Site
from tests.vocab.loaded import common

TOPIC = next(iter(common()))


def found(hub: Site, words: str) -> list[str]:
    """What a stranger's search finds, as the index holds it now."""
    deliver(hub)
    return hub.page(f"/search?type=person&words=only&q={words}").hits


def test_the_search_finds_who_shows_themselves_to_everybody(hub: Site) -> None:
    with hub.database.writing() as session:
        only = {"about": ACCOUNT, "topics": NOBODY}
        more = {"about": "Zebras", "topics": (TOPIC.uri,), "only": only}
        nia = shown_person(session, "Nia Parry", EVERYBODY, job="Ferryman", **more)
        shown_person(session, "Nobody Parry", ACCOUNT, job="Ferryman")
    assert found(hub, "ferryman") == ["Nia Parry"]
    assert found(hub, "parry") == ["Nia Parry"]
    assert found(hub, "zebras") == []
    page = hub.page("/search?q=ferryman")
    assert page.links()["Nia Parry"] == "/people/nia-parry"
    assert "Northford City" in page.words
    with hub.database.writing() as session:
        there = find_organisation(session, "northford-city")
        set_role(session, actor=COMMAND_LINE, person_id=nia, organisation_id=there.id, role="")
    assert found(hub, "ferryman") == ["Nia Parry"]
    assert "Northford City" not in hub.page("/search?q=ferryman").words
    with hub.database.writing() as session:
        set_active(session, actor=COMMAND_LINE, person_id=nia, active=False)
    assert hub.page("/search?q=ferryman").hits == [], "at once, before the index has heard of it"
    assert found(hub, "ferryman") == []
    with hub.database.writing() as session:
        set_active(session, actor=COMMAND_LINE, person_id=nia, active=True)
    assert found(hub, "ferryman") == ["Nia Parry"]
    with hub.database.writing() as session:
        show(session, nia, NOBODY, job="Ferryman")
    assert found(hub, "ferryman") == []


def test_who_leaves_takes_their_profile_along(hub: Site) -> None:
    with hub.database.writing() as session:
        olwen = shown_person(session, "Olwen", job="Cooper", topics=(TOPIC.uri,), may_write=ACCOUNT)
        pryce = shown_person(session, "Pryce", may_write=ACCOUNT)
        named = Named("Moothall", "http://127.0.0.1:8000")
        words = {"subject": "Lamps", "text": "Where from?", "with_address": True, "named": named}
        write(session, actor=acting(session, olwen), person_id=pryce, **words)
        back = write(session, actor=acting(session, pryce), person_id=olwen, **words).id
        block(session, back, actor=acting(session, olwen))
    assert found(hub, "cooper") == ["Olwen"]
    with hub.database.writing() as session:
        held = told(session, whom(session, olwen))
        assert held["profile"][0]["job"] == "Cooper"
        assert [one["written by you"] for one in held["letters"]] == [True, False]
        assert len(held["letters_refused"]) == 1
        forgotten(session, whom(session, olwen))
    with hub.database.reading() as session:
        (letter,) = session.scalars(select(Letter).where(Letter.recipient_id == pryce))
        assert (letter.sender_id, letter.text) == (None, "Where from?")
        assert not session.scalar(select(func.count()).where(Letter.recipient_id == olwen))
        assert session.get(Profile, olwen) is None
        assert not session.scalars(select(Blocked)).all()
    assert hub.page("/people/olwen").status == 404
    assert found(hub, "cooper") == []
