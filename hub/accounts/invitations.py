"""Invitations to an organisation: a secret that is kept as its hash, for one address, once, for seven days."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.accounts.announcing import announce_person
from hub.accounts.members import membership_of, waits_no_more
from hub.accounts.models import Invitation, Membership, Person
from hub.accounts.sealing import digest
from hub.audit.service import note_act
from hub.db import locking, now
from hub.errors import BadInput, NotAllowed, NotFound
from hub.languages import N_, speaking
from hub.languages import gettext as _
from hub.mail.addresses import mail_address
from hub.mail.service import queue_mail
from hub.organisations.models import Organisation
from hub.policy import MEMBERS, Actor

GOOD_FOR: Final = timedelta(days=7)

GONE: Final = N_(
    "This invitation was used, withdrawn, or is older than seven days. Ask whoever invited you for another."
)


def invite(
    session: Session, *, actor: Actor, organisation: Organisation, email: str, role: str, address: str, hub: str
) -> Invitation:
    """Invite whoever has this mail address, by a mail with a link: `address` with `{}` for its secret.

    An earlier invitation of the same address ends. BadInput for what is no address, no role, or belongs to the
    organisation already.
    """
    if role not in MEMBERS:
        raise BadInput(_("There is no role “%(role)s”.", role=role[:40]), "role")
    to = mail_address(email).lower()
    person = session.scalar(select(Person).where(Person.email == to))
    if person is not None and membership_of(session, person.id, organisation.id) is not None:
        there = _("%(name)s belongs to %(organisation)s already.", name=person.name, organisation=organisation.name)
        raise BadInput(there, "email")
    earlier = delete(Invitation).where(Invitation.organisation_id == organisation.id, Invitation.email == to)
    session.execute(earlier)
    secret = secrets.token_urlsafe(32)
    made = Invitation(
        hashed=digest(secret),
        email=to,
        organisation_id=organisation.id,
        role=role,
        by=actor.name[:200],
        by_id=actor.person_id,
        expires=now() + GOOD_FOR,
    )
    session.add(made)
    session.flush()
    spoken = person.language if person is not None else organisation.language
    with speaking(spoken):
        subject, text = _mail(actor=actor, hub=hub, role=role, organisation=organisation, link=address.format(secret))
    queue_mail(session, key=f"invitation {made.id}", recipient=to, subject=subject, text=text, language=spoken)
    note_act(session, actor=actor, action="invite", thing=f"organisation {organisation.slug}", role=role)
    return made


def _mail(*, actor: Actor, hub: str, role: str, organisation: Organisation, link: str) -> tuple[str, str]:
    """(subject, text) of the invitation, in the language of whoever is invited, or of the organisation."""
    text = _(
        "%(person)s invites you to %(hub)s as %(role)s of %(organisation)s.\n\nUse this link to join:\n\n%(link)s\n\n"
        "It works for seven days, once, and for this address alone. "
        "If you do not know what this is about, do nothing.",
        person=actor.name,
        hub=hub,
        role=_(role),
        organisation=organisation.name,
        link=link,
    )
    return _("%(organisation)s invites you to %(hub)s", organisation=organisation.name, hub=hub), text


def find_invitation(session: Session, secret: str, *, lock: bool = False) -> tuple[Invitation, Organisation]:
    """What this secret invites to; NotFound for one that is used, withdrawn, too old or was never made."""
    wanted = select(Invitation).where(Invitation.hashed == digest(secret))
    row = session.scalar(locking(wanted) if lock else wanted)
    if row is None or row.expires < now():
        raise NotFound(_(GONE))
    return row, session.get_one(Organisation, row.organisation_id)


def accept(session: Session, *, actor: Actor, secret: str) -> Organisation:
    """Join. The invitation is used up. NotAllowed for another address than the invited one, or one not confirmed."""
    row, organisation = find_invitation(session, secret, lock=True)
    person = session.get_one(Person, actor.person_id)
    if person.email != row.email or not person.confirmed_at:
        whose = _("This invitation is for %(email)s. Sign in with the account that has this address.", email=row.email)
        raise NotAllowed(whose)
    held = membership_of(session, person.id, organisation.id)
    if held is None:
        held = Membership(person_id=person.id, organisation_id=organisation.id)
        session.add(held)
        waits_no_more(session, person.id, organisation.id)
        announce_person(session, person)
    held.role, held.how = row.role, Membership.BY_INVITATION
    session.delete(row)
    note_act(
        session, actor=actor, action="join", thing=f"organisation {organisation.slug}", how="invitation", role=row.role
    )
    return organisation


def open_invitations(session: Session, organisation_id: str) -> Sequence[Invitation]:
    """Those that may still be used, the newest first."""
    there = select(Invitation).where(Invitation.organisation_id == organisation_id, Invitation.expires >= now())
    return session.scalars(there.order_by(Invitation.expires.desc())).all()


def withdraw_invitation(session: Session, *, actor: Actor, organisation: Organisation, id: str) -> None:
    """Its link opens nothing any more."""
    row = session.get(Invitation, id)
    if row is None or row.organisation_id != organisation.id:
        raise NotFound(_("There is no such invitation any more."))
    session.delete(row)
    note_act(session, actor=actor, action="withdraw invitation", thing=f"organisation {organisation.slug}")
