"""The newest that is there already, for communities and searches that are new: a library is full on its first day."""

import logging
from collections import defaultdict
from dataclasses import replace
from typing import Final

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from hub.communities.forms import with_narrower
from hub.communities.models import Community
from hub.communities.service import concepts_of
from hub.db import Database, locking, now
from hub.errors import BadInput, Busy, IndexUnavailable
from hub.index.base import RECORD, IndexReader
from hub.library.feeding import (
    LIVING,
    follow_renamed,
    put_waiting,
    renamed_lately,
    search_reason,
    told_of_hidden,
    topic_reason,
)
from hub.library.models import LibraryFilled, LibraryItem, LibrarySearch
from hub.library.service import PIN, WAITING
from hub.notices.service import withdraw_notices
from hub.records.audiences import shown_to
from hub.records.models import RecordRow, Tag
from hub.search.saved import SavedQueries
from hub.topics.service import Vocabulary

NEWEST: Final = 50
"""Documents that a new community, or a new search, begins with."""

log = logging.getLogger(__name__)


def fill_due(database: Database, reader: IndexReader, vocabulary: Vocabulary, queries: SavedQueries) -> None:
    """Look through what is there for communities that are new or have other topics, and for new searches; and have
    documents keep their places that stand elsewhere now, and nothing tell of pins of what is not to be shown.

    Harmless when two do so at once. While the index is away, searches wait for it.
    """
    with database.reading() as session:
        renamed, hidden = renamed_lately(session), told_of_hidden(session)
        communities = list(session.scalars(_due_communities()))
        searches = list(session.scalars(_due_searches()))
    if renamed or hidden:
        with database.writing() as session:
            follow_renamed(session, renamed)
            withdraw_notices(session, PIN, hidden)
    for id in communities:
        with database.writing() as session:
            _fill_topics(session, id, vocabulary)
    for id in searches:
        try:
            _fill_search(database, id, reader, queries)
        except (IndexUnavailable, Busy) as error:
            log.warning("Libraries of communities wait for the index: %s", error)
            return


def _due_communities() -> Select[str]:
    there = select(Community.id).outerjoin(LibraryFilled, LibraryFilled.community_id == Community.id).where(LIVING)
    return there.where(LibraryFilled.touched.is_distinct_from(Community.touched)).order_by(Community.created)


def _due_searches() -> Select[str]:
    there = select(LibrarySearch.id).join(Community).where(LIVING, LibrarySearch.paused.is_(False))
    return there.where(LibrarySearch.filled_at.is_(None)).order_by(LibrarySearch.created)


def _fill_topics(session: Session, community_id: str, vocabulary: Vocabulary) -> None:
    community = session.scalar(locking(select(Community).where(Community.id == community_id)))
    if community is None:
        return
    done = session.get(LibraryFilled, community_id) or LibraryFilled(community_id=community_id, concepts=[])
    uris = concepts_of(session, community_id)
    if uris != done.concepts:
        _drop(session, community_id, set(done.concepts) - set(uris))
        put_waiting(session, _newest_on(session, community_id, uris, vocabulary))
    done.concepts, done.touched = uris, community.touched
    session.add(done)


def _newest_on(
    session: Session, community_id: str, uris: list[str], vocabulary: Vocabulary
) -> dict[tuple[str, str], list[str]]:
    """Why each of the newest documents on these topics, or on narrower ones, is for the community."""
    above: dict[str, list[str]] = defaultdict(list)
    for uri in uris:
        for below in with_narrower([uri], vocabulary.scheme):
            above[below].append(uri)
    tagged = select(Tag.record_id).where(Tag.concept_uri.in_(sorted(above)), Tag.state != "rejected")
    newest = select(RecordRow.id).where(RecordRow.id.in_(tagged), RecordRow.withdrawn_at.is_(None), shown_to(()))
    ids = list(session.scalars(newest.order_by(RecordRow.published.desc().nulls_last(), RecordRow.id).limit(NEWEST)))
    tags = select(Tag.record_id, Tag.concept_uri).where(Tag.record_id.in_(ids), Tag.state != "rejected")
    why: dict[tuple[str, str], list[str]] = defaultdict(list)
    for record_id, below in session.execute(tags.order_by(Tag.score.desc(), Tag.id)):
        for uri in above.get(below, ()):
            if topic_reason(uri) not in why[community_id, record_id]:
                why[community_id, record_id].append(topic_reason(uri))
    return why


def _fill_search(database: Database, id: str, reader: IndexReader, queries: SavedQueries) -> None:
    with database.reading() as session:
        row = session.get(LibrarySearch, id)
    if row is None:
        return
    trouble, ids = "", list[str]()
    try:
        ids = newest_found(reader, queries, row.asked, NEWEST)[0]
    except BadInput as error:
        trouble = str(error)
    with database.writing() as session:
        kept = session.scalar(locking(select(LibrarySearch).where(LibrarySearch.id == id)))
        if kept is not None:
            kept.filled_at, kept.trouble = now(), trouble
            put_waiting(session, {(kept.community_id, one): [search_reason(id)] for one in ids})


def newest_found(reader: IndexReader, queries: SavedQueries, asked: str, size: int) -> tuple[list[str], int]:
    """The newest documents that a kept search finds, and how many it finds in all. IndexUnavailable, BadInput."""
    query = queries.query(asked)
    filters = {**query.filters, "document_type": (RECORD,)}
    page = reader.search(replace(query, filters=filters, sort="newest", size=size, facets=(), shown=False))
    return [hit.id for hit in page.hits], page.total


def drop_search(session: Session, row: LibrarySearch) -> None:
    """Delete a search; what waits because of it alone waits no more."""
    community_id, reason = row.community_id, search_reason(row.id)
    session.delete(row)
    _drop_reasons(session, community_id, {reason})


def _drop(session: Session, community_id: str, uris: set[str]) -> None:
    if uris:
        _drop_reasons(session, community_id, {topic_reason(uri) for uri in uris})


def _drop_reasons(session: Session, community_id: str, reasons: set[str]) -> None:
    for item in session.scalars(select(LibraryItem).where(LibraryItem.community_id == community_id)).all():
        left = [one for one in item.why if one not in reasons]
        if item.state == WAITING and item.why and not left:
            session.execute(delete(LibraryItem).where(LibraryItem.id == item.id))
        elif left != item.why:
            item.why = left
    session.flush()
