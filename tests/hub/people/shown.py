"""People with profiles, for tests of every kind."""

import time
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from hub.accounts.models import Membership, Person
from hub.accounts.service import PROVEN, open_stamped
from hub.accounts.sessions import SESSION_COOKIE
from hub.communities.models import Community
from hub.organisations.service import find_organisation
from hub.people.access import PARTS
from hub.people.models import EVERYBODY, Profile
from hub.people.profiles import Words, handle_for, own_profile, save_profile
from hub.policy import OFFICER
from hub.talk.access import Place
from hub.talk.models import Thread
from hub.talk.service import Draft, open_thread, reply
from hub.talk.settling import accept
from tests.hub.accounts.people import Browser
from tests.hub.communities.made import HERE, acting, somebody
from tests.hub.site import Page, Site


def show(session: Session, person_id: str, sees: str = EVERYBODY, **more: object) -> Profile:
    """Give somebody a profile, all of it for these people; `job`, `topics`, `may_write` … as given. `only` are
    {part: who sees it} that differ."""
    row = own_profile(session, person_id)
    only = more.pop("only", {})
    assert isinstance(only, dict)
    handle = row.handle if row else handle_for(session, session.get_one(Person, person_id))
    words = replace(Words(handle, {**dict.fromkeys(PARTS, sees), **only}), **more)  # type: ignore[arg-type]
    return save_profile(session, actor=acting(session, person_id), words=words, seen=row.edition if row else 0)


def shown_person(
    session: Session, name: str, sees: str = EVERYBODY, *, organisations: Sequence[str] = (HERE,), **more: object
) -> str:
    """Somebody of these organisations with such a profile; their id."""
    id = somebody(session, name)
    for slug in organisations:
        there = find_organisation(session, slug)
        session.add(Membership(person_id=id, organisation_id=there.id, role=OFFICER))
    session.flush()
    show(session, id, sees, **more)
    return id


def accepted(
    session: Session, community: Community, asks: str, answers: str, title: str, concepts: Sequence[str] = ()
) -> Thread:
    """A question that `asks` has put and whose answer by `answers` is accepted; both belong to the community."""
    asker = Place(community, acting(session, asks))
    thread = open_thread(session, asker, Draft("question", title, "Who has done it?", concepts=tuple(concepts)))
    post = reply(session, thread, Place(community, acting(session, answers)), "We have. Begin with the lamps.")
    accept(session, post, thread, asker)
    return thread


def browser_of(site: Site, person_id: str) -> Browser:
    """A browser in which somebody is signed in; a stranger's without an id."""
    made = Browser.at(site)
    if person_id:
        with site.database.writing() as session:
            stamp = session.get_one(Person, person_id).fs_uniquifier
            secret = open_stamped(session, stamp, {PROVEN: time.time()}, 600)
        made.client.set_cookie(SESSION_COOKIE, secret, domain="127.0.0.1")
    return made


def names(page: Page) -> list[str]:
    """Whom the people finder lists."""
    return page.all("//main//ul[contains(@class, 'entries')]//h2")
