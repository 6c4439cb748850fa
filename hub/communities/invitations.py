"""Invitations to a community: a secret that is kept as its hash, for one address, once, for seven days."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.accounts.models import Person
from hub.accounts.sealing import digest
from hub.audit.service import note_act
from hub.communities.membership import add_member, member_of
from hub.communities.models import Community, CommunityInvitation
from hub.communities.service import require_living
from hub.db import locking, now
from hub.errors import BadInput, NotAllowed, NotFound
from hub.languages import N_, speaking
from hub.languages import gettext as _
from hub.mail.addresses import mail_address
from hub.mail.service import queue_mail
from hub.policy import FACILITATOR, TAKING_PART, Actor

GOOD_FOR: Final = timedelta(days=7)

GONE: Final = N_(
    "This invitation was used, withdrawn, or is older than seven days. Ask whoever invited you for another."
)


def invite(
    session: Session, row: Community, *, actor: Actor, email: str, role: str, address: str, hub: str
) -> CommunityInvitation:
    """Invite whoever has this mail address, by a mail with a link: `address` with `{}` for its secret.

    An earlier invitation of the same address ends. BadInput for what is no address, no role, or belongs to the
    community already; Conflict for one that is archived.
    """
    require_living(row)
    if role not in TAKING_PART:
        raise BadInput(_("There is no role “%(role)s”.", role=role[:40]), "role")
    to = mail_address(email).lower()
    person = session.scalar(select(Person).where(Person.email == to))
    if person is not None and member_of(session, row.id, person.id) is not None:
        raise BadInput(_("%(name)s belongs to this community already.", name=person.name), "email")
    there = CommunityInvitation.community_id == row.id
    session.execute(delete(CommunityInvitation).where(there, CommunityInvitation.email == to))
    secret = secrets.token_urlsafe(32)
    made = CommunityInvitation(
        hashed=digest(secret),
        email=to,
        community_id=row.id,
        role=role,
        by_id=actor.person_id or None,
        expires=now() + GOOD_FOR,
    )
    session.add(made)
    session.flush()
    spoken = person.language if person is not None else row.language
    with speaking(spoken):
        subject, text = _mail(row, actor=actor, hub=hub, role=role, link=address.format(secret))
    queue_mail(
        session, key=f"community invitation {made.id}", recipient=to, subject=subject, text=text, language=spoken
    )
    note_act(session, actor=actor, action="invite", thing=f"community {row.id}", role=role)
    return made


def _mail(row: Community, *, actor: Actor, hub: str, role: str, link: str) -> tuple[str, str]:
    """(subject, text) of the invitation, in the language of whoever is invited, or of the community."""
    words = {"person": actor.name, "community": row.name, "hub": hub, "purpose": row.purpose, "link": link}
    text = (
        _(
            "%(person)s invites you to facilitate the community %(community)s at %(hub)s.\n\n%(purpose)s\n\n"
            "Use this link to join:\n\n%(link)s\n\nIt works for seven days, once, and for this address alone. "
            "If you do not know what this is about, do nothing.",
            **words,
        )
        if role == FACILITATOR
        else _(
            "%(person)s invites you to the community %(community)s at %(hub)s.\n\n%(purpose)s\n\n"
            "Use this link to join:\n\n%(link)s\n\nIt works for seven days, once, and for this address alone. "
            "If you do not know what this is about, do nothing.",
            **words,
        )
    )
    return _("Invitation to %(community)s at %(hub)s", community=row.name, hub=hub), text


def find_invitation(session: Session, secret: str, *, lock: bool = False) -> tuple[CommunityInvitation, Community]:
    """What this secret invites to; NotFound for one that is used, withdrawn, too old or was never made."""
    wanted = select(CommunityInvitation).where(CommunityInvitation.hashed == digest(secret))
    row = session.scalar(locking(wanted) if lock else wanted)
    if row is None or row.expires < now():
        raise NotFound(_(GONE))
    return row, session.get_one(Community, row.community_id)


def accept(session: Session, *, actor: Actor, secret: str) -> Community:
    """Join. The invitation is used up. NotAllowed for another address than the invited one, or one not confirmed."""
    invitation, row = find_invitation(session, secret, lock=True)
    person = session.get_one(Person, actor.person_id)
    if person.email != invitation.email or not person.confirmed_at:
        whose = _(
            "This invitation is for %(email)s. Sign in with the account that has this address.", email=invitation.email
        )
        raise NotAllowed(whose)
    require_living(row)
    held = member_of(session, row.id, person.id)
    session.delete(invitation)
    if held is None or invitation.role == FACILITATOR:
        add_member(session, row, person_id=person.id, role=invitation.role, actor=actor)
    return row


def open_invitations(session: Session, community_id: str) -> Sequence[tuple[CommunityInvitation, str]]:
    """(invitation, the name of whoever sent it) of those that may still be used, the newest first."""
    there = select(CommunityInvitation, Person.name).outerjoin(Person, Person.id == CommunityInvitation.by_id)
    alive = there.where(CommunityInvitation.community_id == community_id, CommunityInvitation.expires >= now())
    rows = session.execute(alive.order_by(CommunityInvitation.expires.desc(), CommunityInvitation.id.desc()))
    return [(invitation, name or "") for invitation, name in rows]


def withdraw_invitation(session: Session, row: Community, *, actor: Actor, id: str) -> None:
    """Its link opens nothing any more."""
    invitation = session.get(CommunityInvitation, id[:36])
    if invitation is None or invitation.community_id != row.id:
        raise NotFound(_("There is no such invitation any more."))
    session.delete(invitation)
    note_act(session, actor=actor, action="withdraw invitation", thing=f"community {row.id}")
