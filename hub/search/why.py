"""Why a result is there, in sentences: what of it matched, and what to look out for before it is reused."""

from collections.abc import Sequence

from hub.index.base import Hit, Span
from hub.records.cards import Card
from hub.search.expand import Matched

FURTHER_DOWN = "Your words, or other words for the same topic, are further down in it"


def why(hit: Hit, card: Card, topics: Sequence[Matched], *, searched: bool) -> list[str]:
    """The reasons for one result; `searched` says that there were words. Plain text, without a full stop."""
    reasons: list[str] = []
    if searched:
        places = ((hit.title, "the title"), (hit.extract, "the text"))
        reasons += [f"{words} in {place}" for spans, place in places if (words := _matches(spans))]
        tagged = {topic.notation for topic in card.topics}
        reasons += [f"It is about {one.name}, which your words match" for one in topics if one.notation in tagged]
        reasons = reasons or [FURTHER_DOWN]
    if card.check:
        reasons.append(f"Check before reuse: {card.check}")
    return reasons


def _matches(spans: Sequence[Span]) -> str:
    """The marked words, each once: `“damp”, “mould”`."""
    words = {span.text.lower(): f"“{span.text.lower()}”" for span in spans if span.marked}
    return ", ".join(words.values())
