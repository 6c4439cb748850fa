"""Records among what is found."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, literal, select

from hub.organisations.models import Organisation
from hub.records.audiences import shown_to
from hub.records.cards import TYPE_NAMES, cards
from hub.records.models import RecordRow, Tag
from hub.search.findable import Findable, Titles


def _tagged(uris: Sequence[str]) -> ColumnElement[bool]:
    tagged: Any = select(Tag.record_id).where(Tag.concept_uri.in_(uris), Tag.state != "rejected")
    return RecordRow.id.in_(tagged)


_LIVING: Final = (
    select(
        *(RecordRow.id, RecordRow.title, RecordRow.published, RecordRow.type, RecordRow.language),
        *(Organisation.slug.label("organisation"), Organisation.sector, literal("").label("community")),
    )
    .join(Organisation, Organisation.id == RecordRow.organisation_id)
    .where(RecordRow.withdrawn_at.is_(None))
)

RECORDS: Final = Findable(cards, Titles(_LIVING, shown_to, _tagged), TYPE_NAMES)
"""How records are shown and, while the index is away, found."""
