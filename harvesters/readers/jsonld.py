"""schema.org data in a page's JSON-LD blocks: plain JSON, no context is fetched, a bad block costs only itself."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

MOST_BLOCKS: Final = 30
LONGEST_BLOCK: Final = 500_000
_WRAPPING = re.compile(
    r"\A\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|(?://|/\*)?\s*\]\]>(?:\s*\*/)?|;)\s*\Z"
)
_MAIN: Final = frozenset(
    [
        "article",
        "newsarticle",
        "report",
        "techarticle",
        "scholarlyarticle",
        "blogposting",
        "advertisercontentarticle",
        "event",
        "dataset",
        "governmentservice",
        "creativework",
        "digitaldocument",
        "howto",
        "guide",
        "course",
        "medicalwebpage",
        "faqpage",
    ]
)
_PAGES: Final = frozenset(["webpage", "itempage", "aboutpage", "collectionpage", "qapage"])
GENERIC: Final = frozenset(
    ["article", "webpage", "creativework", "thing", "itempage", "collectionpage", "digitaldocument"]
)
"""Types that are said of every page and so tell nothing of this one."""


class Data:
    """The nodes of all blocks; `get` asks the one that describes the page first, then the page itself."""

    def __init__(self, blocks: Iterable[str]) -> None:
        self.broken = False
        nodes = [node for block in list(blocks)[:MOST_BLOCKS] for node in self._nodes(block)]
        self._by_id = {str(node["@id"]): node for node in reversed(nodes) if "@id" in node and len(node) > 1}
        main = [node for node in nodes if _MAIN & set(types_of(node))]
        self._about = [*main[:1], *(node for node in nodes if _PAGES & set(types_of(node)))]

    def _nodes(self, block: str) -> Iterator[dict[str, Any]]:
        block = _WRAPPING.sub("", block[: LONGEST_BLOCK + 1])
        if not block.strip():
            return
        try:
            # Line breaks within strings are the commonest fault, and harmless.
            value = json.loads(block, strict=False) if len(block) <= LONGEST_BLOCK else None
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict | list):
            self.broken = True
            return
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                graph = one.get("@graph")
                yield one
                yield from (node for node in graph if isinstance(node, dict)) if isinstance(graph, list) else ()
                if isinstance(page := one.get("mainEntity"), dict):
                    yield page

    def get(self, *names: str) -> list[Any]:
        """All values of the first of these properties that the page has, references resolved."""
        for node in self._about:
            for name in names:
                if found := [self._resolved(one) for one in _several(node.get(name))]:
                    return found
        return []

    def words(self, *names: str) -> list[str]:
        """`get` as words: a text as it is, a thing by its name, address or identifier."""
        return [word for one in self.get(*names) if (word := word_of(one))]

    def first(self, *names: str) -> str:
        """The first of `words`, or nothing."""
        return next(iter(self.words(*names)), "")

    def types(self) -> list[str]:
        """What the page is said to be, most telling first: genre, additionalType, then @type unless generic."""
        said = [*self.words("genre"), *(word.rpartition("/")[2] for word in self.words("additionalType"))]
        return [*said, *(name for node in self._about[:1] for name in types_of(node) if name not in GENERIC)]

    def contact(self) -> str:
        """Name, e-mail address and telephone number of the contact point of the page or of its publisher."""
        points = self.get("contactPoint")
        if not points:
            publishers = [one for one in self.get("publisher") if isinstance(one, dict)]
            points = [point for one in publishers for point in _several(one.get("contactPoint"))]
        for point in points:
            if isinstance(point, str):
                return point
            if isinstance(point, dict):
                told = [word_of(point.get(name)) for name in ("name", "email", "telephone")]
                if any(told):
                    return ", ".join(one for one in told if one)
        return ""

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, dict) and set(value) == {"@id"}:
            return self._by_id.get(str(value["@id"]), value)
        return value


def types_of(node: dict[str, Any]) -> list[str]:
    """The local names of a node's types, lower case."""
    named = [one for one in _several(node.get("@type")) if isinstance(one, str)]
    return [re.split(r"[/#:]", one)[-1].lower() for one in named]


def word_of(value: Any) -> str:
    """A value as one word or sentence: text, `@value`, or the name, address or identifier of a thing."""
    if isinstance(value, dict):
        names = ("@value", "name", "url", "@id", "alternateName")
        return next((word for name in names if (word := word_of(value.get(name)))), "")
    if isinstance(value, list):
        return next((word for one in value if (word := word_of(one))), "")
    return " ".join(value.split()) if isinstance(value, str) else ""


def _several(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return value[:200] if isinstance(value, list) else [value]
