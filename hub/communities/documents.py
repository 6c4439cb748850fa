"""Communities in search: as the index sees them, as results show them, and by name while the index is away."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, literal, select
from sqlalchemy.orm import Session

from hub.communities.access import VISIBILITIES, found_by, talk_of
from hub.communities.models import Community
from hub.communities.placed import TOPICS, about, about_topics, topics_in
from hub.communities.service import DOCUMENT
from hub.index.base import Document
from hub.languages import N_, ngettext
from hub.languages import gettext as _
from hub.organisations.models import Organisation
from hub.policy import EVERY
from hub.records.cards import Publisher, Topic, day_of
from hub.search.findable import Findable, Shown, Titles, Within
from hub.topics.service import Vocabulary
from vocab.scheme import Scheme

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
        found: dict[str, Document | None] = dict.fromkeys(ids)
        for row, organisation, uris in rows:
            found[row.id] = _document(row, organisation, uris, self._vocabulary.scheme)
        return found


_WHOLE: Final = select(Community, Organisation, TOPICS).join(Organisation, Organisation.id == Community.organisation_id)
"""A community, the organisation that answers for it, and a line for each of its topics."""


def _document(row: Community, organisation: Organisation, uris: str | None, scheme: Scheme) -> Document:
    return Document(
        **about_topics(uris, scheme),
        id=row.id,
        document_type=DOCUMENT,
        version=row.touched,
        title=row.name,
        summary=row.purpose,
        keywords=tuple(row.other_names),
        language=row.language,
        organisation=organisation.slug,
        sector=organisation.sector,
        type=DOCUMENT,
        community=row.slug,
        published=row.created,
        audience=(row.audience,) if row.audience else (),
    )


def cards(session: Session, ids: Sequence[str], scheme: Scheme, audiences: Sequence[str] = ()) -> list[Shown]:
    """The communities with these ids of which somebody with these audiences may know; by one statement."""
    known = _WHOLE.where(Community.id.in_(bindparam("ids", expanding=True)), found_by(audiences))
    rows = session.execute(known, {"ids": list(ids)})
    return [_card(row, organisation, topics_in(uris, scheme), audiences) for row, organisation, uris in rows]


def _card(row: Community, organisation: Organisation, topics: tuple[Topic, ...], audiences: Sequence[str]) -> Shown:
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
        topics=topics,
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


_NAMES: Final = select(
    *(Community.id, Community.name.label("title"), Community.created.label("published")),
    *(literal(DOCUMENT).label("type"), Community.language, Organisation.slug.label("organisation")),
    *(Organisation.sector, Community.slug.label("community")),
).join(Organisation, Organisation.id == Community.organisation_id)

FINDABLE: Final = Findable(cards, Titles(_NAMES, found_by, about), WORDS)
"""How communities are shown and, while the index is away, found."""
