"""Why a result is there, in sentences: what of it matched, and what to look out for before it is reused."""

from collections.abc import Sequence

from hub.index.base import Hit, Span
from hub.records.cards import Card
from hub.search.expand import Matched
from hub.search.parse import parse
from hub.search.service import Asked

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


def why_none(asked: Asked) -> str:
    """Why there is no result, where even one of the words would have been enough; a sentence."""
    where = " among those that your filters leave" if asked.filters or asked.since or asked.until else ""
    clauses = parse(asked.text)
    wanted = [clause for clause in clauses if not clause.excluded]
    but = " without those that you excluded" if len(wanted) < len(clauses) else ""
    if not clauses:
        return "No document fits all of your filters."
    if not wanted:
        return f"Every document{where} holds what you excluded."
    if len(wanted) > 1 or wanted[0].alternatives:
        return f"No document{where} holds any of these words{but}."
    held = "these words side by side" if wanted[0].phrase else "this word in any of its forms"
    return f"No document{where} holds {held}{but}."


def _matches(spans: Sequence[Span]) -> str:
    """The marked words, each once: `“damp”, “mould”`."""
    words = {span.text.lower(): f"“{span.text.lower()}”" for span in spans if span.marked}
    return ", ".join(words.values())
