"""Who belongs to which organisation, as what, and who may sign in at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from hub.accounts.announcing import announce_person
from hub.accounts.duties import release
from hub.accounts.models import PERSON, Joining, Membership, Person, new_stamp
from hub.accounts.service import SECURED
from hub.accounts.waiting import tell_operators
from hub.audit.service import note_act
from hub.errors import BadInput, NotAllowed, NotFound
from hub.languages import gettext as _
from hub.organisations.models import Organisation
from hub.policy import MEMBERS, OFFICER, OPERATOR, SITE_MODERATOR, Actor
from hub.setup.service import is_settled

EVERYBODYS: Final = frozenset(
    (
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.co.uk", "live.com", "live.co.uk"),
        *("msn.com", "yahoo.com", "yahoo.co.uk", "icloud.com", "me.com", "mac.com", "aol.com", "mail.com"),
        *("btinternet.com", "sky.com", "virginmedia.com", "talktalk.net", "proton.me", "protonmail.com"),
        *("gmx.com", "gmx.de", "gmx.net", "web.de"),
    )
)
"""Domains at which anybody gets an address: they belong to no organisation."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody as the list of people shows them, with their organisations and roles there."""

    person: Person
    secured: bool
    """Whether they have a second factor."""
    memberships: tuple[tuple[Organisation, str], ...]


def set_domains(session: Session, *, actor: Actor, organisation: Organisation, domains: Sequence[str]) -> None:
    """Whose address is at one of these belongs to the organisation. BadInput for what is no domain, or everybody's."""
    kept = list(dict.fromkeys(one.strip().lower().lstrip("@").rstrip(".") for one in domains if one.strip()))
    for domain in kept:
        parts = domain.split(".")
        if len(domain) > 250 or len(parts) < 2 or not all(part.replace("-", "").isalnum() for part in parts):
            no_domain = _("“%(domain)s” is no domain. Write it as northford.gov.uk.", domain=domain[:60])
            raise BadInput(no_domain, "domains")
        if domain in EVERYBODYS:
            anybodys = _("Anybody can have an address at %(domain)s, so it shows no organisation.", domain=domain)
            raise BadInput(anybodys, "domains")
        for other in session.scalars(select(Organisation).where(Organisation.id != organisation.id)):
            if domain in other.domains:
                taken = _("The domain %(domain)s belongs to %(name)s already.", domain=domain, name=other.name)
                raise BadInput(taken, "domains")
    organisation.domains = kept
    note_act(session, actor=actor, action="set domains", thing=f"organisation {organisation.slug}", domains=kept)


def join_by_address(session: Session, person: Person, actor: Actor) -> Organisation | None:
    """Make somebody whose address is confirmed an officer of the organisation whose domain it is at, if there is one.

    A part of a domain counts too: `housing.northford.gov.uk` is Northford's. Where the operator wants to be asked they
    wait for that.
    """
    organisation = organisation_at(session, person.email or "")
    belongs = organisation is not None and membership_of(session, person.id, organisation.id) is not None
    if organisation is not None and not belongs and is_settled(session, "people_wait"):
        _ask_to_join(session, person, organisation, actor)
        return organisation
    # They have another address than that by which they asked, or need not ask any more.
    session.execute(delete(Joining).where(Joining.person_id == person.id))
    if organisation is not None and not belongs:
        session.add(
            Membership(person_id=person.id, organisation_id=organisation.id, role=OFFICER, how=Membership.BY_DOMAIN)
        )
        announce_person(session, person)
        note_act(session, actor=actor, action="join", thing=f"organisation {organisation.slug}", how="domain")
    return organisation


def _ask_to_join(session: Session, person: Person, organisation: Organisation, actor: Actor) -> None:
    there = session.scalars(select(Joining).where(Joining.person_id == person.id)).all()
    if any(one.organisation_id == organisation.id for one in there):
        return
    for one in there:
        session.delete(one)
    session.add(Joining(person_id=person.id, organisation_id=organisation.id))
    note_act(session, actor=actor, action="ask to join", thing=f"organisation {organisation.slug}", how="domain")
    if not there:
        tell_operators(session)


def waits_no_more(session: Session, person_id: str, organisation_id: str) -> None:
    """They belong to the organisation in another way by now: there is nothing to decide about it."""
    theirs = Joining.person_id == person_id, Joining.organisation_id == organisation_id
    session.execute(delete(Joining).where(*theirs))


def organisation_at(session: Session, email: str) -> Organisation | None:
    """The organisation whose domain an address is at, the nearest where there are several; None for none."""
    domain = email.lower().rpartition("@")[2]
    parents = {domain.split(".", start)[-1] for start in range(domain.count(".") + 1)}
    fitting = [
        (len(one), organisation)
        for organisation in session.scalars(select(Organisation))
        for one in organisation.domains
        if one in parents
    ]
    return max(fitting, key=lambda one: one[0])[1] if fitting else None


def left_with(session: Session, person: Person, email: str) -> list[tuple[Membership, Organisation]]:
    """What somebody would belong to no more whose address became this one: what they joined by their address alone.

    What they were invited to or given stays. Of a membership from before it was noted how it came about, the domain
    of the present address tells.
    """
    before, after = organisation_at(session, person.email or ""), organisation_at(session, email)
    rows = session.execute(
        select(Membership, Organisation)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id == person.id, Membership.how.in_((Membership.BY_DOMAIN, "")))
        .order_by(func.lower(Organisation.name))
    )
    return [
        (membership, organisation)
        for membership, organisation in rows
        if organisation is not after and (membership.how or organisation is before)
    ]


def set_role(session: Session, *, actor: Actor, person_id: str, organisation_id: str, role: str) -> None:
    """What somebody is in an organisation; nothing (an empty role) takes them out of it. Their sessions begin anew."""
    if role and role not in MEMBERS:
        raise BadInput(_("There is no role “%(role)s”.", role=role[:40]), "role")
    person, organisation = _both(session, person_id, organisation_id)
    row = membership_of(session, person.id, organisation.id)
    if (row.role if row else "") == role:
        return
    if not role:
        session.delete(row)
        session.flush()
        release(session, person.id, organisation.id, actor=actor)
    elif row is None:
        session.add(Membership(person_id=person.id, organisation_id=organisation.id, role=role))
        waits_no_more(session, person.id, organisation.id)
    else:
        row.role = role
    person.fs_uniquifier = new_stamp()
    announce_person(session, person)
    thing = f"person {person.id}"
    note_act(session, actor=actor, action="set role", thing=thing, organisation=organisation.slug, role=role or "none")


def set_moderator(session: Session, *, actor: Actor, person_id: str, moderator: bool) -> Person:
    """Make somebody a site moderator, or end it. Their sessions begin anew. NotAllowed for an operator."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound(_("There is nobody with this account."))
    if person.role == OPERATOR:
        raise NotAllowed(_("An operator may do everything that a site moderator may."))
    role = SITE_MODERATOR if moderator else PERSON
    if person.role != role:
        person.role, person.fs_uniquifier = role, new_stamp()
        note_act(session, actor=actor, action="set role", thing=f"person {person.id}", role=role)
    return person


def set_active(session: Session, *, actor: Actor, person_id: str, active: bool) -> Person:
    """Suspend somebody, or let them in again. Every session of theirs ends at once. NotAllowed for oneself."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound(_("There is nobody with this account."))
    if person.id == actor.person_id:
        raise NotAllowed(_("You cannot suspend yourself: nobody could let you in again."))
    if person.active != active:
        person.active = active
        if not active:
            session.flush()
            release(session, person.id, actor=actor)
        person.fs_uniquifier = new_stamp()
        announce_person(session, person)
        note_act(session, actor=actor, action="let in" if active else "suspend", thing=f"person {person.id}")
    return person


def people(session: Session, wanted: str, *, offset: int, limit: int) -> tuple[list[Listed], int]:
    """Those whose name or address has these words, by name, and how many there are."""
    asked = select(Person)
    for word in wanted.lower().split():
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        fits = f"%{escaped}%"
        asked = asked.where(or_(func.lower(Person.name).like(fits, escape="\\"), Person.email.like(fits, escape="\\")))
    total = session.scalar(select(func.count()).select_from(asked.subquery())) or 0
    page = asked.add_columns(SECURED).order_by(func.lower(Person.name), Person.id).offset(offset).limit(limit)
    rows = session.execute(page).all()
    held: dict[str, list[tuple[Organisation, str]]] = {person.id: [] for person, _secured in rows}
    joined = (
        select(Membership.person_id, Organisation, Membership.role)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id.in_(held))
        .order_by(func.lower(Organisation.name))
    )
    for person_id, organisation, role in session.execute(joined):
        held[person_id].append((organisation, role))
    return [Listed(person, secured, tuple(held[person.id])) for person, secured in rows], total


def membership_of(session: Session, person_id: str, organisation_id: str) -> Membership | None:
    """What somebody is in an organisation; None for nothing."""
    there = select(Membership).where(Membership.person_id == person_id, Membership.organisation_id == organisation_id)
    return session.scalar(there)


def members(session: Session, organisation_id: str) -> list[tuple[Person, str]]:
    """Everybody of an organisation with their roles, by name."""
    there = select(Person, Membership.role).join(Membership, Membership.person_id == Person.id)
    rows = session.execute(there.where(Membership.organisation_id == organisation_id).order_by(func.lower(Person.name)))
    return [(person, role) for person, role in rows]


def _both(session: Session, person_id: str, organisation_id: str) -> tuple[Person, Organisation]:
    person, organisation = session.get(Person, person_id), session.get(Organisation, organisation_id)
    if person is None or organisation is None:
        raise NotFound(_("There is no such person or organisation any more."))
    return person, organisation
