"""What feeds libraries: new documents on their topics or found by their searches wait there for a facilitator."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.orm import Session, aliased

from hub.communities.models import Community, CommunityConcept
from hub.db import alone, now
from hub.index.base import Document, Query
from hub.library.models import LibraryItem, LibrarySearch
from hub.library.service import LOCK, PIN, PINNED, REJECTED, WAITING
from hub.notices.models import Happening
from hub.records.keeping import SHORTEST_WORK
from hub.records.models import KeptOut, RecordRow
from hub.search.saved import SavedQueries
from hub.topics.service import Vocabulary

MOST_WAITING: Final = 500
"""Documents that wait in one library; of more the oldest finds are let go."""

AT_ONCE: Final = 500

LATELY: Final = timedelta(days=2)
"""How long it is looked whether what is gone has come again elsewhere; later it is seen when that comes."""

Why = Mapping[tuple[str, str], Sequence[str]]
"""(id of a community, id of a document) -> what brought it there."""

_DECIDED: Final = LibraryItem.state.in_((PINNED, REJECTED))
LIVING: Final = Community.archived_at.is_(None)


class LibraryTaker:
    """Takes public documents into the libraries that they are for (hub.alerts.matching.Taker): new and changed ones.

    What is restricted to an organisation comes into a library by hand alone.
    """

    changed = True

    def __init__(self, vocabulary: Vocabulary, queries: SavedQueries) -> None:
        self._vocabulary = vocabulary
        self._queries = queries

    def searches(self, session: Session) -> Mapping[str, Query]:
        """Those of living communities that are not paused, by their ids."""
        return {row.id: self._queries.query(row.asked) for row in session.scalars(_active())}

    def take(self, session: Session, documents: Mapping[str, Document], found: Mapping[str, tuple[str, ...]]) -> None:
        """By topic a look into a table, as a document names all topics above its own; by search what was matched."""
        public = [one for one in documents.values() if not one.audience]
        if not public:
            return
        why = _by_topic(public, self._communities_of_topics(session))
        for id, reasons in _by_search(public, found, _communities_of_searches(session)).items():
            why[id] = [*why.get(id, ()), *reasons]
        follow_renamed(session, _gone_before(session, [one.id for one in public]))
        put_waiting(session, why)

    def _communities_of_topics(self, session: Session) -> dict[str, list[tuple[str, str]]]:
        """{notation: [(community, URI)]}."""
        about = select(CommunityConcept.community_id, CommunityConcept.concept_uri)
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        concepts = self._vocabulary.scheme.concepts
        for community_id, uri in session.execute(about.join(Community).where(LIVING)):
            if uri in concepts:
                found[concepts[uri].notation].append((community_id, uri))
        return found


def put_waiting(session: Session, why: Why) -> None:
    """Have these documents wait in these libraries, but for those that somebody has decided about. Idempotent."""
    if not why:
        return
    alone(session, LOCK)
    for community_id in sorted({community_id for community_id, _ in why}):
        theirs = {record_id: reasons for (one, record_id), reasons in why.items() if one == community_id}
        _put(session, community_id, theirs)


def _put(session: Session, community_id: str, why: Mapping[str, Sequence[str]]) -> None:
    if session.scalar(select(Community.id).where(Community.id == community_id)) is None:
        return
    ids = sorted(why)
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        of_it = select(LibraryItem).where(LibraryItem.community_id == community_id, LibraryItem.record_id.in_(some))
        held = {item.record_id: item for item in session.scalars(of_it)}
        public = RecordRow.withdrawn_at.is_(None) & RecordRow.audience.is_(None)
        for record_id in session.scalars(select(RecordRow.id).where(RecordRow.id.in_(some), public)):
            item = held.get(record_id)
            if item is None:
                reasons = list(why[record_id])
                session.add(LibraryItem(community_id=community_id, record_id=record_id, state=WAITING, why=reasons))
            else:
                # Of what was decided, too: it says why it waits when that is taken back.
                item.why = list(dict.fromkeys([*item.why, *why[record_id]]))
        session.flush()
    _let_go(session, community_id)


def _let_go(session: Session, community_id: str) -> None:
    waiting = (LibraryItem.community_id == community_id) & (LibraryItem.state == WAITING)
    number = session.scalar(select(func.count()).select_from(LibraryItem).where(waiting)) or 0
    if number > MOST_WAITING:
        newest_first = (
            select(LibraryItem.id).where(waiting).order_by(LibraryItem.found_at.desc(), LibraryItem.id.desc())
        )
        rest = list(session.scalars(newest_first.offset(MOST_WAITING)))
        session.execute(delete(LibraryItem).where(LibraryItem.id.in_(rest)))


def follow_renamed(session: Session, gone: Iterable[str]) -> None:
    """A document that is gone and has come again at its publisher's under another identifier keeps its place here.

    It is the same when it stands at the same address, or has the same text and that is not just a few words.
    """
    ids = list(gone)
    if not ids:
        return
    alone(session, LOCK)
    for item in session.scalars(select(LibraryItem).where(LibraryItem.record_id.in_(ids), _DECIDED)).all():
        old = session.get_one(RecordRow, item.record_id)
        new = _successor(session, old)
        if old.withdrawn_at is None or new is None:
            continue
        there = select(LibraryItem).where(LibraryItem.community_id == item.community_id)
        other = session.scalar(there.where(LibraryItem.record_id == new.id))
        if other is not None and other.state != WAITING:
            continue
        if other is not None:
            item.why = list(dict.fromkeys([*item.why, *other.why]))
            session.delete(other)
            session.flush()
        item.record_id, item.version = new.id, new.version
        session.flush()


def told_of_hidden(session: Session) -> list[str]:
    """Pins of documents that somebody has decided not to show, of which notices still tell by their titles."""
    hidden = select(LibraryItem.id).join(KeptOut, KeptOut.record_id == LibraryItem.record_id)
    told = hidden.join(Happening, (Happening.thing == PIN) & (Happening.thing_id == LibraryItem.id))
    return list(session.scalars(told))


def _gone_before(session: Session, new: Sequence[str]) -> list[str]:
    """Decided documents that were withdrawn before one of these new ones took their place."""
    if not new:
        return []
    fresh = aliased(RecordRow)
    same = or_(fresh.url == RecordRow.url, fresh.text_hash == RecordRow.text_hash)
    old = select(RecordRow.id).join(LibraryItem, LibraryItem.record_id == RecordRow.id)
    old = old.join(fresh, (fresh.source_id == RecordRow.source_id) & same)
    old = old.where(_DECIDED, RecordRow.withdrawn_at.is_not(None), fresh.id.in_(new), fresh.id != RecordRow.id)
    return list(session.scalars(old.distinct()))


def renamed_lately(session: Session) -> list[str]:
    """Decided documents that were withdrawn lately and are there again: the new place often comes before that."""
    lately = RecordRow.withdrawn_at >= now() - LATELY
    # Correlated: from the few that were withdrawn to their items, never through all items.
    held = select(LibraryItem.id).where(LibraryItem.record_id == RecordRow.id, _DECIDED).exists()
    gone = select(RecordRow).where(lately, held)
    return [old.id for old in session.scalars(gone).all() if _successor(session, old)]


def _successor(session: Session, old: RecordRow) -> RecordRow | None:
    same = RecordRow.url == old.url
    if old.text_hash and len(old.text.split()) >= SHORTEST_WORK:
        same = or_(same, RecordRow.text_hash == old.text_hash)
    living = select(RecordRow).where(RecordRow.source_id == old.source_id, RecordRow.withdrawn_at.is_(None), same)
    return session.scalar(living.order_by((RecordRow.url == old.url).desc(), RecordRow.first_seen.desc()).limit(1))


def _active() -> Select[LibrarySearch]:
    return select(LibrarySearch).join(Community).where(LIVING, LibrarySearch.paused.is_(False))


def _communities_of_searches(session: Session) -> dict[str, str]:
    return {row.id: row.community_id for row in session.scalars(_active())}


def _by_topic(
    documents: Sequence[Document], communities: Mapping[str, Sequence[tuple[str, str]]]
) -> dict[tuple[str, str], list[str]]:
    why: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in documents:
        for notation in one.topics_tree:
            for community_id, uri in communities.get(notation, ()):
                why[community_id, one.id].append(topic_reason(uri))
    return why


def _by_search(
    documents: Sequence[Document], found: Mapping[str, tuple[str, ...]], communities: Mapping[str, str]
) -> dict[tuple[str, str], list[str]]:
    public = {one.id for one in documents}
    why: dict[tuple[str, str], list[str]] = defaultdict(list)
    for search_id, ids in found.items():
        for id in ids:
            if id in public and search_id in communities:
                why[communities[search_id], id].append(search_reason(search_id))
    return why


def topic_reason(uri: str) -> str:
    """How an item says that it is there for a topic of its community."""
    return f"topic {uri}"


def search_reason(id: str) -> str:
    """How an item says that it is there because a search of its community found it."""
    return f"search {id}"
