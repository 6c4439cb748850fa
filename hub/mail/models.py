"""The outbox of mails: what is to be sent, what was sent, and what could not be."""

from datetime import datetime

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base, Moment, new_id, now

LONGEST_ADDRESS = 254
"""Characters of a mail address (RFC 5321, erratum 1690)."""


class Mail(Base):
    """One mail to one recipient. `state` is queued, sent or failed; who holds the lease hands it to the relay."""

    __tablename__ = "mail_outbox"
    __table_args__ = (Index("ix_mail_outbox_due", "state", "next_try"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    """Also what the Message-ID is made of, so that a mail which is sent twice can be known as one."""
    key: Mapped[str] = mapped_column(String(200), unique=True)
    """What makes it the same mail: an event that is told twice is one mail."""
    recipient: Mapped[str] = mapped_column(String(LONGEST_ADDRESS))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text, default="")
    """Empty: made of the text when it is sent."""
    language: Mapped[str] = mapped_column(String(20), default="")
    unsubscribe: Mapped[str] = mapped_column(String(900), default="")
    """Where a POST ends this kind of mail (RFC 8058); empty where there is nothing to end."""
    reply_to: Mapped[str] = mapped_column(String(LONGEST_ADDRESS), default="")
    """Where an answer goes; empty: to the sender."""
    person_id: Mapped[str] = mapped_column(String(36), default="")
    """Whose account it is for: once that is suspended or closed it is thrown away. Empty: for the address itself."""
    circles: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Ids of organisations and communities that they must still belong to when it is sent."""
    state: Mapped[str] = mapped_column(String(10), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    first_try: Mapped[datetime | None] = mapped_column(Moment)
    """When it was first tried: a mail that waited for us is not given up because it is old."""
    next_try: Mapped[datetime] = mapped_column(Moment, default=now)
    """Not before; of a mail that failed: when it did."""
    created: Mapped[datetime] = mapped_column(Moment, default=now)
    sent: Mapped[datetime | None] = mapped_column(Moment)
    error: Mapped[str] = mapped_column(Text, default="")
    """Why the last try failed, with the relay's words."""
    lease: Mapped[str] = mapped_column(String(36), default="")
    """Who is at it: a name that a mailer gives itself for each try."""
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
