"""Belonging to a community: joining, asking to, being let in, leaving, and who facilitates it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, delete, func, select
from sqlalchemy.orm import Session

from hub.accounts.models import CommunityMember, Duty, Membership, Person
from hub.audit.service import note_act
from hub.communities.access import CONFIDENTIAL, OPEN
from hub.communities.models import Community, JoinRequest
from hub.communities.service import count_members, require_living
from hub.db import alone, locking, require_storable
from hub.errors import BadInput, Conflict, NotFound
from hub.languages import gettext as _
from hub.notices.service import ITSELF, TALK, About, notify, notify_all, withdraw_notices
from hub.organisations.models import Organisation
from hub.policy import FACILITATOR, MEMBER, TAKING_PART, WORK, Actor

LONGEST_WORDS: Final = 2_000

REQUEST: Final = "join request"
"""What notices call a request to join."""


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
    if len(words) > LONGEST_WORDS:
        raise BadInput(_("Say it in at most %(most)s characters.", most=f"{LONGEST_WORDS:,}"), "words")
    asked = select(JoinRequest).where(JoinRequest.community_id == row.id, JoinRequest.person_id == actor.person_id)
    if session.scalar(asked) is None:
        require_storable(JoinRequest, {"words": words})
        request = JoinRequest(community_id=row.id, person_id=actor.person_id, words=words)
        session.add(request)
        session.flush()
        them, about = [one.id for one in facilitators(session, row.id)], _about(row, REQUEST, request.id, "/requests")
        notify_all(session, person_ids=them, what="join request", about=about, by=actor)
        note_act(session, actor=actor, action="ask to join", thing=f"community {row.id}")
    return False


def add_member(session: Session, row: Community, *, person_id: str, role: str, actor: Actor) -> None:
    """Let somebody in, or give them another role there. What they asked for is answered by that. Conflict."""
    alone(session, f"community {row.id}")
    _forget_request(session, row, person_id)
    member = member_of(session, row.id, person_id)
    before = member.role if member else ""
    if before == role:
        return
    if before == FACILITATOR:
        _require_free(session, row, person_id)
    if member is None:
        member = CommunityMember(person_id=person_id, community_id=row.id)
        session.add(member)
    member.role = role
    count_members(session, row)
    told = "facilitator" if role == FACILITATOR else "" if before else "let in"
    if told:
        notify(session, person_id=person_id, what=told, about=_about(row, "membership", member.id), by=actor)
    act = "make facilitator" if role == FACILITATOR else "end facilitating" if before else "add member"
    note_act(session, actor=actor, action=act, thing=f"community {row.id}", person=person_id)


def set_role(session: Session, row: Community, *, person_id: str, role: str, actor: Actor) -> None:
    """What a member is from now on: facilitator or member; an empty role sends them away. NotFound, Conflict."""
    if role and role not in TAKING_PART:
        raise BadInput(_("There is no role “%(role)s”.", role=role[:40]), "role")
    if member_of(session, row.id, person_id) is None:
        raise NotFound(_("This person does not belong to the community any more."))
    if role:
        require_living(row)
        add_member(session, row, person_id=person_id, role=role, actor=actor)
    else:
        remove_member(session, row, person_id=person_id, actor=actor)


def leave(session: Session, row: Community, *, actor: Actor) -> None:
    """Belong to it no more. Conflict for its last facilitator, and for whoever answers for it."""
    remove_member(session, row, person_id=actor.person_id, actor=actor)


def remove_member(session: Session, row: Community, *, person_id: str, actor: Actor) -> None:
    """Somebody leaves, or is sent away: at their next request they see what everybody sees. NotFound, Conflict."""
    alone(session, f"community {row.id}")
    member = member_of(session, row.id, person_id)
    if member is None:
        raise NotFound(_("This person does not belong to the community any more."))
    if member.role == FACILITATOR:
        _require_free(session, row, person_id)
    notify(session, person_id=person_id, what="removed", about=_about(row, "membership", member.id), by=actor)
    session.delete(member)
    count_members(session, row)
    note_act(session, actor=actor, action="remove member", thing=f"community {row.id}", person=person_id)


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody who has asked to join, with the name of an organisation of theirs, empty for none."""

    request: JoinRequest
    name: str
    organisation: str


def requests(session: Session, community_id: str) -> list[Asking]:
    """Who has asked to join and may sign in, who asked first comes first."""
    joined = (
        select(JoinRequest, Person.name, func.min(Organisation.name))
        .join(Person, Person.id == JoinRequest.person_id)
        .outerjoin(Membership, Membership.person_id == Person.id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .where(JoinRequest.community_id == community_id, Person.active.is_(True))
        .group_by(JoinRequest.id, Person.name)
        .order_by(JoinRequest.created, JoinRequest.id)
    )
    return [Asking(request, name, organisation or "") for request, name, organisation in session.execute(joined)]


def answer_request(session: Session, row: Community, *, id: str, yes: bool, actor: Actor) -> str:
    """Let somebody in who asked to join, or say no; their id. NotFound for one that was answered meanwhile."""
    require_living(row)
    request = session.scalar(locking(select(JoinRequest).where(JoinRequest.id == id[:36])))
    if request is None or request.community_id != row.id:
        raise NotFound(_("Somebody else has answered this meanwhile."))
    person_id = request.person_id
    if yes:
        add_member(session, row, person_id=person_id, role=MEMBER, actor=actor)
    else:
        decline(session, request, actor=actor)
    return person_id


def decline(session: Session, request: JoinRequest, *, actor: Actor) -> None:
    """Say no to somebody who asked to join."""
    row = session.get_one(Community, request.community_id)
    notify(session, person_id=request.person_id, what="not let in", about=_about(row, "answer", request.id), by=actor)
    note_act(session, actor=actor, action="decline to let in", thing=f"community {row.id}")
    _forget_request(session, row, request.person_id)


def member_of(session: Session, community_id: str, person_id: str) -> CommunityMember | None:
    """Somebody's place in a community."""
    of_it = select(CommunityMember).where(CommunityMember.community_id == community_id)
    return session.scalar(locking(of_it.where(CommunityMember.person_id == person_id)))


def facilitators(session: Session, community_id: str) -> list[Person]:
    """Those who facilitate it and may sign in, by name."""
    joined = select(Person).join(CommunityMember, CommunityMember.person_id == Person.id)
    of_it = joined.where(CommunityMember.community_id == community_id, CommunityMember.role == FACILITATOR)
    return list(session.scalars(of_it.where(Person.active.is_(True)).order_by(func.lower(Person.name), Person.id)))


def keep_facilitated(session: Session, only: Sequence[str] = (), *, actor: Actor = WORK) -> int:
    """Whoever answers for a living community facilitates it, also when its facilitators have all gone. Says how many.

    It is called with the ids of communities whose owner was just named, and for all of them every few seconds: owners
    change by what happens elsewhere, as when somebody leaves their organisation and the deputy takes over.
    """
    facilitates = (
        select(CommunityMember.id)
        .where(CommunityMember.community_id == Community.id, CommunityMember.person_id == Duty.owner_id)
        .where(CommunityMember.role == FACILITATOR)
        .exists()
    )
    asked = (
        select(Community, Duty.owner_id)
        .join(Duty, and_(Duty.kind == "community", Duty.thing_id == Community.id))
        .join(Person, Person.id == Duty.owner_id)
        .where(Community.archived_at.is_(None), Person.active.is_(True), ~facilitates)
    )
    rows = session.execute(asked.where(Community.id.in_(only)) if only else asked).all()
    for row, owner_id in rows:
        add_member(session, row, person_id=str(owner_id), role=FACILITATOR, actor=actor)
    return len(rows)


def _forget_request(session: Session, row: Community, person_id: str) -> None:
    """What somebody asked for is answered: the notices of it go with it."""
    theirs = (JoinRequest.community_id == row.id, JoinRequest.person_id == person_id)
    withdraw_notices(session, REQUEST, list(session.scalars(select(JoinRequest.id).where(*theirs))))
    session.execute(delete(JoinRequest).where(*theirs))


def _about(row: Community, thing: str, id: str, more: str = "") -> About:
    path = f"/communities/{row.slug}{more}"
    return About(thing, id, path, community_id=row.id, part=TALK if thing == REQUEST else ITSELF)


def _require_free(session: Session, row: Community, person_id: str) -> None:
    """Conflict for a facilitator whom a living community cannot do without."""
    if row.archived_at is not None:
        return
    answers = select(Duty.id).where(Duty.kind == "community", Duty.thing_id == row.id, Duty.owner_id == person_id)
    if session.scalar(answers) is not None:
        raise Conflict(
            _("Whoever answers for a community is one of its facilitators. Name somebody else in its settings first.")
        )
    if row.members > 1 and all(one.id == person_id for one in facilitators(session, row.id)):
        raise Conflict(_("Nobody else facilitates this community. Make somebody else a facilitator first."))
