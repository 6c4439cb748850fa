"""A thread as its page shows it: each post with who wrote it, what hangs on it, and what the reader may do with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.accounts.models import CommunityMember
from hub.policy import FACILITATOR
from hub.talk.access import Place, posts_of
from hub.talk.files import files_of
from hub.talk.kinds import IDEA, POLL, QUESTION
from hub.talk.lists import NOBODY, Author, authors_of
from hub.talk.models import Attachment, PollOption, Post, Thread
from hub.talk.records import Linked, linked_to
from hub.talk.service import concepts_of, may_take_back
from hub.talk.voting import chosen_by, is_over, options_of, wants
from vocab.scheme import Concept, Scheme


@dataclass(frozen=True, slots=True)
class Shown:
    """A post for its reader. `seen` is false for one that is hidden from them: that it is there is all they learn."""

    post: Post
    author: Author
    facilitates: bool
    files: Sequence[Attachment]
    seen: bool
    may_edit: bool
    may_take_back: bool
    may_accept: bool


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll for its reader: whether they may choose, what they have chosen, and whether the numbers are shown yet."""

    options: Sequence[PollOption]
    total: int
    over: bool
    may_choose: bool
    chosen: str

    @property
    def shown(self) -> bool:
        """Who has chosen, or cannot, sees how it stands: nobody's choice is led by the others'."""
        return bool(self.chosen) or not self.may_choose

    def share(self, option: PollOption) -> int:
        """Of all who took part, in per cent."""
        return round(100 * option.votes / self.total) if self.total else 0


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """Everything that the page of a thread shows."""

    thread: Thread
    place: Place
    opening: Shown
    replies: Sequence[Shown]
    topics: Sequence[Concept]
    records: Sequence[Linked]
    poll: Poll | None
    wanted: bool
    """Of an idea: whether the reader has voted for it."""

    @property
    def accepted(self) -> Shown | None:
        """The answer that solved it."""
        return next((one for one in self.replies if one.post.accepted_at is not None), None)

    @property
    def may_reply(self) -> bool:
        """Whether the reader may write here now."""
        return self.place.writes and self.thread.closed_at is None

    @property
    def may_vote(self) -> bool:
        """Whether there is something to vote for."""
        return self.thread.kind == IDEA and self.may_reply


def page_of(session: Session, thread: Thread, place: Place, scheme: Scheme) -> ThreadPage:
    """The page, in some ten statements however many posts there are."""
    posts = posts_of(session, thread)
    authors = authors_of(session, [post.author_id for post in posts])
    files = files_of(session, [post.id for post in posts])
    leading = _facilitators(session, place)
    shown = [_shown(post, thread, place, posts, authors, files, leading) for post in posts]
    uris = concepts_of(session, thread.id)
    return ThreadPage(
        thread=thread,
        place=place,
        opening=shown[0],
        replies=shown[1:],
        topics=[scheme.concepts[uri] for uri in uris if uri in scheme.concepts],
        records=linked_to(session, thread, place, scheme),
        poll=_poll(session, thread, place) if thread.kind == POLL else None,
        wanted=thread.kind == IDEA and wants(session, thread, place.actor.person_id),
    )


def _shown(
    post: Post,
    thread: Thread,
    place: Place,
    posts: Sequence[Post],
    authors: dict[str, Author],
    files: dict[str, list[Attachment]],
    leading: set[str],
) -> Shown:
    seen, own = place.sees(post), place.wrote(post) and place.writes and thread.closed_at is None
    question = thread.kind == QUESTION and not post.opening and post.hidden_at is None and not post.removed
    return Shown(
        post=post,
        author=authors.get(post.author_id or "", NOBODY),
        facilitates=post.author_id in leading,
        files=files.get(post.id, []) if seen else [],
        seen=seen,
        may_edit=own,
        may_take_back=own and may_take_back(post, thread, place, posts),
        may_accept=question and place.answers_for(thread),
    )


def _poll(session: Session, thread: Thread, place: Place) -> Poll:
    over = is_over(thread)
    chosen = chosen_by(session, thread, place.actor.person_id)
    return Poll(options_of(session, thread), thread.votes, over, place.writes and not over, chosen)


def _facilitators(session: Session, place: Place) -> set[str]:
    of_it = select(CommunityMember.person_id).where(CommunityMember.community_id == place.community.id)
    return set(session.scalars(of_it.where(CommunityMember.role == FACILITATOR)))
