"""The form that begins a thread: what was typed, kept as it was typed, and the draft that it comes to."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from werkzeug.datastructures import MultiDict

from federation.record import clean, clean_line
from hub.talk.kinds import KINDS, POLL, QUESTION
from hub.talk.service import Draft
from vocab.scheme import Scheme

LONGEST_TYPED: Final = 100_000


@dataclass(frozen=True, slots=True)
class Typed:
    """Every field as it was typed; `topics` are notations, `options` a line for each answer of a poll."""

    kind: str = QUESTION
    title: str = ""
    text: str = ""
    topics: tuple[str, ...] = ()
    options: str = ""
    ends: str = ""
    tell: str = ""


def typed_in(values: MultiDict[str, str]) -> Typed:
    """What a request says."""
    kind = values.get("kind", QUESTION)
    return Typed(
        kind=kind if kind in KINDS else QUESTION,
        title=clean_line(values.get("title", ""))[:LONGEST_TYPED],
        text=clean(values.get("text", ""))[:LONGEST_TYPED],
        topics=tuple(dict.fromkeys(one[:40] for one in values.getlist("topic") if one)),
        options=clean(values.get("options", ""))[:LONGEST_TYPED],
        ends=clean_line(values.get("ends", ""))[:40],
        tell=values.get("tell", "")[:3],
    )


def draft_in(typed: Typed, scheme: Scheme) -> Draft:
    """What the form comes to; the service says what is wrong with it."""
    topics = {concept.notation: concept.uri for concept in scheme if not concept.deprecated}
    return Draft(
        kind=typed.kind,
        title=typed.title,
        text=typed.text,
        concepts=tuple(topics[one] for one in typed.topics if one in topics),
        options=tuple(typed.options.splitlines()) if typed.kind == POLL else (),
        ends=_end_of(typed.ends) if typed.kind == POLL else None,
        tell=typed.tell == "yes",
    )


def _end_of(day: str) -> datetime | None:
    """The end of a day that was written as `2026-12-24`; None for what is no day."""
    try:
        return datetime.combine(date.fromisoformat(day), time(23, 59, 59), UTC)
    except ValueError:
        return None
