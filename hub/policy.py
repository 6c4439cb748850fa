"""The one policy function: may this actor do this to this thing? Routes, searches and commands all ask here."""

from dataclasses import dataclass
from typing import Any, Final, Protocol

from hub.languages import N_

OFFICER: Final = N_("officer")
CONTENT: Final = N_("content officer")
ADMIN: Final = N_("organisation admin")
MEMBERS: Final = (OFFICER, CONTENT, ADMIN)
"""What somebody may be in an organisation."""

MEMBER: Final = N_("member")
FACILITATOR: Final = N_("facilitator")
TAKING_PART: Final = (MEMBER, FACILITATOR)
"""What somebody may be in a community."""

OPERATOR: Final = "operator"
SITE_MODERATOR: Final = "site moderator"
"""Answers reports and takes documents down on the whole hub; settings and other people's roles are the operator's."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a value that carries its memberships, so that no slice need be imported.

    `memberships` are (id, role there) of organisations and of communities; `roles` hold on the whole hub.
    """

    name: str = "anonymous"
    person_id: str = ""
    roles: frozenset[str] = frozenset()
    memberships: frozenset[tuple[str, str]] = frozenset()


ANONYMOUS: Final = Actor()
COMMAND_LINE: Final = Actor("command line", "", frozenset({OPERATOR}))
METRICS: Final = Actor("Prometheus", "", frozenset({"metrics"}))
WORK: Final = Actor("moothall", "", frozenset({OPERATOR}))

EVERY: Final = "*"
"""In place of an audience: all of them."""


class Thing(Protocol):
    """What rights hang on, whatever it is."""

    @property
    def belongs_to(self) -> Any:
        """The id of the organisation or the community whose it is: roles there count."""
        ...

    @property
    def audience(self) -> Any:
        """The id of the organisation or the community whose people alone may see it; None for what is public."""
        ...


ACTIONS: Final[dict[str, frozenset[str]]] = {
    "read": frozenset({"everyone"}),
    "sign in": frozenset({"everyone"}),
    "sign out": frozenset({"everyone"}),
    "register": frozenset({"everyone"}),
    "change own account": frozenset({"signed in"}),
    "secure own account": frozenset({"signed in"}),
    "search what is restricted": frozenset({"signed in"}),
    "follow": frozenset({"signed in"}),
    "stop mails": frozenset({"everyone"}),
    "write to people": frozenset({"signed in"}),
    "join communities": frozenset({"signed in"}),
    "open communities": frozenset({OPERATOR, *MEMBERS}),
    "take part": frozenset(TAKING_PART),
    "talk": frozenset({"signed in"}),
    "facilitate": frozenset({OPERATOR, FACILITATOR}),
    "work the queue": frozenset({OPERATOR, SITE_MODERATOR, FACILITATOR}),
    "read own decisions": frozenset({"signed in"}),
    "write practice notes": frozenset(MEMBERS),
    "look after practice notes": frozenset({OPERATOR, CONTENT, ADMIN}),
    "check health": frozenset({"everyone"}),
    "read metrics": frozenset({OPERATOR, "metrics"}),
    "run sources": frozenset({OPERATOR, CONTENT, ADMIN}),
    "register sources": frozenset({OPERATOR, CONTENT, ADMIN}),
    "see raw items": frozenset({OPERATOR, CONTENT, ADMIN}),
    "manage members": frozenset({OPERATOR, ADMIN}),
    "manage people": frozenset({OPERATOR}),
    "hand over": frozenset({OPERATOR, ADMIN}),
    "hand over everywhere": frozenset({OPERATOR}),
    "moderate": frozenset({OPERATOR, SITE_MODERATOR}),
    "report": frozenset({"everyone"}),
    "answer reports": frozenset({OPERATOR, SITE_MODERATOR, ADMIN}),
    "edit organisation": frozenset({OPERATOR, ADMIN}),
    "manage organisations": frozenset({OPERATOR}),
    "read the log": frozenset({OPERATOR}),
    "manage hub": frozenset({OPERATOR}),
    "approve": frozenset({OPERATOR}),
    "manage sign-in": frozenset({OPERATOR}),
}
"""Every action that a route or a command may name, and the roles that may do it; `signed in` is whoever has one."""


def can(actor: Actor, action: str, thing: Thing | None = None) -> bool:
    """Whether `actor` may do `action` to `thing`; without one, to any at all. KeyError for an action not written down.

    A route asks without a thing before its view runs; a view that has found one asks again. Nobody may do anything to
    what is restricted to others, and `read` is the question whether it is.
    """
    allowed = ACTIONS[action]
    if thing is not None and not _may_see(actor, thing):
        return False
    if "everyone" in allowed or ("signed in" in allowed and actor.person_id):
        return True
    there = {role for circle, role in actor.memberships if thing is None or circle == thing.belongs_to}
    return bool(allowed & (actor.roles | there))


def audiences(actor: Actor) -> tuple[str, ...]:
    """Whose restricted things `actor` may read besides what is public: ids of organisations and communities, or EVERY.

    Searches filter by these, so that they find what `can(actor, "read", …)` allows, and nothing else.
    """
    if OPERATOR in actor.roles:
        return (EVERY,)
    return tuple(sorted({circle for circle, _ in actor.memberships}))


def _may_see(actor: Actor, thing: Thing) -> bool:
    if thing.audience is None:
        return True
    allowed = audiences(actor)
    return EVERY in allowed or thing.audience in allowed
