"""Who is told of what is said: of answers, mentions, an accepted answer, an announcement, and what was decided."""

import re
from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.accounts.models import CommunityMember, Person
from hub.communities.service import concepts_of
from hub.notices.service import About, happened, notify_all, withdraw_notices
from hub.policy import ANONYMOUS
from hub.talk.access import Place
from hub.talk.kinds import ANNOUNCEMENT, IDEA, POLL, QUESTION
from hub.talk.models import Post, PostReport, Thread, ThreadConcept

_DISCUSSION: Final = re.compile(r"/discussions/([0-9a-f-]{36})(?:[?#]|$)")

NOBODY: Final = ANONYMOUS
"""In place of who reported something."""

REPORT: Final = "report"
"""A report of a post as a thing of notices."""

_NEW: Final = {QUESTION: "question", IDEA: "idea", POLL: "poll", ANNOUNCEMENT: "announcement"}


def path_of(thread: Thread, post: Post | None = None) -> str:
    """Where it is read."""
    return f"/discussions/{thread.id}" + (f"?post={post.id}" if post is not None and not post.opening else "")


def thread_at(path: str) -> str:
    """The id of the thread that is read there; empty where none is."""
    found = _DISCUSSION.match(path)
    return found[1] if found else ""


def about_post(thread: Thread, post: Post) -> About:
    """A post, for notices."""
    return About("post", post.id, path_of(thread, post), thread.community_id)


def about_thread(thread: Thread) -> About:
    """A thread, for notices."""
    return About("thread", thread.id, path_of(thread), thread.community_id)


def announce_thread(session: Session, thread: Thread, place: Place) -> None:
    """Those who follow hear of a new thread."""
    own = select(ThreadConcept.concept_uri).where(ThreadConcept.thread_id == thread.id)
    happened(
        session,
        what=_NEW.get(thread.kind, "thread"),
        about=about_thread(thread),
        by=place.actor,
        thread_id=thread.id,
        concepts=list(session.scalars(own)) or concepts_of(session, thread.community_id),
        language=thread.language,
        title=thread.title,
    )


def tell_mentioned(session: Session, thread: Thread, post: Post, place: Place, person_ids: Iterable[str]) -> None:
    """Somebody is named in a post."""
    _tell(session, "mention", thread, post, place, person_ids)


def tell_reply(session: Session, thread: Thread, post: Post, place: Place, left_out: Collection[str] = ()) -> None:
    """Those who have written in a thread hear of a new post in it; whoever asked, that it is an answer."""
    wrote = select(Post.author_id).where(Post.thread_id == thread.id, Post.author_id.is_not(None)).distinct()
    others = [one for one in session.scalars(wrote) if one and one not in left_out]
    asked = [one for one in others if one == thread.author_id and thread.kind == QUESTION]
    _tell(session, "answer", thread, post, place, asked)
    _tell(session, "reply", thread, post, place, [one for one in others if one not in asked])
    happened(
        session,
        what="reply",
        about=about_post(thread, post),
        by=place.actor,
        thread_id=thread.id,
        language=thread.language,
        title=thread.title,
    )


def tell_accepted(session: Session, thread: Thread, post: Post, place: Place) -> None:
    """One's answer was accepted; those who follow hear that there is one."""
    _tell(session, "accepted", thread, post, place, [post.author_id] if post.author_id else [])
    about = about_post(thread, post)
    more = {"thread_id": thread.id, "language": thread.language, "title": thread.title}
    happened(session, what="accepted", about=about, by=place.actor, **more)


def tell_decided(session: Session, thread: Thread, post: Post, place: Place) -> None:
    """What one wrote was hidden, or is shown again: its author is told, and nothing else tells of it."""
    withdraw_notices(session, "post", [post.id])
    if post.opening:
        withdraw_notices(session, "thread", [thread.id])
    _tell(session, "decided", thread, post, place, [post.author_id] if post.author_id else [])


def tell_report_answered(session: Session, report: PostReport, thread: Thread) -> None:
    """Whoever reported is told what came of it."""
    if report.person_id:
        about = About(REPORT, report.id, path_of(thread), thread.community_id)
        what = f"report {report.outcome}"
        notify_all(session, person_ids=[report.person_id], what=what, about=about, title=thread.title)


def members_told(session: Session, place: Place) -> list[str]:
    """Whom an announcement reaches: all members who may sign in, but for whoever makes it."""
    joined = select(Person.id).join(CommunityMember, CommunityMember.person_id == Person.id)
    of_it = joined.where(CommunityMember.community_id == place.community.id, Person.active.is_(True))
    return list(session.scalars(of_it.where(Person.id != place.actor.person_id).order_by(Person.id)))


def tell_members(session: Session, thread: Thread, place: Place) -> int:
    """Every member hears of an announcement; how many those are."""
    told = members_told(session, place)
    about = about_thread(thread)
    return notify_all(session, person_ids=told, what="announcement", about=about, by=place.actor, title=thread.title)


def forget_post(session: Session, thread: Thread, post: Post) -> None:
    """Nobody is to be told of what was taken back."""
    withdraw_notices(session, "post", [post.id])
    if post.opening:
        withdraw_notices(session, "thread", [thread.id])


def _tell(session: Session, what: str, thread: Thread, post: Post, place: Place, person_ids: Iterable[str]) -> None:
    """A notice for each, but for whoever did it."""
    about = about_post(thread, post)
    notify_all(session, person_ids=list(person_ids), what=what, about=about, by=place.actor, title=thread.title)
