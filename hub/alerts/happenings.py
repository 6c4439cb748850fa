"""What was written or held, told to those who follow where it happened: each happening once, to each of them once."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.accounts.models import CommunityMember
from hub.accounts.service import actors_for
from hub.alerts.matching import IN_STATEMENT, state_for, why_of, write_deliveries
from hub.alerts.models import TOLD, Delivery
from hub.communities.access import CONFIDENTIAL, OPEN, PRIVATE
from hub.communities.models import Community
from hub.db import Database, locking, now
from hub.notices.following import COMMUNITY, DAILY, NEVER, ORGANISATION, PERSON, THREAD, TOPIC, hash_of
from hub.notices.models import Follow, Happening, Notice
from hub.notices.service import ITSELF, LIBRARY
from hub.policy import EVERY, Actor, audiences
from vocab.scheme import Scheme

OF_COMMUNITIES: Final = (
    "thread",
    "question",
    "idea",
    "poll",
    "announcement",
    "note",
    "page",
    "event",
    "event changed",
    "pin",
)
"""What those hear who follow a community; of replies they hear who follow the thread."""

BEGINNINGS: Final = ("thread", "question", "idea", "poll", "announcement")

USUAL: Final = DAILY
"""How often members hear of their community who have not said otherwise."""


def tell_of(database: Database, scheme: Scheme, id: int, searches: Sequence[str]) -> bool:
    """Tell of a happening, also those who follow one of these searches (by their hashes); false when it was told."""
    with database.writing() as session:
        there = select(Happening).where(Happening.id == id, Happening.told_at.is_(None))
        row = session.scalar(locking(there, skip=True))
        if row is None:
            return False
        _tell(session, row, [*_hashes(row, scheme), *searches])
        row.told_at = now()
    return True


def _tell(session: Session, row: Happening, hashes: Sequence[str]) -> None:
    wanted = _wanted(session, row, hashes)
    wanted.pop(row.by_id or "", None)
    community = session.get(Community, row.community_id) if row.community_id else None
    people = sorted(wanted)
    for start in range(0, len(people), IN_STATEMENT):
        some = people[start : start + IN_STATEMENT]
        actors = actors_for(session, some)
        may = [one for one in some if one in actors and readable(row, community, actors[one])]
        same = (Delivery.thing == row.thing, Delivery.thing_id == row.thing_id, Delivery.what == row.what)
        there = set(session.scalars(select(Delivery.person_id).where(*same, Delivery.person_id.in_(may))))
        noticed = (Notice.thing == row.thing, Notice.thing_id == row.thing_id, Notice.person_id.in_(may))
        told = set(session.scalars(select(Notice.person_id).where(*noticed)))
        fresh = [one for one in may if one not in there]
        write_deliveries(session, [_row(row, one, wanted[one], told=one in told) for one in fresh])


def _row(row: Happening, person_id: str, why: Sequence[tuple[str, dict[str, str]]], *, told: bool) -> dict[str, Any]:
    return {
        **{"person_id": person_id, "thing": row.thing, "thing_id": row.thing_id, "what": row.what},
        **{"record_id": None, "happening_id": row.id, "at": now(), "why": [said for _, said in why]},
        **{"state": TOLD if told else state_for(often for often, _ in why), "digest_id": None},
    }


def _wanted(session: Session, row: Happening, hashes: Sequence[str]) -> dict[str, list[tuple[str, dict[str, str]]]]:
    """{person: [(how often, what a delivery says of why)]}."""
    found: dict[str, list[tuple[str, dict[str, str]]]] = {}
    for start in range(0, len(hashes), IN_STATEMENT):
        some = Follow.hashed.in_(hashes[start : start + IN_STATEMENT])
        for follow in session.scalars(select(Follow).where(some, Follow.frequency != NEVER)):
            found.setdefault(follow.person_id, []).append((follow.frequency, why_of(follow)))
    if row.community_id and row.what in OF_COMMUNITIES:
        said = select(Follow.person_id).where(Follow.hashed == hash_of(COMMUNITY, row.community_id))
        members = select(CommunityMember.person_id).where(
            CommunityMember.community_id == row.community_id, CommunityMember.person_id.not_in(said)
        )
        why = {"follow": "", "kind": COMMUNITY, "key": row.community_id, "name": ""}
        for person_id in session.scalars(members):
            found.setdefault(person_id, []).append((USUAL, why))
    return found


def _hashes(row: Happening, scheme: Scheme) -> list[str]:
    keys: list[tuple[str, str]] = []
    if row.community_id and row.what in OF_COMMUNITIES:
        keys.append((COMMUNITY, row.community_id))
    if row.thread_id and row.what not in BEGINNINGS:
        keys.append((THREAD, row.thread_id))
    if row.by_id:
        keys.append((PERSON, row.by_id))
    if row.what in OF_COMMUNITIES:
        topics = [uri for uri in row.concepts if uri in scheme.concepts]
        above = [wider for uri in topics for wider in scheme.ancestors(uri)]
        keys += [(TOPIC, uri) for uri in dict.fromkeys([*topics, *above])]
        keys += [(ORGANISATION, row.organisation_id)] if row.organisation_id else []
    return [hash_of(kind, key) for kind, key in keys]


def readable(row: Happening | Notice, community: Community | None, actor: Actor) -> bool:
    """What `hub.alerts.reading.shown_to` says in a statement, of one row and one person."""
    circles = audiences(actor)
    if EVERY in circles:
        return True
    if row.organisation_id and row.organisation_id not in circles:
        return False
    if not row.community_id or row.community_id in circles:
        return True
    if community is None:
        return False
    closed = {ITSELF: (CONFIDENTIAL,), LIBRARY: (CONFIDENTIAL, PRIVATE)}.get(row.part)
    return community.visibility not in closed if closed else community.visibility == OPEN
