"""The one policy function: may this actor do this to this thing? Routes, searches and commands all ask here."""

from dataclasses import dataclass
from typing import Final, Protocol


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a value that carries its memberships, so that no slice need be imported."""

    name: str = "anonymous"
    person_id: str = ""
    roles: frozenset[str] = frozenset()


ANONYMOUS: Final = Actor()
COMMAND_LINE: Final = Actor("command line", "", frozenset({"operator"}))
METRICS: Final = Actor("Prometheus", "", frozenset({"metrics"}))
WORK: Final = Actor("moothall", "", frozenset({"operator"}))


class Thing(Protocol):
    """What rights hang on, whatever it is."""

    @property
    def visibility(self) -> str:
        """`public` so far; communities bring the other words."""
        ...


ACTIONS: Final[dict[str, frozenset[str]]] = {
    "read": frozenset({"everyone"}),
    "sign in": frozenset({"everyone"}),
    "sign out": frozenset({"everyone"}),
    "check health": frozenset({"everyone"}),
    "read metrics": frozenset({"operator", "metrics"}),
    "run sources": frozenset({"operator"}),
    "register sources": frozenset({"operator"}),
    "see raw items": frozenset({"operator"}),
}
"""Every action that a route or a command may name, and the roles that may do it."""


def can(actor: Actor, action: str, thing: Thing | None = None) -> bool:
    """Whether `actor` may do `action` (to `thing`). KeyError for an action that nobody wrote down."""
    allowed = ACTIONS[action]
    if thing is not None and thing.visibility != "public":
        return False
    return "everyone" in allowed or bool(allowed & actor.roles)
