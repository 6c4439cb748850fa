"""Quiet communities: facilitators are told once, members are asked, it is archived, and whatever is written ends it."""

from datetime import timedelta

from sqlalchemy import select

from hub.audit.models import Audit
from hub.communities.models import Community
from hub.communities.service import revive
from hub.facilitating.dormancy import ARCHIVED, OFFERED, QUIET, mind_quiet
from hub.facilitating.models import Quiet
from tests.hub.facilitating.queued import Queue

DAY = timedelta(days=1)


def _passes(queue: Queue, time: timedelta) -> None:
    """The clock moves on by so much."""
    with queue.world.database.writing() as session:
        row = session.get_one(Community, queue.community_id)
        row.last_activity -= time
        quiet = session.get(Quiet, queue.community_id)
        if quiet is not None:
            quiet.nudged_at -= time
            quiet.offered_at = quiet.offered_at - time if quiet.offered_at else None


def _archived(queue: Queue) -> bool:
    with queue.world.database.reading() as session:
        return session.get_one(Community, queue.community_id).archived_at is not None


def test_three_steps_each_told_once_and_it_can_be_revived(queue: Queue) -> None:
    database = queue.world.database
    nothing = {"archived": 0, "offered": 0, "nudged": 0}
    _passes(queue, QUIET - DAY)
    assert mind_quiet(database) == nothing
    _passes(queue, 2 * DAY)
    assert mind_quiet(database) == {**nothing, "nudged": 1}
    assert mind_quiet(database) == nothing
    with database.reading() as session:
        slug = session.get_one(Community, queue.community_id).slug
    assert queue.told("leila") == queue.told("nia") == [("quiet", f"/communities/{slug}/health")]
    assert queue.told("marta") == []
    _passes(queue, OFFERED)
    assert mind_quiet(database) == {**nothing, "offered": 1}
    assert queue.told("marta") == [("hand over", f"/communities/{slug}/ask")]
    _passes(queue, ARCHIVED - DAY)
    assert mind_quiet(database) == nothing
    assert not _archived(queue)
    _passes(queue, DAY)
    assert mind_quiet(database) == {**nothing, "archived": 1}
    assert _archived(queue)
    assert queue.told("owen")[-1] == ("archived", f"/communities/{slug}")
    assert mind_quiet(database) == nothing
    with database.writing() as session:
        revive(session, session.get_one(Community, queue.community_id), actor=queue.actor(session, "leila"))
        acts = list(session.scalars(select(Audit.action)))
    assert {"nudge facilitators", "offer community", "archive community", "revive community"} <= set(acts)
    assert mind_quiet(database) == nothing
    _passes(queue, QUIET + DAY)
    assert mind_quiet(database) == {**nothing, "nudged": 1}  # and they are told anew
    assert [what for what, _path in queue.told("leila")].count("quiet") == 2


def test_whatever_is_written_ends_it(queue: Queue) -> None:
    _passes(queue, QUIET + DAY)
    assert mind_quiet(queue.world.database)["nudged"] == 1
    queue.thread("marta")
    _passes(queue, OFFERED)
    assert mind_quiet(queue.world.database) == {"archived": 0, "offered": 0, "nudged": 0}
