"""Limited search: what the database alone can answer while the index is away. Titles and topics, newest first."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from federation.record import as_moment
from hub.index.base import PUBLIC, Clause, Expansion, Hit, Rights, SearchPage, Span
from hub.organisations.models import Organisation
from hub.records.audiences import only_for, shown_to
from hub.records.models import RecordRow, Tag
from hub.search.parse import parse
from hub.search.service import PAGE, Asked, Found
from hub.topics.service import Vocabulary


def find_limited(
    session: Session,
    asked: Asked,
    vocabulary: Vocabulary,
    *,
    expansions: Sequence[Expansion] = (),
    page: int = 1,
    size: int = PAGE,
    rights: Rights = PUBLIC,
) -> Found:
    """Documents whose title has all the words, or that are tagged with a topic which the words name; no facets.

    Every title is looked at, so it is slower than the index; it is for the minutes until that is back.
    """
    matching = (
        select(RecordRow.id, RecordRow.title)
        .join(Organisation, Organisation.id == RecordRow.organisation_id)
        .where(
            RecordRow.withdrawn_at.is_(None),
            only_for(rights.audiences) if rights.audiences else shown_to(()),
            *_filters(asked, vocabulary),
            *_words(asked, vocabulary, expansions),
        )
    )
    total = session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    newest_first = matching.order_by(RecordRow.published.desc().nulls_last(), RecordRow.id)
    rows = session.execute(newest_first.limit(size).offset((page - 1) * size))
    hits = tuple(Hit(id, 0.0, (Span(title, False),), ()) for id, title in rows)
    return Found(SearchPage(hits, total, {}), expansions=tuple(expansions), limited=True)


def _filters(asked: Asked, vocabulary: Vocabulary) -> Iterable[ColumnElement[bool]]:
    columns = {
        "sector": Organisation.sector,
        "organisation": Organisation.slug,
        "type": RecordRow.type,
        "language": RecordRow.language,
    }
    for name, values in asked.filters.items():
        yield _tagged(vocabulary, values) if name == "topic" else columns[name].in_(values)
    if asked.since:
        yield RecordRow.published >= as_moment(asked.since)
    if asked.until:
        yield RecordRow.published < as_moment(asked.until) + timedelta(days=1)


def _words(asked: Asked, vocabulary: Vocabulary, expansions: Sequence[Expansion]) -> Iterable[ColumnElement[bool]]:
    clauses = parse(asked.text)
    titles = [_in_title(clause) for clause in clauses if not clause.excluded]
    yield from (not_(_in_title(clause)) for clause in clauses if clause.excluded)
    if titles:
        topics = [one.topic for one in expansions]
        yield or_(and_(*titles), _tagged(vocabulary, topics)) if topics else and_(*titles)


def _in_title(clause: Clause) -> ColumnElement[bool]:
    return or_(*(RecordRow.title.icontains(one.text, autoescape=True) for one in (clause, *clause.alternatives)))


def _tagged(vocabulary: Vocabulary, notations: Iterable[str]) -> ColumnElement[bool]:
    """Tagged with one of these topics or with one below it."""
    scheme = vocabulary.scheme
    waiting = [concept.uri for one in notations if (concept := vocabulary.by_notation(one))]
    uris: set[str] = set()
    while waiting:
        uri = waiting.pop()
        if uri not in uris:
            uris.add(uri)
            waiting += [concept.uri for concept in scheme.narrower(uri)]
    tagged: Any = select(Tag.record_id).where(Tag.concept_uri.in_(sorted(uris)), Tag.state != "rejected")
    return RecordRow.id.in_(tagged)
