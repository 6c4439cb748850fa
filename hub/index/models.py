"""The outbox: which documents the index has still to be told of."""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import NEVER_REUSED, Base, Moment, now


class IndexOutbox(Base):
    """One document to bring up to date. The row says only *which*; the index worker reads the current state."""

    __tablename__ = "index_outbox"
    __table_args__ = (
        Index("ix_index_outbox_document", "document_type", "document_id"),
        # A slow deliverer would delete the wrong row if a number came again.
        NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    document_type: Mapped[str] = mapped_column(String(20))
    document_id: Mapped[str] = mapped_column(String(36))
    version: Mapped[int]
    created: Mapped[datetime] = mapped_column(Moment, default=now)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
