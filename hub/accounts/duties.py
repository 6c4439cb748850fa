"""Who answers for which thing of an organisation, with a deputy; and what becomes of it when somebody leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, and_, case, false, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from hub.accounts.models import Duty, Membership, Person
from hub.audit.service import note_act
from hub.db import Base, alone, locking, now
from hub.errors import BadInput, NotFound
from hub.languages import N_, speaking
from hub.languages import gettext as _
from hub.mail.service import queue_mail
from hub.organisations.models import Organisation
from hub.policy import EVERY, WORK, Actor


@dataclass(frozen=True, slots=True)
class Kind:
    """A table whose rows somebody answers for: where a row's organisation stands, and its page.

    `key` is the column that the page's address has. `without` is (column, value) of rows that nobody need answer for:
    their organisation's owner does; `veiled`, of rows whose name only those may know whose audiences have the row's id.
    """

    words: str
    table: str
    organisation: str
    page: str
    key: str = "id"
    without: tuple[str, str] = ("", "")
    veiled: tuple[str, str] = ("", "")


THINGS: Final[dict[str, Kind]] = {
    "organisation": Kind(N_("Organisation"), "organisation", "id", "/organisations/{key}", key="slug"),
    "source": Kind(N_("Source"), "source", "organisation_id", "/sources/{key}", without=("kind", "written")),
    "community": Kind(
        *(N_("Community"), "community", "organisation_id", "/communities/{key}"),
        key="slug",
        veiled=("visibility", "confidential"),
    ),
}
"""What people answer for. Tables are named by their names, as those of later slices are not known here."""


@dataclass(frozen=True, slots=True)
class Held:
    """A thing, whose it is, and who answers for it. `lost` is true of one that had an owner and has none now.

    `name` and `key` are empty where only its own people may know of it.
    """

    kind: str
    id: str
    name: str
    key: str
    organisation_id: str
    organisation: str
    slug: str
    owner_id: str | None
    owner: str | None
    deputy_id: str | None
    deputy: str | None
    lost: bool

    @property
    def page(self) -> str:
        """The path of its page; empty where only its own people may know of it."""
        return THINGS[self.kind].page.format(key=self.key) if self.key else ""

    @property
    def words(self) -> str:
        """What it is, in English, as N_ marks it."""
        return THINGS[self.kind].words


def _everything(known: Sequence[str]) -> Any:
    """(kind, id, name, key, organisation's id) of every thing, of all kinds, for somebody with these audiences."""
    parts = []
    for kind, one in THINGS.items():
        columns = Base.metadata.tables[one.table].c
        column, value = one.veiled
        hidden = (
            and_(columns[column] == value, columns["id"].not_in(known)) if column and EVERY not in known else false()
        )
        part = select(
            literal(kind).label("kind"),
            columns["id"].label("id"),
            *(
                case((hidden, ""), else_=columns[name]).label(words)
                for name, words in (("name", "name"), (one.key, "key"))
            ),
            columns[one.organisation].label("organisation_id"),
        )
        column, value = one.without
        parts.append(part.where(columns[column] != value) if column else part)
    return union_all(*parts).subquery()


def _asked(organisation_id: str, person_id: str, unowned: bool, known: Sequence[str]) -> Select[Any]:
    things, owner, deputy = _everything(known), aliased(Person), aliased(Person)
    asked = (
        select(
            things.c.kind,
            things.c.id,
            things.c.name,
            things.c.key,
            Organisation.id.label("organisation_id"),
            Organisation.name.label("organisation"),
            Organisation.slug,
            owner.id.label("owner_id"),
            owner.name.label("owner"),
            deputy.id.label("deputy_id"),
            deputy.name.label("deputy"),
            and_(Duty.id.is_not(None), Duty.owner_id.is_(None)).label("lost"),
        )
        .select_from(things)
        .join(Organisation, Organisation.id == things.c.organisation_id)
        .outerjoin(Duty, and_(Duty.kind == things.c.kind, Duty.thing_id == things.c.id))
        .outerjoin(owner, owner.id == Duty.owner_id)
        .outerjoin(deputy, deputy.id == Duty.deputy_id)
    )
    if organisation_id:
        asked = asked.where(Organisation.id == organisation_id)
    if person_id:
        asked = asked.where(or_(Duty.owner_id == person_id, Duty.deputy_id == person_id))
    return asked.where(Duty.owner_id.is_(None)) if unowned else asked


def things(
    session: Session,
    *,
    organisation_id: str = "",
    person_id: str = "",
    unowned: bool = False,
    known: Sequence[str] = (EVERY,),
    offset: int = 0,
    limit: int = 1_000_000,
) -> tuple[list[Held], int]:
    """Things with who answers for them, those that have lost their owner first, then those without; and how many.

    `known` are the audiences (hub.policy) of whoever reads it, where that is not everything.
    """
    asked = _asked(organisation_id, person_id, unowned, known)
    total = session.scalar(select(func.count()).select_from(asked.subquery())) or 0
    found = asked.subquery()
    order = (found.c.lost.desc(), found.c.owner_id.is_not(None), func.lower(found.c.organisation), found.c.kind)
    rows = session.execute(
        select(found).order_by(*order, func.lower(found.c.name), found.c.id).offset(offset).limit(limit)
    )
    return [Held(**{**row, "lost": bool(row["lost"])}) for row in rows.mappings()], total


def unowned_counts(session: Session) -> tuple[int, int]:
    """How many things have lost their owner, and how many never had one."""
    found = _asked("", "", True, (EVERY,)).subquery()
    counts = {
        bool(lost): number
        for lost, number in session.execute(select(found.c.lost, func.count()).group_by(found.c.lost))
    }
    return counts.get(True, 0), counts.get(False, 0)


def duty_of(session: Session, kind: str, thing_id: str) -> tuple[Person | None, Person | None]:
    """Owner and deputy of a thing."""
    row = session.scalar(select(Duty).where(Duty.kind == kind, Duty.thing_id == thing_id))
    if row is None:
        return None, None
    owner, deputy = (session.get(Person, id) if id else None for id in (row.owner_id, row.deputy_id))
    return owner, deputy


def give(
    session: Session, *, actor: Actor, organisation: Organisation, kind: str, thing_id: str, owner: str, deputy: str
) -> None:
    """Say who answers for a thing of the organisation, by their ids; empty for nobody.

    BadInput for people who do not belong to the organisation, and for a deputy without an owner, or who is the owner.
    """
    there, _total = things(session, organisation_id=organisation.id)
    if not any((one.kind, one.id) == (kind, thing_id) for one in there):
        raise NotFound(_("There is no such thing of this organisation any more."))
    for field, id in (("owner", owner), ("deputy", deputy)):
        if id and not _belongs(session, id, organisation.id):
            raise BadInput(_("Choose somebody who belongs to %(name)s.", name=organisation.name), field)
    if deputy and not owner:
        raise BadInput(_("Choose who answers for it; the deputy takes over from them."), "owner")
    if deputy and deputy == owner:
        raise BadInput(_("The deputy is somebody else than who answers for it."), "deputy")
    alone(session, f"duty {kind} {thing_id}")
    row = session.scalar(locking(select(Duty).where(Duty.kind == kind, Duty.thing_id == thing_id)))
    if row is None:
        row = Duty(kind=kind, thing_id=thing_id, organisation_id=organisation.id)
        session.add(row)
    if (row.owner_id, row.deputy_id) == (owner or None, deputy or None) and owner:
        return
    if row.owner_id != (owner or None):
        row.since, row.told = now(), not owner or owner == actor.person_id
    row.owner_id, row.deputy_id = owner or None, deputy or None
    note_act(
        session, actor=actor, action="give duty", thing=f"{kind} {thing_id}", owner=bool(owner), deputy=bool(deputy)
    )
    if not owner:
        session.delete(row)


def hand_over(session: Session, *, kind: str, thing_id: str, organisation_id: str) -> None:
    """A thing belongs to another organisation now: who answers for it goes on if they belong there, else the deputy."""
    row = session.scalar(locking(select(Duty).where(Duty.kind == kind, Duty.thing_id == thing_id)))
    if row is None:
        return
    row.organisation_id = organisation_id
    if not _belongs(session, row.deputy_id or "", organisation_id):
        row.deputy_id = None
    if not _belongs(session, row.owner_id or "", organisation_id):
        row.owner_id, row.deputy_id, row.since, row.told = row.deputy_id, None, now(), row.deputy_id is None


def take_on(session: Session, *, actor: Actor, organisation_id: str, kind: str, thing_id: str) -> None:
    """Whoever makes a new thing for an organisation of theirs answers for it, until somebody else does."""
    if actor.person_id and _belongs(session, actor.person_id, organisation_id):
        duty = Duty(kind=kind, thing_id=thing_id, organisation_id=organisation_id, owner_id=actor.person_id)
        session.add(duty)


def release(session: Session, person_id: str, organisation_id: str | None = None, *, actor: Actor = WORK) -> int:
    """Somebody leaves, the hub or one organisation: their deputies take over, the rest waits in the hand-over queue.

    Says how many things had them as owner or deputy. Deputies are told by mail (`tell_owners`).
    """
    theirs = select(Duty).where(or_(Duty.owner_id == person_id, Duty.deputy_id == person_id))
    if organisation_id is not None:
        theirs = theirs.where(Duty.organisation_id == organisation_id)
    rows = list(session.scalars(locking(theirs.order_by(Duty.id))))
    for row in rows:
        to = "the same"
        if row.owner_id == person_id:
            able = bool(row.deputy_id) and _belongs(session, row.deputy_id or "", row.organisation_id)
            row.owner_id, row.since, row.told = row.deputy_id if able else None, now(), not able
            to = "the deputy" if able else "nobody"
        row.deputy_id = None
        note_act(session, actor=actor, action="hand over", thing=f"{row.kind} {row.thing_id}", to=to)
    return len(rows)


def tell_owners(session: Session, hub: str, base_url: str, limit: int = 100) -> int:
    """Those who have come to answer for something are told by mail, once. Says how many things."""
    rows = list(session.scalars(locking(select(Duty).where(Duty.told.is_(False)).limit(limit), skip=True)))
    for row in rows:
        row.told = True
        person = session.get(Person, row.owner_id) if row.owner_id else None
        held = [one for one in things(session, organisation_id=row.organisation_id)[0] if one.id == row.thing_id]
        if person is None or not person.email or not held:
            continue
        with speaking(person.language):
            text = _(
                "From now on you answer for this at %(hub)s:\n\n%(name)s (%(organisation)s)\n%(page)s\n\n"
                "You are the one who is asked when something is wrong with it. If that is a mistake, tell an admin of "
                "%(organisation)s.",
                hub=hub,
                name=held[0].name,
                organisation=held[0].organisation,
                page=f"{base_url}{held[0].page}",
            )
            subject = _("[%(hub)s] You answer for %(name)s now", hub=hub[:60], name=held[0].name[:150])
        key = f"duty {row.id} {row.since:%Y%m%d%H%M%S%f}"
        queue_mail(
            session,
            key=key,
            recipient=person.email,
            subject=subject,
            text=text + "\n",
            language=person.language,
            person_id=person.id,
        )
    return len(rows)


def able(session: Session, organisation_id: str) -> Sequence[Person]:
    """Those of an organisation who can answer for something, by name."""
    joined = select(Person).join(Membership, Membership.person_id == Person.id)
    there = joined.where(Membership.organisation_id == organisation_id, Person.active.is_(True))
    return session.scalars(there.order_by(func.lower(Person.name), Person.id)).all()


def _belongs(session: Session, person_id: str, organisation_id: str) -> bool:
    joined = select(Person.id).join(Membership, Membership.person_id == Person.id)
    there = joined.where(Membership.organisation_id == organisation_id, Person.active.is_(True))
    return session.scalar(there.where(Person.id == person_id)) is not None
