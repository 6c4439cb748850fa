"""People in search: only who shows themselves to everybody, and of them only what everybody may see."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, and_, bindparam, case, cast, func, literal, select
from sqlalchemy.orm import Session

from hub.accounts.announcing import DOCUMENT
from hub.accounts.models import Membership, Person
from hub.index.base import Document
from hub.languages import N_, language
from hub.languages import gettext as _
from hub.organisations.models import Organisation
from hub.people.access import part_shown_to, shown_to
from hub.people.models import EVERYBODY, Profile, ProfileTopic
from hub.policy import ANONYMOUS
from hub.records.cards import Publisher, Topic
from hub.search.findable import Findable, Shown, Titles
from hub.topics.service import Vocabulary
from vocab.scheme import Concept, Scheme

WORDS: Final[dict[str, str]] = {DOCUMENT: N_("Person")}

_SHOWN: Final = shown_to(ANONYMOUS)
"""What everybody may see. The index knows nothing else of people, for nobody's eyes."""


def _public(part: str, value: Any) -> Any:
    return case((part_shown_to(part, ANONYMOUS), value), else_="").label(part)


_FIRST: Final = (
    select(Membership.organisation_id)
    .where(Membership.person_id == Profile.person_id)
    .order_by(Membership.since, Membership.id)
    .limit(1)
    .correlate(Profile)
    .scalar_subquery()
)
_URIS: Final = (
    select(func.aggregate_strings(cast(ProfileTopic.concept_uri, Text), "\n"))
    .where(ProfileTopic.person_id == Profile.person_id)
    .correlate(Profile)
    .scalar_subquery()
)
_OF_ORGANISATION: Final = and_(Organisation.id == _FIRST, Profile.sees_organisations == EVERYBODY)
_WHOLE: Final = (
    select(
        *(Person.id, Person.name, Person.touched, Profile.handle),
        *(_public("job", Profile.job), _public("about", Profile.about), _public("languages", Profile.languages)),
        *(_public("topics", func.coalesce(_URIS, "")), Organisation),
    )
    .select_from(Profile)
    .join(Person, Person.id == Profile.person_id)
    .outerjoin(Organisation, _OF_ORGANISATION)
    .where(_SHOWN)
)
"""Somebody with what everybody may see of them, and the organisation to which they have belonged longest."""


class PersonDocuments:
    """People who show themselves to everybody as documents. Who does so no more is None: the index removes them."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def ids_after(self, session: Session, id: str, limit: int) -> list[str]:
        """The next ids in order, for walking through all of them."""
        joined = select(Profile.person_id).join(Person, Person.id == Profile.person_id)
        there = joined.where(Profile.person_id > id, _SHOWN)
        return list(session.scalars(there.order_by(Profile.person_id).limit(limit)))

    def load(self, session: Session, ids: Sequence[str]) -> dict[str, Document | None]:
        """The present state of these people."""
        found: dict[str, Document | None] = dict.fromkeys(ids)
        for row in session.execute(_WHOLE.where(Profile.person_id.in_(ids))):
            found[row.id] = _document(row, self._vocabulary.scheme)
        return found


def _concepts(row: Any, scheme: Scheme) -> list[Concept]:
    return [scheme.concepts[uri] for uri in sorted(row.topics.splitlines()) if uri in scheme.concepts]


def _document(row: Any, scheme: Scheme) -> Document:
    concepts = _concepts(row, scheme)
    above = [scheme.concepts[uri] for concept in concepts for uri in scheme.ancestors(concept.uri)]
    return Document(
        id=row.id,
        document_type=DOCUMENT,
        version=row.touched,
        title=row.name,
        summary=row.job,
        body="\n".join(part for part in (row.about, row.languages) if part),
        labels=tuple(label.value for concept in concepts for label in concept.labels if label.kind == "pref"),
        organisation=row.Organisation.slug if row.Organisation else "",
        sector=row.Organisation.sector if row.Organisation else "",
        type=DOCUMENT,
        topics=tuple(concept.notation for concept in concepts),
        topics_tree=tuple(dict.fromkeys(concept.notation for concept in [*concepts, *above])),
    )


def cards(session: Session, ids: Sequence[str], scheme: Scheme, audiences: Sequence[str] = ()) -> list[Shown]:
    """Those of these people who show themselves to everybody, as everybody sees them; by one statement."""
    rows = session.execute(_WHOLE.where(Profile.person_id.in_(bindparam("ids", expanding=True))), {"ids": list(ids)})
    spoken = language()
    return [
        Shown(
            id=row.id,
            document_type=DOCUMENT,
            type=DOCUMENT,
            type_name=_(WORDS[DOCUMENT]),
            title=row.name,
            address=f"/people/{row.handle}",
            summary=row.job,
            publisher=Publisher(row.Organisation.slug, row.Organisation.name, row.Organisation.sector)
            if row.Organisation
            else None,
            topics=tuple(Topic(concept.notation, concept.pref(spoken)) for concept in _concepts(row, scheme)),
        )
        for row in rows
    ]


def _everybody(_audiences: Sequence[str]) -> ColumnElement[bool]:
    return _SHOWN


def _tagged(uris: Sequence[str]) -> ColumnElement[bool]:
    named = select(ProfileTopic.person_id).where(ProfileTopic.concept_uri.in_(uris))
    return and_(part_shown_to("topics", ANONYMOUS), Profile.person_id.in_(named))


_NAMES: Final = (
    select(
        *(Person.id, Person.name.label("title"), Profile.created.label("published")),
        *(literal(DOCUMENT).label("type"), literal("").label("language")),
        *(func.coalesce(Organisation.slug, "").label("organisation"), Organisation.sector),
        literal("").label("community"),
    )
    .select_from(Profile)
    .join(Person, Person.id == Profile.person_id)
    .outerjoin(Organisation, _OF_ORGANISATION)
)

FINDABLE: Final = Findable(cards, Titles(_NAMES, _everybody, _tagged), WORDS)
"""How people are shown and, while the index is away, found."""
