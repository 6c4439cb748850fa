"""Made-up records for measuring: seeded, 548 words on average, word frequencies as in natural text (Zipf), 5 facets."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Final

from hub.index.base import Document

SEED: Final = 20261124
VOCABULARY: Final = 60_000
WORDS: Final = 548
ORGANISATIONS: Final = 200
TOPICS: Final = 240
SECTORS: Final = ("council", "fire", "police", "health", "housing", "voluntary", "national", "research", "education")
TYPES: Final = ("practice-note", "case-study", "policy", "guidance", "report", "evaluation", "foi", "news", "dataset")
PURPOSE: Final = 400
"""Characters of what a community says of itself."""

_SYLLABLES: Final = "ba co di fe ga hou in ka lo mu ne or pe qui re so ta un ve wa sch tion al er ment"
_ENDINGS: Final = ("", "", "", "s", "ing", "ed", "er", "ation", "ment", "ly")
_START: Final = datetime(2014, 1, 1, tzinfo=UTC)


class Corpus:
    """The same records every time. `words` are the vocabulary, most frequent first.

    So many of them are `communities` instead, spread among the others, each with a purpose of a few lines.
    """

    def __init__(self, size: int, communities: int = 0) -> None:
        self.size = size
        self._every = size // communities if communities else 0
        chance = random.Random(SEED)
        self.words = _vocabulary(chance)
        # Zipf with Mandelbrot's shift: the first words are frequent, but none is in every sentence.
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(self.words))))

    def documents(self) -> Iterator[Document]:
        """The records as the index takes them; each depends on its number alone."""
        return (self.document(number) for number in range(self.size))

    def document(self, number: int) -> Document:
        """Number `number`, a record or a community."""
        made = self._record(number)
        if not self._every or number % self._every:
            return made
        body, community = made.body[:PURPOSE], f"community-{number}"
        return replace(made, document_type="community", type="community", community=community, body=body)

    def _record(self, number: int) -> Document:
        """In English; lengths are spread as in real collections, from 60 to some 3,000 words."""
        chance = random.Random(SEED + number)
        length = min(3000, max(60, int(chance.lognormvariate(6.05, 0.7))))
        topics = tuple(f"T{int(TOPICS * chance.random() ** 2):03d}" for _ in range(chance.randint(1, 4)))
        organisation = int(ORGANISATIONS * chance.random() ** 2)
        return Document(
            id=f"00000000-0000-7000-8000-{number:012d}",
            version=1,
            title=" ".join(self._draw(chance, chance.randint(4, 10))).capitalize(),
            body=self._text(chance, length),
            language="en",
            organisation=f"organisation-{organisation:03d}",
            sector=SECTORS[organisation % len(SECTORS)],
            type=chance.choice(TYPES),
            topics=topics,
            topics_tree=tuple(dict.fromkeys((*topics, *(f"{topic[:2]}x" for topic in topics)))),
            published=_START + timedelta(minutes=chance.randrange(6_000_000)) if chance.random() < 0.95 else None,
        )

    def pairs(self, count: int) -> list[tuple[str, str]]:
        """Two words each that stand in one record, neither among the 30 most frequent nor very rare."""
        chance = random.Random(SEED)
        rank = {word: number for number, word in enumerate(self.words)}
        made: list[tuple[str, str]] = []
        while len(made) < count:
            body = self.document(chance.randrange(self.size)).body.lower().replace(".", "").replace(",", "").split()
            known = [word for word in dict.fromkeys(body) if 30 <= rank.get(word, 0) < 5_000]
            if len(known) >= 2:
                first, second = chance.sample(known, 2)
                made.append((first, second))
        return made

    def _draw(self, chance: random.Random, count: int) -> list[str]:
        return chance.choices(self.words, cum_weights=self._weights, k=count)

    def _text(self, chance: random.Random, length: int) -> str:
        words = self._draw(chance, length)
        sentences = []
        for start in range(0, length, 17):
            part = words[start : start + 17]
            sentences.append(" ".join([*part[:8], *([part[8] + ","] if len(part) > 8 else []), *part[9:]]).capitalize())
        return ". ".join(sentences) + "."


def _vocabulary(chance: random.Random) -> list[str]:
    made: dict[str, None] = {}
    syllables = _SYLLABLES.split()
    while len(made) < VOCABULARY:
        stem = "".join(chance.choices(syllables, k=chance.choice((2, 2, 3, 3, 4))))
        made[stem + chance.choice(_ENDINGS)] = None
    return list(made)
