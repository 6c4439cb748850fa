"""What waits for the facilitators of communities, or was rejected by them: in one list over as many as are wanted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from hub.languages import N_, language
from hub.languages import gettext as _
from hub.library.models import LibraryItem, LibrarySearch
from hub.library.service import WAITING
from hub.policy import Actor, audiences
from hub.records.audiences import shown_to
from hub.records.cards import Card, cards, day_of
from hub.records.models import RecordRow
from vocab.scheme import Scheme

ORDERS: Final = {"newest": N_("newest document"), "found": N_("last found")}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that waits for a decision, or was rejected; `why` are sentences, `found` is when it came."""

    community_id: str
    record_id: str
    state: str
    found: date | None
    why: tuple[str, ...]
    card: Card


def candidates(
    session: Session,
    community_ids: Sequence[str],
    scheme: Scheme,
    *,
    actor: Actor,
    state: str = WAITING,
    order: str = "newest",
    offset: int = 0,
    limit: int = 20,
) -> list[Candidate]:
    """Those that `actor` may read and that are not withdrawn. Whoever asks has made sure that they may facilitate."""
    allowed = audiences(actor)
    asked = _asked(community_ids, actor, state).with_only_columns(LibraryItem)
    first = LibraryItem.found_at.desc() if order == "found" else RecordRow.published.desc().nulls_last()
    items = list(session.scalars(asked.order_by(first, LibraryItem.id.desc()).offset(offset).limit(limit)))
    shown = {one.id: one for one in cards(session, [item.record_id for item in items], scheme, allowed)}
    searches = names_of_searches(session, items)
    return [
        Candidate(
            item.community_id,
            item.record_id,
            item.state,
            day_of(item.found_at),
            tuple(filter(None, (why_said(one, scheme, searches) for one in item.why))),
            shown[item.record_id],
        )
        for item in items
        if item.record_id in shown
    ]


def waiting(session: Session, community_ids: Sequence[str], *, actor: Actor, state: str = WAITING) -> int:
    """How many there are of them."""
    rows = _asked(community_ids, actor, state).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


def _asked(community_ids: Sequence[str], actor: Actor, state: str) -> Select[Any]:
    there = select(LibraryItem.id).join(RecordRow, RecordRow.id == LibraryItem.record_id)
    living = RecordRow.withdrawn_at.is_(None) & shown_to(audiences(actor))
    return there.where(LibraryItem.community_id.in_(community_ids), LibraryItem.state == state, living)


def names_of_searches(session: Session, items: Sequence[LibraryItem]) -> dict[str, str]:
    """{id: name} of the searches that brought any of these."""
    ids = {id for item in items for kind, _space, id in (one.partition(" ") for one in item.why) if kind == "search"}
    if not ids:
        return {}
    return dict(session.execute(select(LibrarySearch.id, LibrarySearch.name).where(LibrarySearch.id.in_(ids))).all())


def why_said(reason: str, scheme: Scheme, searches: dict[str, str]) -> str:
    """Why a document came, in words; empty when that is gone."""
    kind, _space, what = reason.partition(" ")
    if kind == "topic":
        concept = scheme.concepts.get(what)
        return _("It is about %(topic)s", topic=concept.pref(language())) if concept else ""
    return _("The search “%(name)s” found it", name=searches[what]) if what in searches else ""
