"""What a machine may mend in a scheme by itself: rules 2, 15 and 17."""

import re
from collections import defaultdict
from dataclasses import replace
from typing import Final

from vocab.scheme import Concept, Label, Scheme

ODD: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ufffd]|\\s\\s|[^\\S ]|^\\s|\\s$",
)
"""White space that is no single space inside, and characters that nobody can see."""

_UNSEEN: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufffd]")


def fix(scheme: Scheme) -> Scheme:
    """The scheme without what rules 17, 2 and 15 find (in this order, as tidied labels may turn out the same)."""
    ways: dict[str, set[str]] = defaultdict(set)
    for concept in scheme:
        for uri in concept.related:
            if uri != concept.uri:
                ways[concept.uri].add(uri)
                ways[uri].add(concept.uri)
    concepts = {
        concept.uri: replace(concept, labels=_labels_once(concept), related=tuple(sorted(ways[concept.uri])))
        for concept in scheme
    }
    return replace(scheme, concepts=concepts)


def _labels_once(concept: Concept) -> tuple[Label, ...]:
    tidied = [replace(label, value=tidy(label.value)) for label in concept.labels]
    order = ("pref", "alt", "hidden")
    best = {(label.language, label.value): label for label in sorted(tidied, key=lambda one: -order.index(one.kind))}
    return tuple(label for label in dict.fromkeys(tidied) if label.value and best[label.language, label.value] == label)


def tidy(text: str) -> str:
    """A label without characters that nobody can see, every run of white space as one space."""
    return " ".join(_UNSEEN.sub("", text).split())
