"""How somebody wants to be told: the one table of what they follow, how often, and where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.accounts.models import CommunityMember
from hub.alerts.collecting import USUALLY
from hub.alerts.happenings import USUAL
from hub.alerts.models import AlertSetting
from hub.alerts.names import Label, Labels
from hub.audit.service import note_act
from hub.db import alone, now
from hub.errors import BadInput, NotFound
from hub.languages import gettext as _
from hub.notices.following import COMMUNITY, FREQUENCIES, KINDS, NEVER, follow
from hub.notices.models import Follow
from hub.policy import Actor, audiences
from hub.topics.service import Vocabulary


@dataclass(frozen=True, slots=True)
class Setting:
    """How somebody wants to be told, as a row that is not written before something is changed."""

    row: AlertSetting

    def often(self, group: str) -> str:
        """How often they are mailed of a group of notices."""
        return self.row.groups.get(group, USUALLY[group])


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. `id` is the follow's, or `community <id>` for a community of theirs that says nothing."""

    id: str
    label: Label
    frequency: str
    quiet: bool = False
    lost: bool = False


def setting_of(session: Session, person_id: str) -> Setting:
    """Theirs, made where there is none; written with the transaction."""
    row = session.get(AlertSetting, person_id)
    if row is None:
        row = AlertSetting(person_id=person_id, groups={}, paused_at=None, seen_at=None)
        session.add(row)
    return Setting(row)


def lines_of(session: Session, actor: Actor, vocabulary: Vocabulary) -> list[Line]:
    """Everything that they follow, by kind and name; also their communities, which they follow by belonging to them."""
    rows = list(session.scalars(select(Follow).where(Follow.person_id == actor.person_id)))
    mine = select(CommunityMember.community_id).where(CommunityMember.person_id == actor.person_id)
    said = {row.key for row in rows if row.kind == COMMUNITY}
    others = [one for one in session.scalars(mine) if one not in said]
    wanted = [(row.kind, row.key) for row in rows] + [(COMMUNITY, one) for one in others]
    labels = Labels(session, wanted, vocabulary, audiences(actor))
    lines = [
        Line(
            row.id,
            labels.of(row.kind, row.key, row.name),
            row.frequency,
            row.quiet,
            not labels.has(row.kind, row.key),
        )
        for row in rows
    ]
    lines += [Line(f"community {one}", labels.of(COMMUNITY, one), USUAL) for one in others]
    order = list(KINDS)
    return sorted(lines, key=lambda line: (order.index(line.label.kind), line.label.name.casefold()))


def change_lines(session: Session, actor: Actor, given: Mapping[str, str]) -> int:
    """{id of a line: how often}. Says how many changed. BadInput for no such frequency."""
    if any(often not in FREQUENCIES and often != NEVER for often in given.values()):
        raise BadInput(_("Choose how often."), "frequency")
    alone(session, f"follow {actor.person_id}")
    rows = {row.id: row for row in session.scalars(select(Follow).where(Follow.person_id == actor.person_id))}
    circles = {circle for circle, _role in actor.memberships}
    changed = 0
    for id, often in given.items():
        kind, _space, key = id.partition(" ")
        if id in rows and rows[id].frequency != often:
            rows[id].frequency, rows[id].quiet, changed = often, False, changed + 1
        elif kind == COMMUNITY and key in circles and often != USUAL:
            follow(session, person_id=actor.person_id, kind=COMMUNITY, key=key, frequency=often, community_id=key)
            changed += 1
    if changed:
        note_act(session, actor=actor, action="change alerts", thing=f"person {actor.person_id}", changed=changed)
    return changed


def change_groups(session: Session, actor: Actor, given: Mapping[str, str]) -> int:
    """{group of notices: how often}. Says how many changed. BadInput."""
    if any(group not in USUALLY or often not in FREQUENCIES for group, often in given.items()):
        raise BadInput(_("Choose how often."), "frequency")
    setting = setting_of(session, actor.person_id)
    before = {group: setting.often(group) for group in USUALLY}
    after = {**before, **given}
    setting.row.groups = {group: often for group, often in after.items() if often != USUALLY[group]}
    session.flush()
    changed = sum(before[group] != after[group] for group in USUALLY)
    if changed:
        note_act(session, actor=actor, action="change alerts", thing=f"person {actor.person_id}", changed=changed)
    return changed


def stop(session: Session, actor: Actor, id: str) -> None:
    """Stop following one. A community of theirs is told by a row that says so. NotFound."""
    kind, _space, key = id.partition(" ")
    row = session.get(Follow, id)
    if row is not None and row.person_id == actor.person_id:
        kind, key = row.kind, row.key
    elif kind != COMMUNITY or key not in {circle for circle, _role in actor.memberships}:
        raise NotFound(_("You do not follow this any more."))
    if kind == COMMUNITY and key in {circle for circle, _role in actor.memberships}:
        never = {"person_id": actor.person_id, "kind": COMMUNITY, "key": key}
        follow(session, **never, frequency=NEVER, community_id=key)
    else:
        session.execute(delete(Follow).where(Follow.id == id, Follow.person_id == actor.person_id))
    note_act(session, actor=actor, action="stop following", thing=f"person {actor.person_id}", kind=kind)


def pause(session: Session, actor: Actor, *, paused: bool) -> None:
    """No mails until they want them again; My hub goes on."""
    row = setting_of(session, actor.person_id).row
    row.paused_at = (row.paused_at or now()) if paused else None
    action = "pause alerts" if paused else "resume alerts"
    note_act(session, actor=actor, action=action, thing=f"person {actor.person_id}")


def less(session: Session, actor: Actor, id: str) -> bool:
    """Less of what this follow brings: only the newest each time; said once more it ends (true). NotFound."""
    row = session.get(Follow, id)
    if row is None or row.person_id != actor.person_id:
        kind, _space, key = id.partition(" ")
        if kind != COMMUNITY or key not in {circle for circle, _role in actor.memberships}:
            raise NotFound(_("You do not follow this any more."))
        row = follow(session, person_id=actor.person_id, kind=COMMUNITY, key=key, community_id=key, frequency=USUAL)
    if row.quiet:
        stop(session, actor, row.id)
        return True
    row.quiet = True
    note_act(session, actor=actor, action="less of a follow", thing=f"person {actor.person_id}", kind=row.kind)
    return False


def follows_of(session: Session, person_id: str) -> Sequence[Follow]:
    """All that they follow, the oldest first."""
    return list(session.scalars(select(Follow).where(Follow.person_id == person_id).order_by(Follow.created)))
