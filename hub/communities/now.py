"""Where packages above this one come in: what the page *Now* shows of them.

`hub/blueprints.py` names their functions in the tuple NOW; beside it stands INSIDE (hub.communities.service.Inside), by
which everything in a community is announced to the index when others may see it. The site has both as parts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from hub.communities.frame import Frame
from hub.policy import Actor


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of the page *Now*: a template that is included, and reads its values as `shown.values.…`.

    It stands in the column of the page under a heading of level 2 of its own, or as a panel `aside`.
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    aside: bool = False


NowPart = Callable[[Session, Frame, Actor], Shown | None]
"""What a package shows of a community to this actor, in few statements; None for nothing.

It is asked whatever the actor may read: `frame.sees_library` and `frame.sees_talk` say what is theirs to see.
"""


def shown_now(
    session: Session, frame: Frame, actor: Actor, parts: Sequence[NowPart]
) -> tuple[list[Shown], list[Shown]]:
    """(pieces of the column, panels aside), in the order of the tuple."""
    found = [piece for part in parts if (piece := part(session, frame, actor)) is not None]
    return [one for one in found if not one.aside], [one for one in found if one.aside]
