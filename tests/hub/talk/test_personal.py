"""Somebody goes: what they wrote stays without their name, or goes with them; what others said can be read on."""

import pytest
from sqlalchemy import select, update

from hub.accounts.models import CommunityMember, Membership, Person
from hub.index.models import IndexOutbox
from hub.notices.models import Happening, Notice
from hub.talk.access import find_thread, opening_of, posts_of
from hub.talk.documents import ThreadDocuments
from hub.talk.files import Sent, attach
from hub.talk.models import Attachment, Mention, Post, PostVersion, StoredFile, Thread
from hub.talk.personal import export_person, forget_person
from hub.talk.reports import report_post
from hub.talk.service import edit, reply
from hub.topics.service import Vocabulary
from tests.hub.talk.talking import Talk

pytestmark = pytest.mark.parametrize("hub", ["sqlite"], indirect=True)
"""What is stored runs on both with the service."""


def filled(talk: Talk) -> str:
    """A thread of Marta's in which Owen answers and is named; its id."""
    id = talk.thread(text="Ask @Owen Hughes.")
    with talk.at("owen") as (session, place):
        thread, _ = find_thread(session, id, actor=place.actor)
        answer = reply(session, thread, place, "We did.")
        edit(session, answer, thread, place, text="We do.", seen=1)
        attach(session, answer, thread, place, Sent("a.pdf", b"%PDF-1"))
        report_post(session, opening_of(session, thread), place, reason="spam", text="Is it?")
    with talk.at() as (session, place):
        thread, _ = find_thread(session, id, actor=place.actor)
        opening = opening_of(session, thread)
        edit(session, opening, thread, place, text="Ask @Owen Hughes, or others.", seen=1, title=thread.title)
    return id


def test_they_are_told_what_is_held(talk: Talk) -> None:
    filled(talk)
    with talk.at("owen") as (session, _):
        held = export_person(session, talk.people["owen"])
    assert [(one["text"], one["files"]) for one in held["posts"]] == [("We do.", ["a.pdf"])]
    assert [one["in your words"] for one in held["reports_of_posts"]] == ["Is it?"]


def test_what_they_wrote_stays_without_their_name(talk: Talk) -> None:
    id = filled(talk)
    with talk.at("owen") as (session, _):
        forget_person(session, talk.people["owen"])
    with talk.at() as (session, place):
        opening, answer = posts_of(session, find_thread(session, id, actor=place.actor)[0])
        assert (answer.author_id, answer.text) == (None, "We do.")
        assert opening.text == "Ask @…, or others."
        assert "Owen" not in opening.html + "".join(session.scalars(select(PostVersion.text)))
        assert session.scalars(select(Mention)).all() == []
        assert list(session.scalars(select(PostVersion.by_id).where(PostVersion.post_id == answer.id))) == [None]


def test_with_their_words_the_others_go_on(talk: Talk) -> None:
    id = filled(talk)
    with talk.at() as (session, place):
        forget_person(session, talk.people["owen"], also_written=True)
        session.execute(update(IndexOutbox).values(document_id="told before"))
        forget_person(session, talk.people["marta"], also_written=True)
        assert session.scalars(select(StoredFile)).all() == session.scalars(select(Attachment)).all() == []
        assert {(post.text, post.html, post.removed) for post in session.scalars(select(Post))} == {("", "", True)}
        assert session.scalars(select(PostVersion)).all() == []
        assert session.get_one(Thread, id).title == ""
        for table in (Notice, Happening):
            of_talk = select(table.what).where(table.thing.in_(("thread", "post")))
            assert session.scalars(of_talk).all() == [], "the titles of their threads stand there"
        assert session.scalars(select(IndexOutbox.document_id).where(IndexOutbox.document_id == id)).all() == [id]
        assert ThreadDocuments(Vocabulary(talk.world.database)).load(session, [id]) == {id: None}
        assert place.reads


def test_nothing_points_at_them_any_more(talk: Talk) -> None:
    id = filled(talk)
    with talk.at() as (session, _):
        owen = talk.people["owen"]
        forget_person(session, owen)
        for table in (CommunityMember, Membership):
            for row in session.scalars(select(table).where(table.person_id == owen)):
                session.delete(row)
        session.flush()
        session.delete(session.get_one(Person, owen))
        session.flush()
        assert session.get_one(Thread, id).replies == 1
