"""What an index is: the values that go in and out, and three Protocols that every engine keeps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal, Protocol

FACETS: Final = ("sector", "organisation", "type", "topic", "language")
"""What people filter by, in the order of the page. Chosen values are OR inside one facet, AND between facets."""

RECORD: Final = "record"
"""The document type of what is published: all else is of the hub's own people."""

LANGUAGES: Final = ("en", "cy", "nl", "sv", "de")
"""Languages with analysis of their own; a text in another language goes to `xx` (folded only)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What the index holds of one thing. Texts are clean plain text; `version` only grows.

    `topics` are the notations of the concepts tagged, `topics_tree` those and all above them (a filter on a broader
    topic is one term). `published` is the source's date (changed, else issued), None when unknown; never ours.
    `document_type` is its name in the outbox, `type` what people filter by. `organisation` and `sector` are empty for
    what no organisation publishes; `community` is the slug of the community in which it stands, or empty.
    `lemmas` and `title_lemmas` are the words as they are to be indexed for a language without a stemmer (Welsh),
    empty otherwise. `labels` are the labels of its topics in all languages (found with a low weight), `keywords` the
    publisher's own words for it (found like its text, but never shown as if they were).
    """

    id: str
    version: int
    title: str
    summary: str = ""
    body: str = ""
    language: str = ""
    lemmas: str = ""
    title_lemmas: str = ""
    labels: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    organisation: str
    sector: str
    type: str
    document_type: str = RECORD
    community: str = ""
    topics: tuple[str, ...] = ()
    topics_tree: tuple[str, ...] = ()
    source: str = ""
    published: datetime | None = None
    audience: tuple[str, ...] = ()
    """Ids of organisations or communities whose people alone may find it, in the restricted index. Empty: public."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Which index is asked, and for whose eyes. A field of Query that no caller can leave out.

    Without audiences it is the public one. With some (`hub.policy.audiences`; EVERY means all) it is the restricted
    one, and only documents for one of them are found and counted.
    """

    audiences: tuple[str, ...]


PUBLIC: Final = Rights(())
"""The public index, which everybody may search."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that a person asked for: words that must stand together (`phrase`) or one word; or must not occur.

    `alternatives` are the further clauses of an OR group (`recycling OR composting`).
    """

    text: str
    phrase: bool = False
    excluded: bool = False
    alternatives: tuple["Clause", ...] = ()


OWN_LABEL: Final = 0.3
"""A label of at most this weight finds nothing by itself, it only raises what is found: without that, drift."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """A topic that the words name: its labels in other languages (1 = preferred, 0.7 = other word, 0.5 = hidden) and in
    the searcher's own (at most OWN_LABEL), each as (language, label, weight), found as a phrase or all its words.

    `topic` is the notation: a document tagged with it that is found anyway gets a constant of 0.5 more.
    """

    topic: str
    labels: tuple[tuple[str, str, float], ...]
    replaces: tuple[str, ...] = ()
    """The words of the query that named the topic: a document found by a label need not hold these."""


START: Final = "*"
"""The cursor of a list's first page."""

KEPT: Final = 60
"""Seconds that a list of results is kept after each of its pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One search, without any engine's syntax. No clauses and no filters means everything, newest first.

    `after` asks for a *list*: all results, however many, as they were at its first page (START), each page by the
    cursor that the one before gave. `page` counts nothing then.
    """

    rights: Rights
    clauses: tuple[Clause, ...] = ()
    expansions: tuple[Expansion, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    sort: Literal["best", "newest"] = "best"
    page: int = 1
    size: int = 10
    facets: tuple[str, ...] = FACETS
    labels: bool = True
    """False: the labels of a document's topics find nothing, only what the document itself says."""
    any_word: bool = False
    """True: a document needs one of the words only (tried, and said, when all words together find nothing)."""
    after: str = ""
    shown: bool = True
    """False: hits are without title and extract, for those who want ids only."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text, and whether it is a match. Templates escape `text` and mark it; engines give no HTML."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found: `title` and `extract` (at most about 220 characters of the body) with the matches marked."""

    id: str
    score: float
    title: tuple[Span, ...]
    extract: tuple[Span, ...]
    document_type: str = RECORD


@dataclass(frozen=True, slots=True)
class SearchPage:
    """The answer: hits of this page, the exact total, and for each facet (value, count), most frequent first.

    The counts of a facet are made with all filters but its own, so that OR inside a facet can be chosen. `after` is the
    cursor of a list's next page, empty at its end; facets are counted for its first page only.
    """

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    after: str = ""


@dataclass(frozen=True, slots=True)
class Title:
    """A document and what it is called."""

    id: str
    text: str
    document_type: str = RECORD


@dataclass(frozen=True, slots=True)
class Refused:
    """A document (or a saved search) that the engine would not take, and why, in a sentence."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild wrote: how many documents, and those that the engine would not take."""

    written: int
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True)
class Matches:
    """What saved searches find: {name: ids}, in the order in which searches and documents were handed in.

    Searches that find nothing are absent. `refused` names those that cannot be used, which does the others no harm.
    """

    found: Mapping[str, tuple[str, ...]]
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True)
class Stats:
    """What `moothall index status` shows."""

    engine: str
    documents: int
    bytes: int
    name: str
    """Which of the indexes is current."""
    troubles: tuple[str, ...] = ()
    """What of its server needs an operator although it answers: each what is wrong, and the fix, in two sentences."""
    restricted: int = 0
    """How many of the documents are in the restricted index."""


class IndexWriter(Protocol):
    """Writing. One writer at a time; a second one raises Busy at once and leaves everything as it is."""

    def missing(self) -> bool:
        """Whether there is no index that readers of this release can use. Changes nothing."""
        ...

    def ensure(self) -> bool:
        """Make the index where it is missing; true when it was made, empty or of another shape: rebuild it then."""
        ...

    def take(self) -> None:
        """Take the writer's place and stay in it until `release`. What is read after this is not overtaken. Busy."""
        ...

    def apply(self, documents: Sequence[Document], deleted: Mapping[str, int]) -> list[Refused]:
        """Add or replace the documents, remove the deleted, commit. Idempotent; all visible when it returns.

        `deleted` is {id: version at which it is gone}, so that nobody who is late brings it back; 0 where it is not
        known: then whatever is there goes.
        """
        ...

    def rebuild(self, documents: Iterable[Document]) -> Rebuilt:
        """Write a new index from `documents`, then switch to it at one stroke; readers see the old one until then."""
        ...

    def release(self) -> None:
        """Finish merging and give the lock back. Harmless when there is nothing to give back."""
        ...


class IndexReader(Protocol):
    """Reading. Sees every commit of any process at its next call. Raises IndexUnavailable when there is no index."""

    def search(self, query: Query) -> SearchPage:
        """One page. BadInput for a filter that there is not.

        Of a list nothing is missed and nothing comes twice, whatever changes meanwhile. It is let go at its end, by a
        page of size 0, and KEPT seconds after its last page. BadInput for a cursor that is not of this very query, Gone
        for one whose list is no longer kept, Busy when too many lists are read at once.
        """
        ...

    def similar(self, id: str, size: int) -> list[str]:
        """Ids of documents of its type most like this one, best first; empty when it is not in the index.

        Where an organisation publishes it, others' documents only.
        """
        ...

    def spell(self, word: str) -> str:
        """The word of the documents that `word` may be a slip of; empty when it is known or nothing is near."""
        ...

    def suggest(self, text: str, size: int) -> list[Title]:
        """Titles that hold every word of `text`, folded and in any order, of which the last need only begin one.

        Newest first, undated last; each title once, of its newest document. Looked for among the newest LOOKED_AT that
        fit (hub/index/titles.py), so there are fewer where those bear the same few titles. Empty for under two letters.
        """
        ...

    def versions(self, ids: Sequence[str] | None = None) -> dict[str, int]:
        """{id: version} of what the index holds, all of it or only these ids; for comparing with the database."""
        ...

    def stats(self) -> Stats: ...


class SavedMatcher(Protocol):
    """Saved searches against new documents. Needs no index of documents, and may run in any number of processes."""

    def match(self, documents: Sequence[Document], saved: Mapping[str, Query]) -> Matches:
        """Which of all saved searches find which of these documents: the same as `search` would find if they were
        indexed. Sorting, pages and facets of a query count nothing.

        The database alone knows the saved searches: hand in all of them, each time. Of an id that comes twice the last
        document counts; one that the index would refuse is found by none. Idempotent. IndexUnavailable; Busy when other
        processes hand in other searches at the same moment.
        """
        ...
