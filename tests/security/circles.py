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
from hub.policy import COMMAND_LINE, MEMBER, Actor
from hub.talk.access import Place, opening_of
from hub.talk.files import Sent, attach
from hub.talk.kinds import QUESTION
from hub.talk.service import Draft, open_thread
from hub.writing.wiki import Written, begin_page
from tests.hub.communities.made import made

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
            **_page(session, row, by),
            **_meeting(session, row, by),
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


def _page(session: Session, row: Community, by: Actor) -> dict[str, str]:
    page = begin_page(session, row, Written("Lamps", "Lend them."), actor=by)
    return {"wiki name": page.slug, "versions name": page.slug, "versions edition": "1"}


def _meeting(session: Session, row: Community, by: Actor) -> dict[str, str]:
    begins = now() + timedelta(days=9)
    made = arrange(session, row, Arranged("Call", begins, begins + timedelta(hours=1), "UTC"), actor=by)
    return {"events id": made.id}


def _invitation(session: Session, row: Community) -> str:
    hashed = hashlib.sha256(SECRET.encode()).hexdigest()
    given = {"email": "person@readers.example", "role": MEMBER, "expires": now() + timedelta(days=1)}
    session.add(CommunityInvitation(hashed=hashed, community_id=row.id, **given))
    return SECRET
