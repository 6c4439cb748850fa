"""What talk holds of a person: handing it out to them, and forgetting it. Threads stay readable by others."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from hub.notices.service import withdraw_notices
from hub.talk.files import drop_unused
from hub.talk.models import (
    Attachment,
    IdeaVote,
    Mention,
    PollOption,
    PollVote,
    Post,
    PostReport,
    PostVersion,
    ReplyAddress,
    Thread,
    ThreadRecord,
)
from hub.talk.service import count_replies, render, touch


def export_person(session: Session, person_id: str) -> dict[str, list[dict[str, Any]]]:
    """What they have written, reported, voted for and attached, the oldest first."""
    return {
        "posts": _posts(session, person_id),
        "reports_of_posts": _reports(session, person_id),
        "votes": _votes(session, person_id),
    }


def forget_person(session: Session, person_id: str, also_written: bool = False) -> None:
    """Nobody learns any more who wrote it; with `also_written` the words go, too, and what others said stays.

    Their name goes from what others wrote to them.
    """
    threads = set(session.scalars(select(Post.thread_id).where(Post.author_id == person_id)))
    threads |= _unname(session, person_id)
    if also_written:
        _remove_words(session, person_id)
    for row in (Thread, Post):
        session.execute(update(row).where(row.author_id == person_id).values(author_id=None))
    for by in (PostVersion, ThreadRecord):
        session.execute(update(by).where(by.by_id == person_id).values(by_id=None))
    session.execute(update(PostReport).where(PostReport.person_id == person_id).values(person_id=None))
    for gone in (ReplyAddress, Mention, IdeaVote, PollVote):
        session.execute(delete(gone).where(gone.person_id == person_id))
    session.flush()
    for thread in session.scalars(select(Thread).where(Thread.id.in_(threads))):
        session.refresh(thread)
        count_replies(session, thread)
        touch(session, thread)


def forget_reporters(session: Session, ids: Sequence[str]) -> None:
    """Nobody learns any more who reported this."""
    session.execute(update(PostReport).where(PostReport.id.in_(ids)).values(person_id=None))


def _posts(session: Session, person_id: str) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Post, Thread.title).join(Thread, Thread.id == Post.thread_id).where(Post.author_id == person_id)
        .order_by(Post.created, Post.id)
    )  # fmt: skip
    files = select(Attachment).join(Post, Post.id == Attachment.post_id).where(Post.author_id == person_id)
    names: dict[str, list[str]] = {}
    for file in session.scalars(files):
        names.setdefault(file.post_id, []).append(file.name)
    return [
        {
            "written": post.created.isoformat(),
            "changed": post.edited_at.isoformat() if post.edited_at else None,
            "in": title,
            "where": f"/discussions/{post.thread_id}",
            "text": post.text,
            "files": names.get(post.id, []),
        }
        for post, title in rows
    ]


def _reports(session: Session, person_id: str) -> list[dict[str, Any]]:
    rows = session.scalars(select(PostReport).where(PostReport.person_id == person_id).order_by(PostReport.created))
    return [
        {
            "sent": row.created.isoformat(),
            "post": row.post_id,
            "what is wrong": row.reason,
            "in your words": row.text,
            "outcome": row.outcome,
            "answer": row.answer,
        }
        for row in rows
    ]


def _votes(session: Session, person_id: str) -> list[dict[str, Any]]:
    ideas = select(Thread.id, Thread.title).join(IdeaVote, IdeaVote.thread_id == Thread.id)
    polls = select(Thread.id, Thread.title, PollOption.words).join(PollVote, PollVote.thread_id == Thread.id)
    polls = polls.join(PollOption, PollOption.id == PollVote.option_id)
    return [
        *({"idea": title, "where": f"/discussions/{id}"}
          for id, title in session.execute(ideas.where(IdeaVote.person_id == person_id))),
        *({"poll": title, "where": f"/discussions/{id}", "chosen": words}
          for id, title, words in session.execute(polls.where(PollVote.person_id == person_id))),
    ]  # fmt: skip


def _unname(session: Session, person_id: str) -> set[str]:
    """Take their name out of what others wrote; the ids of the threads."""
    changed = set()
    rows = session.execute(select(Post, Mention).join(Mention, Mention.post_id == Post.id).where(
        Mention.person_id == person_id)).all()  # fmt: skip
    for post, mention in rows:
        changed.add(post.thread_id)
        post.text = post.text.replace(f"@{mention.words}", "@…")
        for version in session.scalars(select(PostVersion).where(PostVersion.post_id == post.id)):
            version.text = version.text.replace(f"@{mention.words}", "@…")
        session.delete(mention)
        session.flush()
        render(session, post)
    return changed


def _remove_words(session: Session, person_id: str) -> None:
    """Their posts are empty from now on, and nothing tells of them any more; nor do the titles of their threads."""
    theirs = select(Post.id).where(Post.author_id == person_id)
    begun = select(Thread.id).where(Thread.author_id == person_id)
    titled = select(Post.id).where(or_(Post.author_id == person_id, Post.thread_id.in_(begun)))
    for thing, gone_from in (("thread", begun), ("post", titled)):
        withdraw_notices(session, thing, session.scalars(gone_from).all())
    session.execute(delete(Attachment).where(Attachment.post_id.in_(theirs)))
    drop_unused(session)
    session.execute(delete(PostVersion).where(PostVersion.post_id.in_(theirs)))
    session.execute(update(Thread).where(Thread.author_id == person_id).values(title=""))
    gone = {"text": "", "html": "", "removed": True}
    session.execute(update(Post).where(Post.author_id == person_id).values(gone))
