"""Beginning a thread, answering in it, changing what one said, and taking it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from federation.record import clean_line
from hub.audit.service import note_act
from hub.communities.service import note_activity, require_living
from hub.db import locking, now, require_storable
from hub.errors import BadInput, Conflict
from hub.index.outbox import announce
from hub.languages import gettext as _
from hub.markdown import SANITISER, html_of, require_short
from hub.talk import telling
from hub.talk.access import Place, lock, require_facilitator, require_own, require_writing
from hub.talk.files import drop_unused
from hub.talk.kinds import ANNOUNCEMENT, KINDS, POLL
from hub.talk.mentions import Meant, keep_mentions, meant_in, names_in
from hub.talk.models import Post, PostVersion, Thread, ThreadConcept
from hub.talk.voting import offer

DOCUMENT: Final = "thread"
"""The name of threads in the index and its outbox."""

TAKE_BACK: Final = timedelta(minutes=15)
"""For so long one may take back what one has written, as long as nobody has answered."""

MOST_CONCEPTS: Final = 5

MOST_POSTS: Final = 30
LATELY: Final = timedelta(minutes=15)
"""Within so long nobody writes more posts: each may call twenty people."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to begin. `concepts` are URIs of topics, `options` and `ends` those of a poll.

    `tell`: of an announcement, whether every member is told of it.
    """

    kind: str
    title: str
    text: str
    concepts: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    ends: datetime | None = None
    tell: bool = False


def check_draft(session: Session, place: Place, draft: Draft) -> list[Meant]:
    """BadInput for the first thing that is wrong with it; who is named in it."""
    if draft.kind not in KINDS:
        raise BadInput(_("Choose what it is."), "kind")
    if draft.kind == ANNOUNCEMENT:
        require_facilitator(place)
    _require_title(draft.title)
    _require_text(draft.text)
    if len(draft.concepts) > MOST_CONCEPTS:
        raise BadInput(_("Choose at most %(num)s topics.", num=MOST_CONCEPTS), "concepts")
    if draft.kind == POLL:
        offer(draft.options, draft.ends)
    return meant_in(session, place.community.id, draft.text)


def open_thread(session: Session, place: Place, draft: Draft) -> Thread:
    """Begin a thread. BadInput for what is wrong with the draft."""
    require_writing(place)
    require_living(place.community)
    meant = check_draft(session, place, draft)
    thread = Thread(
        community_id=place.community.id,
        kind=draft.kind,
        title=clean_line(draft.title),
        language=place.community.language,
        author_id=place.actor.person_id,
    )
    session.add(thread)
    session.flush()
    session.add_all(ThreadConcept(thread_id=thread.id, concept_uri=uri) for uri in dict.fromkeys(draft.concepts))
    if draft.kind == POLL:
        thread.ends = draft.ends
        session.add_all(offer(draft.options, draft.ends, thread.id))
    post, named = _say(session, thread, place, draft.text, meant, opening=True)
    telling.tell_mentioned(session, thread, post, place, named)
    if draft.kind == ANNOUNCEMENT and draft.tell:
        thread.told = telling.tell_members(session, thread, place)
    telling.announce_thread(session, thread, place)
    note_act(session, actor=place.actor, action="open thread", thing=f"thread {thread.id}", kind=draft.kind)
    touch(session, thread)
    return thread


def reply(session: Session, thread: Thread, place: Place, text: str, *, by_mail: bool = False) -> Post:
    """Answer in a thread. BadInput, Conflict for one that is closed."""
    require_writing(place)
    require_living(place.community)
    lock(session, thread)
    if thread.closed_at is not None:
        raise Conflict(_("This discussion is closed: nothing can be added to it."))
    _require_text(text)
    post, named = _say(session, thread, place, text, meant_in(session, place.community.id, text), by_mail=by_mail)
    thread.last_activity = now()
    count_replies(session, thread)
    telling.tell_mentioned(session, thread, post, place, named)
    telling.tell_reply(session, thread, post, place, left_out=named)
    note_act(session, actor=place.actor, action="reply", thing=f"post {post.id}", by="mail" if by_mail else "form")
    touch(session, thread)
    return post


def edit(session: Session, post: Post, thread: Thread, place: Place, *, text: str, seen: int, title: str = "") -> None:
    """Change what one said; what was said before is kept. BadInput, also where it was changed meanwhile."""
    require_own(place, post)
    require_living(place.community)
    lock(session, thread, post)
    if thread.closed_at is not None:
        raise Conflict(_("This discussion is closed: nothing can be changed in it."))
    _require_text(text)
    if post.opening:
        _require_title(title)
    if post.edition != seen:
        raise BadInput(
            _("It was changed meanwhile, in another window. Copy your text, and open the form anew."), "text"
        )
    kept, named = require_short(text, "text"), clean_line(title) if post.opening else thread.title
    if kept == post.text and named == thread.title:
        return
    meant = meant_in(session, place.community.id, kept)
    session.add(_version(post, thread))
    new = keep_mentions(session, post.id, meant)
    post.text, post.html, post.sanitiser = kept, html_of(kept, names=[one.words for one in meant]), SANITISER
    post.edition, post.edited_at, thread.title = post.edition + 1, now(), named
    telling.tell_mentioned(session, thread, post, place, new)
    note_act(session, actor=place.actor, action="edit post", thing=f"post {post.id}", edition=post.edition)
    touch(session, thread)


def may_take_back(post: Post, thread: Thread, place: Place, posts: Sequence[Post]) -> bool:
    """Whether whoever asks has just written it, and nobody has answered since."""
    if not (place.living and place.wrote(post) and now() - post.created < TAKE_BACK):
        return False
    return post.accepted_at is None and not any(one.created > post.created and one.id != post.id for one in posts)


def take_back(session: Session, post: Post, thread: Thread, place: Place) -> None:
    """Undo what one has just written: the post goes, and with the first one its thread. Conflict when it is late."""
    require_own(place, post)
    require_living(place.community)
    lock(session, thread, post)
    posts = list(session.scalars(select(Post).where(Post.thread_id == thread.id)))
    if not may_take_back(post, thread, place, posts):
        raise Conflict(_("It is too late to take it back: somebody has answered, or a quarter of an hour is over."))
    note_act(session, actor=place.actor, action="take back post", thing=f"post {post.id}")
    telling.forget_post(session, thread, post)
    session.delete(thread if post.opening else post)
    drop_unused(session)
    if post.opening:
        announce(session, DOCUMENT, [(thread.id, thread.touched + 1)])
    else:
        count_replies(session, thread)
        touch(session, thread)


def touch(session: Session, thread: Thread) -> None:
    """Have the index bring it up to date."""
    thread.touched += 1
    session.flush()
    announce(session, DOCUMENT, [(thread.id, thread.touched)])


def touch_all(session: Session, community_id: str) -> None:
    """Have the index bring all threads of a community up to date: who may see it has changed."""
    for thread in session.scalars(locking(select(Thread).where(Thread.community_id == community_id))):
        touch(session, thread)


def concepts_of(session: Session, thread_id: str) -> list[str]:
    """The URIs of its own topics."""
    of_it = select(ThreadConcept.concept_uri).where(ThreadConcept.thread_id == thread_id)
    return list(session.scalars(of_it.order_by(ThreadConcept.id)))


def count_replies(session: Session, thread: Thread) -> None:
    """Count anew what everybody sees besides its first post."""
    session.flush()
    there = select(func.count()).where(
        Post.thread_id == thread.id, Post.opening.is_(False), Post.hidden_at.is_(None), Post.removed.is_(False)
    )
    thread.replies = session.scalar(there) or 0


def render(session: Session, post: Post) -> None:
    """Make the HTML of a post anew from its text."""
    post.html, post.sanitiser = html_of(post.text, names=names_in(session, post.id)), SANITISER


def _say(
    session: Session,
    thread: Thread,
    place: Place,
    text: str,
    meant: Sequence[Meant],
    *,
    opening: bool = False,
    by_mail: bool = False,
) -> tuple[Post, list[str]]:
    """Add a post; with it the ids of those whom it names."""
    _require_pause(session, place)
    kept = require_short(text, "text")
    post = Post(
        thread_id=thread.id,
        opening=opening,
        author_id=place.actor.person_id,
        text=kept,
        html=html_of(kept, names=[one.words for one in meant]),
        sanitiser=SANITISER,
        first=not _has_written(session, place),
        by_mail=by_mail,
    )
    require_storable(Post, {"text": kept})
    session.add(post)
    session.flush()
    note_activity(place.community)
    return post, keep_mentions(session, post.id, meant)


def _require_pause(session: Session, place: Place) -> None:
    theirs = Post.author_id == place.actor.person_id, Post.created > now() - LATELY
    if (session.scalar(select(func.count()).where(*theirs)) or 0) >= MOST_POSTS:
        told = _(
            "You have written %(num)s posts within a quarter of an hour. Wait a little, then go on.", num=MOST_POSTS
        )
        raise BadInput(told, "text")


def _has_written(session: Session, place: Place) -> bool:
    theirs = select(Post.id).join(Thread, Thread.id == Post.thread_id)
    theirs = theirs.where(Post.author_id == place.actor.person_id, Thread.community_id == place.community.id)
    return session.scalar(theirs.limit(1)) is not None


def _version(post: Post, thread: Thread) -> PostVersion:
    return PostVersion(
        post_id=post.id,
        edition=post.edition,
        title=thread.title if post.opening else "",
        text=post.text,
        by_id=post.author_id,
        at=post.edited_at or post.created,
    )


def _require_title(title: str) -> None:
    if not clean_line(title):
        raise BadInput(_("Give it a title: one line that says what it is about."), "title")
    require_storable(Thread, {"title": clean_line(title)})


def _require_text(text: str) -> None:
    if not require_short(text, "text"):
        raise BadInput(_("Write something."), "text")
