"""Taking a decision of the queue back, for as long as that is possible: what it was about waits again."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from hub.accounts.models import CommunityMember
from hub.audit.service import note_act
from hub.communities.membership import member_of, remove_member
from hub.communities.models import Community, JoinRequest
from hub.db import alone, now
from hub.errors import Conflict
from hub.facilitating.kinds import (
    ACCEPT,
    APPEAL,
    CANDIDATE,
    CHANGE,
    CHANGED,
    DECLINE,
    FIRST,
    HIDE,
    PASS,
    REPORT,
    REQUEST,
    TAG,
)
from hub.facilitating.models import Passed, Ruling
from hub.facilitating.telling import DECISION
from hub.languages import gettext as _
from hub.library.models import LibraryItem
from hub.library.service import PINNED, REJECTED, WAITING
from hub.library.service import undo as undo_library
from hub.moderation.models import Report
from hub.moderation.reports import find_report, may_withdraw, withdraw_report
from hub.notices.service import withdraw_notices
from hub.policy import MEMBER, Actor
from hub.records.models import RecordRow, Tag
from hub.records.service import touch
from hub.talk.access import Place
from hub.talk.models import Post, PostReport, Thread
from hub.talk.reports import check_first, hide, reopen_report, show_again


def undo(session: Session, ruling: Ruling, *, actor: Actor) -> None:
    """Take it back. Conflict when that is not possible any more; `actor` has a facilitator's rights there."""
    alone(session, f"ruling {ruling.id}")
    session.refresh(ruling)
    if not undoable(session, ruling):
        raise Conflict(_("This cannot be undone any more."))
    reverse(session, ruling, actor=actor)
    ruling.undone_at, ruling.undone_by = now(), actor.person_id or None
    withdraw_notices(session, DECISION, [ruling.id])
    note_act(
        session,
        actor=actor,
        action="undo in the queue",
        thing=f"{ruling.kind} {ruling.item}",
        community=ruling.community_id,
        ruling=ruling.id,
    )


def undoable(session: Session, ruling: Ruling) -> bool:
    """Whether it stands, is the last about its thing, and everything is still as it has left it."""
    if ruling.undone_at or ruling.appealed_at or ruling.kind == APPEAL:
        return False
    later = select(Ruling.id).where(Ruling.thing == ruling.thing, Ruling.thing_id == ruling.thing_id)
    later = later.where(Ruling.community_id == ruling.community_id, Ruling.undone_at.is_(None), Ruling.id > ruling.id)
    if session.scalar(later.limit(1)) is not None:
        return False
    if ruling.what == PASS:
        return session.scalar(_passed(ruling)) is not None
    community = session.get_one(Community, ruling.community_id)
    return community.archived_at is None and _STANDS[ruling.kind](session, ruling)


def _passed(ruling: Ruling) -> Select[Passed]:
    given = {"kind": ruling.kind, "community_id": ruling.community_id, "item": ruling.item}
    return select(Passed).filter_by(**given, by_id=ruling.by_id)


def reverse(session: Session, ruling: Ruling, *, actor: Actor) -> None:
    """Make what it has done undone."""
    if ruling.what == PASS:
        for row in session.scalars(_passed(ruling)):
            session.delete(row)
        withdraw_notices(session, "waiting", [ruling.item])
    else:
        _BACK[ruling.kind](session, ruling, actor)
    session.flush()


def _post_back(session: Session, ruling: Ruling, actor: Actor) -> None:
    post = session.get_one(Post, ruling.thing_id)
    thread, place = session.get_one(Thread, post.thread_id), _place(session, ruling, actor)
    was = ruling.kept.get("hidden", False)
    # It may have been hidden until it was settled: an appeal that is right settles that, too.
    if ruling.what in (DECLINE, HIDE) and (ruling.appealed_at or not was):
        show_again(session, post, thread, place)
    elif ruling.what in (ACCEPT, CHANGE) and was:
        hide(session, post, thread, place, why=_("Hidden until somebody has looked at a report of it."))
    if ruling.kept.get("first") and not ruling.appealed_at:
        check_first(session, post, place, on=False)
    if not ruling.appealed_at:
        for report in session.scalars(select(PostReport).where(PostReport.id.in_(ruling.kept.get("reports", [])))):
            reopen_report(session, report, place)
        if ruling.kind == CHANGED:
            session.get_one(Ruling, ruling.item).settled_at = None


def _post_stands(session: Session, ruling: Ruling) -> bool:
    post = session.get(Post, ruling.thing_id)
    if post is None or post.removed:
        return False
    return (post.hidden_at is not None) == (ruling.what in (DECLINE, HIDE))


def _request_back(session: Session, ruling: Ruling, actor: Actor) -> None:
    """They are out again, and what they asked for waits."""
    if not ruling.person_id:
        return
    community = session.get_one(Community, ruling.community_id)
    member = member_of(session, community.id, ruling.person_id)
    if ruling.what == ACCEPT and member is not None:
        remove_member(session, community, person_id=ruling.person_id, actor=actor)
    if ruling.what != CHANGE and member_of(session, community.id, ruling.person_id) is None:
        since = datetime.fromisoformat(ruling.kept["since"])
        given = {"community_id": community.id, "person_id": ruling.person_id, "words": ruling.kept.get("words", "")}
        there = select(JoinRequest.id).where(JoinRequest.community_id == community.id)
        if session.scalar(there.where(JoinRequest.person_id == ruling.person_id)) is None:
            session.add(JoinRequest(id=ruling.item, created=since, **given))


def _request_stands(session: Session, ruling: Ruling) -> bool:
    if not ruling.person_id:
        return False
    of_it = select(CommunityMember.role).where(CommunityMember.community_id == ruling.community_id)
    role = session.scalar(of_it.where(CommunityMember.person_id == ruling.person_id))
    return role == MEMBER if ruling.what == ACCEPT else role is None


def _candidate_back(session: Session, ruling: Ruling, actor: Actor) -> None:
    if ruling.what == CHANGE:
        withdraw_report(session, find_report(session, ruling.kept["report"], lock=True), actor=actor)
    else:
        # Its document may stand under another identifier by now (hub.library.feeding.follow_renamed).
        item = session.get_one(LibraryItem, ruling.item)
        undo_library(session, session.get_one(Community, ruling.community_id), item.record_id, actor=actor)


def _candidate_stands(session: Session, ruling: Ruling) -> bool:
    item = session.get(LibraryItem, ruling.item)
    if item is None or (ruling.what == CHANGE and not _reported(session, ruling)):
        return False
    return item.state == {ACCEPT: PINNED, DECLINE: REJECTED, CHANGE: WAITING}[ruling.what]


def _reported(session: Session, ruling: Ruling) -> bool:
    """Whether what its publisher was asked can be taken back."""
    report = session.get(Report, ruling.kept.get("report", ""))
    return report is not None and may_withdraw(session, report)


def _tag_back(session: Session, ruling: Ruling, _actor: Actor) -> None:
    session.get_one(Tag, int(ruling.item)).state = "suggested"
    touch(session, [session.get_one(RecordRow, ruling.thing_id)])


def _tag_stands(session: Session, ruling: Ruling) -> bool:
    tag = session.get(Tag, int(ruling.item))
    return tag is not None and tag.state == ("confirmed" if ruling.what == ACCEPT else "rejected")


def _place(session: Session, ruling: Ruling, actor: Actor) -> Place:
    return Place(session.get_one(Community, ruling.community_id), actor)


_BACK = {
    **dict.fromkeys((REPORT, FIRST, CHANGED), _post_back),
    REQUEST: _request_back,
    CANDIDATE: _candidate_back,
    TAG: _tag_back,
}
_STANDS = {
    **dict.fromkeys((REPORT, FIRST, CHANGED), _post_stands),
    REQUEST: _request_stands,
    CANDIDATE: _candidate_stands,
    TAG: _tag_stands,
}
