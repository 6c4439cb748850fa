"""Sources: registering, changing, moving, finding and pausing them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from harvesters.kinds import KINDS
from hub.accounts.duties import hand_over, take_on
from hub.audit.service import note_act
from hub.db import alone, locking, now, require_storable
from hub.errors import BadInput, Conflict, NotFound
from hub.languages import N_
from hub.languages import gettext as _
from hub.organisations.models import Organisation
from hub.policy import Actor, can
from hub.records.audiences import move_records
from hub.records.keeping import relicense
from hub.records.models import RecordRow
from hub.records.service import touch_all
from hub.sources.categories import remap
from hub.sources.models import ACTIVE, LONGEST_ADDRESS, PUBLIC, RESTRICTED, VISIBILITIES, WAITING, Run, Source, claim_of
from hub.sources.written import require_visited

SHORTEST_INTERVAL = 60
LONGEST_INTERVAL = 366 * 86400
CHANGED = N_("Somebody else has changed this source meanwhile. What it says now is beside your own words.")
BUSY = N_("A check is going on or waits for a person. Change the address when it is over.")


@dataclass(frozen=True, slots=True)
class Choices:
    """What people may choose of a source; `kind` and `address` say where it is, the rest what it is for.

    `categories` are {the publisher's own word: URI of a topic}, `interval` is in seconds.
    """

    kind: str
    address: str
    name: str
    language: str = ""
    type: str = ""
    licence_uri: str = ""
    contact: str = ""
    interval: int = 3600
    visibility: str = PUBLIC
    categories: Mapping[str, str] = field(default_factory=dict)


def source_and_organisation(session: Session, id: str, *, actor: Actor) -> tuple[Source, Organisation]:
    """The source with this id, and whose it is. NotFound, with the same words where `actor` may not know of it."""
    joined = select(Source, Organisation).join(Organisation, Organisation.id == Source.organisation_id)
    found = session.execute(joined.where(Source.id == id)).first()
    if found is None or not can(actor, "read", found[0]):
        raise NotFound(_("There is no such source. The list of sources has them all."))
    return found[0], found[1]


def add_source(
    session: Session,
    *,
    actor: Actor,
    organisation: Organisation,
    kind: str,
    address: str,
    name: str = "",
    language: str = "",
    type: str = "",
    licence_uri: str | None = None,
    contact: str = "",
    interval: int = 3600,
    categories: Mapping[str, str] | None = None,
    waits: bool = False,
    visibility: str = PUBLIC,
) -> Source:
    """Register an address; its first check is due at once. BadInput or Conflict say what is wrong with which field.

    Without a word about the licence it is the organisation's; empty, no licence is stated. One that `waits` is not
    checked before the operator has approved it.
    """
    check_address(kind, address)
    check_interval(interval)
    check_visibility(visibility)
    name = name.strip() or f"{organisation.name[:150]}: {KINDS[kind].words}"
    licence = organisation.licence_uri if licence_uri is None else licence_uri
    given = {"name": name, "language": language, "type": type, "licence_uri": licence, "contact": contact}
    require_storable(Source, given)
    _require_new(session, kind, address, organisation.id if visibility == RESTRICTED else None)
    source = Source(
        organisation_id=organisation.id,
        kind=kind,
        address=address,
        interval=interval,
        visibility=visibility,
        categories=dict(categories or {}),
        next_due=now(),
        approval=WAITING if waits else "",
        registered_by=actor.person_id,
        **given,
    )
    session.add(source)
    session.flush()
    take_on(session, actor=actor, organisation_id=organisation.id, kind="source", thing_id=source.id)
    more = {"visibility": visibility} if visibility != PUBLIC else {}
    note_act(session, actor=actor, action="add source", thing=f"source {source.id}", address=address, kind=kind, **more)
    return source


def change_source(
    session: Session, source: Source, *, actor: Actor, seen: str, to: Choices, waits: bool = False
) -> list[str]:
    """Change what people may choose of a source; the names of what changed. A new address is read from its start.

    `seen` is the `edition` of what the person saw: Conflict when it is another by now, or when another source has the
    address. What the source says for documents that say nothing counts from their next change on; its licence, its
    categories and who may see it at once. Where `waits` is said, another address waits for the operator.
    """
    check_address(to.kind, to.address)
    check_interval(to.interval)
    check_visibility(to.visibility)
    if not to.name.strip():
        raise BadInput(_("Give the source a name."), "name")
    texts = ("name", "language", "type", "licence_uri", "contact")
    require_storable(Source, {name: getattr(to, name) for name in texts})
    session.scalar(locking(select(Source).where(Source.id == source.id)))
    if edition(source) != seen:
        raise Conflict(_(CHANGED))
    before = choices_of(source)
    changed = [one.name for one in fields(Choices) if getattr(before, one.name) != getattr(to, one.name)]
    if "address" in changed or "kind" in changed:
        if not is_at_rest(session, source.id):
            # It reads the old address to its end, and what it learns must not be taken for the new one.
            raise Conflict(_(BUSY))
        source.cursor, source.failures, source.next_due = {}, 0, now()
        source.approval = WAITING if waits else source.approval
    if {"address", "kind", "visibility"} & set(changed):
        audience = source.organisation_id if to.visibility == RESTRICTED else None
        _require_new(session, to.kind, to.address, audience)
        source.claim = claim_of(to.address, audience)
    if "licence_uri" in changed:
        relicense(session, source.id, to.licence_uri)
    remap(session, source, to.categories)
    for name in ("kind", "address", "interval", "visibility", *texts):
        setattr(source, name, getattr(to, name))
    if "visibility" in changed:
        session.flush()
        move_records(session, source_id=source.id, audience=source.brings_for)
    if changed:
        told = {"address": to.address, "kind": to.kind} if "address" in changed or "kind" in changed else {}
        told |= {"visibility": to.visibility} if "visibility" in changed else {}
        note_act(session, actor=actor, action="change source", thing=f"source {source.id}", changed=changed, **told)
    return changed


def move_source(session: Session, source: Source, *, actor: Actor, to: Organisation) -> list[str]:
    """Give a source with all its documents to another organisation; what changed. Search follows in a moment.

    Who answered for it, and who was told of its checks, belonged to the former one. Conflict while a check goes on.
    """
    if source.organisation_id == to.id:
        return []
    if not is_at_rest(session, source.id):
        raise Conflict(_(BUSY))
    former = source.organisation_id
    source.organisation_id = to.id
    source.tell_email, source.tell_confirmed = "", None
    session.flush()
    if source.brings_for is not None:
        # What only the former organisation's people could see is for the new one's alone.
        _require_new(session, source.kind, source.address, source.brings_for)
        source.claim = claim_of(source.address, source.brings_for)
    of_it = RecordRow.source_id == source.id
    moved = touch_all(session, of_it, organisation_id=to.id, audience=source.brings_for)
    hand_over(session, kind="source", thing_id=source.id, organisation_id=to.id)
    told = {"former": former, "organisation": to.slug, "documents": moved}
    note_act(session, actor=actor, action="move source", thing=f"source {source.id}", **told)
    return ["organisation"]


def is_at_rest(session: Session, source_id: str) -> bool:
    """Whether no check is going on or waits for a person."""
    return session.scalar(select(Run.id).where(Run.source_id == source_id, Run.state.in_(ACTIVE))) is None


def choices_of(source: Source) -> Choices:
    """What people have chosen of a source."""
    return Choices(**{one.name: getattr(source, one.name) for one in fields(Choices)})


def edition(source: Source) -> str:
    """Stands for everything that people may choose of a source: another one after every change."""
    told = [str(source.id), *(getattr(source, one.name) for one in fields(Choices))]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def _require_new(session: Session, kind: str, address: str, audience: str | None) -> None:
    alone(session, f"source {kind} {address}")
    there = registered(session, kind, address, audience)
    if there is not None:
        raise Conflict(
            _(
                "%(address)s is registered already, as “%(name)s” (%(id)s).",
                address=address,
                name=there.name,
                id=there.id,
            )
        )


def registered(session: Session, kind: str, address: str, audience: str | None = None) -> Source | None:
    """The source that has this address, if there is one: for everybody, or for this organisation alone."""
    claimed = Source.claim == claim_of(address, audience)
    return session.scalar(select(Source).where(Source.kind == kind, claimed))


def check_visibility(visibility: str) -> None:
    """BadInput for a word that says nothing about who may see a source."""
    if visibility not in VISIBILITIES:
        raise BadInput(_("Choose who may see it: everybody, or the people of its organisation."), "visibility")


def check_interval(interval: int) -> None:
    """BadInput when nobody should be visited so often, or so seldom."""
    if interval < SHORTEST_INTERVAL:
        shortest = _("The shortest time between two checks is %(seconds)s seconds.", seconds=SHORTEST_INTERVAL)
        raise BadInput(shortest, "interval")
    if interval > LONGEST_INTERVAL:
        longest = _("The longest time between two checks is %(seconds)s seconds, a year.", seconds=LONGEST_INTERVAL)
        raise BadInput(longest, "interval")


def check_address(kind: str, address: str) -> None:
    """BadInput when the kind or the address cannot be."""
    if kind not in KINDS:
        kinds = ", ".join(KINDS)
        raise BadInput(
            _("There is no kind of source “%(kind)s”. Use one of: %(kinds)s.", kind=kind, kinds=kinds), "kind"
        )
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        whole = _("%(address)s is not a web address. Give it whole, beginning with https://.", address=address)
        raise BadInput(whole, "address")
    require_storable(Source, {"address": address})
    if len(address.encode()) > LONGEST_ADDRESS:
        longest = _("The address is too long: at most %(most)s bytes can be kept.", most=LONGEST_ADDRESS)
        raise BadInput(longest, "address")


def find_source(session: Session, key: str) -> Source:
    """The source with this id, or whose name, address or beginning of the id is `key`, if there is only one."""
    row = session.get(Source, key)
    if row is not None:
        return row
    found = list(
        session.scalars(
            select(Source)
            .where(
                (func.lower(Source.name) == key.lower())
                | (Source.address == key)
                | Source.id.startswith(key.lower(), autoescape=True)
            )
            .limit(2)
        )
    )
    if len(found) != 1:
        raise NotFound(_("There is no source “%(key)s”. `moothall source list` shows those there are.", key=key))
    return found[0]


def pause(session: Session, source: Source, *, actor: Actor, paused: bool) -> None:
    """Stop checking the source by the clock, or go on; what is stored stays findable."""
    require_visited(source)
    source.paused = paused
    if not paused:
        source.next_due = now()
    note_act(session, actor=actor, action="pause source" if paused else "resume source", thing=f"source {source.id}")
