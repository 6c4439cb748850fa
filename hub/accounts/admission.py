"""Who may make an account, by what the operator has settled. An invitation opens the door in every case."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.accounts.members import organisation_at
from hub.accounts.sealing import digest
from hub.db import Base, now
from hub.languages import gettext as _
from hub.setup.house import EVERYBODY, MEMBERS, House


def why_not(session: Session, house: House, email: str, secret: str = "") -> str:
    """Why nobody may make an account with this address; empty where somebody may.

    `secret` is that of an invitation, which is for one address. Nothing here says whether an address is known.
    """
    if house.registering == EVERYBODY or (secret and _invited(session, email, secret)):
        return ""
    if house.registering == MEMBERS:
        if organisation_at(session, email.lower()) is not None:
            return ""
        return _(
            "Only people with an address of a member organisation can make an account here. Use your address at work, "
            "or ask your organisation to invite you."
        )
    return _(
        "Only who is invited can make an account here, with the link of the mail and the address it came to. "
        "Ask your organisation to invite you."
    )


INVITATIONS: Final = ("invitation", "community_invitation")
"""Tables of invitations; they are named by their names, as that of a later slice is not known here."""


def _invited(session: Session, email: str, secret: str) -> bool:
    for name in INVITATIONS:
        there = Base.metadata.tables[name].c
        wanted = select(there.email).where(there.hashed == digest(secret), there.expires >= now())
        if session.scalar(wanted) == email.strip().lower():
            return True
    return False
