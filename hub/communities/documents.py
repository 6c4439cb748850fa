"""Communities in search: as the index sees them, as results show them, and by name while the index is away."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, bindparam, cast, func, literal, select
from sqlalchemy.orm import Session

from hub.communities.access import VISIBILITIES, found_by, talk_of
from hub.communities.models import Community, CommunityConcept
from hub.communities.service import DOCUMENT
from hub.index.base import Document
from hub.languages import N_, language, ngettext
from hub.languages import gettext as _
from hub.organisations.models import Organisation
from hub.policy import EVERY
from hub.records.cards import Publisher, Topic, day_of
from hub.search.findable import Findable, Shown, Titles, Within
from hub.topics.service import Vocabulary
from vocab.scheme import Concept, Scheme

WORDS: Final[dict[str, str]] = {DOCUMENT: N_("Community")}


class CommunityDocuments:
    """Communities as documents: what they say of themselves, not what is said in them. Archived ones stay."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def ids_after(self, session: Session, id: str, limit: int) -> list[str]:
        """The next ids in order, for walking through all of them."""
        return list(session.scalars(select(Community.id).where(Community.id > id).order_by(Community.id).limit(limit)))

    def load(self, session: Session, ids: Sequence[str]) -> dict[str, Document | None]:
        """The present state of these communities."""
        rows = session.execute(_WHOLE.where(Community.id.in_(ids))).all()
        scheme = self._vocabulary.scheme
        found: dict[str, Document | None] = dict.fromkeys(ids)
        for row, organisation, uris in rows:
            found[row.id] = _document(row, organisation, _concepts(uris, scheme), scheme)
        return found


def _concepts_of_it() -> Any:
    joined = func.aggregate_strings(cast(CommunityConcept.concept_uri, Text), "\n")
    return (
        select(joined)
        .where(CommunityConcept.community_id == Community.id)
        .correlate(Community)
        .scalar_subquery()
        .label("uris")
    )


_WHOLE: Final = select(Community, Organisation, _concepts_of_it()).join(
    Organisation, Organisation.id == Community.organisation_id
)
"""A community, the organisation that answers for it, and a line for each of its topics."""


def _concepts(uris: str | None, scheme: Scheme) -> list[Concept]:
    return [scheme.concepts[uri] for uri in sorted((uris or "").splitlines()) if uri in scheme.concepts]


def _document(row: Community, organisation: Organisation, concepts: list[Concept], scheme: Scheme) -> Document:
    above = [scheme.concepts[uri] for concept in concepts for uri in scheme.ancestors(concept.uri)]
    return Document(
        id=row.id,
        document_type=DOCUMENT,
        version=row.touched,
        title=row.name,
        summary=row.purpose,
        keywords=tuple(row.other_names),
        language=row.language,
        labels=tuple(label.value for concept in concepts for label in concept.labels if label.kind == "pref"),
        organisation=organisation.slug,
        sector=organisation.sector,
        type=DOCUMENT,
        topics=tuple(concept.notation for concept in concepts),
        topics_tree=tuple(dict.fromkeys(concept.notation for concept in [*concepts, *above])),
        community=row.slug,
        published=row.created,
        audience=(row.audience,) if row.audience else (),
    )


def cards(session: Session, ids: Sequence[str], scheme: Scheme, audiences: Sequence[str] = ()) -> list[Shown]:
    """The communities with these ids of which somebody with these audiences may know; by one statement."""
    known = _WHOLE.where(Community.id.in_(bindparam("ids", expanding=True)), found_by(audiences))
    rows = session.execute(known, {"ids": list(ids)})
    return [_card(row, organisation, _concepts(uris, scheme), audiences) for row, organisation, uris in rows]


def _card(row: Community, organisation: Organisation, concepts: list[Concept], audiences: Sequence[str]) -> Shown:
    spoken = language()
    return Shown(
        id=row.id,
        document_type=DOCUMENT,
        type=DOCUMENT,
        type_name=_(WORDS[DOCUMENT]),
        title=row.name,
        address=f"/communities/{row.slug}",
        summary=row.purpose,
        language=row.language,
        published=day_of(row.created),
        community=Within(row.slug, row.name),
        publisher=Publisher(organisation.slug, organisation.name, organisation.sector),
        topics=tuple(Topic(concept.notation, concept.pref(spoken)) for concept in concepts),
        facts=tuple(_facts(row, audiences)),
        restricted=row.audience is not None,
    )


def _facts(row: Community, audiences: Sequence[str]) -> list[str]:
    """Who may read it, whether it lives, and for those who may know who belongs to it, how many do."""
    facts = [_(VISIBILITIES[row.visibility][0])]
    talk = talk_of(row).audience
    if talk is None or talk in audiences or EVERY in audiences:
        facts.append(ngettext("%(num)s member", "%(num)s members", row.members))
    if row.archived_at is not None:
        facts.append(_("Archived"))
    return facts


def name_communities(session: Session, slugs: Sequence[str], audiences: Sequence[str]) -> dict[str, str]:
    """{slug: name} of those of these communities of which somebody with these audiences may know."""
    known = select(Community.slug, Community.name).where(Community.slug.in_(slugs), found_by(audiences))
    return dict(session.execute(known).all())


def _tagged(uris: Sequence[str]) -> ColumnElement[bool]:
    return Community.id.in_(select(CommunityConcept.community_id).where(CommunityConcept.concept_uri.in_(uris)))


_NAMES: Final = select(
    *(Community.id, Community.name.label("title"), Community.created.label("published")),
    *(literal(DOCUMENT).label("type"), Community.language, Organisation.slug.label("organisation")),
    *(Organisation.sector, Community.slug.label("community")),
).join(Organisation, Organisation.id == Community.organisation_id)

FINDABLE: Final = Findable(cards, Titles(_NAMES, found_by, _tagged), WORDS)
"""How communities are shown and, while the index is away, found."""
