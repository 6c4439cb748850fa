"""A community in each of its states, with a member and a facilitator, and what people have written there."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from hub.accounts.service import actors_for
from hub.communities.access import CONFIDENTIAL, OPEN, PRIVATE, RESTRICTED
from hub.communities.models import Community, CommunityInvitation
from hub.communities.service import archive
from hub.db import now
from hub.events.service import Arranged, arrange
from hub.facilitating.deciding import Said, decide
from hub.facilitating.kinds import DECLINE, FIRST, REPORT
from hub.facilitating.waiting import Wanted, scope_of, waiting
from hub.policy import COMMAND_LINE, MEMBER, Actor
from hub.talk.access import Place, opening_of
from hub.talk.files import Sent, attach
from hub.talk.kinds import IDEA, POLL, QUESTION
from hub.talk.reports import report_post
from hub.talk.service import Draft, open_thread
from hub.writing.wiki import Written, begin_page
from tests.hub.communities.made import made
from tests.people import NAMED

VISIBLE: Final[dict[str, str]] = {
    "there": OPEN,
    "restricted": RESTRICTED,
    "private": PRIVATE,
    "confidential": CONFIDENTIAL,
    "archived": OPEN,
}
"""State -> who may see it. One that is archived was open."""

SECRET: Final = "a-community-invitation"


def circles(session: Session, people: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """{state: {part of an address: value}}. Somebody who is suspended belongs to each, too."""
    things = {}
    for state, visibility in VISIBLE.items():
        row = made(
            session,
            f"Circle {state}",
            visibility,
            members=[people["community member"], people["suspended"]],
            facilitators=[people["facilitator"]],
        )
        by = actors_for(session, [people["community member"]])[people["community member"]]
        things[state] = {
            "communities slug": row.slug,
            **_thread(session, row, by),
            **_ballots(session, row, by),
            **_page(session, row, by),
            **_meeting(session, row, by),
            **_decided(session, row, by, people["facilitator"]),
        }
        if state == "archived":
            archive(session, row, actor=COMMAND_LINE)
        if state == "there":
            things[state]["community-invitations secret"] = _invitation(session, row)
    return {**things, "none": {**dict.fromkeys(things["there"], "none"), "versions edition": "1"}}


def _thread(session: Session, row: Community, by: Actor) -> dict[str, str]:
    place = Place(row, by)
    thread = open_thread(session, place, Draft(QUESTION, "Who lends lamps?", "We look for lamps."))
    post = opening_of(session, thread)
    file = attach(session, post, thread, place, Sent("lamps.txt", b"Lamps, and who has them."))
    return {"discussions id": thread.id, "posts id": post.id, "files id": file.id}


def _ballots(session: Session, row: Community, by: Actor) -> dict[str, str]:
    """What can be voted on: an idea, and a poll."""
    place, ends = Place(row, by), now() + timedelta(days=9)
    idea = open_thread(session, place, Draft(IDEA, "Lamps for all", "Each town lends ten."))
    poll = open_thread(session, place, Draft(POLL, "How many lamps?", "In all.", options=("Ten", "Forty"), ends=ends))
    return {"discussions/vote id": idea.id, "discussions/poll id": poll.id, "discussions/poll.csv id": poll.id}


def _page(session: Session, row: Community, by: Actor) -> dict[str, str]:
    page = begin_page(session, row, Written("Lamps", "Lend them."), actor=by)
    return {"wiki name": page.slug, "versions name": page.slug, "versions edition": "1"}


def _meeting(session: Session, row: Community, by: Actor) -> dict[str, str]:
    begins = now() + timedelta(days=9)
    made = arrange(session, row, Arranged("Call", begins, begins + timedelta(hours=1), "UTC"), actor=by)
    return {"events id": made.id}


def _decided(session: Session, row: Community, by: Actor, facilitator: str) -> dict[str, str]:
    """The member's first post waits in the queue, and another post of theirs was hidden after a report."""
    decides = actors_for(session, [facilitator])[facilitator]
    thread = open_thread(session, Place(row, by), Draft(QUESTION, "Who pays for lamps?", "Mr Hill of 14 Mill Lane."))
    report = report_post(session, opening_of(session, thread), Place(row, decides), reason="personal")
    said = Said(DECLINE, "personal", "It says where somebody lives.")
    key = f"{REPORT}.{row.id}.{report.id}"
    ruling = decide(session, scope_of(decides), key, said, named=NAMED, language="en")
    (first,) = list(waiting(session, scope_of(decides), Wanted((FIRST,), row.id)))
    return {"items key": first.key, "decisions id": ruling.id}


def _invitation(session: Session, row: Community) -> str:
    hashed = hashlib.sha256(SECRET.encode()).hexdigest()
    given = {"email": "person@readers.example", "role": MEMBER, "expires": now() + timedelta(days=1)}
    session.add(CommunityInvitation(hashed=hashed, community_id=row.id, **given))
    return SECRET
