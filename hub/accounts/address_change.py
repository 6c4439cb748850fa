"""Another address for an account: asked for, shown to be one's own by a link, and then changed.

What was sent to the old address opens nothing any more (security.md rule 22).
"""

import secrets
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.accounts.announcing import announce_person
from hub.accounts.duties import release
from hub.accounts.members import join_by_address, left_with
from hub.accounts.models import AddressChange, Invitation, Person, new_stamp
from hub.accounts.sealing import digest
from hub.audit.service import note_act
from hub.db import locking, new_id, now
from hub.errors import BadInput, Conflict, NotFound
from hub.languages import gettext as _
from hub.languages import speaking
from hub.mail.addresses import mail_address
from hub.mail.service import queue_mail
from hub.policy import Actor

GOOD_FOR: Final = timedelta(days=1)


def ask_address(session: Session, *, actor: Actor, email: str, address: str, hub: str) -> str:
    """Send a link to another address (`address` with `{}` for its secret); the address as it will be kept.

    An earlier wish ends. Whether somebody has this address already is told by mail alone. BadInput for what is no
    address, or is one's own.
    """
    to = _address(email)
    person = session.get_one(Person, actor.person_id)
    if to == person.email:
        raise BadInput(_("This is your address already."), "email")
    session.execute(delete(AddressChange).where(AddressChange.person_id == person.id))
    secret = secrets.token_urlsafe(32)
    row = AddressChange(person_id=person.id, hashed=digest(secret), email=to, expires=now() + GOOD_FOR)
    session.add(row)
    taken = session.scalar(select(Person.id).where(Person.email == to)) is not None
    with speaking(person.language):
        subject, text = _taken(hub) if taken else _free(hub, address.format(secret))
    queue_mail(
        session, key=f"address change {new_id()}", recipient=to, subject=subject, text=text, language=person.language
    )
    note_act(session, actor=actor, action="ask for another address", thing=f"person {person.id}")
    return to


def find_change(session: Session, *, actor: Actor, secret: str, lock: bool = False) -> AddressChange:
    """The wish that this secret belongs to. NotFound for one that is another's, was used, withdrawn or is too old."""
    wanted = select(AddressChange).where(AddressChange.hashed == digest(secret))
    row = session.scalar(locking(wanted) if lock else wanted)
    if row is None or row.expires < now() or row.person_id != actor.person_id:
        raise NotFound(_("This link was used, is older than a day, or belongs to another account than yours."))
    return row


def change_address(session: Session, *, actor: Actor, secret: str, hub: str) -> Person:
    """The address becomes the new one. Every session ends; memberships by the old address's domain end with it.

    Conflict when somebody else has taken the address meanwhile.
    """
    row = find_change(session, actor=actor, secret=secret, lock=True)
    person = session.scalars(locking(select(Person).where(Person.id == actor.person_id))).one()
    old = person.email
    leaving = left_with(session, person, row.email)
    try:
        with session.begin_nested():
            person.email = row.email
    except IntegrityError as error:
        raise Conflict(_("Somebody has an account with this address by now.")) from error
    person.confirmed_at = now()
    person.fs_uniquifier = new_stamp()
    session.delete(row)
    session.execute(delete(Invitation).where(Invitation.email == (old or "")))
    note_act(session, actor=actor, action="change address", thing=f"person {person.id}")
    for membership, organisation in leaving:
        session.delete(membership)
        session.flush()
        release(session, person.id, organisation.id, actor=actor)
        announce_person(session, person)
        note_act(session, actor=actor, action="leave", thing=f"organisation {organisation.slug}", how="domain")
    join_by_address(session, person, actor)
    if old:
        _tell(session, old, person, hub)
    return person


def _free(hub: str, link: str) -> tuple[str, str]:
    return _("Confirm your new address for %(hub)s", hub=hub), _(
        "Somebody wants to use this address for their account at %(hub)s. If that is you, use this link within a "
        "day, in a browser in which you are signed in:\n\n%(link)s\n\nIf it is not you, do nothing.",
        hub=hub,
        link=link,
    )


def _taken(hub: str) -> tuple[str, str]:
    return _("Your account at %(hub)s", hub=hub), _(
        "Somebody with another account at %(hub)s wants to use this address, but you have an account with it. "
        "If that was you: sign in with this address, or ask for a new password. If it was not you, do nothing.",
        hub=hub,
    )


def _tell(session: Session, old: str, person: Person, hub: str) -> None:
    with speaking(person.language):
        subject = _("Your address at %(hub)s was changed", hub=hub)
        text = _(
            "Your account at %(hub)s has the address %(email)s now; nothing more is sent to this one. "
            "If it was not you, tell whoever runs the hub at once.",
            hub=hub,
            email=person.email,
        )
    queue_mail(
        session, key=f"address changed {new_id()}", recipient=old, subject=subject, text=text, language=person.language
    )


def _address(email: str) -> str:
    try:
        return mail_address(email, "email").lower()
    except BadInput as error:
        raise BadInput(_("Enter an e-mail address, like name@example.gov.uk."), "email") from error
