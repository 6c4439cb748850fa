"""A publisher's own categories and the topics that somebody has matched them with, source by source."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.records.keeping import Enriched
from hub.records.models import RecordRow, Tag
from hub.records.service import touch
from hub.sources.models import Source

PLACE: Final = "category"
"""The place of a reason: the record's page says it in words."""
SURE: Final = 10.0
"""The least score of a topic that a person has matched: more than most that the words of a text earn."""
A_BATCH: Final = 500

Tags = Iterable[Mapping[str, Any]]


def folded(category: str) -> str:
    """What makes two spellings one category."""
    return " ".join(category.split()).casefold()


def matched(subjects: Iterable[str], categories: Mapping[str, str]) -> dict[str, str]:
    """{topic: the category that stands for it} of a record's subjects; `categories` are {category: topic}."""
    topics = {folded(category): topic for category, topic in categories.items()}
    return {topics[folded(one)]: one for one in reversed(list(subjects)) if folded(one) in topics}


def with_categories(enriched: Enriched, subjects: Sequence[str], categories: Mapping[str, str]) -> Enriched:
    """The same with the topics of the publisher's categories among its tags."""
    topics = matched(subjects, categories)
    if not topics:
        return enriched
    found = {str(tag["concept"]): tag for tag in enriched.tags}
    for topic, category in topics.items():
        before = found.get(topic, {"concept": topic, "score": 0.0, "reasons": []})
        found[topic] = {**before, "score": max(float(before["score"]), SURE), "reasons": _with(before, topic, category)}
    return replace(enriched, tags=tuple(found.values()))


def remap(session: Session, source: Source, categories: Mapping[str, str]) -> None:
    """Match the source's categories anew: records that have one of them get the topic, or lose it, at once."""
    before, source.categories = dict(source.categories), dict(categories)
    if before == source.categories:
        return
    living = select(RecordRow.id, RecordRow.subjects).where(
        RecordRow.source_id == source.id, RecordRow.withdrawn_at.is_(None)
    )
    wanted = {
        row.id: matched(row.subjects, categories)
        for row in session.execute(living)
        if matched(row.subjects, before) != matched(row.subjects, categories)
    }
    ids = list(wanted)
    for at in range(0, len(ids), A_BATCH):
        _retag(session, {id: wanted[id] for id in ids[at : at + A_BATCH]})


def _retag(session: Session, wanted: Mapping[str, Mapping[str, str]]) -> None:
    held: dict[str, dict[str, Tag]] = {id: {} for id in wanted}
    for tag in session.scalars(select(Tag).where(Tag.record_id.in_(wanted))):
        held[tag.record_id][tag.concept_uri] = tag
    for id, topics in wanted.items():
        for topic, tag in held[id].items():
            if topic not in topics:
                _without(session, tag)
        for topic, category in topics.items():
            row = held[id].get(topic) or Tag(record_id=id, concept_uri=topic, score=0.0, reasons=[])
            row.score, row.reasons = max(row.score, SURE), _with({"reasons": row.reasons}, topic, category)
            session.add(row)
    touch(session, list(session.scalars(select(RecordRow).where(RecordRow.id.in_(wanted)))))


def _with(tag: Mapping[str, Any], topic: str, category: str) -> list[dict[str, Any]]:
    reason = {"label": category, "place": PLACE, "language": "", "concept": topic, "count": 1}
    return [reason, *(one for one in tag["reasons"] if one["place"] != PLACE)]


def _without(session: Session, tag: Tag) -> None:
    """Take the category away as a reason; a suggestion without any other goes with it."""
    others = [one for one in tag.reasons if one["place"] != PLACE]
    if others == tag.reasons:
        return
    if not others and tag.state == "suggested":
        session.delete(tag)
    else:
        tag.reasons = others
