"""What waits, over all communities that somebody looks after, as one statement; and who may decide it.

Facilitators see what waits in their communities, but for what was passed on to somebody else. Site moderators and
operators see what was passed on to them, by a facilitator or by the clock. Nobody decides about what they wrote, or
about an appeal against what they decided.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from hub.accounts.models import CommunityMember, Person
from hub.communities.models import Community, JoinRequest
from hub.facilitating.kinds import (
    APPEAL,
    AWAITED,
    CANDIDATE,
    CHANGE,
    CHANGED,
    DOUBTFUL,
    FIRST,
    KINDS,
    REPORT,
    REQUEST,
    TAG,
)
from hub.facilitating.models import Passed, Ruling
from hub.library.models import LibraryItem
from hub.library.service import PINNED, WAITING
from hub.policy import FACILITATOR, OPERATOR, SITE_MODERATOR, Actor, audiences, can
from hub.records.audiences import shown_to
from hub.records.models import RecordRow, Tag
from hub.talk.models import Post, PostReport, Thread

SUGGESTED: Final = "suggested"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose queue it is: the ids of communities that `actor` looks after, and whether they are a site moderator."""

    actor: Actor
    communities: tuple[str, ...]
    site: bool
    everywhere: bool = False
    """The clock's: what waits in any community and is not with the site moderators yet."""


def scope_of(actor: Actor, community: Community | None = None) -> Scope:
    """All that somebody looks after, or this community alone."""
    if community is not None:
        return Scope(actor, (community.id,) if can(actor, "facilitate", community) else (), False)
    ours = tuple(sorted(id for id, role in actor.memberships if role == FACILITATOR))
    return Scope(actor, ours, bool({OPERATOR, SITE_MODERATOR} & actor.roles))


@dataclass(frozen=True, slots=True)
class Waits:
    """Something that waits. `passed` is how it was passed on."""

    kind: str
    item: str
    community_id: str
    since: datetime
    passed: Passed | None

    @property
    def key(self) -> str:
        """Its name in forms and addresses."""
        return f"{self.kind}.{self.community_id}.{self.item}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """To what a queue is narrowed."""

    kinds: tuple[str, ...] = tuple(KINDS)
    community_id: str = ""
    before: datetime | None = None
    item: str = ""


def waiting(
    session: Session, scope: Scope, wanted: Wanted = Wanted(), *, offset: int = 0, limit: int = 1_000_000
) -> list[Waits]:
    """What people wait for first, then documents and topics; the oldest of each first."""
    rows, passed = _rows(scope, wanted)
    asked = _asked(scope, wanted, rows, passed).add_columns(Passed)
    first = case((rows.c.kind.in_(AWAITED), 0), else_=1)
    asked = asked.order_by(first, rows.c.since, rows.c.kind, rows.c.item).offset(offset).limit(limit)
    return [Waits(*row) for row in session.execute(asked)]


def counts(session: Session, scope: Scope, wanted: Wanted = Wanted()) -> dict[str, int]:
    """{kind: how many wait}."""
    rows, passed = _rows(scope, wanted)
    asked = _asked(scope, wanted, rows, passed).with_only_columns(rows.c.kind, func.count()).group_by(rows.c.kind)
    found: dict[str, int] = dict(session.execute(asked).all())
    return {kind: found[kind] for kind in KINDS if kind in found}


def awaited(session: Session, actor: Actor) -> int:
    """How much waits for `actor` that people wait for: one statement."""
    return sum(counts(session, scope_of(actor), Wanted(AWAITED)).values())


def find(session: Session, scope: Scope, key: str) -> Waits | None:
    """What waits under this name, if `actor` may decide it."""
    kind, _dot, rest = key.partition(".")
    community_id, _dot, item = rest.partition(".")
    if kind not in KINDS or not item or len(item) > 36:
        return None
    found = waiting(session, scope, Wanted((kind,), community_id, item=item), limit=1)
    return found[0] if found else None


def standing(scope: Scope, community: Community) -> Actor:
    """Who decides about something that `find` has found: a site moderator stands in for a facilitator there."""
    if can(scope.actor, "facilitate", community):
        return scope.actor
    return replace(scope.actor, memberships=scope.actor.memberships | {(community.id, FACILITATOR)})


def _asked(scope: Scope, wanted: Wanted, rows: Subquery, passed: type[Passed]) -> Select[Any]:
    given = and_(passed.kind == rows.c.kind, passed.community_id == rows.c.community_id, passed.item == rows.c.item)
    asked = select(rows).outerjoin(passed, given).where(_theirs(scope, rows, passed))
    if wanted.before is not None:
        asked = asked.where(rows.c.since < wanted.before)
    return asked


def _theirs(scope: Scope, rows: Subquery, passed: type[Passed]) -> ColumnElement[bool]:
    facilitates = exists().where(
        CommunityMember.person_id == passed.to_id,
        CommunityMember.community_id == passed.community_id,
        CommunityMember.role == FACILITATOR,
    )
    if scope.everywhere:
        return or_(passed.id.is_(None), passed.to_site.is_(False))
    kept = or_(
        passed.id.is_(None),
        passed.automatic.is_(True),
        and_(passed.to_site.is_(False), or_(passed.to_id == scope.actor.person_id, ~facilitates)),
    )
    ours = and_(rows.c.community_id.in_(scope.communities), kept)
    return or_(ours, passed.to_site.is_(True)) if scope.site else ours


def _rows(scope: Scope, wanted: Wanted) -> tuple[Subquery, type[Passed]]:
    parts = []
    for kind in wanted.kinds:
        made, community, item = _PARTS[kind](scope.actor)
        if wanted.community_id:
            made = made.where(community == wanted.community_id)
        if wanted.item:
            made = made.where(item == wanted.item)
        parts.append(made.where(_near(scope, community)))
    return union_all(*parts).subquery(), Passed


def _near(scope: Scope, community: Any) -> ColumnElement[bool]:
    if scope.everywhere:
        return true()
    ours: ColumnElement[bool] = community.in_(scope.communities) if scope.communities else false()
    if not scope.site:
        return ours
    return or_(ours, community.in_(select(Passed.community_id).where(Passed.to_site.is_(True))))


Part = tuple[Select[Any], Any, Any]


def _part(kind: str, item: Any, community: Any, since: Any) -> Part:
    columns = (literal(kind).label("kind"), item.label("item"), community.label("community_id"), since.label("since"))
    return select(*columns), community, item


def _not_theirs(actor: Actor) -> ColumnElement[bool]:
    return or_(Post.author_id.is_(None), Post.author_id != actor.person_id)


def _reports(actor: Actor) -> Part:
    made, community, item = _part(REPORT, PostReport.id, PostReport.community_id, PostReport.created)
    made = made.join(Post, Post.id == PostReport.post_id).where(PostReport.answered_at.is_(None), _not_theirs(actor))
    return made.where(Post.removed.is_(False)), community, item


def _appeals(actor: Actor) -> Part:
    made, community, item = _part(APPEAL, Ruling.id, Ruling.community_id, Ruling.appealed_at)
    made = made.where(Ruling.appealed_at.is_not(None), Ruling.answered_at.is_(None), Ruling.undone_at.is_(None))
    by_others = or_(Ruling.by_id.is_(None), Ruling.by_id != actor.person_id)
    return made.where(by_others, Ruling.person_id != actor.person_id), community, item


def _changed(actor: Actor) -> Part:
    made, community, item = _part(CHANGED, Ruling.id, Ruling.community_id, Post.edited_at)
    made = made.join(Post, Post.id == Ruling.thing_id).where(
        Ruling.what == CHANGE, Ruling.settled_at.is_(None), Ruling.undone_at.is_(None), Ruling.thing == "post"
    )
    return made.where(Post.edited_at > Ruling.at, Post.removed.is_(False), _not_theirs(actor)), community, item


def _first_posts(actor: Actor) -> Part:
    made, community, item = _part(FIRST, Post.id, Thread.community_id, Post.created)
    facilitates = exists().where(
        CommunityMember.person_id == Post.author_id,
        CommunityMember.community_id == Thread.community_id,
        CommunityMember.role == FACILITATOR,
    )
    made = made.join(Thread, Thread.id == Post.thread_id).join(Community, Community.id == Thread.community_id)
    made = made.where(Post.first.is_(True), Post.checked_at.is_(None), Post.removed.is_(False), _not_theirs(actor))
    return made.where(Post.hidden_at.is_(None), Community.archived_at.is_(None), ~facilitates), community, item


def _requests(actor: Actor) -> Part:
    made, community, item = _part(REQUEST, JoinRequest.id, JoinRequest.community_id, JoinRequest.created)
    made = made.join(Person, Person.id == JoinRequest.person_id)
    made = made.join(Community, Community.id == JoinRequest.community_id)
    asked = exists().where(
        Ruling.thing_id == JoinRequest.id,
        Ruling.what == CHANGE,
        Ruling.settled_at.is_(None),
        Ruling.undone_at.is_(None),
    )
    return made.where(Person.active.is_(True), Community.archived_at.is_(None), ~asked), community, item


def _candidates(actor: Actor) -> Part:
    made, community, item = _part(CANDIDATE, LibraryItem.id, LibraryItem.community_id, LibraryItem.found_at)
    made = made.join(RecordRow, RecordRow.id == LibraryItem.record_id)
    asked = exists().where(
        Ruling.thing_id == LibraryItem.id,
        Ruling.what == CHANGE,
        Ruling.version == RecordRow.version,
        Ruling.undone_at.is_(None),
    )
    return _living(made.where(LibraryItem.state == WAITING, ~asked), actor, LibraryItem.community_id), community, item


def _tags(actor: Actor) -> Part:
    made, community, item = _part(TAG, cast(Tag.id, String), LibraryItem.community_id, LibraryItem.found_at)
    made = made.join(LibraryItem, LibraryItem.record_id == Tag.record_id)
    made = made.join(RecordRow, RecordRow.id == LibraryItem.record_id)
    made = made.where(LibraryItem.state == PINNED, Tag.state == SUGGESTED, Tag.score < DOUBTFUL)
    return _living(made, actor, LibraryItem.community_id), community, item


def _living(made: Select[Any], actor: Actor, community: Any) -> Select[Any]:
    made = made.join(Community, Community.id == community)
    return made.where(Community.archived_at.is_(None), RecordRow.withdrawn_at.is_(None), shown_to(audiences(actor)))


_PARTS: Final = {
    REPORT: _reports,
    APPEAL: _appeals,
    CHANGED: _changed,
    FIRST: _first_posts,
    REQUEST: _requests,
    CANDIDATE: _candidates,
    TAG: _tags,
}


def facilitators_besides(session: Session, community_id: str, *left_out: str | None) -> Sequence[Person]:
    """Those who facilitate it and may sign in, but for these."""
    joined = select(Person).join(CommunityMember, CommunityMember.person_id == Person.id)
    of_it = joined.where(CommunityMember.community_id == community_id, CommunityMember.role == FACILITATOR)
    wanted = of_it.where(Person.active.is_(True), Person.id.not_in([one for one in left_out if one]))
    return session.scalars(wanted.order_by(Person.name, Person.id)).all()
