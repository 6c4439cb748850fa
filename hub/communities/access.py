"""Who may see what of a community: the four words of visibility, as values for `can` and as conditions for statements.

| | it is found | its library is read | its talk is read | how one joins |
|---|---|---|---|---|
| open | by everybody | by everybody | by everybody | at once |
| restricted | by everybody | by everybody | by members | a facilitator says yes |
| private | by everybody | by members | by members | a facilitator says yes |
| confidential | by members | by members | by members | by invitation |

Its talk is everything that members write: discussions, wiki pages, events, files, and who belongs to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from hub.communities.models import Community
from hub.errors import NotAllowed, NotFound
from hub.languages import N_
from hub.languages import gettext as _
from hub.policy import EVERY, Actor, can

OPEN: Final = "open"
RESTRICTED: Final = "restricted"
PRIVATE: Final = "private"
CONFIDENTIAL: Final = "confidential"

VISIBILITIES: Final[dict[str, tuple[str, str]]] = {
    OPEN: (N_("Open"), N_("Everybody may read everything. Whoever has an account joins at once.")),
    RESTRICTED: (
        N_("Restricted"),
        N_("Everybody may read its library; its discussions are for members. A facilitator lets people in."),
    ),
    PRIVATE: (
        N_("Private"),
        N_("Everybody may find its name and purpose; the rest is for members. A facilitator lets people in."),
    ),
    CONFIDENTIAL: (N_("Confidential"), N_("Nobody but its members finds it. People are invited.")),
}
"""Word -> (what people see, what it means)."""

_LIBRARY_FOR_ALL: Final = (OPEN, RESTRICTED)
_TALK_FOR_ALL: Final = (OPEN,)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a community as a Thing of hub.policy: whose it is, and who alone may see it."""

    belongs_to: str
    audience: str | None


def library_of(community: Community) -> Part:
    """Its library: what its facilitators have pinned."""
    return Part(community.id, None if community.visibility in _LIBRARY_FOR_ALL else community.id)


def talk_of(community: Community) -> Part:
    """Whatever its members write, and who they are."""
    return Part(community.id, None if community.visibility in _TALK_FOR_ALL else community.id)


def found_by(audiences: Sequence[str]) -> ColumnElement[bool]:
    """The communities of which somebody with these audiences (hub.policy.audiences) may know."""
    return _for(("open", "restricted", "private"), audiences)


def library_shown_to(audiences: Sequence[str]) -> ColumnElement[bool]:
    """The communities whose library they may read."""
    return _for(_LIBRARY_FOR_ALL, audiences)


def talk_shown_to(audiences: Sequence[str]) -> ColumnElement[bool]:
    """The communities whose talk they may read."""
    return _for(_TALK_FOR_ALL, audiences)


def _for(words: Sequence[str], audiences: Sequence[str]) -> ColumnElement[bool]:
    if EVERY in audiences:
        return true()
    everybodys: ColumnElement[bool] = Community.visibility.in_(words)
    return or_(everybodys, Community.id.in_(audiences)) if audiences else everybodys


def find_community(session: Session, slug: str, *, actor: Actor) -> Community:
    """The community with this short name. NotFound, also for one of which whoever asks may not know."""
    row = session.scalar(select(Community).where(Community.slug == slug))
    if row is None or not can(actor, "read", row):
        raise NotFound(_("There is no community of this name. It may have been renamed."))
    return row


def require_writer(community: Community, *, actor: Actor) -> None:
    """NotAllowed for who is no member; an archived community is a Conflict of hub.communities.service."""
    if not can(actor, "take part", talk_of(community)):
        raise NotAllowed(_("Only members of the community write here. Join it first."))
