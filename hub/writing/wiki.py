"""The wiki pages of a community: begun, changed, renamed, brought back to what they said, and taken away."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from federation.record import clean_line
from hub.accounts.models import Person
from hub.audit.service import note_act
from hub.communities.access import talk_of
from hub.communities.models import Community
from hub.communities.service import concepts_of, note_activity, require_living
from hub.db import alone, new_id, now, require_storable
from hub.errors import BadInput, Conflict, NotFound
from hub.index.outbox import announce
from hub.languages import gettext as _
from hub.markdown import SANITISER, html_of, require_short
from hub.notices.service import About, happened, withdraw_notices
from hub.organisations.service import slug_of
from hub.policy import Actor, can
from hub.writing.models import WikiName, WikiPage, WikiVersion

DOCUMENT: Final = "page"
"""The name of wiki pages in the index and its outbox."""

LONGEST: Final = 60_000
"""Characters of a page."""
LONGEST_TITLE: Final = 120
LONGEST_SUMMARY: Final = 200
HEADINGS: Final = 3
"""The highest heading in a page: its title is one above."""
RESERVED: Final = ("new",)
"""Names that addresses of the wiki itself have."""

SELDOM: Final = timedelta(days=1)
"""Followers hear of a page's changes once in this time at most."""


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wants a page to say, and a few words on what they did."""

    title: str
    text: str
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """An edition in the history of a page. `author` is empty for somebody who has left."""

    edition: int
    at: datetime
    author: str
    summary: str
    restored: int | None
    title: str


def find_page(session: Session, community: Community, name: str, *, actor: Actor) -> WikiPage:
    """The page that has this name, or once had it. NotFound, also for one that whoever asks may not read."""
    named = select(WikiPage).join(WikiName, WikiName.page_id == WikiPage.id)
    row = session.scalar(named.where(WikiName.community_id == community.id, WikiName.slug == name))
    reads = can(actor, "read", talk_of(community))
    if row is None or not reads or (row.hidden_at is not None and not can(actor, "facilitate", community)):
        raise NotFound(_("There is no such page in the wiki of this community."))
    return row


def pages_of(
    session: Session, community: Community, *, actor: Actor, offset: int, limit: int
) -> tuple[list[tuple[WikiPage, str]], int]:
    """(page, who wrote it last) by title, and how many there are. Facilitators see those, too, that are taken away."""
    facilitates = can(actor, "facilitate", community)
    there: ColumnElement[bool] = true() if facilitates else WikiPage.hidden_at.is_(None)
    wanted = select(WikiPage, Person.name).outerjoin(Person, Person.id == WikiPage.author_id)
    wanted = wanted.where(WikiPage.community_id == community.id, there)
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = session.execute(wanted.order_by(func.lower(WikiPage.title), WikiPage.id).offset(offset).limit(limit))
    return [(row[0], row[1] or "") for row in rows], total


def begin_page(session: Session, community: Community, written: Written, *, actor: Actor) -> WikiPage:
    """A new page. BadInput for what is wrong with it, also for a name that another page has or had."""
    require_living(community)
    kept = _checked(written)
    begun = now()
    page = WikiPage(id=new_id(), community_id=community.id, author_id=actor.person_id, created=begun, changed=begun)
    page.edition, page.touched, page.slug = 1, 0, _free_name(session, page, kept.title)
    _put(page, kept)
    session.add(page)
    session.flush()
    _keep_name(session, page)
    _note(session, community, page, kept, actor)
    note_act(session, actor=actor, action="begin page", thing=f"page {page.id}")
    return page


def change_page(
    session: Session, community: Community, page: WikiPage, written: Written, *, seen: int, actor: Actor
) -> None:
    """Say something else. Another title is another name; the old one goes on leading there.

    BadInput for what is wrong, Conflict when somebody else has changed it since the edition `seen`.
    """
    require_living(community)
    kept = _checked(written)
    _hold(session, page)
    if page.edition != seen:
        raise Conflict(_("Somebody else has changed this page meanwhile."))
    if (kept.title, kept.text) == (page.title, page.text):
        return
    _go_on(session, community, page, kept, actor)
    note_act(session, actor=actor, action="change page", thing=f"page {page.id}", edition=page.edition)


def restore_page(session: Session, community: Community, page: WikiPage, edition: int, *, actor: Actor) -> None:
    """Have it say again what it said in an earlier edition: that is a new one, and nothing is lost. NotFound."""
    require_living(community)
    _hold(session, page)
    old = version_of(session, page, edition)
    if (old.title, old.text) == (page.title, page.text):
        return
    _go_on(session, community, page, Written(old.title, old.text), actor, restored=edition)
    note_act(session, actor=actor, action="restore page", thing=f"page {page.id}", edition=edition)


def hide_page(session: Session, community: Community, page: WikiPage, *, hidden: bool, actor: Actor) -> None:
    """Take a page away, or put it back: its facilitators still read what is away."""
    _hold(session, page)
    if (page.hidden_at is not None) == hidden:
        return
    page.hidden_at = now() if hidden else None
    if hidden:
        steps = select(WikiVersion.id).where(WikiVersion.page_id == page.id)
        withdraw_notices(session, "page", list(session.scalars(steps)))
    note_act(session, actor=actor, action="hide page" if hidden else "show page", thing=f"page {page.id}")
    touch(session, page)


def history_of(session: Session, page: WikiPage, *, offset: int, limit: int) -> list[Step]:
    """Its editions, the newest first."""
    columns = (WikiVersion.edition, WikiVersion.at, Person.name, WikiVersion.summary, WikiVersion.restored)
    wanted = select(*columns, WikiVersion.title).outerjoin(Person, Person.id == WikiVersion.author_id)
    wanted = wanted.where(WikiVersion.page_id == page.id).order_by(WikiVersion.edition.desc())
    rows = session.execute(wanted.offset(offset).limit(limit))
    return [Step(row[0], row[1], row[2] or "", row[3], row[4], row[5]) for row in rows]


def version_of(session: Session, page: WikiPage, edition: int) -> WikiVersion:
    """One edition of it. NotFound."""
    of_it = select(WikiVersion).where(WikiVersion.page_id == page.id, WikiVersion.edition == edition)
    row = session.scalar(of_it)
    if row is None:
        raise NotFound(_("This page has no such version."))
    return row


def author_of(session: Session, page: WikiPage) -> str:
    """Who wrote the present edition; empty for somebody who has left."""
    return session.scalar(select(Person.name).where(Person.id == page.author_id)) or ""


def path_of(community: Community, page: WikiPage) -> str:
    """Where it is read."""
    return f"/communities/{community.slug}/wiki/{page.slug}"


def touch(session: Session, page: WikiPage) -> None:
    """Have the index bring it up to date."""
    page.touched += 1
    session.flush()
    announce(session, DOCUMENT, [(page.id, page.touched)])


def touch_all(session: Session, community_id: str) -> None:
    """The same for all pages of a community: who may see it has changed (hub.communities.service.Inside)."""
    for page in session.scalars(select(WikiPage).where(WikiPage.community_id == community_id)):
        touch(session, page)


def _checked(written: Written) -> Written:
    title, summary = clean_line(written.title), clean_line(written.summary)
    if not 0 < len(title) <= LONGEST_TITLE:
        raise BadInput(_("Give it a title of at most %(num)s characters.", num=LONGEST_TITLE), "title")
    text = require_short(written.text, "text", LONGEST)
    if not text:
        raise BadInput(_("Write something."), "text")
    if len(summary) > LONGEST_SUMMARY:
        raise BadInput(_("Say it in at most %(num)s characters.", num=LONGEST_SUMMARY), "summary")
    require_storable(WikiVersion, {"title": title, "text": text, "summary": summary})
    return Written(title, text, summary)


def _hold(session: Session, page: WikiPage) -> None:
    alone(session, f"page {page.id}")
    session.refresh(page)


def _put(page: WikiPage, written: Written) -> None:
    page.title, page.text = written.title, written.text
    page.html, page.sanitiser = html_of(written.text, base=HEADINGS), SANITISER


def _go_on(
    session: Session,
    community: Community,
    page: WikiPage,
    written: Written,
    actor: Actor,
    restored: int | None = None,
) -> None:
    before = page.changed
    if written.title != page.title:
        page.slug = _free_name(session, page, written.title)
        _keep_name(session, page)
    _put(page, written)
    page.edition, page.changed, page.author_id = page.edition + 1, now(), actor.person_id
    _note(session, community, page, written, actor, restored, quietly=now() - before < SELDOM)


def _free_name(session: Session, page: WikiPage, title: str) -> str:
    """The name that a title makes. BadInput when it is another page's, or once was."""
    slug = slug_of(title) if any(sign.isascii() and sign.isalnum() for sign in title) else page.id[-12:]
    alone(session, f"wiki {page.community_id}")
    of_it = WikiName.community_id == page.community_id, WikiName.slug == slug
    held = session.scalar(select(WikiName.page_id).where(*of_it))
    if slug in RESERVED or (held is not None and held != page.id):
        raise BadInput(_("Another page of this community has this name, or once had it. Choose another."), "title")
    return slug


def _keep_name(session: Session, page: WikiPage) -> None:
    """From now on it is found by its name, whatever it is called later."""
    there = WikiName.community_id == page.community_id, WikiName.slug == page.slug
    if session.scalar(select(WikiName.id).where(*there)) is None:
        session.add(WikiName(community_id=page.community_id, slug=page.slug, page_id=page.id))
        session.flush()


def _note(
    session: Session,
    community: Community,
    page: WikiPage,
    written: Written,
    actor: Actor,
    restored: int | None = None,
    *,
    quietly: bool = False,
) -> None:
    """Keep this edition, and tell those who follow."""
    said = {"title": page.title, "text": page.text, "summary": written.summary, "restored": restored}
    step = WikiVersion(page_id=page.id, edition=page.edition, author_id=actor.person_id, at=page.changed, **said)
    session.add(step)
    note_activity(community)
    touch(session, page)
    if not quietly:
        about = About("page", step.id, path_of(community, page), community.id)
        concepts = concepts_of(session, community.id)
        spoken = community.language
        happened(session, what="page", about=about, by=actor, concepts=concepts, language=spoken, title=page.title)
