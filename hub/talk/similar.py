"""What there is already before somebody asks: threads that they may read, and documents that everybody may."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.communities.access import talk_shown_to
from hub.communities.models import Community
from hub.errors import IndexUnavailable
from hub.index.base import PUBLIC, RECORD, Clause, IndexReader, Query, Rights
from hub.policy import Actor, audiences
from hub.records.cards import Card, cards
from hub.talk.documents import TYPE
from hub.talk.lists import Line, lines_of
from hub.talk.models import Thread
from vocab.scheme import Scheme

THREADS: Final = 4
RECORDS: Final = 4
WORDS: Final = 12
SHORTEST: Final = 4
"""Letters of a word that says something."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Similar:
    """What is like a draft, best first."""

    threads: Sequence[Line] = ()
    records: Sequence[Card] = ()

    def __bool__(self) -> bool:
        return bool(self.threads or self.records)


def similar(session: Session, reader: IndexReader, scheme: Scheme, title: str, *, actor: Actor) -> Similar:
    """Nothing while the index is away: then one writes without it."""
    clauses = _clauses(title)
    if not clauses:
        return Similar()
    try:
        threads = _found(reader, clauses, PUBLIC, THREADS, TYPE)
        if allowed := audiences(actor):
            threads = [*_found(reader, clauses, Rights(allowed), THREADS, TYPE), *threads]
        found = _found(reader, clauses, PUBLIC, RECORDS, RECORD)
    except IndexUnavailable as error:
        log.warning("Nothing similar is looked for: %s", error)
        return Similar()
    return Similar(_threads(session, threads, actor)[:THREADS], cards(session, found, scheme))


def _clauses(title: str) -> tuple[Clause, ...]:
    words = dict.fromkeys(word.casefold() for word in title.replace("?", " ").split())
    said = [word.strip(".,;:!()“”\"'") for word in words]
    return tuple(Clause(word) for word in said if len(word) >= SHORTEST)[:WORDS]


def _found(
    reader: IndexReader, clauses: tuple[Clause, ...], rights: Rights, size: int, document_type: str
) -> list[str]:
    filters = {"document_type": (document_type,)}
    all_words = Query(rights=rights, clauses=clauses, filters=filters, size=size, facets=(), any_word=True)
    return [hit.id for hit in reader.search(all_words).hits]


def _threads(session: Session, ids: Sequence[str], actor: Actor) -> list[Line]:
    """In this order, and as they may be read now: an index may be late."""
    asked = select(Thread).join(Community, Community.id == Thread.community_id)
    asked = asked.where(Thread.id.in_(ids), Thread.hidden_at.is_(None), talk_shown_to(audiences(actor)))
    rows = {row.id: row for row in session.scalars(asked)}
    return lines_of(session, [rows[id] for id in dict.fromkeys(ids) if id in rows])
