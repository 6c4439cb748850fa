"""One search: what was asked for, the query it becomes, the answer, and what to do when there is none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, Protocol

from federation.record import clean_line
from hub.index.base import FACETS, PUBLIC, Clause, Expansion, IndexReader, Query, Rights, SearchPage
from hub.languages import N_
from hub.languages import gettext as _
from hub.search.parse import parse, text_of, words_of

PAGE = 10
DEEPEST = 50
FILTERS = (*FACETS, "community")
"""What an address can filter by: by the slug of a community too, which is no facet."""

SORTS: Mapping[str, str] = {"best": N_("best match"), "newest": N_("newest")}


class Values(Protocol):
    """What request arguments look like: werkzeug's MultiDict and the command line's own."""

    def get(self, key: str) -> str | None: ...
    def getlist(self, key: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for, as the address says it. `wrong` names what of it could not be used, by field."""

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    sort: Literal["best", "newest"] = "best"
    only_words: bool = False
    wrong: Mapping[str, str] = field(default_factory=dict)

    @property
    def narrowed(self) -> int:
        """How many filters are in use."""
        return sum(len(values) for values in self.filters.values()) + bool(self.since) + bool(self.until)


@dataclass(frozen=True, slots=True)
class Cost:
    """What would be found without one of the filters or words; `left` are the words that are left without this one."""

    facet: str
    value: str
    total: int
    left: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The answer. `any_word` says that all words together found nothing and one was enough; `meant` is what the words
    may have been meant to be, where that finds something."""

    page: SearchPage
    any_word: bool = False
    expansions: tuple[Expansion, ...] = ()
    costs: tuple[Cost, ...] = ()
    meant: str = ""
    limited: bool = False
    """The index is away: this is what the database alone could find."""


def asked_from(values: Values) -> Asked:
    """Read an address's parameters. Odd ones are left out; a date that cannot be read is said in `wrong`."""
    wrong: dict[str, str] = {}

    def day(name: str) -> date | None:
        text = (values.get(name) or "").strip()
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            wrong[name] = _("“%(text)s” is not a date. Write it as 2026-11-24.", text=text[:20])
            return None

    since, until = day("from"), day("to")
    if since and until and since > until:
        wrong["to"] = _("This day is before the one in “From”.")
    filters = {name: tuple(dict.fromkeys(v[:200] for v in values.getlist(name) if v)) for name in FILTERS}
    return Asked(
        text=clean_line(values.get("q") or "")[:500],
        filters={name: chosen for name, chosen in filters.items() if chosen},
        since=since,
        until=until,
        sort="newest" if values.get("sort") == "newest" else "best",
        only_words=values.get("words") == "only",
        wrong=wrong,
    )


def find(
    reader: IndexReader,
    asked: Asked,
    *,
    expand: Callable[[str], tuple[Expansion, ...]] = lambda words: (),
    page: int = 1,
    size: int = PAGE,
    rights: Rights = PUBLIC,
    loose: bool = True,
) -> Found:
    """Search. When all words together find nothing, one is enough, and that is said; failing that, what each costs.

    Not so where it is not to be `loose`. What is restricted is only searched: slips are known by the words of what is
    public.
    """
    clauses = parse(asked.text)
    expansions = () if asked.only_words else expand(words_of(clauses))
    query = query_of(asked, clauses, expansions, page=page, size=size, rights=rights)
    answer = reader.search(query)
    if answer.total:
        return Found(answer, expansions=expansions)
    meant = "" if rights.audiences else _meant(reader, clauses, query)
    if loose and sum(not clause.excluded for clause in clauses) > 1:
        one_of_them = reader.search(replace(query, any_word=True))
        if one_of_them.total:
            return Found(one_of_them, any_word=True, expansions=expansions, meant=meant)
    costs = () if rights.audiences else _costs(reader, asked, query, expand)
    return Found(answer, expansions=expansions, costs=costs, meant=meant)


def _meant(reader: IndexReader, clauses: tuple[Clause, ...], query: Query) -> str:
    """The words with their slips mended, where that finds something; empty otherwise."""
    mended = tuple(_mended(reader, clause) for clause in clauses)
    if mended == clauses:
        return ""
    small = replace(query, clauses=mended, expansions=(), size=1, facets=())
    return text_of(mended) if reader.search(small).total else ""


def _mended(reader: IndexReader, clause: Clause) -> Clause:
    if clause.phrase or clause.excluded or clause.alternatives:
        return clause
    return replace(clause, text=reader.spell(clause.text) or clause.text)


def query_of(
    asked: Asked,
    clauses: tuple[Clause, ...],
    expansions: tuple[Expansion, ...],
    *,
    page: int = 1,
    size: int = PAGE,
    rights: Rights = PUBLIC,
) -> Query:
    """The engine-free query. Without words everything is found, newest first."""
    return Query(
        rights=rights,
        clauses=clauses,
        expansions=expansions,
        filters=asked.filters,
        since=asked.since,
        until=asked.until,
        sort=asked.sort if clauses else "newest",
        labels=not asked.only_words,
        page=page,
        size=size,
        facets=("document_type",) if rights.audiences else FACETS,
    )


def _costs(
    reader: IndexReader, asked: Asked, query: Query, expand: Callable[[str], tuple[Expansion, ...]]
) -> tuple[Cost, ...]:
    """What leaving out each filter, each word or the dates would find; only what finds something, the most first."""
    small = replace(query, size=1, page=1, facets=())
    costs = []
    for facet, values in query.filters.items():
        for value in values:
            kept = tuple(one for one in values if one != value)
            filters = {**query.filters, facet: kept} if kept else {k: v for k, v in query.filters.items() if k != facet}
            costs.append(Cost(facet, value, reader.search(replace(small, filters=filters)).total))
    if asked.since or asked.until:
        costs.append(Cost("dates", "", reader.search(replace(small, since=None, until=None)).total))
    if 1 < len(query.clauses) <= 6:
        for clause in query.clauses:
            rest = tuple(one for one in query.clauses if one is not clause)
            named = () if asked.only_words else expand(words_of(rest))
            total = reader.search(replace(small, clauses=rest, expansions=named)).total
            costs.append(Cost("word", text_of((clause,)), total, text_of(rest)))
    return tuple(sorted((cost for cost in costs if cost.total), key=lambda cost: -cost.total))
