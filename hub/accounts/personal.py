"""What accounts hold of a person: to be told to them, and to be forgotten."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from hub.accounts.duties import things
from hub.accounts.limits import forget_tries
from hub.accounts.models import (
    AddressChange,
    CodeApp,
    Identity,
    Invitation,
    Joining,
    Membership,
    Passkey,
    Person,
    RecoveryCode,
    WebSession,
)
from hub.organisations.models import Organisation

INVITATION: Final = ("email", "role", "by", "expires", "created")
"""What is told of one."""


def export_person(session: Session, person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Everything, by the name that people read; secrets and their hashes are left out."""
    person = session.get_one(Person, person_id)
    invited = Invitation.email == (person.email or "")
    codes = session.scalar(select(func.count()).where(RecoveryCode.person_id == person_id)) or 0
    return {
        "account": [
            {
                **_of(person, ("id", "name", "email", "role", "language", "created", "confirmed_at", "active")),
                "password": "kept as a hash" if person.password else "none",
                "recovery_codes_left": codes,
            }
        ],
        "memberships": _with_organisation(session, Membership, Membership.person_id == person_id, ("role", "since")),
        "memberships_asked_for": _with_organisation(session, Joining, Joining.person_id == person_id, ("created",)),
        "duties": [
            {"kind": one.kind, "name": one.name, "organisation": one.organisation, "owner": one.owner_id == person_id}
            for one in things(session, person_id=person_id)[0]
        ],
        "sign_ins": [
            _of(one, ("kind", "created", "expires", "browser"))
            for one in session.scalars(select(WebSession).where(WebSession.person_id == person_id))
        ],
        "second_factors": _factors(session, person_id),
        "organisation_sign_ins": _with_organisation(
            session, Identity, Identity.person_id == person_id, ("issuer", "subject", "since")
        ),
        "addresses_asked_for": [
            _of(one, ("email", "expires"))
            for one in session.scalars(select(AddressChange).where(AddressChange.person_id == person_id))
        ],
        "invitations_received": _with_organisation(session, Invitation, invited, INVITATION),
        "invitations_sent": _with_organisation(session, Invitation, Invitation.by_id == person_id, INVITATION),
    }


def forget_person(session: Session, person_id: str) -> None:
    """Delete the account with all that hangs on it, and their address and name wherever accounts keep them.

    An address that they have not confirmed may be somebody else's: what was sent there stays.
    """
    person = session.get_one(Person, person_id)
    addresses = [person.email] if person.email and person.confirmed_at else []
    session.execute(delete(Invitation).where(Invitation.email.in_(addresses)))
    session.execute(update(Invitation).where(Invitation.by_id == person_id).values(by="", by_id=""))
    for one in (*addresses, person_id):
        forget_tries(session, one)
    session.execute(delete(Person).where(Person.id == person_id), execution_options={"synchronize_session": False})
    session.expunge(person)


def _factors(session: Session, person_id: str) -> list[dict[str, Any]]:
    apps = session.scalars(select(CodeApp).where(CodeApp.person_id == person_id))
    keys = session.scalars(select(Passkey).where(Passkey.person_id == person_id))
    return [
        *({"kind": "app for codes", "since": one.since} for one in apps),
        *({"kind": "passkey", **_of(one, ("name", "created", "used"))} for one in keys),
    ]


def _with_organisation(
    session: Session, table: Any, condition: ColumnElement[bool], names: Sequence[str]
) -> list[dict[str, Any]]:
    """What rows say under these names, in the order of the last of them, with the name of their organisation."""
    joined = select(table, Organisation.name).join(Organisation, Organisation.id == table.organisation_id)
    rows = session.execute(joined.where(condition).order_by(getattr(table, names[-1])))
    return [{"organisation": name, **_of(row, names)} for row, name in rows]


def _of(row: object, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
