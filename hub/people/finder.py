"""The people finder: who is found, by what the reader may see of each alone, and what a list says of them.

What somebody hides from the reader finds nobody, counts nowhere, and decides no place in a list.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from hub.accounts.models import Membership, Person
from hub.languages import N_
from hub.organisations.models import Organisation
from hub.people.access import part_shown_to, shown_to
from hub.people.expertise import answers_counted, notes_counted, topics_shown
from hub.people.models import Profile, ProfileTopic
from hub.people.profiles import Circle, organisations_of
from hub.policy import Actor
from vocab.scheme import Scheme

ORDERS: Final[dict[str, str]] = {"name": N_("name"), "answers": N_("accepted answers")}
"""`sort` of the address -> what people read; the first needs no word."""

MOST_WORDS: Final = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of the list. `words` are (word, URIs of topics that it names); `concepts` None is no wish."""

    words: tuple[tuple[str, frozenset[str]], ...] = ()
    organisation: str = ""
    sector: str = ""
    concepts: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody as a list shows them to its reader. `topics` are URIs; `answers` and `notes` are about the topic that
    is wanted, if one is; `says` is whether they say themselves that they can help with it."""

    person_id: str
    handle: str
    name: str
    job: str = ""
    organisations: tuple[Circle, ...] = ()
    topics: tuple[str, ...] = ()
    says: bool = False
    answers: int = 0
    notes: int = 0


def words_wanted(text: str, scheme: Scheme) -> tuple[tuple[str, frozenset[str]], ...]:
    """Each word, with the topics whose name in any language, or other word for it, holds it."""
    words = dict.fromkeys(text.casefold().split()[:MOST_WORDS])
    return tuple(
        (
            word,
            frozenset(one.uri for one in scheme if any(word in label.value.casefold() for label in one.labels))
            if len(word) > 2
            else frozenset(),
        )
        for word in words
    )


def narrowed(actor: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Conditions on Profile joined with Person: whom the actor may see, and wants."""
    conditions = [shown_to(actor)]
    if wanted.organisation:
        conditions.append(_belongs(actor, Organisation.slug == wanted.organisation))
    if wanted.sector:
        conditions.append(_belongs(actor, Organisation.sector == wanted.sector))
    if wanted.concepts is not None:
        conditions.append(_knows(actor, wanted.concepts))
    return [*conditions, *(_said(actor, word, uris) for word, uris in wanted.words)]


def _belongs(actor: Actor, organisation: ColumnElement[bool]) -> ColumnElement[bool]:
    there = (
        select(Membership.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id == Profile.person_id, organisation)
    )
    return and_(part_shown_to("organisations", actor), there.correlate(Profile).exists())


def _says(actor: Actor, concepts: Collection[str]) -> ColumnElement[bool]:
    named = exists().where(ProfileTopic.person_id == Profile.person_id, ProfileTopic.concept_uri.in_(concepts))
    return and_(part_shown_to("topics", actor), named.correlate_except(ProfileTopic))


def _knows(actor: Actor, concepts: Collection[str]) -> ColumnElement[bool]:
    return or_(
        _says(actor, concepts),
        answers_counted(actor, concepts).scalar_subquery() > 0,
        notes_counted(actor, concepts).scalar_subquery() > 0,
    )


def _said(actor: Actor, word: str, uris: frozenset[str]) -> ColumnElement[bool]:
    """This word stands in what the actor may see of them, or names a topic of theirs."""
    columns = {"job": Profile.job, "about": Profile.about, "languages": Profile.languages}
    found = [and_(part_shown_to(part, actor), _holds(text, word)) for part, text in columns.items()]
    found.append(_belongs(actor, _holds(Organisation.name, word)))
    if uris:
        found.append(_says(actor, uris))
    return or_(_holds(Person.name, word), *found)


def _holds(column: InstrumentedAttribute[str], word: str) -> ColumnElement[bool]:
    # SQLite knows capitals of ASCII letters alone.
    return or_(column.icontains(word, autoescape=True), column.contains(word.capitalize(), autoescape=True))


def number_of(session: Session, conditions: Sequence[ColumnElement[bool]]) -> int:
    """How many people these conditions leave."""
    joined = select(func.count()).select_from(Profile).join(Person, Person.id == Profile.person_id)
    return session.scalar(joined.where(*conditions)) or 0


def found(
    session: Session,
    actor: Actor,
    conditions: Sequence[ColumnElement[bool]],
    *,
    order: str = "name",
    offset: int = 0,
    limit: int = 50,
    concepts: Collection[str] | None = None,
) -> list[Listed]:
    """Those that these conditions leave, in this order, as the actor may see them."""
    answers: Any = answers_counted(actor, concepts).scalar_subquery().label("answers")
    notes: Any = notes_counted(actor, concepts).scalar_subquery().label("notes")
    first = (answers.desc(), notes.desc()) if order == "answers" else ()
    placed = select(Profile.person_id).join(Person, Person.id == Profile.person_id).where(*conditions)
    placed = placed.order_by(*first, func.lower(Person.name), Person.id).offset(offset).limit(limit)
    # First who they are: a database counts for every row that it sorts, not for those of the page alone.
    ids = list(session.scalars(placed))
    parts = tuple(part_shown_to(part, actor).label(part) for part in ("job", "organisations", "topics"))
    says: Any = _says(actor, concepts or ()).label("says")
    asked = select(Profile, Person.name, answers, notes, says, *parts).join(Person, Person.id == Profile.person_id)
    rows = {row.Profile.person_id: row for row in session.execute(asked.where(Profile.person_id.in_(ids)))}
    circles = organisations_of(session, [id for id, row in rows.items() if row.organisations])
    topics = _topics(session, [id for id, row in rows.items() if row.topics])
    return [_listed(rows[id], circles, topics) for id in ids if id in rows]


def _listed(row: Any, circles: Mapping[str, list[Circle]], topics: Mapping[str, list[str]]) -> Listed:
    profile = row.Profile
    return Listed(
        person_id=profile.person_id,
        handle=profile.handle,
        name=row.name,
        job=profile.job if row.job else "",
        organisations=tuple(circles.get(profile.person_id, ())),
        topics=tuple(topics.get(profile.person_id, ())),
        says=bool(row.says),
        answers=row.answers,
        notes=row.notes,
    )


def _topics(session: Session, person_ids: Sequence[str]) -> dict[str, list[str]]:
    held = select(ProfileTopic.person_id, ProfileTopic.concept_uri).where(ProfileTopic.person_id.in_(person_ids))
    grouped: dict[str, list[str]] = {}
    for person_id, uri in session.execute(held.order_by(ProfileTopic.id)):
        grouped.setdefault(person_id, []).append(uri)
    return grouped


def who_answers(session: Session, actor: Actor, concepts: Collection[str], limit: int) -> tuple[list[Listed], int]:
    """Whom to ask about one of these topics, of those that the actor may see: the first few, and how many there are."""
    conditions = narrowed(actor, Wanted(concepts=concepts))
    total = number_of(session, conditions)
    some = found(session, actor, conditions, order="answers", limit=limit, concepts=concepts) if total else []
    return some, total


def organisations_in_use(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """(slug, name) of the organisations of those whom the actor may see, where they may see that, by name."""
    joined = (
        select(Organisation.slug, Organisation.name)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .join(Profile, Profile.person_id == Membership.person_id)
        .join(Person, Person.id == Profile.person_id)
        .where(shown_to(actor), part_shown_to("organisations", actor))
    )
    rows = session.execute(joined.distinct()).all()
    return sorted(((slug, name) for slug, name in rows), key=lambda one: one[1].casefold())


def topics_in_use(session: Session, actor: Actor, scheme: Scheme) -> set[str]:
    """The URIs of topics by which the actor finds somebody, and of those above them."""
    said = (
        select(ProfileTopic.concept_uri)
        .join(Profile, Profile.person_id == ProfileTopic.person_id)
        .join(Person, Person.id == Profile.person_id)
        .where(shown_to(actor), part_shown_to("topics", actor))
    )
    uris = set(session.scalars(said.distinct())) | topics_shown(session, actor)
    known = {uri for uri in uris if uri in scheme.concepts}
    return known | {above for uri in known for above in scheme.ancestors(uri)}
