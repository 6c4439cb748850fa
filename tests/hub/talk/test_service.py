"""Threads: beginning, answering, changing, taking back, accepting, closing, voting; and who may."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from hub.accounts.models import CommunityMember
from hub.audit.models import Audit
from hub.communities.models import Community
from hub.communities.service import archive
from hub.db import now
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.index.models import IndexOutbox
from hub.notices.models import Notice
from hub.talk.access import find_post, find_thread, opening_of, posts_of
from hub.talk.files import Sent, attach
from hub.talk.models import PollVote, Post, PostReport, PostVersion, StoredFile, Thread
from hub.talk.reports import check_first, hide, report_post, show_again
from hub.talk.service import DOCUMENT, MOST_POSTS, edit, reply, take_back
from hub.talk.settling import accept, close, reopen
from hub.talk.voting import choose, options_of, vote
from tests.hub.talk.talking import Talk, person


def told(talk: Talk, who: str) -> list[str]:
    with talk.world.database.reading() as session:
        theirs = select(Notice.what).where(Notice.person_id == talk.people[who]).order_by(Notice.id)
        return list(session.scalars(theirs))


def test_a_question_is_answered_and_the_answer_accepted(talk: Talk) -> None:
    id = talk.thread()
    with talk.at("owen") as (session, place):
        thread, _ = find_thread(session, id, actor=place.actor)
        answer = reply(session, thread, place, "We do: *Cyngor Dyffryn*.").id
    assert told(talk, "marta") == ["answer"]
    with talk.at("leila") as (session, place):
        post, thread, _ = find_post(session, answer, actor=place.actor)
        reply(session, thread, place, "Thank you, @Owen Hughes!")
        accept(session, post, thread, place)
    assert told(talk, "owen") == ["mention", "accepted"]
    row = talk.read(id)
    assert (row.replies, row.answered_at is not None) == (2, True)
    with talk.at("owen") as (session, place):
        post, thread, _ = find_post(session, answer, actor=place.actor)
        with pytest.raises(NotAllowed):
            accept(session, post, thread, place, on=False)
        assert post.html == "<p>We do: <em>Cyngor Dyffryn</em>.</p>\n"
        announced = select(func.count()).where(IndexOutbox.document_type == DOCUMENT, IndexOutbox.document_id == id)
        assert session.scalar(announced) == 4
        acts = set(session.scalars(select(Audit.action)))
        assert {"open thread", "reply", "accept answer"} <= acts


def test_members_alone_write_and_nobody_in_an_archived_community(talk: Talk) -> None:
    with pytest.raises(NotAllowed, match="Join it first"):
        talk.thread("ann")
    id = talk.thread()
    with talk.at("leila") as (session, place):
        reading = find_thread(session, id, actor=talk.actor(session, "ann"))
        with pytest.raises(NotAllowed):
            reply(session, *reading, "Let me in.")
        archive(session, place.community, actor=place.actor)
    with talk.at() as (session, place), pytest.raises(Conflict, match="archived"):
        reply(session, find_thread(session, id, actor=place.actor)[0], place, "Too late.")


def test_who_may_not_read_a_community_finds_none_of_its_threads(talk: Talk) -> None:
    id = talk.thread()
    with talk.at() as (session, place):
        session.get_one(Community, talk.community_id).visibility = "restricted"
        session.flush()
        opening = opening_of(session, find_thread(session, id, actor=place.actor)[0]).id
        for who in ("ann", ""):
            with pytest.raises(NotFound, match="no such discussion"):
                find_thread(session, id, actor=talk.actor(session, who))
            with pytest.raises(NotFound):
                find_post(session, opening, actor=talk.actor(session, who))
        session.delete(
            session.scalars(select(CommunityMember).where(CommunityMember.person_id == talk.people["owen"])).one()
        )
        session.flush()
        with pytest.raises(NotFound):
            find_thread(session, id, actor=talk.actor(session, "owen"))


def test_what_was_said_before_is_kept(talk: Talk) -> None:
    id = talk.thread()
    with talk.at() as (session, place):
        thread, _ = find_thread(session, id, actor=place.actor)
        post = opening_of(session, thread)
        edit(session, post, thread, place, text="We lend them out for free.", seen=1, title="Who insures them?")
        with pytest.raises(BadInput, match="meanwhile"):
            edit(session, post, thread, place, text="Again.", seen=1, title="Who?")
        version = session.scalars(select(PostVersion)).one()
        assert (version.title, version.text, version.by_id) == (
            "Who insures the meters?", "We lend them out.", talk.people["marta"],
        )  # fmt: skip
        assert (thread.title, post.edition) == ("Who insures them?", 2)
        with pytest.raises(NotAllowed):
            edit(session, post, thread, talk.place(session, "leila"), text="Mine.", seen=2, title="Mine")


def test_one_takes_back_what_nobody_has_answered(talk: Talk) -> None:
    id = talk.thread()
    with talk.at("owen") as (session, place):
        thread, _ = find_thread(session, id, actor=place.actor)
        answer = reply(session, thread, place, "We do.")
    with talk.at() as (session, place):
        thread, _ = find_thread(session, id, actor=place.actor)
        with pytest.raises(Conflict, match="too late"):
            take_back(session, opening_of(session, thread), thread, place)
    with talk.at("owen") as (session, place):
        post, thread, _ = find_post(session, answer.id, actor=place.actor)
        take_back(session, post, thread, place)
    assert (talk.read(id).replies, told(talk, "marta")) == (0, [])
    with talk.at() as (session, place):
        thread, _ = find_thread(session, id, actor=place.actor)
        opening = opening_of(session, thread)
        opening.created = now() - timedelta(hours=1)
        with pytest.raises(Conflict):
            take_back(session, opening, thread, place)
        opening.created = now()
        attach(session, opening, thread, place, Sent("lamps.txt", b"Whose lamps these are."))
        take_back(session, opening, thread, place)
    with talk.at() as (session, _):
        assert session.get(Thread, id) is None
        assert session.scalars(select(StoredFile.size)).all() == []


def test_a_closed_thread_says_why_and_takes_nothing(talk: Talk) -> None:
    id = talk.thread()
    with talk.at() as (session, place):
        thread, _ = find_thread(session, id, actor=place.actor)
        with pytest.raises(BadInput):
            close(session, thread, place, why=" ")
        close(session, thread, place, why="Settled by phone.")
        with pytest.raises(Conflict, match="closed"):
            reply(session, thread, place, "One more.")
        reopen(session, thread, place)
        reply(session, thread, place, "One more.")


def test_nobody_floods_a_community(talk: Talk) -> None:
    id = talk.thread("owen")
    with talk.at() as (session, place):
        thread, _ = find_thread(session, id, actor=place.actor)
        for number in range(MOST_POSTS):
            reply(session, thread, place, f"Number {number}.")
        with pytest.raises(BadInput, match="Wait a little"):
            reply(session, thread, place, "One more.")
        reply(session, thread, talk.place(session, "leila"), "Others write on.")
        posts_of(session, thread)[1].created -= timedelta(minutes=15)
        reply(session, thread, place, "Later.")


def test_an_idea_is_voted_for_once_by_each(talk: Talk) -> None:
    id = talk.thread(kind="idea")
    for who in ("owen", "owen", "leila"):
        with talk.at(who) as (session, place):
            vote(session, find_thread(session, id, actor=place.actor)[0], place)
    assert talk.read(id).votes == 2
    with talk.at("owen") as (session, place):
        vote(session, find_thread(session, id, actor=place.actor)[0], place, on=False)
    assert talk.read(id).votes == 1


def test_a_poll_takes_one_answer_of_each_until_it_ends(talk: Talk) -> None:
    with pytest.raises(BadInput, match="at least two"):
        talk.thread(kind="poll", options=("Yes", " "), ends=now() + timedelta(days=1))
    with pytest.raises(BadInput, match="still to come"):
        talk.thread(kind="poll", options=("Yes", "No"), ends=now())
    id = talk.thread(kind="poll", options=("Tuesday", "Thursday"), ends=now() + timedelta(days=1))
    with talk.at("owen") as (session, place):
        thread, _ = find_thread(session, id, actor=place.actor)
        first, second = options_of(session, thread)
        choose(session, thread, place, first.id)
        choose(session, thread, place, second.id)
        assert [one.votes for one in options_of(session, thread)] == [0, 1]
        with pytest.raises(BadInput):
            choose(session, thread, place, "none")
        assert session.scalar(select(func.count()).select_from(PollVote)) == thread.votes == 1
        thread.ends = now() - timedelta(seconds=1)
        session.flush()
        with pytest.raises(Conflict, match="over"):
            choose(session, thread, place, first.id)


def test_facilitators_alone_announce_and_members_are_told_or_not(talk: Talk) -> None:
    with pytest.raises(NotAllowed):
        talk.thread("marta", kind="announcement")
    quiet = talk.thread("leila", kind="announcement")
    assert (talk.read(quiet).told, told(talk, "owen")) == (0, [])
    loud = talk.thread("leila", kind="announcement", tell=True)
    assert (talk.read(loud).told, told(talk, "owen"), told(talk, "leila")) == (2, ["announcement"], [])


def test_a_name_that_two_members_have_must_say_which(talk: Talk) -> None:
    with talk.at() as (session, _):
        other = person(session, "Owen Hughes", talk.world.eastmere)
        session.add(CommunityMember(person_id=other.id, community_id=talk.community_id))
        session.flush()
    with pytest.raises(BadInput, match=r"“@Owen Hughes \(Eastmere Fire and Rescue\)” or “@Owen Hughes \(Northford"):
        talk.thread(text="What does @Owen Hughes say?")
    id = talk.thread(text="Ask @owen hughes (Eastmere Fire and Rescue), not @Ann Officer or ann@post.example.")
    with talk.at() as (session, place):
        post = opening_of(session, find_thread(session, id, actor=place.actor)[0])
        assert "<strong>@owen hughes (Eastmere Fire and Rescue)</strong>, not @Ann" in post.html
        whom = list(session.scalars(select(Notice.person_id).where(Notice.what == "mention")))
        assert whom == [other.id]


def test_a_reported_post_is_hidden_and_shown_again(talk: Talk) -> None:
    id = talk.thread()
    with talk.at("owen") as (session, place):
        thread, _ = find_thread(session, id, actor=place.actor)
        answer = reply(session, thread, place, "Buy from my cousin.").id
    with talk.at() as (session, place):
        post, thread, _ = find_post(session, answer, actor=place.actor)
        with pytest.raises(BadInput):
            report_post(session, post, place, reason="other")
        report_post(session, post, place, reason="spam")
        report_post(session, post, place, reason="off-topic", text="Twice.")
        assert session.scalars(select(PostReport.reason)).all() == ["off-topic"]
        with pytest.raises(NotAllowed):
            hide(session, post, thread, place, why="I do not like it.")
    with talk.at("leila") as (session, place):
        post, thread, _ = find_post(session, answer, actor=place.actor)
        hide(session, post, thread, place, why="Nothing is sold here.")
    assert talk.read(id).replies == 0
    assert told(talk, "owen") == ["decided"]
    with talk.at() as (session, place):
        with pytest.raises(NotFound):
            find_post(session, answer, actor=place.actor)
        find_post(session, answer, actor=talk.actor(session, "owen"))
        opening = opening_of(session, find_thread(session, id, actor=place.actor)[0])
    with talk.at("leila") as (session, place):
        post, thread, _ = find_post(session, answer, actor=place.actor)
        show_again(session, post, thread, place)
        hide(session, session.get_one(Post, opening.id), thread, place, why="Asked twice.")
        with pytest.raises(NotFound):
            find_thread(session, id, actor=talk.actor(session, "ann"))
        assert len(posts_of(session, thread)) == 2


def test_a_first_post_is_looked_at_once(talk: Talk) -> None:
    ids = talk.thread(), talk.thread()
    with talk.at("leila") as (session, place):
        first, second = (opening_of(session, session.get_one(Thread, id)) for id in ids)
        assert (first.first, second.first) == (True, False)
        check_first(session, first, place)
        assert first.checked_at is not None
