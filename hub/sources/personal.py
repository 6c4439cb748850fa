"""Where sources and organisations name a person, as whom to ask or to tell: to be told to them, and to be forgotten."""

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hub.organisations.models import Organisation
from hub.sources.models import Source


def export_address(session: Session, address: str) -> list[dict[str, Any]]:
    """Sources and organisations that give this address as their contact, and sources of which it is told."""
    rows = session.scalars(select(Source).where(_named(address))).all()
    told = session.scalars(select(Source).where(_told(address))).all()
    theirs = session.scalars(select(Organisation).where(func.lower(Organisation.contact_email) == address.lower()))
    return [
        *({"source": row.name, "address": row.address, "contact": row.contact} for row in rows),
        *({"source": row.name, "address": row.address, "told": row.tell_email} for row in told),
        *({"organisation": one.name, "contact": f"{one.contact_name} {one.contact_email}".strip()} for one in theirs),
    ]


def forget_person(session: Session, person_id: str, address: str) -> None:
    """Take the contact away; the organisation's own stands for it, and where that was the person, there is none.

    Their address is not told of any source any more, and nobody knows who registered those that they did.
    """
    session.execute(update(Source).where(Source.registered_by == person_id).values(registered_by=""))
    if not address:
        return
    nothing = {"tell_email": "", "tell_confirmed": None, "tell_level": "problems"}
    session.execute(update(Source).where(_told(address)).values(nothing))
    session.execute(update(Source).where(_named(address)).values(contact=""))
    theirs = func.lower(Organisation.contact_email) == address.lower()
    nobody = {"contact_name": "", "contact_email": "", "contact_phone": ""}
    session.execute(update(Organisation).where(theirs).values(nobody))


def _told(address: str) -> Any:
    return func.lower(Source.tell_email) == address.lower()


def _named(address: str) -> Any:
    return func.lower(Source.contact).contains(address.lower(), autoescape=True)
