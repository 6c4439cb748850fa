"""Communities that are like one that somebody is about to open: by name, and by topic."""

import unicodedata
from collections.abc import Collection
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hub.communities.access import found_by
from hub.communities.listing import Listed, Wanted, communities, narrowed
from hub.communities.models import Community
from hub.policy import Actor, audiences

MOST: Final = 5
LIKE: Final = 0.4
"""Of two names: which part of the shorter one's trigrams the other must have. `Damp homes`, `Damp and mould`: 0.44."""

EMPTY: Final = frozenset(
    (
        *("a", "an", "and", "the", "of", "for", "in", "on", "to", "with", "our", "that", "are", "is", "who", "how"),
        *("network", "community", "group"),
        *("practice", "forum", "y", "yr", "a’r", "ac", "ar", "yn", "i", "o", "cymuned", "rhwydwaith", "grŵp"),
    )
)
"""Words that many names have, whatever they are about."""


def like_named(session: Session, actor: Actor, name: str) -> list[Listed]:
    """Those whose name, or one of whose other names, is like this one; the likest first. Archived ones too."""
    wanted = _grams(name)
    if not wanted:
        return []
    rows = session.execute(select(Community.id, Community.name, Community.other_names).where(_found(actor)))
    scored = [(max(_likeness(wanted, _grams(one)) for one in (called, *others)), id) for id, called, others in rows]
    best = [id for score, id in sorted(scored, reverse=True)[:MOST] if score >= LIKE]
    shown = {one.id: one for one in communities(session, actor, [_found(actor), Community.id.in_(best)])}
    return [shown[id] for id in best]


def about_the_same(session: Session, actor: Actor, concepts: Collection[str], but: Collection[str]) -> list[Listed]:
    """Living ones about any of these topics, the most active first, `but` these ids."""
    if not concepts:
        return []
    conditions = [*narrowed(actor, Wanted(concepts=concepts)), Community.id.not_in(but)]
    return communities(session, actor, conditions, limit=MOST)


def _found(actor: Actor) -> ColumnElement[bool]:
    return found_by(audiences(actor))


def _grams(name: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(one if one.isalnum() else " " for one in plain if not unicodedata.combining(one))
    words = [word for word in letters.split() if word not in EMPTY]
    return frozenset(f" {word} "[at : at + 3] for word in words for at in range(len(word)))


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Which part of the shorter one the other has, 0 to 1."""
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0
