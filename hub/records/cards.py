"""A record as lists show it: in search results, on the home page, under a topic or an organisation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, Protocol

from sqlalchemy import Text, bindparam, cast, func, select
from sqlalchemy.orm import Session

from federation.record import OUTCOMES, STAGES, TYPES, as_moment
from hub.db import now
from hub.languages import N_, language
from hub.languages import gettext as _
from hub.organisations.models import Organisation
from hub.records.audiences import shown_to
from hub.records.models import RecordRow, Tag
from vocab.scheme import Scheme

TYPE_NAMES: Final[dict[str, str]] = {
    "practice-note": N_("Practice note"),
    "case-study": N_("Case study"),
    "policy": N_("Policy"),
    "guidance": N_("Guidance"),
    "report": N_("Report"),
    "evaluation": N_("Evaluation"),
    "foi": N_("FOI answer"),
    "news": N_("News"),
    "event": N_("Event"),
    "dataset": N_("Data"),
    "other": N_("Other"),
}
"""What people read for a type."""

OUTCOME_NAMES: Final[dict[str, str]] = {
    "worked": N_("Worked"),
    "promising": N_("Promising"),
    "did-not-work": N_("Did not work"),
}
"""What people read for what came of a practice; none of them stands out."""

STAGE_NAMES: Final[dict[str, str]] = {
    "planned": N_("Planned"),
    "pilot": N_("Tried out"),
    "in-use": N_("In use"),
    "established": N_("In use for more than a year"),
    "ended": N_("Ended"),
}
"""What people read for how far it is."""

LANGUAGE_NAMES: Final[dict[str, str]] = {
    "en": "English",
    "cy": "Cymraeg",
    "nl": "Nederlands",
    "sv": "Svenska",
    "de": "Deutsch",
}
"""Each language in its own words; others are shown by their tag."""

GOOD_FOR: Final[dict[str, int]] = {"news": 365, "event": 365, "policy": 730, "guidance": 730, "dataset": 730}
"""Days after which a kind of document should be checked before it is reused; 1,095 for the others."""

assert set(TYPE_NAMES) == set(TYPES)
assert set(OUTCOME_NAMES) == set(OUTCOMES)
assert set(STAGE_NAMES) == set(STAGES)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as a link."""

    notation: str
    name: str


@dataclass(frozen=True, slots=True)
class Publisher:
    """The organisation as a link."""

    slug: str
    name: str
    sector: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a list says of one record. `published` is the source's date, `also` how many other bodies have the same.

    `restricted`: not everybody may see it.
    """

    id: str
    title: str
    summary: str
    publisher: Publisher
    type: str
    language: str
    published: date | None
    licence: str
    licensed: bool
    topics: tuple[Topic, ...]
    check: str
    also: int
    restricted: bool = False
    outcome: str = ""
    community: None = None
    """An organisation publishes it, no community."""

    @property
    def outcome_name(self) -> str:
        """What people read for what came of a practice; empty where nothing is said."""
        return _(OUTCOME_NAMES[self.outcome]) if self.outcome in OUTCOME_NAMES else ""

    @property
    def address(self) -> str:
        """Its page."""
        return f"/records/{self.id}"

    @property
    def type_name(self) -> str:
        """What people read for the type."""
        return _(TYPE_NAMES.get(self.type, "Other"))

    @property
    def language_name(self) -> str:
        """The language in its own words, empty where unknown."""
        return LANGUAGE_NAMES.get(self.language, self.language)


HIT: Final[dict[str, str]] = {
    "check": N_("Check before reuse"),
    "topics": N_("Topics:"),
    "why": N_("Why this result"),
    "undated": N_("date not stated"),
}
"""What stands at each hit of a list: said once for a language, not once for a hit."""


def hit_words() -> dict[str, str]:
    """The same in the language we speak, for the template of a hit."""
    return _hit_words(language())


@lru_cache
def _hit_words(_language: str) -> dict[str, str]:
    return {name: _(words) for name, words in HIT.items()}


# The statement of the hottest page, put together once, and of tables: of classes it would take a fifth longer.
_RECORDS: Final = RecordRow.__table__.c
_ORGANISATIONS: Final = Organisation.__table__.c
_TAGGED: Final = Tag.__table__.c
_COPIES: Final = RecordRow.__table__.alias().c

_PUBLISHERS: Final = (
    select(func.count(_COPIES.organisation_id.distinct()))
    .where(
        _COPIES.work_id == _RECORDS.work_id,
        _COPIES.withdrawn_at.is_(None),
        _COPIES.audience.is_(None),
        _COPIES.organisation_id != _RECORDS.organisation_id,
    )
    .correlate(RecordRow.__table__)
    .scalar_subquery()
    .label("publishers")
)
"""How many other organisations publish the same work, for everybody to see."""

_TAGS: Final = (
    select(func.aggregate_strings(cast(_TAGGED.score, Text).concat(" ").concat(_TAGGED.concept_uri), "\n"))
    .where(_TAGGED.record_id == _RECORDS.id, _TAGGED.state != "rejected")
    .correlate(RecordRow.__table__)
    .scalar_subquery()
    .label("tags")
)
"""A line for each topic: its score and its URI. So a card needs no second statement."""

_SHOWN: Final = (
    *(_RECORDS.id, _RECORDS.title, _RECORDS.summary, _RECORDS.type, _RECORDS.language, _RECORDS.published),
    *(_RECORDS.licence_uri, _RECORDS.licence_text, _RECORDS.valid_until, _RECORDS.review_by),
    *(_ORGANISATIONS.slug, _ORGANISATIONS.name, _ORGANISATIONS.sector, _PUBLISHERS, _TAGS),
    *(_RECORDS.audience, _RECORDS.outcome),
)
"""The columns of a card: whole rows would cost a search page three times as much."""

_LIVING: Final = (
    select(*_SHOWN)
    .join_from(RecordRow.__table__, Organisation.__table__)
    .where(_RECORDS.id.in_(bindparam("ids", expanding=True)), _RECORDS.withdrawn_at.is_(None))
)
_CARDS: Final = _LIVING.where(shown_to((), _RECORDS.audience))


def cards(session: Session, ids: Sequence[str], scheme: Scheme, audiences: Sequence[str] = ()) -> list[Card]:
    """The living records with these ids, in the order of `ids`, by one statement; by none for no ids.

    Public ones, and those for one of the `audiences`: an index may be late, so it is never the last word.
    """
    if not ids:
        return []
    wanted = _LIVING.where(shown_to(audiences, _RECORDS.audience)) if audiences else _CARDS
    rows = {row.id: row for row in session.execute(wanted, {"ids": list(ids)})}
    return [_card(rows[id], scheme) for id in ids if id in rows]


def _topics(tags: str | None, scheme: Scheme) -> tuple[Topic, ...]:
    """The topics of a record, best first."""
    scored = [line.split(" ", 1) for line in (tags or "").splitlines()]
    found = [scheme.concepts.get(uri) for _, uri in sorted(scored, key=lambda one: (-float(one[0]), one[1]))]
    spoken = language()
    return tuple(Topic(concept.notation, concept.pref(spoken)) for concept in found if concept)


def _card(row: Any, scheme: Scheme) -> Card:
    return Card(
        id=row.id,
        title=row.title,
        summary=row.summary,
        publisher=Publisher(row.slug, row.name, row.sector),
        type=row.type,
        language=row.language,
        published=day_of(row.published),
        licence=licence_name(row.licence_uri, row.licence_text),
        licensed=bool(row.licence_uri or row.licence_text),
        topics=_topics(row.tags, scheme),
        check=why_check(row),
        also=row.publishers,
        restricted=row.audience is not None,
        outcome=row.outcome,
    )


def day_of(moment: datetime | None) -> date | None:
    """The day of a moment, in UTC."""
    return moment.date() if moment else None


class Dated(Protocol):
    """What a document's staleness hangs on: a row, or a card's columns."""

    type: Any
    published: Any
    valid_until: Any
    review_by: Any


def why_check(row: Dated) -> str:
    """Why the document should be checked before it is reused; empty when there is no reason."""
    if row.valid_until and as_moment(row.valid_until) < now():
        return _("It was valid until a date that has passed.")
    if row.review_by:
        return _("Its review is overdue.") if as_moment(row.review_by) < now() else ""
    if row.published and row.published < now() - timedelta(days=GOOD_FOR.get(row.type, 1095)):
        return _("It is older than documents of its kind usually stay true.")
    return ""


LICENCES: Final[dict[str, tuple[str, str]]] = {
    "nationalarchives.gov.uk/doc/open-government-licence": (
        N_("Open Government Licence"),
        N_("You may reuse it freely if you name the source."),
    ),
    "creativecommons.org/publicdomain/zero": (N_("CC0: no rights reserved"), N_("You may reuse it freely.")),
    "creativecommons.org/licenses/by/": ("CC BY", N_("You may reuse it freely if you name the source.")),
    "creativecommons.org/licenses/by-sa/": (
        "CC BY-SA",
        N_("You may reuse it if you name the source and share what you make under the same licence."),
    ),
    "creativecommons.org/licenses/by-nc": (
        "CC BY-NC",
        N_("You may reuse it, but not to earn money, if you name the source."),
    ),
}
"""Part of a licence's address -> (its name, how one may reuse the document)."""


def licence_name(uri: str, text: str) -> str:
    """What people read for a licence."""
    known = next((name for part, (name, _use) in LICENCES.items() if part in uri), "")
    return (_(known) if known else "") or text or uri or _("Licence not stated: ask before you reuse it")


def licence_use(uri: str) -> str:
    """How a document under this licence may be reused; empty when we do not know it."""
    known = next((use for part, (_name, use) in LICENCES.items() if part in uri), "")
    return _(known) if known else ""
