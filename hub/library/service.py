"""What facilitators do with a library: pinning, rejecting, taking either back, and putting pins in order."""

from typing import Final

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from federation.record import clean
from hub.audit.service import note_act
from hub.communities.models import Community
from hub.communities.service import note_activity, require_living
from hub.db import alone, locking, now, require_storable
from hub.errors import BadInput, NotFound
from hub.languages import gettext as _
from hub.library.models import Collection, LibraryItem
from hub.notices.service import LIBRARY, About, happened, withdraw_notices
from hub.policy import Actor, audiences
from hub.records.audiences import shown_to
from hub.records.models import RecordRow, Tag

WAITING: Final = "waiting"
PINNED: Final = "pinned"
REJECTED: Final = "rejected"

LONGEST_NOTE: Final = 1000
LONGEST_NAME: Final = 120

LOCK: Final = "library"
"""What whoever writes libraries holds alone: the walk writes many at once."""

PIN: Final = "pin"
"""A pin as a thing of notices."""


def pin(
    session: Session,
    community: Community,
    record_id: str,
    *,
    actor: Actor,
    note: str = "",
    collection_id: str | None = None,
) -> LibraryItem:
    """Put a document into the library, or change why and where it stands. It is the last of its collection.

    NotFound for a document that `actor` may not read or that is withdrawn, and for a collection of another community.
    """
    require_living(community)
    note = clean(note).strip()
    if len(note) > LONGEST_NOTE:
        raise BadInput(_("Say it in at most %(num)s letters.", num=LONGEST_NOTE), "note")
    require_storable(LibraryItem, {"note": note})
    record, item = _held(session, community, record_id, actor)
    if collection_id:
        find_collection(session, community, collection_id)
    if record.withdrawn_at and item.state != PINNED:
        raise NotFound(_("This document was withdrawn by its publisher, so it cannot be pinned."))
    fresh, moved = item.state != PINNED, item.collection_id != (collection_id or None)
    item.note, item.collection_id = note, collection_id or None
    if fresh or moved:
        item.place = _last(session, item) + 1
    item.version = record.version
    if fresh:
        _decide(item, PINNED, actor)
        _tell(session, community, item, record, actor)
    if record.audience is None:
        note_activity(community)
    session.flush()
    act = "pin document" if fresh else "change pin"
    note_act(session, actor=actor, action=act, thing=f"community {community.id}", record=record_id)
    return item


def reject(session: Session, community: Community, record_id: str, *, actor: Actor) -> None:
    """Never suggest this document for this library again, however it changes; if it was pinned, it is no more."""
    require_living(community)
    _record, item = _held(session, community, record_id, actor)
    if item.state != REJECTED:
        withdraw_notices(session, PIN, [item.id])
        _decide(item, REJECTED, actor)
        item.note, item.collection_id = "", None
        session.flush()
        note_act(session, actor=actor, action="reject document", thing=f"community {community.id}", record=record_id)


def undo(session: Session, community: Community, record_id: str, *, actor: Actor) -> None:
    """What was decided of this document is taken back: it waits again, or is away if nothing but a pin brought it."""
    require_living(community)
    _record, item = _held(session, community, record_id, actor)
    withdraw_notices(session, PIN, [item.id])
    before, there = item.state, item.decided_at is not None
    if item.why:
        item.state, item.decided_at, item.by_id = WAITING, None, None
        item.note, item.collection_id = "", None
    else:
        session.delete(item)
    session.flush()
    if there:
        act = "take pin back" if before == PINNED else "take rejection back"
        note_act(session, actor=actor, action=act, thing=f"community {community.id}", record=record_id)


def move(session: Session, community: Community, record_id: str, *, actor: Actor, by: int) -> None:
    """Move a pin up (-1) or down (1) among those of its collection that `actor` sees."""
    require_living(community)
    _record, item = _held(session, community, record_id, actor)
    if item.state != PINNED:
        raise NotFound(_("This document is not pinned here."))
    rows = list(session.scalars(locking(_beside(item).order_by(LibraryItem.place, LibraryItem.id))))
    allowed = shown_to(audiences(actor))
    seen = set(session.scalars(select(RecordRow.id).where(RecordRow.id.in_([one.record_id for one in rows]), allowed)))
    at = rows.index(item)
    there = [number for number, one in enumerate(rows) if one.record_id in seen]
    beyond = [number for number in there if (number < at if by < 0 else number > at)]
    if beyond:
        rows.insert(beyond[-1] if by < 0 else beyond[0], rows.pop(at))
    for number, one in enumerate(rows):
        one.place = number
    session.flush()
    note_act(session, actor=actor, action="order pins", thing=f"community {community.id}", record=record_id)


def put_collection(
    session: Session, community: Community, *, actor: Actor, name: str, about: str = "", id: str = ""
) -> Collection:
    """A new collection, the last one, or another name and line for the one with this id. BadInput, NotFound."""
    require_living(community)
    name, about = clean(name).strip(), clean(about).strip()
    if not name:
        raise BadInput(_("Give the collection a name."), "name")
    if len(about) > LONGEST_NOTE:
        raise BadInput(_("Say it in at most %(num)s letters.", num=LONGEST_NOTE), "about")
    require_storable(Collection, {"name": name, "about": about})
    alone(session, LOCK)
    ours = [one for one in collections_of(session, community.id) if one.id != id]
    if any(one.name.casefold() == name.casefold() for one in ours):
        raise BadInput(_("There is already a collection of this name."), "name")
    row = find_collection(session, community, id) if id else Collection(community_id=community.id, place=len(ours))
    row.name, row.about = name, about
    session.add(row)
    session.flush()
    act = "change collection" if id else "add collection"
    note_act(session, actor=actor, action=act, thing=f"community {community.id}", collection=row.id)
    return row


def remove_collection(session: Session, community: Community, id: str, *, actor: Actor) -> None:
    """Its documents stay pinned, in none."""
    require_living(community)
    alone(session, LOCK)
    row = find_collection(session, community, id)
    last = _last(session, LibraryItem(community_id=community.id, collection_id=None))
    for number, item in enumerate(session.scalars(select(LibraryItem).where(LibraryItem.collection_id == id)), 1):
        item.collection_id, item.place = None, last + number
    session.flush()
    session.execute(delete(Collection).where(Collection.id == row.id))
    note_act(session, actor=actor, action="remove collection", thing=f"community {community.id}", collection=id)


def move_collection(session: Session, community: Community, id: str, *, actor: Actor, by: int) -> None:
    """Move a collection up (-1) or down (1)."""
    require_living(community)
    alone(session, LOCK)
    rows = collections_of(session, community.id)
    at = rows.index(find_collection(session, community, id))
    rows.insert(max(0, at + by), rows.pop(at))
    for number, one in enumerate(rows):
        one.place = number
    session.flush()
    note_act(session, actor=actor, action="order collections", thing=f"community {community.id}", collection=id)


def collections_of(session: Session, community_id: str) -> list[Collection]:
    """The collections of a community, in their order."""
    theirs = select(Collection).where(Collection.community_id == community_id)
    return list(session.scalars(theirs.order_by(Collection.place, Collection.created, Collection.id)))


def find_collection(session: Session, community: Community, id: str) -> Collection:
    """A collection of this community. NotFound."""
    row = session.get(Collection, id)
    if row is None or row.community_id != community.id:
        raise NotFound(_("There is no such collection in this library."))
    return row


def item_of(session: Session, community_id: str, record_id: str) -> LibraryItem | None:
    """What a document is to the library of a community, to be changed."""
    one = select(LibraryItem).where(LibraryItem.community_id == community_id, LibraryItem.record_id == record_id)
    return session.scalar(locking(one))


def _held(session: Session, community: Community, record_id: str, actor: Actor) -> tuple[RecordRow, LibraryItem]:
    """A document that `actor` may read, and what it is to this library. NotFound as for one that is not there."""
    alone(session, LOCK)
    record = session.scalar(select(RecordRow).where(RecordRow.id == record_id, shown_to(audiences(actor))))
    if record is None:
        raise NotFound(_("There is no such document here. It may never have been, or the address has a slip in it."))
    item = item_of(session, community.id, record_id)
    if item is None:
        item = LibraryItem(community_id=community.id, record_id=record_id, state=WAITING, why=[], note="", place=0)
        session.add(item)
        session.flush()
    return record, item


def _decide(item: LibraryItem, state: str, actor: Actor) -> None:
    item.state, item.decided_at, item.by_id = state, now(), actor.person_id or None


def _beside(item: LibraryItem) -> Select[LibraryItem]:
    """The pins of the same collection, or of none."""
    pins = select(LibraryItem).where(LibraryItem.community_id == item.community_id, LibraryItem.state == PINNED)
    return pins.where(LibraryItem.collection_id.is_not_distinct_from(item.collection_id))


def _last(session: Session, item: LibraryItem) -> int:
    """The place of the last pin beside it."""
    with session.no_autoflush:
        places = _beside(item).with_only_columns(func.max(LibraryItem.place))
        return session.scalar(places) or 0


def _tell(session: Session, community: Community, item: LibraryItem, record: RecordRow, actor: Actor) -> None:
    tagged = select(Tag.concept_uri).where(Tag.record_id == record.id, Tag.state != "rejected")
    about = About(PIN, item.id, f"/records/{record.id}", community.id, LIBRARY, record.audience)
    happened(
        session,
        what=PIN,
        about=about,
        by=actor,
        concepts=list(session.scalars(tagged)),
        language=record.language,
        title=record.title,
    )
