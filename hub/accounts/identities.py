"""Who somebody is here whom their organisation's sign-in has named: found, made, or asked to prove it first.

A person is found by who they are there (organisation, issuer, subject), never by an address: addresses are handed on,
and a provider may write any. So no provider gets into an account that was there before, nor to people of others.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from federation.record import clean_line
from hub.accounts.admission import why_not
from hub.accounts.members import join_by_address, organisation_at
from hub.accounts.models import Identity, Invitation, Person, Provider, new_stamp
from hub.accounts.provider_answers import Claims
from hub.accounts.service import actor_for
from hub.audit.service import note_act
from hub.db import alone, now
from hub.errors import BadInput, Conflict, NotAllowed
from hub.languages import gettext as _
from hub.languages import speaking
from hub.mail.addresses import mail_address
from hub.mail.service import queue_mail
from hub.organisations.models import Organisation
from hub.setup.house import House

LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Unproven:
    """Somebody whose address has an account here already, which they have not shown to be theirs."""

    person_id: str
    organisation_id: str
    issuer: str
    subject: str


def person_named(
    session: Session, organisation: Organisation, provider: Provider, claims: Claims, house: House
) -> Person | Unproven:
    """Whom the organisation's sign-in means. NotAllowed for an address that does not count, and for the suspended.

    Who may make an account at all is what the operator has settled in `house`.
    """
    alone(session, f"identity {organisation.id}")
    known = session.scalar(
        select(Person)
        .join(Identity, Identity.person_id == Person.id)
        .where(
            Identity.organisation_id == organisation.id,
            Identity.issuer == provider.issuer,
            Identity.subject == claims.subject,
        )
    )
    if known is not None:
        return _let_in(session, organisation, known)
    email = accepted_address(session, organisation, provider, claims)
    there = session.scalar(select(Person).where(Person.email == email))
    if there is None:
        if (why := why_not(session, house, email)) and not _is_invited(session, email):
            raise NotAllowed(why)
        return _make(session, organisation, provider, claims, email)
    _require_active(there)
    return Unproven(there.id, organisation.id, provider.issuer, claims.subject)


def accepted_address(session: Session, organisation: Organisation, provider: Provider, claims: Claims) -> str:
    """The address, if it counts: verified (or the operator vouches for it), and at a domain of the organisation."""
    if not claims.email:
        raise NotAllowed(
            _("The sign-in of %(name)s does not tell your address. Ask its IT to pass it on.", name=organisation.name)
        )
    try:
        email = mail_address(claims.email).lower()
    except BadInput as error:
        raise NotAllowed(str(error)) from error
    if not (claims.verified or provider.trusted):
        sentence = _(
            "The sign-in of %(name)s does not say that your address is verified. Ask its IT.", name=organisation.name
        )
        raise NotAllowed(sentence)
    whose = organisation_at(session, email)
    if whose is None or whose.id != organisation.id:
        raise NotAllowed(
            _(
                "%(email)s is no address of %(name)s, so its sign-in cannot open it.",
                email=email,
                name=organisation.name,
            )
        )
    return email


def link(session: Session, unproven: Unproven, *, how: str, confirmed: datetime | None = None) -> Person:
    """From now on this sign-in opens the account, which was proved to be theirs. NotAllowed for the suspended.

    `confirmed`: when the address was shown to be theirs, for an account that had not shown it. What somebody else may
    have set there before, with an address that was not theirs, ends.
    """
    alone(session, f"identity {unproven.organisation_id}")
    person = session.get_one(Person, unproven.person_id)
    _require_active(person)
    if not person.confirmed_at:
        if confirmed is None:
            raise NotAllowed(_("This address was never confirmed. Use the link that is sent to it."))
        person.confirmed_at, person.password, person.fs_uniquifier = confirmed, None, new_stamp()
    organisation = session.get_one(Organisation, unproven.organisation_id)
    _add(session, person, unproven.organisation_id, unproven.issuer, unproven.subject)
    actor = actor_for(session, person.id)
    note_act(
        session,
        actor=actor,
        action="link sign-in",
        thing=f"person {person.id}",
        organisation=organisation.slug,
        how=how,
    )
    join_by_address(session, person, actor)
    _tell(session, person, organisation)
    return person


def _make(session: Session, organisation: Organisation, provider: Provider, claims: Claims, email: str) -> Person:
    """An account without a password, of an officer of the organisation."""
    person = Person(name=name_in(claims, email), email=email, confirmed_at=now())
    session.add(person)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(_("An account with this address was made at the same moment. Start again.")) from error
    _add(session, person, organisation.id, provider.issuer, claims.subject)
    actor = actor_for(session, person.id)
    note_act(
        session, actor=actor, action="register", thing=f"person {person.id}", how=f"sign-in of {organisation.slug}"
    )
    join_by_address(session, person, actor)
    return person


def _is_invited(session: Session, email: str) -> bool:
    """Whether an invitation is open for this address: here it is verified, so that its link need not be used."""
    there = select(Invitation.id).where(Invitation.email == email, Invitation.expires >= now())
    return session.scalar(there.limit(1)) is not None


def _add(session: Session, person: Person, organisation_id: str, issuer: str, subject: str) -> None:
    session.add(Identity(organisation_id=organisation_id, issuer=issuer, subject=subject, person_id=person.id))
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(_("This sign-in opens an account already. Start again.")) from error


def _let_in(session: Session, organisation: Organisation, person: Person) -> Person:
    _require_active(person)
    whose = organisation_at(session, person.email or "")
    if whose is None or whose.id != organisation.id:
        raise NotAllowed(
            _("Your account has another organisation's address now: sign in as people there do, or by password.")
        )
    return person


def _require_active(person: Person) -> None:
    if not person.active:
        raise NotAllowed(_("Your account is suspended. Ask whoever runs this hub."))


def name_in(claims: Claims, email: str) -> str:
    """What the person is called here; the part before the @ where no name is told, or one that is a web address."""
    name = clean_line(claims.name)[:LONGEST_NAME].strip()
    looks_like_address = "://" in name or "www." in name.lower()
    return name if name and not looks_like_address else email.partition("@")[0]


def _tell(session: Session, person: Person, organisation: Organisation) -> None:
    """That another way into the account is there: whoever did not do it can say so."""
    if not person.email:
        return
    with speaking(person.language):
        subject = _("Your account can be opened by the sign-in of %(name)s", name=organisation.name)
        text = _(
            "From now on the sign-in of %(name)s opens your account here. If that was not you, tell whoever runs this "
            "hub.",
            name=organisation.name,
        )
    queue_mail(
        session,
        key=f"linked {person.id} {now().isoformat()}",
        recipient=person.email,
        subject=subject,
        text=text,
        language=person.language,
    )
