"""Records as the index sees them: `jobs` hands this to the index worker, which never reads our tables itself."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from hub.index.base import Document
from hub.organisations.models import Organisation
from hub.records.models import RecordRow, Tag
from hub.topics.service import Vocabulary
from vocab.scheme import Scheme

BODY = 200_000
"""Characters of a text that the index takes: a page of search costs by the text it marks."""


class RecordDocuments:
    """Living records as documents. A withdrawn one is None: the index removes it."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def ids_after(self, session: Session, id: str, limit: int) -> list[str]:
        """The next ids in order, for walking through all of them."""
        return list(
            session.scalars(
                select(RecordRow.id)
                .where(RecordRow.id > id, RecordRow.withdrawn_at.is_(None))
                .order_by(RecordRow.id)
                .limit(limit)
            )
        )

    def load(self, session: Session, ids: Sequence[str]) -> dict[str, Document | None]:
        """The present state of these records."""
        rows = session.execute(
            select(RecordRow, Organisation)
            .join(Organisation, Organisation.id == RecordRow.organisation_id)
            .where(RecordRow.id.in_(ids), RecordRow.withdrawn_at.is_(None))
            .options(undefer(RecordRow.text), undefer(RecordRow.lemmas), undefer(RecordRow.title_lemmas))
        ).all()
        tags: dict[str, list[str]] = {}
        for record_id, uri in session.execute(
            select(Tag.record_id, Tag.concept_uri)
            .where(Tag.record_id.in_(ids), Tag.state != "rejected")
            .order_by(Tag.score.desc(), Tag.concept_uri)
        ):
            tags.setdefault(record_id, []).append(uri)
        scheme = self._vocabulary.scheme
        found: dict[str, Document | None] = dict.fromkeys(ids)
        for row, organisation in rows:
            found[row.id] = _document(row, organisation, tags.get(row.id, []), scheme)
        return found


def _document(row: RecordRow, organisation: Organisation, uris: list[str], scheme: Scheme) -> Document:
    concepts = [scheme.concepts[uri] for uri in uris if uri in scheme.concepts]
    above = [scheme.concepts[uri] for concept in concepts for uri in scheme.ancestors(concept.uri)]
    return Document(
        id=row.id,
        version=row.touched,
        title=row.title,
        summary=row.summary,
        body=row.text[:BODY],
        keywords=tuple(row.subjects),
        language=row.language,
        lemmas=row.lemmas,
        title_lemmas=row.title_lemmas,
        labels=tuple(label.value for concept in concepts for label in concept.labels if label.kind == "pref"),
        organisation=organisation.slug,
        sector=organisation.sector,
        type=row.type,
        topics=tuple(concept.notation for concept in concepts),
        topics_tree=tuple(dict.fromkeys(concept.notation for concept in [*concepts, *above])),
        source=row.source_id,
        published=row.published,
        audience=(row.audience,) if row.audience else (),
    )
