"""Why a result is there, in sentences: what of it matched, and what to look out for before it is reused."""

from collections.abc import Sequence
from typing import Final

from hub.index.base import Hit, Span
from hub.languages import N_
from hub.languages import gettext as _
from hub.search.expand import Matched
from hub.search.findable import AnyCard
from hub.search.parse import parse
from hub.search.service import Asked

FURTHER_DOWN = N_("Your words, or other words for the same topic, are further down in it")


ALL_EXCLUDED: Final = (
    N_("Every document holds what you excluded."),
    N_("Every document among those that your filters leave holds what you excluded."),
)
"""By whether there are filters."""

NONE_HOLDS: Final[dict[tuple[int, bool, bool], str]] = {
    (0, False, False): N_("No document holds any of these words."),
    (0, False, True): N_("No document holds any of these words without those that you excluded."),
    (0, True, False): N_("No document among those that your filters leave holds any of these words."),
    (0, True, True): N_(
        "No document among those that your filters leave holds any of these words without those that you excluded."
    ),
    (1, False, False): N_("No document holds these words side by side."),
    (1, False, True): N_("No document holds these words side by side without those that you excluded."),
    (1, True, False): N_("No document among those that your filters leave holds these words side by side."),
    (1, True, True): N_(
        "No document among those that your filters leave holds these words side by side without those that "
        "you excluded."
    ),
    (2, False, False): N_("No document holds this word in any of its forms."),
    (2, False, True): N_("No document holds this word in any of its forms without those that you excluded."),
    (2, True, False): N_("No document among those that your filters leave holds this word in any of its forms."),
    (2, True, True): N_(
        "No document among those that your filters leave holds this word in any of its forms without those that "
        "you excluded."
    ),
}
"""By what was wanted (words, words side by side, one word), whether there are filters, and excluded words."""


def why(hit: Hit, card: AnyCard, topics: Sequence[Matched], *, searched: bool) -> list[str]:
    """The reasons for one result; `searched` says that there were words. Plain text, without a full stop."""
    reasons: list[str] = []
    if searched:
        places = ((hit.title, N_("%(words)s in the title")), (hit.extract, N_("%(words)s in the text")))
        reasons += [_(place, words=words) for spans, place in places if (words := _matches(spans))]
        tagged = {topic.notation for topic in card.topics}
        matched = N_("It is about %(topic)s, which your words match")
        reasons += [_(matched, topic=one.name) for one in topics if one.notation in tagged]
        reasons = reasons or [_(FURTHER_DOWN)]
    if card.check:
        reasons.append(_("Check before reuse: %(why)s", why=card.check))
    return reasons


def why_none(asked: Asked) -> str:
    """Why there is no result, where even one of the words would have been enough; a sentence."""
    filtered = bool(asked.filters or asked.since or asked.until)
    clauses = parse(asked.text)
    wanted = [clause for clause in clauses if not clause.excluded]
    if not clauses:
        return _("No document fits all of your filters.")
    if not wanted:
        return _(ALL_EXCLUDED[filtered])
    single = 1 if wanted[0].phrase else 2
    kind = 0 if len(wanted) > 1 or wanted[0].alternatives else single
    return _(NONE_HOLDS[kind, filtered, len(wanted) < len(clauses)])


def _matches(spans: Sequence[Span]) -> str:
    """The marked words, each once: `“damp”, “mould”`."""
    words = {span.text.lower(): f"“{span.text.lower()}”" for span in spans if span.marked}
    return ", ".join(words.values())
