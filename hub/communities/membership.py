"""Belonging to a community: joining, asking to, being let in, leaving, and who facilitates it."""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hub.accounts.models import CommunityMember, Person
from hub.audit.service import note_act
from hub.communities.access import CONFIDENTIAL, OPEN
from hub.communities.models import Community, JoinRequest
from hub.communities.service import count_members, require_living
from hub.db import alone, locking, require_storable
from hub.errors import Conflict, NotFound
from hub.languages import gettext as _
from hub.policy import FACILITATOR, MEMBER, Actor


def join(session: Session, row: Community, *, actor: Actor, words: str = "") -> bool:
    """Belong to an open community at once (true), or ask to belong to another (false); to belong already is as good."""
    require_living(row)
    alone(session, f"community {row.id}")
    if member_of(session, row.id, actor.person_id) is not None:
        return True
    if row.visibility == OPEN:
        add_member(session, row, person_id=actor.person_id, role=MEMBER, actor=actor)
        return True
    if row.visibility == CONFIDENTIAL:
        raise NotFound(_("There is no community of this name. It may have been renamed."))
    asked = select(JoinRequest).where(JoinRequest.community_id == row.id, JoinRequest.person_id == actor.person_id)
    if session.scalar(asked) is None:
        require_storable(JoinRequest, {"words": words})
        session.add(JoinRequest(community_id=row.id, person_id=actor.person_id, words=words))
        note_act(session, actor=actor, action="ask to join", thing=f"community {row.id}")
    return False


def add_member(session: Session, row: Community, *, person_id: str, role: str, actor: Actor) -> None:
    """Let somebody in, or give them another role there. What they asked for is answered by that."""
    alone(session, f"community {row.id}")
    session.execute(delete(JoinRequest).where(JoinRequest.community_id == row.id, JoinRequest.person_id == person_id))
    member = member_of(session, row.id, person_id)
    if member is None:
        session.add(CommunityMember(person_id=person_id, community_id=row.id, role=role))
    elif member.role == role:
        return
    elif member.role == FACILITATOR:
        _require_other(session, row, person_id)
        member.role = role
    else:
        member.role = role
    count_members(session, row)
    note_act(session, actor=actor, action="add member", thing=f"community {row.id}", person=person_id, role=role)


def leave(session: Session, row: Community, *, actor: Actor) -> None:
    """Belong to it no more. Conflict for its last facilitator, unless nobody else belongs to it."""
    remove_member(session, row, person_id=actor.person_id, actor=actor)


def remove_member(session: Session, row: Community, *, person_id: str, actor: Actor) -> None:
    """Somebody leaves, or is sent away: at their next request they see what everybody sees. NotFound, Conflict."""
    alone(session, f"community {row.id}")
    member = member_of(session, row.id, person_id)
    if member is None:
        raise NotFound(_("This person does not belong to the community any more."))
    if member.role == FACILITATOR and row.members > 1:
        _require_other(session, row, person_id)
    session.delete(member)
    count_members(session, row)
    note_act(session, actor=actor, action="remove member", thing=f"community {row.id}", person=person_id)


def decline(session: Session, request: JoinRequest, *, actor: Actor) -> None:
    """Say no to somebody who asked to join."""
    note_act(session, actor=actor, action="decline to let in", thing=f"community {request.community_id}")
    session.delete(request)


def member_of(session: Session, community_id: str, person_id: str) -> CommunityMember | None:
    """Somebody's place in a community."""
    of_it = select(CommunityMember).where(CommunityMember.community_id == community_id)
    return session.scalar(locking(of_it.where(CommunityMember.person_id == person_id)))


def facilitators(session: Session, community_id: str) -> list[Person]:
    """Those who facilitate it and may sign in, by name."""
    joined = select(Person).join(CommunityMember, CommunityMember.person_id == Person.id)
    of_it = joined.where(CommunityMember.community_id == community_id, CommunityMember.role == FACILITATOR)
    return list(session.scalars(of_it.where(Person.active.is_(True)).order_by(func.lower(Person.name), Person.id)))


def _require_other(session: Session, row: Community, person_id: str) -> None:
    if all(one.id == person_id for one in facilitators(session, row.id)):
        raise Conflict(_("Nobody else facilitates this community. Make somebody else a facilitator first."))
