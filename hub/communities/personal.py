"""What communities hold of a person: handing it out to them, and forgetting it."""

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hub.accounts.models import CommunityMember
from hub.communities.models import Community, CommunityInvitation, JoinRequest
from hub.communities.service import count_members


def export_person(session: Session, person_id: str, email: str) -> dict[str, list[dict[str, Any]]]:
    """The communities that they belong to, asked to join, and are invited to or have invited to."""
    named = select(Community.name)
    belongs = named.add_columns(CommunityMember.role, CommunityMember.since)
    belongs = belongs.join(CommunityMember, CommunityMember.community_id == Community.id)
    asked = named.add_columns(JoinRequest.words, JoinRequest.created)
    asked = asked.join(JoinRequest, JoinRequest.community_id == Community.id)
    invited = named.add_columns(CommunityInvitation.role, CommunityInvitation.created, CommunityInvitation.expires)
    invited = invited.join(CommunityInvitation, CommunityInvitation.community_id == Community.id)
    sent = invited.add_columns(CommunityInvitation.email)
    return {
        what: [{("community" if name == "name" else name): value for name, value in row.items()} for row in rows]
        for what, rows in {
            "communities": session.execute(belongs.where(CommunityMember.person_id == person_id)).mappings(),
            "communities_asked_to_join": session.execute(asked.where(JoinRequest.person_id == person_id)).mappings(),
            "invited_to_communities": session.execute(invited.where(CommunityInvitation.email == email)).mappings(),
            "invited_others_to_communities": session.execute(
                sent.where(CommunityInvitation.by_id == person_id)
            ).mappings(),
        }.items()
    }


def forget_person(session: Session, person_id: str, email: str) -> None:
    """They belong to no community any more, and nobody waits for them; whom they have invited stays invited.

    A community that they facilitated alone has its accountable owner as a facilitator again a few seconds later; one
    that has no owner either waits on the hand-over page.
    """
    session.execute(delete(JoinRequest).where(JoinRequest.person_id == person_id))
    if email:
        session.execute(delete(CommunityInvitation).where(CommunityInvitation.email == email))
    session.execute(update(CommunityInvitation).where(CommunityInvitation.by_id == person_id).values(by_id=None))
    held = list(session.scalars(select(CommunityMember).where(CommunityMember.person_id == person_id)))
    for one in held:
        row = session.get_one(Community, one.community_id)
        session.delete(one)
        count_members(session, row)
