"""Reports of posts, hiding and showing again, and the first posts of new members: what facilitators look at."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.audit.service import note_act
from hub.db import now
from hub.errors import BadInput, Conflict
from hub.languages import N_
from hub.languages import gettext as _
from hub.markdown import require_short
from hub.notices.service import withdraw_notices
from hub.talk import telling
from hub.talk.access import Place, lock, require_facilitator
from hub.talk.models import Post, PostReport, Thread
from hub.talk.service import count_replies, touch

REASONS: Final[dict[str, str]] = {
    "unkind": N_("It attacks or mocks somebody"),
    "personal": N_("It holds personal data"),
    "unlawful": N_("It is against the law"),
    "dangerous": N_("Following it would do harm"),
    "off-topic": N_("It has nothing to do with this community"),
    "spam": N_("It advertises something"),
    "other": N_("Something else"),
}
"""What may be wrong with a post."""

OUTCOMES: Final = ("hidden", "asked", "stays")
"""What may come of a report: the post is hidden, its author was asked for a change, or it stays as it is."""


def report_post(session: Session, post: Post, place: Place, *, reason: str, text: str = "") -> PostReport:
    """Write down what somebody finds wrong with a post. BadInput. Who reports the same once more changes the words."""
    if reason not in REASONS:
        raise BadInput(_("Choose what is wrong."), "reason")
    kept = require_short(text, "text", 2000)
    if reason == "other" and not kept:
        raise BadInput(_("Say in a sentence what is wrong."), "text")
    row = _waiting_of(session, post, place.actor.person_id)
    if row is None:
        row = PostReport(post_id=post.id, community_id=place.community.id, person_id=place.actor.person_id or None)
        session.add(row)
    row.reason, row.text = reason, kept
    session.flush()
    # Without a name: who reported is nobody's business but that of whoever answers.
    note_act(session, actor=telling.NOBODY, action="report post", thing=f"report of post {row.id}", reason=reason)
    return row


def answer_report(session: Session, report: PostReport, place: Place, *, outcome: str, answer: str = "") -> None:
    """Say what came of a report; whoever reported is told. Conflict when somebody was faster.

    What is done to the post (`hide`) is the caller's to do, in the same transaction.
    """
    require_facilitator(place)
    if outcome not in OUTCOMES:
        raise BadInput(_("Choose what came of it."), "outcome")
    session.refresh(report)
    if report.answered_at is not None:
        raise Conflict(_("Somebody has answered it meanwhile."))
    report.outcome, report.answer, report.answered_at = outcome, require_short(answer, "answer", 2000), now()
    post = session.get_one(Post, report.post_id)
    telling.tell_report_answered(session, report, session.get_one(Thread, post.thread_id))
    note_act(session, actor=place.actor, action="answer report of post", thing=f"post {post.id}", outcome=outcome)


def reopen_report(session: Session, report: PostReport, place: Place) -> None:
    """Take the answer back: the report waits again."""
    require_facilitator(place)
    report.outcome, report.answer, report.answered_at = "", "", None
    withdraw_notices(session, telling.REPORT, [report.id])
    note_act(session, actor=place.actor, action="reopen report of post", thing=f"post {report.post_id}")


def hide(session: Session, post: Post, thread: Thread, place: Place, *, why: str) -> None:
    """Only facilitators and its author read it from now on; the author is told why. With its first post a thread goes.

    BadInput without a reason. `show_again` undoes it.
    """
    require_facilitator(place)
    kept = require_short(why, "why", 2000)
    if not kept:
        raise BadInput(_("Say why: its author is told."), "why")
    lock(session, thread, post)
    if post.hidden_at is not None:
        return
    post.hidden_at, post.hidden_why, post.checked_at = now(), kept, post.checked_at or now()
    if post.opening:
        thread.hidden_at = post.hidden_at
    if post.accepted_at is not None:
        post.accepted_at = thread.answered_at = None
    _changed(session, post, thread, place, "hide post")


def show_again(session: Session, post: Post, thread: Thread, place: Place) -> None:
    """Everybody reads it again who may read the thread."""
    require_facilitator(place)
    lock(session, thread, post)
    if post.hidden_at is None:
        return
    post.hidden_at, post.hidden_why = None, ""
    if post.opening:
        thread.hidden_at = None
    _changed(session, post, thread, place, "show post again")


def check_first(session: Session, post: Post, place: Place, *, on: bool = True) -> None:
    """A facilitator has looked at a first post, and it stays; or that is undone."""
    require_facilitator(place)
    post.checked_at = now() if on else None
    word = "check first post" if on else "uncheck first post"
    note_act(session, actor=place.actor, action=word, thing=f"post {post.id}")


def _waiting_of(session: Session, post: Post, person_id: str) -> PostReport | None:
    if not person_id:
        return None
    theirs = select(PostReport).where(PostReport.post_id == post.id, PostReport.person_id == person_id)
    return session.scalar(theirs.where(PostReport.answered_at.is_(None)))


def _changed(session: Session, post: Post, thread: Thread, place: Place, act: str) -> None:
    count_replies(session, thread)
    telling.tell_decided(session, thread, post, place)
    note_act(session, actor=place.actor, action=act, thing=f"post {post.id}")
    touch(session, thread)
