"""The form of a practice note: what was typed, kept as it was typed, and what it comes to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from federation.record import OUTCOMES, STAGES, clean_line
from hub.languages import gettext as _
from hub.records.cards import LANGUAGE_NAMES, OUTCOME_NAMES, STAGE_NAMES
from hub.sources.forms import topic_choices
from hub.writing.words import MOST_TOPICS, SECTIONS, Words, cleaned
from vocab.scheme import Concept, Scheme

LINES = ("title", "outcome", "stage", "ask", "review_by", "language")
FEWEST_BOXES = 3
"""Choices of a topic that stand on the form at least."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A note's form. `topics` are notations, `kept` the co-authors who stay, `others` addresses of new ones."""

    words: Words = Words()
    organisation: str = ""
    topics: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    others: str = ""
    named: bool = True
    seen: str = ""
    thread: str = ""

    @property
    def addresses(self) -> list[str]:
        """The addresses of new co-authors."""
        return [one.lower() for one in self.others.replace(",", " ").replace(";", " ").split()][:20]


def typed_in(values: MultiDict[str, str], scheme: Scheme) -> Typed:
    """What a form says."""
    topics = tuple(dict.fromkeys(one for one in values.getlist("topics") if one))[: MOST_TOPICS + 1]
    known = by_notation(scheme)
    parts = {name: values.get(name, "") for name in (*LINES, *SECTIONS)}
    uris = tuple(known[one].uri if one in known else one for one in topics)
    return Typed(
        words=cleaned(Words(**parts, concepts=uris)),
        organisation=values.get("organisation", "")[:80],
        topics=topics,
        kept=tuple(values.getlist("kept"))[:50],
        others=clean_line(values.get("others", ""))[:2_000],
        named="named" in values,
        seen=values.get("seen", "")[:12],
        thread=values.get("thread", "")[:36],
    )


def typed_of(words: Words, scheme: Scheme, **more: Any) -> Typed:
    """What a note says now, as its form shows it."""
    topics = tuple(scheme.concepts[uri].notation for uri in words.concepts if uri in scheme.concepts)
    return replace(Typed(words=words, topics=topics), **more)


def by_notation(scheme: Scheme) -> Mapping[str, Concept]:
    """{notation: topic} of those that are in use."""
    return {one.notation: one for one in scheme if not one.deprecated}


def offered(scheme: Scheme, typed: Typed) -> dict[str, Any]:
    """What can be chosen on the form."""
    boxes = min(MOST_TOPICS, max(FEWEST_BOXES, len(typed.topics) + 1))
    return {
        "sections": [(name, _(heading), _(hint)) for name, (heading, hint) in SECTIONS.items()],
        "outcomes": [(one, _(OUTCOME_NAMES[one])) for one in OUTCOMES],
        "stages": [(one, _(STAGE_NAMES[one])) for one in STAGES],
        "languages": list(LANGUAGE_NAMES.items()),
        "topic_groups": topic_choices(scheme),
        "topic_boxes": [*typed.topics, *[""] * boxes][:boxes],
    }
