"""Threads and their posts, what was said before, who was meant, and what hangs on them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base, Moment, new_id, now, partial_index
from hub.languages import ENGLISH


class Thread(Base):
    """A question, discussion, idea, poll or announcement (hub.talk.kinds). Its first post says what it is about.

    `title` is empty when whoever wrote it has left and taken their words along.
    """

    __tablename__ = "thread"
    __table_args__ = (
        Index("ix_thread_listed", "community_id", "hidden_at", "last_activity"),
        Index("ix_thread_unanswered", "community_id", "kind", "answered_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    community_id: Mapped[str] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(8), default=ENGLISH)
    author_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    created: Mapped[datetime] = mapped_column(Moment, default=now)
    last_activity: Mapped[datetime] = mapped_column(Moment, default=now)
    replies: Mapped[int] = mapped_column(default=0)
    """Posts besides the first that everybody sees: counted when that changes, so that lists need not."""
    votes: Mapped[int] = mapped_column(default=0)
    """Of an idea: how many people want it. Of a poll: how many have taken part."""
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    """Of a question: since when it has an accepted answer."""
    ends: Mapped[datetime | None] = mapped_column(Moment)
    """Of a poll: until when one may take part."""
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_why: Mapped[str] = mapped_column(Text, default="")
    hidden_at: Mapped[datetime | None] = mapped_column(Moment)
    """Since when its facilitators and whoever wrote it alone can read it."""
    told: Mapped[int] = mapped_column(default=0)
    """Of an announcement: how many people were told of it."""
    touched: Mapped[int] = mapped_column(default=1)
    """Counts every change that the index must see; the index's document version."""


class ThreadConcept(Base):
    """That a thread is about a topic; without one it is about what its community is about."""

    __tablename__ = "thread_concept"
    __table_args__ = (UniqueConstraint("thread_id", "concept_uri", name="uq_thread_concept"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    thread_id: Mapped[str] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"))
    concept_uri: Mapped[str] = mapped_column(String(300), index=True)


class ThreadRecord(Base):
    """That a document was linked in a thread, and by whom."""

    __tablename__ = "thread_record"
    __table_args__ = (UniqueConstraint("thread_id", "record_id", name="uq_thread_record"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    thread_id: Mapped[str] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"))
    record_id: Mapped[str] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    created: Mapped[datetime] = mapped_column(Moment, default=now)


class Post(Base):
    """Something that somebody said in a thread (hub.markdown.Written)."""

    __tablename__ = "post"
    __table_args__ = (
        Index("ix_post_thread", "thread_id", "created"),
        partial_index("ix_post_first", "created", where="first AND checked_at IS NULL"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    thread_id: Mapped[str] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"))
    opening: Mapped[bool] = mapped_column(default=False)
    """Whether it is the thread's first."""
    author_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    created: Mapped[datetime] = mapped_column(Moment, default=now)
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    sanitiser: Mapped[int] = mapped_column()
    edition: Mapped[int] = mapped_column(default=1)
    edited_at: Mapped[datetime | None] = mapped_column(Moment)
    accepted_at: Mapped[datetime | None] = mapped_column(Moment)
    """Since when it is the accepted answer of its question."""
    hidden_at: Mapped[datetime | None] = mapped_column(Moment)
    hidden_why: Mapped[str] = mapped_column(Text, default="")
    """What its author is told of why it is hidden."""
    first: Mapped[bool] = mapped_column(default=False)
    """Whether it was its author's first one in this community: facilitators look at those."""
    checked_at: Mapped[datetime | None] = mapped_column(Moment)
    """When a facilitator looked at it."""
    by_mail: Mapped[bool] = mapped_column(default=False)
    removed: Mapped[bool] = mapped_column(default=False)
    """Whether its author has left and taken the words along."""


class PostVersion(Base):
    """What a post said until it was changed, and by whom it was."""

    __tablename__ = "post_version"
    __table_args__ = (UniqueConstraint("post_id", "edition", name="uq_post_version"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    post_id: Mapped[str] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    edition: Mapped[int] = mapped_column()
    title: Mapped[str] = mapped_column(String(200), default="")
    """The thread's, where the post is its first."""
    text: Mapped[str] = mapped_column(Text)
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    """When this version was written."""


class Mention(Base):
    """That a post names somebody."""

    __tablename__ = "mention"
    __table_args__ = (UniqueConstraint("post_id", "person_id", name="uq_mention"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    post_id: Mapped[str] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    words: Mapped[str] = mapped_column(String(260))
    """How it names them, without the @."""


class IdeaVote(Base):
    """That somebody wants what an idea proposes."""

    __tablename__ = "idea_vote"
    __table_args__ = (UniqueConstraint("thread_id", "person_id", name="uq_idea_vote"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    thread_id: Mapped[str] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created: Mapped[datetime] = mapped_column(Moment, default=now)


class PollOption(Base):
    """One of the answers of a poll. `votes` counts also those of people who have left since."""

    __tablename__ = "poll_option"
    __table_args__ = (UniqueConstraint("thread_id", "position", name="uq_poll_option"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    thread_id: Mapped[str] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column()
    words: Mapped[str] = mapped_column(String(200))
    votes: Mapped[int] = mapped_column(default=0)


class PollVote(Base):
    """Somebody's answer to a poll: one a person, which they may change until it ends."""

    __tablename__ = "poll_vote"
    __table_args__ = (UniqueConstraint("thread_id", "person_id", name="uq_poll_vote"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    thread_id: Mapped[str] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"))
    option_id: Mapped[str] = mapped_column(ForeignKey("poll_option.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)


class StoredFile(Base):
    """The bytes of a file that somebody attached, by their SHA-256: kept once, however often it was attached."""

    __tablename__ = "stored_file"

    hashed: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int] = mapped_column()
    created: Mapped[datetime] = mapped_column(Moment, default=now)


class Attachment(Base):
    """A file of a post. The name that people gave it stands here alone, never in a path."""

    __tablename__ = "attachment"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    post_id: Mapped[str] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)
    hashed: Mapped[str] = mapped_column(ForeignKey("stored_file.hashed"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column()
    created: Mapped[datetime] = mapped_column(Moment, default=now)


class PostReport(Base):
    """What somebody found wrong with a post, and what came of it. Who reported is seen by whoever answers."""

    __tablename__ = "post_report"
    __table_args__ = (Index("ix_post_report_waiting", "answered_at", "created"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    post_id: Mapped[str] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)
    community_id: Mapped[str] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    reason: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text, default="")
    created: Mapped[datetime] = mapped_column(Moment, default=now)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    outcome: Mapped[str] = mapped_column(String(20), default="")
    """One of hub.talk.reports.OUTCOMES."""
    answer: Mapped[str] = mapped_column(Text, default="")


class ReplyAddress(Base):
    """The address by which one person answers in one thread by mail. What is in the mail is signed besides."""

    __tablename__ = "reply_address"
    __table_args__ = (UniqueConstraint("thread_id", "person_id", name="uq_reply_address"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    thread_id: Mapped[str] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    expires: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)


class MailTaken(Base):
    """A mail that came in, by the hash of its Message-ID: so that none is taken twice."""

    __tablename__ = "mail_taken"

    hashed: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    post_id: Mapped[str | None] = mapped_column(ForeignKey("post.id", ondelete="SET NULL"), index=True)
