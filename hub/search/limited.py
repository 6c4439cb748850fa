"""Limited search: what the database alone can answer while the index is away. Titles and topics, newest first."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, not_, or_, select, union_all
from sqlalchemy.orm import Session

from federation.record import as_moment
from hub.index.base import PUBLIC, Clause, Expansion, Hit, Rights, SearchPage, Span
from hub.search.findable import Findable, Titles
from hub.search.parse import parse
from hub.search.service import PAGE, Asked, Found
from hub.topics.service import Vocabulary


def find_limited(
    session: Session,
    asked: Asked,
    vocabulary: Vocabulary,
    findable: Mapping[str, Findable],
    *,
    expansions: Sequence[Expansion] = (),
    page: int = 1,
    size: int = PAGE,
    rights: Rights = PUBLIC,
) -> Found:
    """What has all the words in its title, or is tagged with a topic which the words name; no facets.

    Every title is looked at, so it is slower than the index; it is for the minutes until that is back.
    """
    wanted = asked.filters.get("document_type", tuple(findable))
    titles = {name: one.titles for name, one in findable.items() if name in wanted}
    matching = union_all(*(_matching(name, one, asked, vocabulary, expansions, rights) for name, one in titles.items()))
    every = matching.subquery()
    total = session.scalar(select(func.count()).select_from(every)) or 0
    newest_first = select(every).order_by(every.c.published.desc().nulls_last(), every.c.id)
    rows = session.execute(newest_first.limit(size).offset((page - 1) * size))
    hits = tuple(Hit(row.id, 0.0, (Span(row.title, False),), (), row.document_type) for row in rows)
    return Found(SearchPage(hits, total, {}), expansions=tuple(expansions), limited=True)


def _matching(
    name: str,
    titles: Titles,
    asked: Asked,
    vocabulary: Vocabulary,
    expansions: Sequence[Expansion],
    rights: Rights,
) -> Select[Any]:
    """id, title, published and document type of what one type has."""
    columns = titles.rows.selected_columns
    found = titles.rows.with_only_columns(
        columns["id"], columns["title"], columns["published"], literal(name).label("document_type")
    )
    public = titles.shown_to(())
    allowed = and_(not_(public), titles.shown_to(rights.audiences)) if rights.audiences else public
    return found.where(
        allowed,
        *_filters(asked, titles, vocabulary),
        *_words(asked, titles, vocabulary, expansions),
    )


def _filters(asked: Asked, titles: Titles, vocabulary: Vocabulary) -> Iterable[ColumnElement[bool]]:
    columns = titles.rows.selected_columns
    for name, values in asked.filters.items():
        if name == "topic":
            yield _tagged(titles, vocabulary, values)
        elif name != "document_type":
            yield columns[name].in_(values)
    if asked.since:
        yield columns["published"] >= as_moment(asked.since)
    if asked.until:
        yield columns["published"] < as_moment(asked.until) + timedelta(days=1)


def _words(
    asked: Asked, titles: Titles, vocabulary: Vocabulary, expansions: Sequence[Expansion]
) -> Iterable[ColumnElement[bool]]:
    title = titles.rows.selected_columns["title"]
    clauses = parse(asked.text)
    wanted = [_in_title(title, clause) for clause in clauses if not clause.excluded]
    yield from (not_(_in_title(title, clause)) for clause in clauses if clause.excluded)
    if wanted:
        topics = [one.topic for one in expansions]
        yield or_(and_(*wanted), _tagged(titles, vocabulary, topics)) if topics else and_(*wanted)


def _in_title(title: ColumnElement[str], clause: Clause) -> ColumnElement[bool]:
    return or_(*(title.icontains(one.text, autoescape=True) for one in (clause, *clause.alternatives)))


def _tagged(titles: Titles, vocabulary: Vocabulary, notations: Iterable[str]) -> ColumnElement[bool]:
    """Tagged with one of these topics or with one below it."""
    scheme = vocabulary.scheme
    waiting = [concept.uri for one in notations if (concept := vocabulary.by_notation(one))]
    uris: set[str] = set()
    while waiting:
        uri = waiting.pop()
        if uri not in uris:
            uris.add(uri)
            waiting += [concept.uri for concept in scheme.narrower(uri)]
    return titles.tagged(sorted(uris)) if uris else false()
