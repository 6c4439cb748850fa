"""The newsletter of a community: begun from what was pinned since the last one, edited, and sent as an announcement.

Members are told as of every announcement: at once, in a digest or in the hub alone, as each has settled it, and a mail
of it is stopped by one click. Whoever wants to hear nothing of the community is not told.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.record import clean_line
from hub.audit.service import note_act
from hub.communities.models import Community
from hub.communities.service import require_living
from hub.db import alone, now, require_storable
from hub.errors import BadInput, Conflict
from hub.facilitating.health import waiting_questions
from hub.facilitating.models import Newsletter
from hub.languages import gettext as _
from hub.languages import ngettext, speaking
from hub.library.models import LibraryItem
from hub.library.service import PINNED
from hub.markdown import require_short
from hub.notices.following import COMMUNITY, NEVER
from hub.notices.models import Follow
from hub.notices.service import notify_all
from hub.records.cards import cards
from hub.talk.access import Place
from hub.talk.kinds import ANNOUNCEMENT
from hub.talk.models import Thread
from hub.talk.service import Draft, open_thread
from hub.talk.telling import about_thread, members_told
from hub.words import month
from vocab.scheme import Scheme

MOST_PINS: Final = 20
MOST_QUESTIONS: Final = 5

_SIGNS: Final = re.compile(r"([\\`*_\[\]<>#|~!])")


@dataclass(frozen=True, slots=True)
class Words:
    """What a newsletter says, as Markdown, and how many pins it was made of."""

    title: str
    text: str
    pins: int = 0


def last_sent(session: Session, community_id: str) -> datetime | None:
    """When the last one was."""
    sent = select(Newsletter.sent_at).where(Newsletter.community_id == community_id, Newsletter.sent_at.is_not(None))
    return session.scalar(sent.order_by(Newsletter.sent_at.desc()).limit(1))


def sent(session: Session, community_id: str, limit: int = 12) -> Sequence[Newsletter]:
    """Those that were sent, the last one first."""
    rows = select(Newsletter).where(Newsletter.community_id == community_id, Newsletter.sent_at.is_not(None))
    return session.scalars(rows.order_by(Newsletter.sent_at.desc()).limit(limit)).all()


def draft_of(session: Session, community_id: str) -> Newsletter | None:
    """The one that is being written."""
    rows = select(Newsletter).where(Newsletter.community_id == community_id, Newsletter.sent_at.is_(None))
    return session.scalar(rows)


def begun(session: Session, community: Community, scheme: Scheme, base_url: str) -> Words:
    """One begun from what was pinned since the last, in the language of the community.

    What is restricted to the people of an organisation is left out: its members do not all belong there.
    """
    since = last_sent(session, community.id)
    items = select(LibraryItem.record_id, LibraryItem.note).where(
        LibraryItem.community_id == community.id, LibraryItem.state == PINNED
    )
    if since is not None:
        items = items.where(LibraryItem.decided_at > since)
    notes = dict(session.execute(items.order_by(LibraryItem.decided_at.desc(), LibraryItem.id)).all())
    with speaking(community.language):
        shown = cards(session, list(notes), scheme)
        told = shown[:MOST_PINS]
        parts = [_pin(one.title, one.publisher.name, f"{base_url}{one.address}", notes[one.id]) for one in told]
        head = ngettext("%(num)s new document in the library", "%(num)s new documents in the library", len(shown))
        blocks = [f"## {head}", *parts, *_rest(len(shown) - len(told), community, base_url)] if shown else []
        blocks += _questions(session, community, base_url)
        title = _("%(name)s: news of %(month)s", name=community.name, month=month(now().year, now().month))
    return Words(title[:200], "\n\n".join(blocks), len(shown))


def _rest(number: int, community: Community, base_url: str) -> list[str]:
    """Where the other pins are, of more than a newsletter holds."""
    if number < 1:
        return []
    words = ngettext("And %(num)s more in the library", "And %(num)s more in the library", number)
    return [f"[{words}]({base_url}/communities/{community.slug}/library)"]


def _pin(title: str, publisher: str, address: str, note: str) -> str:
    """A pin as Markdown: what a publisher has called it is text, and no mark-up of ours."""
    line = f"**[{_plain(title)}]({address})** ({_plain(publisher)})"
    return f"{line}\n\n{note.strip()}" if note.strip() else line


def _questions(session: Session, community: Community, base_url: str) -> list[str]:
    waiting = waiting_questions(session, community.id, MOST_QUESTIONS)
    if not waiting:
        return []
    lines = [f"- [{_plain(one.title)}]({base_url}/discussions/{one.id})" for one in waiting if one.title]
    head = _("Who knows an answer?")
    return [f"## {head}", "\n".join(lines)] if lines else []


def _plain(words: str) -> str:
    return _SIGNS.sub(r"\\\1", clean_line(words))


def wanting(session: Session, place: Place) -> list[str]:
    """Whom it reaches: the members who may sign in, but for whoever sends it and those who follow no more."""
    never = select(Follow.person_id).where(
        Follow.kind == COMMUNITY, Follow.key == place.community.id, Follow.frequency == NEVER
    )
    silent = set(session.scalars(never))
    return [one for one in members_told(session, place) if one not in silent]


def keep_draft(session: Session, place: Place, *, title: str, text: str) -> Newsletter:
    """Keep what is written so far. BadInput."""
    require_living(place.community)
    given = {"title": clean_line(title), "text": require_short(text, "text")}
    if not given["title"]:
        raise BadInput(_("Give the newsletter a title."), "title")
    if not given["text"]:
        raise BadInput(_("Write something."), "text")
    require_storable(Newsletter, given)
    alone(session, f"newsletter {place.community.id}")
    row = draft_of(session, place.community.id)
    if row is None:
        row = Newsletter(community_id=place.community.id, told=0)
        session.add(row)
    row.title, row.text, row.changed, row.by_id = given["title"], given["text"], now(), place.actor.person_id or None
    session.flush()
    thing = f"community {place.community.id}"
    note_act(session, actor=place.actor, action="write newsletter", thing=thing, newsletter=row.id)
    return row


def drop_draft(session: Session, place: Place) -> None:
    """Begin anew from what is pinned."""
    alone(session, f"newsletter {place.community.id}")
    row = draft_of(session, place.community.id)
    if row is not None:
        session.delete(row)
        session.flush()
        thing = f"community {place.community.id}"
        note_act(session, actor=place.actor, action="drop newsletter", thing=thing, newsletter=row.id)


def send(session: Session, place: Place, *, title: str, text: str, seen: str) -> Newsletter:
    """Send it: an announcement of the community, of which those who want it are told. BadInput, Conflict.

    `seen` is when the last one was sent, as the form knew it: of two who send at once the second is told.
    """
    alone(session, f"newsletter {place.community.id}")
    if seen != seen_of(last_sent(session, place.community.id)):
        raise Conflict(_("A newsletter was sent meanwhile. Look at it before you send another."))
    row = keep_draft(session, place, title=title, text=text)
    thread = open_thread(session, place, Draft(ANNOUNCEMENT, row.title, row.text))
    row.told = thread.told = _tell(session, thread, place)
    row.sent_at, row.thread_id = now(), thread.id
    session.flush()
    thing = f"community {place.community.id}"
    note_act(session, actor=place.actor, action="send newsletter", thing=thing, newsletter=row.id, told=row.told)
    return row


def seen_of(moment: datetime | None) -> str:
    """When the last one was sent, for the form."""
    return moment.isoformat() if moment else ""


def _tell(session: Session, thread: Thread, place: Place) -> int:
    given = {"about": about_thread(thread), "by": place.actor, "title": thread.title}
    return notify_all(session, person_ids=wanting(session, place), what="announcement", **given)  # type: ignore[arg-type]
