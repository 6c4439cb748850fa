"""The health of a community, from posts whose dates are known: months, answers in time, who comes back, and silos."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from hub.accounts.models import Membership
from hub.db import now
from hub.facilitating.health import health_of, months_before, waiting_questions
from hub.facilitating.silos import silos_of
from hub.markdown import SANITISER
from hub.talk.models import Post, Thread
from tests.hub.communities.made import somebody
from tests.hub.facilitating.queued import Queue


def people_of(session: Session, organisation: str, number: int = 5) -> list[str]:
    """So many people of an organisation; their ids."""
    made = [somebody(session) for _ in range(number)]
    session.add_all(Membership(person_id=one, organisation_id=organisation) for one in made)
    session.flush()
    return made


def asked(
    session: Session, community_id: str, author: str, when: datetime, answers: Sequence[tuple[str, datetime]] = ()
) -> Thread:
    """A question of that moment, and who answered it when."""
    given = {"community_id": community_id, "kind": "question", "created": when, "last_activity": when}
    thread = Thread(**given, title="Who pays?", author_id=author)
    session.add(thread)
    session.flush()
    for by, at in ((author, when), *answers):
        words = {"text": "Words.", "html": "<p>Words.</p>", "sanitiser": SANITISER}
        session.add(Post(thread_id=thread.id, author_id=by, created=at, opening=at == when, **words))
    session.flush()
    return thread


def test_months_answers_in_time_and_who_comes_back(queue: Queue) -> None:
    first, second = months_before(now(), 3)[:2]
    with queue.world.database.writing() as session:
        north = people_of(session, queue.world.northford)
        fire = people_of(session, queue.world.eastmere, 1)
        day = timedelta(days=1)
        for one in north:
            asked(session, queue.community_id, one, first, [(fire[0], first + 4 * day)])
        slow = asked(session, queue.community_id, north[0], second, [(fire[0], second + 6 * day)])
        alone = asked(session, queue.community_id, north[1], second, [(north[1], second + day)])
        asked(session, queue.community_id, north[2], now())
        session.flush()
        found = health_of(session, queue.community_id)
        before, after = found.months[-3:-1]
        assert (before.posts, before.people, before.organisations) == (10, 6, 2)
        assert (before.in_time, before.late, before.wrote_before) == (5, 0, None)
        assert (after.in_time, after.late) == (0, 2)
        assert (after.wrote_before, after.back) == (6, 3)
        assert found.answered == (5, 7)
        assert len(found.months) == 12
        assert [one.id for one in waiting_questions(session, queue.community_id)] == [alone.id]
        assert slow.id != alone.id


@pytest.mark.parametrize(("across", "index"), [(False, -1.0), (True, 0.6)])
def test_the_silo_index_of_what_is_planted(queue: Queue, across: bool, index: float) -> None:
    moment = now() - timedelta(days=20)
    with queue.world.database.writing() as session:
        north = people_of(session, queue.world.northford)
        others = people_of(session, queue.world.eastmere) if across else north
        for number, one in enumerate(north):
            asked(session, queue.community_id, one, moment, [(others[number - 1], moment + timedelta(hours=1))] * 3)
        if across:  # One more pair that stays inside, so that four of five cross.
            asked(session, queue.community_id, north[0], moment, [(north[1], moment + timedelta(hours=1))])
            session.execute(delete(Post).where(Post.author_id == others[0], Post.opening.is_(False)))
        session.flush()
        found = silos_of(session, queue.community_id)
        assert found.whole.index == pytest.approx(index)
        assert [one.name for one in found.organisations] == (["Northford City"] if not across else [])


def test_few_people_have_no_index(queue: Queue) -> None:
    moment = now() - timedelta(days=20)
    with queue.world.database.writing() as session:
        north = people_of(session, queue.world.northford, 4)
        asked(session, queue.community_id, north[0], moment, [(one, now()) for one in north[1:]])
        found = silos_of(session, queue.community_id)
        assert found.whole.internal == 3
        assert found.whole.index is None
