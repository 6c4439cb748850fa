"""What becomes of a thread: an accepted answer, what it is about, closing it, and opening it again."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.audit.service import note_act
from hub.communities.service import require_living
from hub.db import now
from hub.errors import BadInput, Conflict, NotAllowed
from hub.languages import gettext as _
from hub.markdown import require_short
from hub.talk import telling
from hub.talk.access import Place, lock
from hub.talk.kinds import QUESTION
from hub.talk.models import Post, Thread, ThreadConcept
from hub.talk.service import MOST_CONCEPTS, touch


def accept(session: Session, post: Post, thread: Thread, place: Place, *, on: bool = True) -> None:
    """Mark an answer as the one that solved the question, in place of any other; or mark none."""
    require_living(place.community)
    if not place.answers_for(thread):
        raise NotAllowed(_("Whoever asked, or a facilitator, accepts an answer."))
    lock(session, thread, post)
    if thread.kind != QUESTION or post.opening or post.hidden_at is not None:
        raise Conflict(_("This cannot be the answer of a question."))
    was = post.accepted_at is not None
    for other in session.scalars(select(Post).where(Post.thread_id == thread.id, Post.accepted_at.is_not(None))):
        other.accepted_at = None
    post.accepted_at = now() if on else None
    thread.answered_at = post.accepted_at
    if on and not was:
        telling.tell_accepted(session, thread, post, place)
    word = "accept answer" if on else "take back acceptance"
    note_act(session, actor=place.actor, action=word, thing=f"post {post.id}")
    touch(session, thread)


def require_closing(thread: Thread, place: Place) -> None:
    """NotAllowed for whoever neither began it nor facilitates; Conflict in a community that is archived."""
    require_living(place.community)
    if not place.answers_for(thread):
        raise NotAllowed(_("Whoever began it, or a facilitator, closes it."))


def close(session: Session, thread: Thread, place: Place, *, why: str) -> None:
    """End a thread with a reason, which stands above it. BadInput without one."""
    require_closing(thread, place)
    kept = require_short(why, "why", 1000)
    if not kept:
        raise BadInput(_("Say why it is closed: it stands above the discussion."), "why")
    lock(session, thread)
    if thread.closed_at is None:
        thread.closed_at, thread.closed_why = now(), kept
        note_act(session, actor=place.actor, action="close thread", thing=f"thread {thread.id}")
        touch(session, thread)


def reopen(session: Session, thread: Thread, place: Place) -> None:
    """Let people write in it again."""
    require_living(place.community)
    if not place.answers_for(thread):
        raise NotAllowed(_("Whoever began it, or a facilitator, opens it again."))
    lock(session, thread)
    if thread.closed_at is not None:
        thread.closed_at, thread.closed_why = None, ""
        note_act(session, actor=place.actor, action="reopen thread", thing=f"thread {thread.id}")
        touch(session, thread)


def set_concepts(session: Session, thread: Thread, place: Place, uris: Sequence[str]) -> None:
    """Say what it is about. BadInput for too many."""
    if not place.answers_for(thread):
        raise NotAllowed(_("Whoever began it, or a facilitator, says what it is about."))
    if len(uris) > MOST_CONCEPTS:
        raise BadInput(_("Choose at most %(num)s topics.", num=MOST_CONCEPTS), "concepts")
    session.execute(delete(ThreadConcept).where(ThreadConcept.thread_id == thread.id))
    session.add_all(ThreadConcept(thread_id=thread.id, concept_uri=uri) for uri in dict.fromkeys(uris))
    note_act(session, actor=place.actor, action="set topics", thing=f"thread {thread.id}")
    touch(session, thread)
