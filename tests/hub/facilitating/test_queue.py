"""The queue: who sees what in it, what each decision does and tells, undoing, appeals, and what goes on by itself."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.accounts.models import CommunityMember
from hub.audit.models import Audit
from hub.communities.access import PRIVATE
from hub.communities.membership import join
from hub.communities.models import Community, JoinRequest
from hub.db import now
from hub.errors import BadInput, Conflict, NotFound
from hub.facilitating.deciding import Said, decide
from hub.facilitating.kinds import ACCEPT, APPEAL, CHANGE, CHANGED, DECLINE, FIRST, HIDE, PASS, REPORT, REQUEST
from hub.facilitating.models import Ruling
from hub.facilitating.passing import SITE, escalate_due, takers
from hub.facilitating.rulings import appeal, find_ruling, may_appeal
from hub.facilitating.undoing import undo
from hub.facilitating.waiting import awaited, scope_of, standing
from hub.talk.models import PostReport
from hub.talk.service import edit
from tests.hub.facilitating.queued import Queue, queue_in
from tests.people import NAMED, World

REASONS = {"ground": "unkind", "words": "It mocks Owen by name."}


def test_a_report_is_declined_with_reasons_that_its_author_reads_and_undone(queue: Queue) -> None:
    post = queue.opening(queue.thread("marta"))
    queue.report(post)
    assert queue.kinds("leila") == queue.kinds("nia") == [FIRST, REPORT]
    assert queue.kinds("marta") == queue.kinds("ann") == queue.kinds("sam") == []
    with pytest.raises(BadInput):
        queue.decide("leila", DECLINE, kind=REPORT, words="It mocks Owen.")
    with pytest.raises(BadInput):
        queue.decide("leila", DECLINE, kind=REPORT, ground="unkind")
    ruling = queue.decide("leila", DECLINE, kind=REPORT, **REASONS)
    assert queue.post(post).hidden_at
    assert queue.post(post).hidden_why == REASONS["words"]
    assert queue.told("marta") == [("decided", f"/moderation/decisions/{ruling}")]
    assert ("report hidden", f"/discussions/{queue.post(post).thread_id}") in queue.told("owen")
    assert queue.kinds("leila") == []
    with queue.world.database.writing() as session:
        leila = queue.actor(session, "nia")
        undo(session, session.get_one(Ruling, ruling), actor=standing(scope_of(leila), _here(session, queue)))
        with pytest.raises(Conflict):
            undo(session, session.get_one(Ruling, ruling), actor=leila)
    assert queue.post(post).hidden_at is None
    assert queue.kinds("leila") == [FIRST, REPORT]
    with queue.world.database.reading() as session:
        acts = list(session.scalars(select(Audit.action).order_by(Audit.id)))
    assert {"decline in the queue", "hide post", "undo in the queue", "show post again"} <= set(acts)


def _here(session: object, queue: Queue) -> Community:
    return session.get_one(Community, queue.community_id)  # type: ignore[attr-defined,no-any-return]


def test_what_one_wrote_or_decided_is_for_others_to_decide(queue: Queue) -> None:
    post = queue.opening(queue.thread("leila"))
    queue.report(post, "marta")
    assert queue.kinds("leila") == []
    assert queue.kinds("nia") == [REPORT]
    ruling = queue.decide("nia", DECLINE, **REASONS)
    with queue.world.database.writing() as session:
        leila = queue.actor(session, "leila")
        row = find_ruling(session, ruling, actor=leila)
        appeal(session, row, actor=leila, words="I quoted her, as the text says.")
    # Nobody else facilitates, so it goes to the site moderators at once.
    assert queue.kinds("leila") == queue.kinds("nia") == []
    assert [one.kind for one in queue.waits("sam")] == [APPEAL]
    assert [what for what, _path in queue.told("sam")] == ["escalated"]
    queue.decide("sam", ACCEPT, words="It is a quotation.")
    assert queue.post(post).hidden_at is None
    kept = queue.ruling(ruling)
    assert kept.reversed
    assert kept.answer == "It is a quotation."
    assert not may_appeal(kept, leila)
    assert queue.told("leila")[-1] == ("decided", f"/moderation/decisions/{ruling}")


def test_a_change_is_asked_for_and_comes_back_when_it_is_made(queue: Queue) -> None:
    thread = queue.thread("marta")
    post = queue.opening(thread)
    queue.decide("leila", CHANGE, kind=FIRST, words="Leave the name of the street out, please.")
    assert queue.kinds("leila") == []
    assert [what for what, _path in queue.told("marta")] == ["change asked"]
    with queue.at("marta") as (session, place):
        row = session.merge(queue.post(post))
        edit(session, row, session.merge(queue.read(thread)), place, text="In a street of ours.", seen=1, title="Who?")
    assert queue.kinds("nia") == [CHANGED]
    queue.decide("nia", ACCEPT)
    assert queue.kinds("nia") == []
    assert queue.post(post).hidden_at is None


def test_hidden_until_it_is_settled_and_shown_again_when_it_may_stay(queue: Queue) -> None:
    post = queue.opening(queue.thread("marta"))
    queue.report(post)
    queue.report(post, "leila")
    queue.decide("nia", HIDE, kind=REPORT)
    assert queue.post(post).hidden_at is not None
    assert queue.kinds("nia") == [REPORT, REPORT]
    queue.decide("nia", ACCEPT, kind=REPORT)
    assert queue.post(post).hidden_at is None
    assert queue.kinds("nia") == []
    with queue.world.database.reading() as session:
        assert set(session.scalars(select(PostReport.outcome))) == {"stays"}


def test_passed_on_to_a_colleague_or_to_the_site_moderators(queue: Queue) -> None:
    queue.thread("marta")
    queue.decide("leila", PASS, to=queue.people["nia"], words="You know her.")
    assert queue.kinds("leila") == []
    (here,) = queue.waits("nia")
    assert here.passed is not None
    assert here.passed.note == "You know her."
    assert queue.told("nia") == [("to moderate", f"/moderation/items/{here.key}")]
    with queue.world.database.writing() as session:
        member = session.scalars(select(CommunityMember).where(CommunityMember.person_id == queue.people["nia"])).one()
        session.delete(member)
    assert queue.kinds("leila") == [FIRST]  # Nia is no facilitator any more
    with pytest.raises(BadInput):
        queue.decide("leila", PASS, to=queue.people["nia"])
    ruling = queue.decide("leila", PASS, to=SITE)
    assert (queue.kinds("leila"), queue.kinds("sam")) == ([], [FIRST])
    with queue.world.database.writing() as session:
        undo(session, session.get_one(Ruling, ruling), actor=queue.actor(session, "leila"))
    assert (queue.kinds("leila"), queue.kinds("sam")) == ([FIRST], [])


def test_what_is_late_goes_to_the_site_moderators_once_who_may_decide_there(hub: World) -> None:
    queue = queue_in(hub, PRIVATE)
    post = queue.opening(queue.thread("marta"))
    queue.report(post)

    def escalated() -> int:
        with hub.database.writing() as session:
            return escalate_due(session)

    assert escalated() == 0
    with hub.database.writing() as session:
        session.scalars(select(PostReport)).one().created = now() - timedelta(hours=49)
    assert (escalated(), escalated()) == (1, 0)
    assert [what for what, _path in queue.told("sam")] == ["escalated"]
    assert REPORT in queue.kinds("leila")
    assert queue.kinds("sam") == [REPORT]
    with hub.database.reading() as session:
        assert awaited(session, queue.actor(session, "sam")) == 1
    queue.decide("sam", DECLINE, **REASONS)
    assert queue.post(post).hidden_at is not None
    assert queue.kinds("sam") == []
    with pytest.raises(ValueError, match="not enough values"):
        queue.decide("sam", ACCEPT)


def test_requests_to_join_are_let_in_declined_and_both_undone(hub: World) -> None:
    queue = queue_in(hub, PRIVATE)
    with hub.database.writing() as session:
        join(session, _here(session, queue), actor=queue.actor(session, "ann"), words="I run the rota.")
    ruling = queue.decide("leila", DECLINE, ground="not-for", words="It is for housing officers.")
    assert ("not let in", f"/moderation/decisions/{ruling}") in queue.told("ann")
    _undo(queue, ruling)
    with hub.database.reading() as session:
        assert session.scalars(select(JoinRequest)).one().words == "I run the rota."
    ruling = queue.decide("leila", ACCEPT)
    assert _role(queue, "ann") == "member"
    _undo(queue, ruling)
    assert _role(queue, "ann") is None
    assert queue.kinds("leila") == [REQUEST]


def _undo(queue: Queue, ruling: str) -> None:
    with queue.world.database.writing() as session:
        undo(session, session.get_one(Ruling, ruling), actor=queue.actor(session, "leila"))


def _role(queue: Queue, who: str) -> str | None:
    with queue.world.database.reading() as session:
        of_it = select(CommunityMember.role).where(CommunityMember.community_id == queue.community_id)
        return session.scalar(of_it.where(CommunityMember.person_id == queue.people[who]))


def test_two_at_once_the_second_is_told(queue: Queue) -> None:
    queue.thread("marta")
    (first,) = queue.waits("leila")
    queue.decide("nia", ACCEPT)
    with queue.world.database.writing() as session, pytest.raises(NotFound):
        decide(session, scope_of(queue.actor(session, "leila")), first.key, Said(ACCEPT), named=NAMED, language="en")


def test_an_appeal_that_is_right_shows_again_what_was_hidden_before_it_was_declined(queue: Queue) -> None:
    post = queue.opening(queue.thread("marta"))
    queue.report(post)
    queue.decide("leila", HIDE, kind=REPORT)
    ruling = queue.decide("leila", DECLINE, kind=REPORT, **REASONS)
    with queue.world.database.writing() as session:
        marta = queue.actor(session, "marta")
        appeal(session, find_ruling(session, ruling, actor=marta), actor=marta, words="Owen had asked me to.")
    (waits,) = queue.waits("nia")
    with queue.world.database.reading() as session:
        # Not Leila, who has decided it, and not Nia, who asks.
        assert takers(session, waits, queue.people["nia"]) == []
    queue.decide("nia", ACCEPT, words="He had.")
    assert queue.post(post).hidden_at is None
