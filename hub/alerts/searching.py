"""What was written, tried with the searches that people follow; what organisations publish is matched in matching.py.

As there, the matcher is asked outside of any transaction.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import select

from hub.alerts.happenings import BEGINNINGS
from hub.alerts.searches import Means, followed_by
from hub.db import Database
from hub.events.documents import EventDocuments
from hub.index.base import Document
from hub.index.worker import Documents
from hub.notices.following import SEARCH
from hub.notices.models import Happening
from hub.talk.documents import ThreadDocuments
from hub.topics.service import Vocabulary

NEW: Final = (*BEGINNINGS, "event")
"""What is found by a search when it is new: a discussion of any kind, a meeting."""

AT_ONCE: Final = 500
"""Happenings that are tried together."""


def waiting(database: Database, means: Means) -> Mapping[int, Sequence[str]]:
    """{happening that is to be told: hashes of the followed searches that find it}, the oldest first.

    IndexUnavailable, Busy.
    """
    untold = select(Happening.id, Happening.what, Happening.thing, Happening.thing_id)
    with database.reading() as session:
        rows = session.execute(untold.where(Happening.told_at.is_(None)).order_by(Happening.id).limit(AT_ONCE)).all()
        documents: list[Document] = []
        for thing, theirs in _documents(means.vocabulary).items():
            ids = [row.thing_id for row in rows if row.thing == thing and row.what in NEW]
            documents += [one for one in theirs.load(session, ids).values() if one is not None] if ids else []
        scheme = means.vocabulary.scheme
        saved = followed_by(session, (SEARCH,), queries=means.queries, scheme=scheme) if documents else {}
    found: dict[str, list[str]] = {}
    for hashed, some in (means.matcher.match(documents, saved).found if saved else {}).items():
        for id in some:
            found.setdefault(id, []).append(hashed)
    return {row.id: found.get(row.thing_id, []) if row.what in NEW else [] for row in rows}


def _documents(vocabulary: Vocabulary) -> dict[str, Documents]:
    """How the things of such happenings are read, as the index has them."""
    return {"thread": ThreadDocuments(vocabulary), "event": EventDocuments(vocabulary)}
