"""What was delivered, as somebody may read it now: documents, and what happened where they follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from hub.accounts.models import Person
from hub.alerts.models import Delivery
from hub.alerts.names import Label, Labels
from hub.alerts.reading import shown_to
from hub.communities.models import Community
from hub.languages import gettext as _
from hub.notices.kinds import happening_sentence
from hub.notices.models import Happening
from hub.policy import Actor, audiences
from hub.records.cards import cards
from hub.topics.service import Vocabulary
from hub.words import on

SUMMARY: Final = 300
"""Characters of a summary that a mail and My hub show."""

IN_STATEMENT: Final = 500


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that somebody is told of, and why."""

    id: int
    """Of its delivery."""
    thing: str
    key: str
    """Of what may have been withdrawn or closed when a mail goes: the record's or happening's id."""
    title: str
    about: str
    """One line: who published it, what kind, when."""
    summary: str
    path: str
    language: str
    at: datetime
    why: tuple[Label, ...]
    follow: str = ""
    """The first of what they follow that it is for, as hub.alerts.settings.Line has it."""
    community_id: str | None = None
    more: int = 0
    """How many others were found with it by the same, which are not told one by one."""
    also: tuple[tuple[int, str, str], ...] = ()
    """(id, thing, key) of other deliveries of the same."""


def items_of(session: Session, actor: Actor, rows: Sequence[Delivery], vocabulary: Vocabulary) -> list[Item]:
    """Those of these deliveries that `actor` may read now, in the same order.

    What is read at one address is one thing, with every reason: a document that is also pinned, editions of a page.
    """
    circles = audiences(actor)
    wanted = {(one["kind"], one["key"]) for row in rows for one in row.why}
    labels = Labels(session, wanted, vocabulary, circles)
    records = _records(session, [row.record_id for row in rows if row.record_id], vocabulary, circles)
    happenings = _happenings(session, [row.happening_id for row in rows if row.happening_id], circles)
    found: dict[str, Item] = {}
    for row in rows:
        made = records.get(row.record_id or "") or happenings.get(row.happening_id or 0)
        if made is None or not row.why:
            continue
        title, about, summary, path, spoken, community_id = made
        why = tuple(labels.of(one["kind"], one["key"], one.get("name", "")) for one in row.why)
        key, thing = row.record_id or str(row.happening_id), "record" if row.record_id else "happening"
        if path in found:
            before = found[path]
            found[path] = replace(before, why=(*before.why, *why), also=(*before.also, (row.id, thing, key)))
            continue
        first = row.why[0]
        follow = first["follow"] or f"community {first['key']}"
        more = sum(int(one.get("more", 0)) for one in row.why)
        found[path] = Item(
            row.id, thing, key, title, about, summary, path, spoken, row.at, why, follow, community_id, more
        )
    return list(found.values())


Made = tuple[str, str, str, str, str, str | None]


def _records(
    session: Session, ids: Sequence[str], vocabulary: Vocabulary, circles: Sequence[str]
) -> Mapping[str, Made]:
    found: dict[str, Made] = {}
    for start in range(0, len(ids), IN_STATEMENT):
        for card in cards(session, ids[start : start + IN_STATEMENT], vocabulary.scheme, circles):
            about = [card.publisher.name, card.type_name, *([on(card.published)] if card.published else [])]
            summary = shortened(card.summary)
            found[card.id] = (card.title, " · ".join(about), summary, f"/records/{card.id}", card.language, None)
    return found


def _happenings(session: Session, ids: Sequence[int], circles: Sequence[str]) -> Mapping[int, Made]:
    by = aliased(Person)
    found: dict[int, Made] = {}
    for start in range(0, len(ids), IN_STATEMENT):
        joined = (
            select(Happening, Community.name, by.name)
            .outerjoin(Community, Community.id == Happening.community_id)
            .outerjoin(by, by.id == Happening.by_id)
            .where(Happening.id.in_(ids[start : start + IN_STATEMENT]), shown_to(Happening, circles))
        )
        for row, community, who in session.execute(joined):
            title = happening_sentence(row.what, who=who, community=community or "", words=row.words)
            about = [*([community] if community else []), on(row.at)]
            found[row.id] = (title, " · ".join(about), "", row.path, "", row.community_id)
    return found


def still_there(session: Session, actor: Actor, held: Sequence[Sequence[str]], vocabulary: Vocabulary) -> bool:
    """Whether they may read all that a mail names: [thing, key] of each item."""
    circles = audiences(actor)
    records = {key for thing, key in held if thing == "record"}
    happenings = {int(key) for thing, key in held if thing == "happening"}
    there = len(_records(session, sorted(records), vocabulary, circles)) == len(records)
    return there and len(_happenings(session, sorted(happenings), circles)) == len(happenings)


def shortened(text: str) -> str:
    """The beginning of a text, cut after a word."""
    line = " ".join(text.split())
    return line if len(line) <= SUMMARY else f"{line[:SUMMARY].rsplit(' ', 1)[0]} …"


def said(why: Sequence[Label]) -> str:
    """Why somebody gets it, in one sentence."""
    reasons = list(dict.fromkeys(one.reason for one in why))
    return _("Why you get this: %(reasons)s.", reasons="; ".join(reasons)) if reasons else ""
