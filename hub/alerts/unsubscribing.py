"""Stopping mails by one click, signed out: a link for one person and one purpose, of which the hub keeps the hash."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.accounts.models import CommunityMember
from hub.accounts.service import actor_for
from hub.alerts.happenings import USUAL
from hub.alerts.models import AlertSetting, UnsubscribeToken
from hub.alerts.settings import setting_of
from hub.audit.service import note_act
from hub.errors import NotFound
from hub.languages import gettext as _
from hub.notices.following import COMMUNITY, DAILY, HUB, IMMEDIATELY, WEEKLY, follow
from hub.notices.kinds import GROUPS
from hub.notices.models import Follow

FOLLOW: Final = "follow"
GROUP: Final = "group"
PURPOSES: Final = (FOLLOW, GROUP, IMMEDIATELY, DAILY, WEEKLY)
"""What a link ends: the mails of one follow, of one group of notices, or all of a period."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What a link ends, and whether it has."""

    purpose: str
    key: str
    person_id: str


def make_token(session: Session, *, person_id: str, purpose: str, key: str = "") -> str:
    """A secret for one mail; its link ends just this."""
    assert purpose in PURPOSES
    secret = secrets.token_urlsafe(32)
    session.add(UnsubscribeToken(hashed=_hash(secret), person_id=person_id, purpose=purpose, key=key))
    session.flush()
    return secret


def find_token(session: Session, secret: str) -> Ending:
    """What this link ends. NotFound."""
    row = session.get(UnsubscribeToken, _hash(secret))
    if row is None:
        raise NotFound(_("This link is too old, or has a slip in it. Sign in, and change what you get in My hub."))
    return Ending(row.purpose, row.key, row.person_id)


def unsubscribe(session: Session, secret: str) -> Ending:
    """No more mails of this; it stays in My hub. Done twice it is done once. NotFound."""
    found = find_token(session, secret)
    theirs = update(Follow).where(Follow.person_id == found.person_id)
    if found.purpose == FOLLOW:
        session.execute(theirs.where(Follow.id == found.key).values(frequency=HUB))
    elif found.purpose == GROUP:
        _silence(session, found.person_id, [found.key])
    else:
        session.execute(theirs.where(Follow.frequency == found.purpose).values(frequency=HUB))
        setting = setting_of(session, found.person_id)
        _silence(session, found.person_id, [one for one in GROUPS if setting.often(one) == found.purpose])
        if found.purpose == USUAL:
            _silence_communities(session, found.person_id)
    actor = actor_for(session, found.person_id)
    note_act(session, actor=actor, action="stop mails", thing=f"person {found.person_id}", purpose=found.purpose)
    return found


def _silence(session: Session, person_id: str, groups: list[str]) -> None:
    row: AlertSetting = setting_of(session, person_id).row
    row.groups = {**row.groups, **dict.fromkeys(groups, HUB)}
    session.flush()


def _silence_communities(session: Session, person_id: str) -> None:
    """Of their communities they hear once a day who have not said otherwise: now they have."""
    said = select(Follow.community_id).where(Follow.person_id == person_id, Follow.kind == COMMUNITY)
    mine = select(CommunityMember.community_id).where(CommunityMember.person_id == person_id)
    for one in session.scalars(mine.where(CommunityMember.community_id.not_in(said))).all():
        follow(session, person_id=person_id, kind=COMMUNITY, key=one, frequency=HUB, community_id=one)


def _hash(secret: str) -> str:
    return hashlib.sha256(f"unsubscribe {secret}".encode()).hexdigest()
