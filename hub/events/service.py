"""Arranging a meeting, changing and cancelling it, saying whether one comes, and beginning its notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from federation.record import clean_line
from hub.accounts.models import CommunityMember
from hub.audit.service import note_act
from hub.communities.models import Community
from hub.communities.service import concepts_of, note_activity, require_living
from hub.db import alone, locking, now, require_storable
from hub.errors import BadInput, Conflict
from hub.events.models import Event, EventAnswer
from hub.events.reading import ANSWERS, answered, path_of
from hub.index.outbox import announce
from hub.languages import N_, speaking
from hub.languages import gettext as _
from hub.markdown import SANITISER, html_of, is_link, require_short
from hub.notices.models import Notice
from hub.notices.service import About, happened, notify_all
from hub.policy import Actor
from hub.words import on
from hub.writing.models import WikiPage
from hub.writing.wiki import Written, begin_page

DOCUMENT: Final = "meeting"
"""The name of meetings in the index and its outbox."""

LONGEST: Final = 10_000
LONGEST_TITLE: Final = 150
LONGEST_PLACE: Final = 300
LONGEST_LINK: Final = 2_000
LONGEST_TIME: Final = timedelta(days=31)
ASKED_WITHIN: Final = timedelta(days=7)
"""So long after a meeting its people are still asked for notes."""

CHANGED: Final = N_("Somebody else has changed this meeting meanwhile. Look at it again: what you typed is kept below.")


@dataclass(frozen=True, slots=True)
class Arranged:
    """What is said of a meeting. Moments are in UTC, `zone` is the one in which it was arranged."""

    title: str
    starts: datetime
    ends: datetime
    zone: str
    place: str = ""
    link: str = ""
    text: str = ""


def arrange(session: Session, community: Community, what: Arranged, *, actor: Actor) -> Event:
    """A new meeting. BadInput for what is wrong with it."""
    require_living(community)
    kept = _checked(what)
    row = Event(community_id=community.id, author_id=actor.person_id)
    _put(row, kept)
    session.add(row)
    session.flush()
    note_activity(community)
    note_act(session, actor=actor, action="arrange meeting", thing=f"meeting {row.id}")
    touch(session, row)
    _happened(session, community, row, "event", actor)
    return row


def change(session: Session, community: Community, row: Event, what: Arranged, *, seen: int, actor: Actor) -> None:
    """Say something else of it; those who come, or may, hear of another time or place.

    BadInput, Conflict when somebody else has changed it since the edition `seen`, or it is cancelled.
    """
    require_living(community)
    kept = _checked(what)
    _hold(session, row)
    if row.edition != seen:
        raise Conflict(_(CHANGED))
    _require_on(row)
    moved = (row.starts, row.ends, row.place, row.link) != (kept.starts, kept.ends, kept.place, kept.link)
    _put(row, kept)
    row.edition, row.changed = row.edition + 1, now()
    note_act(session, actor=actor, action="change meeting", thing=f"meeting {row.id}", edition=row.edition)
    touch(session, row)
    if moved:
        _tell(session, community, row, "event changed", coming_to(session, row, ("yes", "maybe")), actor)


def cancel(session: Session, community: Community, row: Event, *, why: str, actor: Actor) -> None:
    """It does not take place: it stays to be read, crossed out in calendars, and whoever had answered hears of it."""
    require_living(community)
    reason = clean_line(why)
    if not 0 < len(reason) <= 300:
        raise BadInput(_("Say in a sentence why it does not take place."), "why")
    _hold(session, row)
    _require_on(row)
    row.cancelled_at, row.cancelled_why = now(), reason
    row.edition, row.changed = row.edition + 1, now()
    note_act(session, actor=actor, action="cancel meeting", thing=f"meeting {row.id}")
    touch(session, row)
    _tell(session, community, row, "event cancelled", coming_to(session, row, ("yes", "maybe")), actor)


def say(session: Session, community: Community, row: Event, *, answer: str, actor: Actor) -> None:
    """Whether one comes. BadInput for another word; Conflict for a meeting that is over, or does not take place."""
    require_living(community)
    if answer not in ANSWERS:
        raise BadInput(_("Choose one of the answers."), "answer")
    _hold(session, row)
    _require_on(row)
    if row.over:
        raise Conflict(_("This meeting is over."))
    mine = EventAnswer.event_id == row.id, EventAnswer.person_id == actor.person_id
    held = session.scalar(locking(select(EventAnswer).where(*mine)))
    if held is None:
        session.add(EventAnswer(event_id=row.id, person_id=actor.person_id, answer=answer))
    else:
        held.answer, held.at = answer, now()
    note_act(session, actor=actor, action="answer meeting", thing=f"meeting {row.id}")


def coming_to(session: Session, row: Event, answers: Sequence[str]) -> list[str]:
    """The ids of those who have said one of these."""
    said = select(EventAnswer.person_id).where(answered(row), EventAnswer.answer.in_(answers))
    return list(session.scalars(said))


def begin_notes(session: Session, community: Community, row: Event, *, actor: Actor) -> WikiPage:
    """A wiki page for what came of it, which every member goes on with; the one that is there already, if there is."""
    _hold(session, row)
    there = session.get(WikiPage, row.page_id) if row.page_id else None
    if there is not None and there.hidden_at is None:
        return there
    if there is not None:
        raise Conflict(_("A facilitator has taken the notes of this meeting away."))
    with speaking(community.language):
        day = on(row.begins.date())
        title = _("Notes: %(title)s, %(day)s", title=row.title[:80], day=day)
        text = _("# Who was there\n\n\n# What was said\n\n\n# What was agreed, and who does it\n\n")
    page = begin_page(session, community, Written(title, text), actor=actor)
    row.page_id = page.id
    touch(session, row)
    return page


def ask_for_notes(session: Session) -> int:
    """Those who came to a meeting that has ended are asked, once, to write down what came of it. How many meetings."""
    ended = Event.ends.between(now() - ASKED_WITHIN, now())
    wanted = select(Event).where(ended, Event.told_at.is_(None), Event.cancelled_at.is_(None))
    rows = list(session.scalars(locking(wanted.order_by(Event.ends).limit(100), skip=True)))
    for row in rows:
        row.told_at = now()
        community = session.get_one(Community, row.community_id)
        if row.page_id is None and community.archived_at is None:
            _tell(session, community, row, "notes wanted", _present(session, row), None)
    return len(rows)


def _present(session: Session, row: Event) -> list[str]:
    """Those who had said that they come, and whoever arranged it, as far as they still belong to the community."""
    arranged = CommunityMember.community_id == row.community_id, CommunityMember.person_id == row.author_id
    author = session.scalars(select(CommunityMember.person_id).where(*arranged))
    return [*coming_to(session, row, ("yes",)), *author]


def touch(session: Session, row: Event) -> None:
    """Have the index bring it up to date."""
    row.touched += 1
    session.flush()
    announce(session, DOCUMENT, [(row.id, row.touched)])


def touch_all(session: Session, community_id: str) -> None:
    """The same for all meetings of a community (hub.communities.service.Inside)."""
    for row in session.scalars(select(Event).where(Event.community_id == community_id)):
        touch(session, row)


def _hold(session: Session, row: Event) -> None:
    alone(session, f"meeting {row.id}")
    session.refresh(row)


def _require_on(row: Event) -> None:
    if row.cancelled_at is not None:
        raise Conflict(_("This meeting does not take place any more."))


def _checked(what: Arranged) -> Arranged:
    title, place, link = clean_line(what.title), clean_line(what.place), what.link.strip()
    if not 0 < len(title) <= LONGEST_TITLE:
        raise BadInput(_("Give it a title of at most %(num)s characters.", num=LONGEST_TITLE), "title")
    if what.ends <= what.starts:
        raise BadInput(_("It ends before it begins. Choose a later time."), "ends_time")
    if what.ends - what.starts > LONGEST_TIME:
        raise BadInput(_("It takes more than a month. Arrange several meetings."), "ends_day")
    if len(place) > LONGEST_PLACE:
        raise BadInput(_("Say it in at most %(num)s characters.", num=LONGEST_PLACE), "place")
    if link and (len(link) > LONGEST_LINK or not link.startswith(("https://", "http://")) or not is_link(link)):
        raise BadInput(_("Give the whole address of the meeting, beginning with https://."), "link")
    text = require_short(what.text, "text", LONGEST)
    require_storable(Event, {"title": title, "place": place, "link": link, "text": text})
    return Arranged(title, what.starts, what.ends, what.zone, place, link, text)


def _put(row: Event, what: Arranged) -> None:
    row.title, row.starts, row.ends, row.zone = what.title, what.starts, what.ends, what.zone
    row.place, row.link, row.text = what.place, what.link, what.text
    row.html, row.sanitiser = html_of(what.text, base=3), SANITISER
    if row.told_at is not None and row.ends > now():
        row.told_at = None


def _about(community: Community, row: Event) -> About:
    return About("event", row.id, path_of(community, row), community.id)


def _happened(session: Session, community: Community, row: Event, what: str, actor: Actor) -> None:
    told = concepts_of(session, community.id)
    about = _about(community, row)
    happened(session, what=what, about=about, by=actor, concepts=told, language=community.language, title=row.title)


def _tell(
    session: Session, community: Community, row: Event, what: str, people: Sequence[str], actor: Actor | None
) -> None:
    """Tell these people, anew where they were told of an earlier change."""
    earlier = Notice.what == what, Notice.thing == "event", Notice.thing_id == row.id
    session.execute(delete(Notice).where(*earlier))
    notify_all(session, person_ids=people, what=what, about=_about(community, row), by=actor, title=row.title)
