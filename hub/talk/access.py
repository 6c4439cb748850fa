"""Which threads, posts and files somebody may read, and who may do what with them.

Whoever may read the talk of a community (hub.communities.access) reads its threads. What is hidden is read by its
facilitators and by whoever wrote it, and is not there for others.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from hub.communities.access import require_writer, talk_of
from hub.communities.models import Community
from hub.db import alone
from hub.errors import NotAllowed, NotFound
from hub.languages import gettext as _
from hub.policy import Actor, can
from hub.talk.models import Attachment, Post, Thread


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands: a community, who asks, and what they may do in its talk."""

    community: Community
    actor: Actor

    @property
    def reads(self) -> bool:
        """Whether they may read what is said there."""
        return can(self.actor, "read", talk_of(self.community))

    @property
    def writes(self) -> bool:
        """Whether they may write, as long as the community lives."""
        return self.living and can(self.actor, "take part", talk_of(self.community))

    @property
    def facilitates(self) -> bool:
        """Whether they may do what facilitators do."""
        return can(self.actor, "facilitate", self.community)

    @property
    def living(self) -> bool:
        """Whether anything can be written there."""
        return self.community.archived_at is None

    def wrote(self, thing: Thread | Post) -> bool:
        """Whether it is theirs."""
        return bool(self.actor.person_id) and thing.author_id == self.actor.person_id

    def sees(self, thing: Thread | Post) -> bool:
        """Whether they may read it, hidden or not."""
        return self.reads and (thing.hidden_at is None or self.facilitates or self.wrote(thing))

    def answers_for(self, thread: Thread) -> bool:
        """Whether they may accept an answer, and close the thread: who began it, and facilitators."""
        return self.living and (self.facilitates or (self.wrote(thread) and self.writes))


def find_thread(session: Session, id: str, *, actor: Actor) -> tuple[Thread, Place]:
    """A thread and where it stands. NotFound, also for one that whoever asks may not read."""
    found = _thread_in_sight(session, id, actor)
    if found is None:
        raise NotFound(_("There is no such discussion. It may have been taken away, or its address has a slip in it."))
    return found


def find_post(session: Session, id: str, *, actor: Actor) -> tuple[Post, Thread, Place]:
    """A post, its thread, and where it stands. NotFound."""
    found = _post_in_sight(session, id, actor)
    if found is None:
        raise NotFound(_("There is no such post. It may have been taken away, or its address has a slip in it."))
    return found


def find_file(session: Session, id: str, *, actor: Actor) -> tuple[Attachment, Post, Place]:
    """A file, its post, and where that stands: with the rights of this very moment. NotFound."""
    file = session.get(Attachment, id)
    found = _post_in_sight(session, file.post_id, actor) if file else None
    if file is None or found is None:
        raise NotFound(_("There is no such file. It may have been taken away."))
    post, _thread, place = found
    return file, post, place


def _thread_in_sight(session: Session, id: str, actor: Actor) -> tuple[Thread, Place] | None:
    row = session.get(Thread, id)
    place = Place(session.get_one(Community, row.community_id), actor) if row else None
    return (row, place) if row and place and place.sees(row) else None


def _post_in_sight(session: Session, id: str, actor: Actor) -> tuple[Post, Thread, Place] | None:
    """None for whatever reason there is: which one would tell of what is hidden."""
    post = session.get(Post, id)
    found = _thread_in_sight(session, post.thread_id, actor) if post else None
    if post is None or found is None or not found[1].sees(post):
        return None
    return post, *found


def in_sight(place: Place) -> ColumnElement[bool]:
    """Of the threads of this place, those that whoever asks sees."""
    shown: ColumnElement[bool] = Thread.hidden_at.is_(None)
    if place.facilitates:
        return Thread.community_id == place.community.id
    if place.actor.person_id:
        shown = or_(shown, Thread.author_id == place.actor.person_id)
    return (Thread.community_id == place.community.id) & shown


def posts_of(session: Session, thread: Thread) -> list[Post]:
    """Its posts, the first one first."""
    of_it = select(Post).where(Post.thread_id == thread.id)
    return list(session.scalars(of_it.order_by(Post.opening.desc(), Post.created, Post.id)))


def opening_of(session: Session, thread: Thread) -> Post:
    """Its first post."""
    return session.scalars(select(Post).where(Post.thread_id == thread.id, Post.opening.is_(True))).one()


def lock(session: Session, thread: Thread, *posts: Post) -> None:
    """Wait until nobody else changes the thread, and read it and these posts of it anew. NotFound when one is gone."""
    alone(session, f"thread {thread.id}")
    try:
        for row in (thread, *posts):
            session.refresh(row)
    except InvalidRequestError as error:
        raise NotFound(_("Somebody has taken it away meanwhile.")) from error


def require_writing(place: Place) -> None:
    """NotAllowed for who is no member; an archived community is a Conflict of hub.communities.service."""
    require_writer(place.community, actor=place.actor)


def require_own(place: Place, thing: Thread | Post) -> None:
    """NotAllowed for whoever did not write it, or belongs to the community no more."""
    require_writing(place)
    if not place.wrote(thing):
        raise NotAllowed(_("Only whoever wrote it may do that."))


def require_facilitator(place: Place) -> None:
    """NotAllowed for everybody else."""
    if not place.facilitates:
        raise NotAllowed(_("That is for the facilitators of the community."))
