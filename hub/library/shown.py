"""A library as it is shown to somebody: rights are asked anew at every look, of the community and of each document."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from hub.communities.access import library_shown_to
from hub.communities.models import Community
from hub.library.models import Collection, LibraryItem
from hub.library.service import PINNED, collections_of
from hub.policy import FACILITATOR, Actor
from hub.records.audiences import shown_to
from hub.records.cards import Card, cards, day_of
from hub.records.models import KeptOut, RecordRow
from vocab.scheme import Scheme

ORDERS: Final = ("chosen", "newest", "pinned")
"""How pins of a collection are sorted: as facilitators put them, by the document's date, or the last pinned first."""


OTHERS: Final = "others"
"""In place of a collection: the pins that are in none."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """A pin. `card` is None for a document that was withdrawn, since `withdrawn`; of one that is not to be shown any
    more, title and note are empty. `changed`: there is a newer version than the one that was pinned."""

    record_id: str
    collection_id: str | None
    title: str
    language: str
    note: str
    pinned: date | None
    card: Card | None
    changed: bool
    withdrawn: date | None


@dataclass(frozen=True, slots=True)
class Shelf:
    """A collection, or the pins that are in none, with the first of its pins and how many there are."""

    collection: Collection | None
    pins: tuple[Pinned, ...]
    total: int


def shelves(
    session: Session, community_id: str, scheme: Scheme, audiences: Sequence[str], *, size: int, empty: bool
) -> list[Shelf]:
    """The collections in their order, then what is in none; those that have nothing for this reader only if `empty`."""
    keys: dict[str | None, list[str]] = {}
    for collection_id, id in session.execute(_keys(community_id, audiences)):
        keys.setdefault(collection_id, []).append(id)
    wanted = [id for ids in keys.values() for id in ids[:size]]
    found: dict[str | None, list[Pinned]] = {}
    for one in _read(session, _pins(community_id, audiences).where(LibraryItem.id.in_(wanted)), scheme, audiences):
        found.setdefault(one.collection_id, []).append(one)
    places: list[Collection | None] = [*collections_of(session, community_id), None]
    made = [
        Shelf(one, tuple(found.get(one.id if one else None, ())), len(keys.get(one.id if one else None, ())))
        for one in places
    ]
    return [one for one in made if one.total or (empty and one.collection)]


def number_of_pins(session: Session, community_id: str, audiences: Sequence[str], collection_id: str = "") -> int:
    """How many this reader sees, of one collection or of all."""
    rows = _of(_keys(community_id, audiences), collection_id).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


def pins(
    session: Session,
    community_id: str,
    scheme: Scheme,
    audiences: Sequence[str],
    *,
    collection_id: str = "",
    order: str = "chosen",
    offset: int = 0,
    limit: int | None = None,
) -> list[Pinned]:
    """The pins of a library, or of one of its collections."""
    asked = _of(_pins(community_id, audiences), collection_id).order_by(None)
    if order == "newest":
        asked = asked.order_by(RecordRow.published.desc().nulls_last(), LibraryItem.id)
    elif order == "pinned":
        asked = asked.order_by(LibraryItem.decided_at.desc(), LibraryItem.id.desc())
    else:
        asked = asked.order_by(LibraryItem.place, LibraryItem.id)
    return _read(session, asked.offset(offset).limit(limit), scheme, audiences)


def pin_of(
    session: Session, community_id: str, record_id: str, scheme: Scheme, audiences: Sequence[str]
) -> Pinned | None:
    """The pin of one document; None where it is not pinned, or not for this reader."""
    asked = _pins(community_id, audiences).where(LibraryItem.record_id == record_id)
    return next(iter(_read(session, asked, scheme, audiences)), None)


def _of(asked: Any, collection_id: str) -> Any:
    if collection_id == OTHERS:
        return asked.where(LibraryItem.collection_id.is_(None))
    return asked.where(LibraryItem.collection_id == collection_id) if collection_id else asked


def _keys(community_id: str, audiences: Sequence[str]) -> Select[Any]:
    columns: Any = select(LibraryItem.collection_id, LibraryItem.id)
    there = columns.join(RecordRow, RecordRow.id == LibraryItem.record_id)
    there = there.where(LibraryItem.community_id == community_id, LibraryItem.state == PINNED, shown_to(audiences))
    asked: Select[Any] = there.order_by(LibraryItem.place, LibraryItem.id)
    return asked


def _pins(community_id: str, audiences: Sequence[str]) -> Select[Any]:
    rows = (
        select(LibraryItem, RecordRow.title, RecordRow.language, RecordRow.version, RecordRow.withdrawn_at)
        .add_columns(KeptOut.record_id.label("kept_out"))
        .join(RecordRow, RecordRow.id == LibraryItem.record_id)
        .outerjoin(KeptOut, KeptOut.record_id == RecordRow.id)
        .where(LibraryItem.community_id == community_id, LibraryItem.state == PINNED, shown_to(audiences))
    )
    return rows.order_by(LibraryItem.place, LibraryItem.id)


def _read(session: Session, asked: Select[Any], scheme: Scheme, audiences: Sequence[str]) -> list[Pinned]:
    rows = session.execute(asked).all()
    shown = {card.id: card for card in cards(session, [row[0].record_id for row in rows], scheme, audiences)}
    return [
        Pinned(
            record_id=item.record_id,
            collection_id=item.collection_id,
            title="" if kept_out else title,
            language=language,
            note="" if kept_out else item.note,
            pinned=day_of(item.decided_at),
            card=shown.get(item.record_id),
            changed=version > item.version,
            withdrawn=day_of(withdrawn_at),
        )
        for item, title, language, version, withdrawn_at, kept_out in rows
    ]


# The statement of the record page, put together once for those who belong to nothing.
_HOLDING: Final = (
    select(Community.slug, Community.name, Community.language, LibraryItem.note)
    .join(LibraryItem, LibraryItem.community_id == Community.id)
    .where(LibraryItem.record_id == bindparam("id"), LibraryItem.state == PINNED)
    .order_by(func.lower(Community.name))
    .limit(20)
)
_HOLDING_FOR_ALL: Final = _HOLDING.where(library_shown_to(()))


@dataclass(frozen=True, slots=True)
class Holding:
    """A community that has pinned a document, and why."""

    slug: str
    name: str
    language: str
    note: str


def holding(session: Session, record_id: str, audiences: Sequence[str]) -> list[Holding]:
    """The communities that have pinned this document and whose library may be read. The document is the caller's."""
    asked = _HOLDING.where(library_shown_to(audiences)) if audiences else _HOLDING_FOR_ALL
    return [Holding(*row) for row in session.execute(asked, {"id": record_id})]


def facilitates_any(actor: Actor) -> bool:
    """Whether they facilitate some community, to which they may pin what they find."""
    return any(role == FACILITATOR for _circle, role in actor.memberships)
