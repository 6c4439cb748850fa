"""What is counted of communities, counted anew: people leave organisations without their communities being asked."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hub.accounts.models import CommunityMember, Membership
from hub.communities.models import Community


def count_again(session: Session) -> int:
    """Put right how many people and organisations take part, wherever that has changed. Says in how many."""
    joined = (
        select(
            CommunityMember.community_id,
            func.count(CommunityMember.id.distinct()),
            func.count(Membership.organisation_id.distinct()),
        )
        .outerjoin(Membership, Membership.person_id == CommunityMember.person_id)
        .group_by(CommunityMember.community_id)
    )
    counted = {id: (people, organisations) for id, people, organisations in session.execute(joined)}
    changed = 0
    for id, people, organisations in session.execute(select(Community.id, Community.members, Community.organisations)):
        now = counted.get(id, (0, 0))
        if now != (people, organisations):
            values = {"members": now[0], "organisations": now[1]}
            session.execute(update(Community).where(Community.id == id).values(values))
            changed += 1
    return changed
