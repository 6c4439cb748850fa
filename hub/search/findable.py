"""What a package offers so that things of its own are found: how a hit is shown, and where the database has titles."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, false
from sqlalchemy.orm import Session

from hub.index.base import Hit
from hub.records.cards import LANGUAGE_NAMES, Card, Publisher, Topic
from vocab.scheme import Scheme


@dataclass(frozen=True, slots=True)
class Within:
    """The community in which something stands, as a link."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a list says of one thing that is no record. `facts` are a few words each, beside kind and date.

    `restricted`: not everybody may see it. What only a record has is empty.
    """

    id: str
    document_type: str
    type: str
    type_name: str
    """What people read for the type, in the language we speak."""
    title: str
    address: str
    summary: str = ""
    language: str = ""
    published: date | None = None
    community: Within | None = None
    publisher: Publisher | None = None
    topics: tuple[Topic, ...] = ()
    facts: tuple[str, ...] = ()
    restricted: bool = False
    check: str = ""
    licence: str = ""
    licensed: bool = False

    @property
    def language_name(self) -> str:
        """The language in its own words, empty where unknown."""
        return LANGUAGE_NAMES.get(self.language, self.language)


AnyCard = Card | Shown


class Cards(Protocol):
    """Loads the cards of one document type."""

    def __call__(
        self, session: Session, ids: Sequence[str], scheme: Scheme, audiences: Sequence[str] = ()
    ) -> Sequence[AnyCard]:
        """Those of these ids that everybody, or one of the audiences, may read now; by one statement, in any order.

        An index may be late, so it is never the last word.
        """
        ...


def _never(uris: Sequence[str]) -> ColumnElement[bool]:
    return false()


@dataclass(frozen=True, slots=True)
class Titles:
    """What can be searched while the index is away. `rows` are labelled id, title, published, type, language,
    organisation, sector (slugs, or empty) and community (its slug, or empty), of all that belongs into the index.
    """

    rows: Select[*tuple[Any, ...]]
    shown_to: Callable[[Sequence[str]], ColumnElement[bool]]
    """The condition for what people with these audiences may find, what is public among it."""
    tagged: Callable[[Sequence[str]], ColumnElement[bool]] = _never
    """The condition for what is about one of the topics with these URIs."""


@dataclass(frozen=True, slots=True)
class Findable:
    """One document type. `words` are what people read for each of its types in the filter *Kind*, in English."""

    cards: Cards
    titles: Titles
    words: Mapping[str, str]


def cards_of(
    session: Session,
    hits: Iterable[Hit],
    findable: Mapping[str, Findable],
    scheme: Scheme,
    audiences: Sequence[str] = (),
) -> dict[str, AnyCard]:
    """{id: card} of these hits, by one statement for each document type among them."""
    ids: dict[str, list[str]] = {}
    for hit in hits:
        ids.setdefault(hit.document_type, []).append(hit.id)
    known = [(findable[name], some) for name, some in ids.items() if name in findable]
    return {card.id: card for one, some in known for card in one.cards(session, some, scheme, audiences)}
