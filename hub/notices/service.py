"""Writing notices and happenings, in the transaction of what they tell of; reading them is hub/alerts' part.

`notify` is for what happens to one person or to some (a reply to them, a mention, an answered request). `happened` is
for everything that is written or held in a place: hub/alerts tells whoever follows that community, thread, topic,
organisation or person, and nobody twice. Neither sends a mail: mails are made later, as each person has settled it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hub.db import now, require_storable
from hub.notices.kinds import HAPPENINGS, KINDS
from hub.notices.models import Happening, Notice
from hub.policy import Actor

ITSELF: Final = "itself"
LIBRARY: Final = "library"
TALK: Final = "talk"
PARTS: Final = (ITSELF, LIBRARY, TALK)
"""What of a community something is about: its name and purpose, what it has pinned, or what its members write."""

LONGEST_TITLE: Final = 300
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class About:
    """What a notice is about, and what decides who may read it when it is shown and when it is mailed.

    `thing` and `id` say what it is (`post`, `thread`, `event`, `community` …), `path` where it is read, as
    `/communities/waste/discussions/…#p-…`. Of a thing of a community: its id, and which part of it. Of a thing that
    is restricted to the people of one organisation: that organisation's id. Neither: everybody may read it.
    """

    thing: str
    id: str
    path: str
    community_id: str | None = None
    part: str = TALK
    organisation_id: str | None = None


def notify(session: Session, *, person_id: str, what: str, about: About, by: Actor | None = None, **words: str) -> bool:
    """Tell one person; false when it was them who did it, or when they have been told of this already.

    `what` is one of hub.notices.kinds.KINDS; `words` fill its sentence, as `title="…"`.
    """
    return bool(notify_all(session, person_ids=[person_id], what=what, about=about, by=by, **words))


def notify_all(
    session: Session, *, person_ids: Sequence[str], what: str, about: About, by: Actor | None = None, **words: str
) -> int:
    """The same for several at once. Says how many were told that had not been."""
    assert what in KINDS, f"hub/notices/kinds.py has no notice {what!r}"
    assert about.path.startswith("/"), "a path begins at the hub's address"
    by_id = by.person_id if by else ""
    told = 0
    wanted = [one for one in dict.fromkeys(person_ids) if one and one != by_id]
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        same = (Notice.what == what, Notice.thing == about.thing, Notice.thing_id == about.id)
        there = set(session.scalars(select(Notice.person_id).where(*same, Notice.person_id.in_(some))))
        fresh = [one for one in some if one not in there]
        session.add_all(Notice(person_id=one, what=what, **_of(about, by_id, words)) for one in fresh)
        session.flush()
        told += len(fresh)
    return told


def happened(
    session: Session,
    *,
    what: str,
    about: About,
    by: Actor | None = None,
    thread_id: str = "",
    concepts: Sequence[str] = (),
    language: str = "",
    **words: str,
) -> None:
    """Announce what was written or held, for those who follow. The same `what` of the same thing is announced once.

    `what` is one of hub.notices.kinds.HAPPENINGS; `concepts` are URIs of topics that it is about.
    """
    assert what in HAPPENINGS, f"hub/notices/kinds.py has no happening {what!r}"
    assert about.path.startswith("/"), "a path begins at the hub's address"
    same = (Happening.what == what, Happening.thing == about.thing, Happening.thing_id == about.id)
    if session.scalar(select(Happening.id).where(*same)) is not None:
        return
    of_it = _of(about, by.person_id if by else "", words)
    more = {"thread_id": thread_id, "concepts": list(concepts), "language": language}
    session.add(Happening(what=what, **of_it, **more))
    session.flush()


def withdraw_notices(session: Session, thing: str, ids: Sequence[str]) -> None:
    """What these things were is to be read no more, as they are hidden or gone: nothing tells of them either."""
    for table in (Notice, Happening):
        session.execute(delete(table).where(table.thing == thing, table.thing_id.in_(ids)))


def mark_read(session: Session, person_id: str, id: str = "") -> None:
    """They have seen this one; without `id` all of theirs."""
    theirs = update(Notice).where(Notice.person_id == person_id, Notice.read_at.is_(None))
    session.execute((theirs.where(Notice.id == id) if id else theirs).values(read_at=now()))


def mark_thing_read(session: Session, person_id: str, thing: str, ids: Sequence[str]) -> None:
    """They have seen what these are about where it stands; for a view that writes anyway."""
    theirs = update(Notice).where(Notice.person_id == person_id, Notice.read_at.is_(None))
    session.execute(theirs.where(Notice.thing == thing, Notice.thing_id.in_(ids)).values(read_at=now()))


def _of(about: About, by_id: str, words: dict[str, str]) -> dict[str, object]:
    if "title" in words:
        words = {**words, "title": words["title"][:LONGEST_TITLE]}
    given: dict[str, object] = {"thing": about.thing, "thing_id": about.id, "path": about.path}
    require_storable(Notice, given)
    assert about.part in PARTS
    return given | {
        "community_id": about.community_id,
        "part": about.part if about.community_id else "",
        "organisation_id": about.organisation_id,
        "by_id": by_id or None,
        "words": words,
    }
