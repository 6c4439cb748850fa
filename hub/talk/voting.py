"""Votes for an idea, and polls: one answer a person, which they may change until the poll ends."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.record import clean_line
from hub.audit.service import note_act
from hub.communities.service import note_activity, require_living
from hub.db import now, require_storable
from hub.errors import BadInput, Conflict, NotFound
from hub.languages import gettext as _
from hub.talk.access import Place, lock, require_writing
from hub.talk.kinds import IDEA, POLL
from hub.talk.models import IdeaVote, PollOption, PollVote, Thread

MOST_OPTIONS: Final = 12
LONGEST_POLL: Final = timedelta(days=366)


def offer(options: Sequence[str], ends: datetime | None, thread_id: str = "") -> list[PollOption]:
    """The answers of a poll. BadInput for fewer than two, for equal ones, and for a day that is over or too far."""
    words = [clean_line(one) for one in options if clean_line(one)]
    if len(words) < 2:
        raise BadInput(_("Give at least two answers to choose from, each on a line of its own."), "options")
    if len(words) > MOST_OPTIONS:
        raise BadInput(_("Give at most %(num)s answers to choose from.", num=MOST_OPTIONS), "options")
    if len({one.casefold() for one in words}) < len(words):
        raise BadInput(_("Two of the answers are the same."), "options")
    for one in words:
        if len(one) > 200:
            raise BadInput(_("Say each answer in at most %(num)s characters.", num=200), "options")
        require_storable(PollOption, {"words": one})
    if ends is None or ends <= now():
        raise BadInput(_("Choose a day that is still to come."), "ends")
    if ends > now() + LONGEST_POLL:
        raise BadInput(_("Choose a day within a year."), "ends")
    return [PollOption(thread_id=thread_id, position=number, words=one) for number, one in enumerate(words)]


def options_of(session: Session, thread: Thread) -> list[PollOption]:
    """The answers of a poll, in its order."""
    of_it = select(PollOption).where(PollOption.thread_id == thread.id)
    return list(session.scalars(of_it.order_by(PollOption.position)))


def is_over(thread: Thread) -> bool:
    """Whether nobody can take part in the poll any more."""
    return thread.closed_at is not None or (thread.ends is not None and thread.ends <= now())


def chosen_by(session: Session, thread: Thread, person_id: str) -> str:
    """Which answer somebody has chosen; empty for none."""
    return session.scalar(
        select(PollVote.option_id).where(PollVote.thread_id == thread.id, PollVote.person_id == person_id)
    ) or ""  # fmt: skip


def choose(session: Session, thread: Thread, place: Place, option_id: str) -> None:
    """Choose an answer, or another one. BadInput for none, Conflict when it is over."""
    _require_kind(thread, place, POLL)
    lock(session, thread)
    if is_over(thread):
        raise Conflict(_("This poll is over."))
    options = {one.id: one for one in options_of(session, thread)}
    if option_id not in options:
        raise BadInput(_("Choose one of the answers."), "option")
    asked = select(PollVote).where(PollVote.thread_id == thread.id, PollVote.person_id == place.actor.person_id)
    vote = session.scalar(asked)
    if vote is None:
        session.add(PollVote(thread_id=thread.id, option_id=option_id, person_id=place.actor.person_id))
        thread.votes += 1
    else:
        options[vote.option_id].votes -= 1
        vote.option_id = option_id
    options[option_id].votes += 1
    note_activity(place.community)
    # Not what: a poll is secret.
    note_act(session, actor=place.actor, action="take part in poll", thing=f"thread {thread.id}")


def wants(session: Session, thread: Thread, person_id: str) -> bool:
    """Whether somebody has voted for an idea."""
    theirs = select(IdeaVote.id).where(IdeaVote.thread_id == thread.id, IdeaVote.person_id == person_id)
    return session.scalar(theirs) is not None


def vote(session: Session, thread: Thread, place: Place, *, on: bool = True) -> None:
    """Vote for an idea, or take the vote back; twice is as once."""
    _require_kind(thread, place, IDEA)
    lock(session, thread)
    if thread.closed_at is not None:
        raise Conflict(_("This discussion is closed: nothing can be added to it."))
    asked = select(IdeaVote).where(IdeaVote.thread_id == thread.id, IdeaVote.person_id == place.actor.person_id)
    row = session.scalar(asked)
    if on == (row is not None):
        return
    if row is None:
        session.add(IdeaVote(thread_id=thread.id, person_id=place.actor.person_id))
    else:
        session.delete(row)
    thread.votes += 1 if on else -1
    note_activity(place.community)
    note_act(session, actor=place.actor, action="vote" if on else "take back vote", thing=f"thread {thread.id}")


def _require_kind(thread: Thread, place: Place, kind: str) -> None:
    if thread.kind != kind:
        raise NotFound(_("There is nothing to vote on here."))
    require_writing(place)
    require_living(place.community)
