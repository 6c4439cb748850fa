"""A Query as a request to the server: the rules of hub/index/ranking.py, in the server's words. Pure functions.

User text only ever becomes the value of a `match`, `match_phrase` or `term` query; no query-string parser sees it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from hub.errors import BadInput
from hub.index.analysis import FIELDS, Analysis, field_of, usable
from hub.index.base import OWN_LABEL, Clause, Expansion, Query
from hub.index.opensearch.shape import as_sent
from hub.index.ranking import TAGGED, TITLE, TOPIC
from hub.index.schema import AUDIENCE, DATED, DAY, FILTERS, LABELS, moment
from hub.languages import gettext as _
from hub.policy import EVERY

Part = dict[str, Any]

WINDOW: Final = 10_000
"""Documents that the server pages through; the total is exact beyond it too."""

MOST_VALUES: Final = 200
"""Values that a facet lists; a chosen one is counted always."""

MANY_WORDS: Final = 48
"""Words in a query above which titles count nothing more: the server takes 1,024 parts of a query."""

MOST_PARTS: Final = 1000
"""Parts of a saved search: one that has more than the server takes would fail the search of all."""

SHOWN: Final = ("title", "text", "language")
_WORDS: Final = re.compile(r"\w+")
_LEAVES: Final = {"match_phrase", "term", "terms", "range", "match_all", "match_none"}
NOTHING: Final[Part] = {"match_none": {}}
EVERYTHING: Final[Part] = {"match_all": {}}


def search_body(query: Query, analysis: Analysis, restricted: bool = False) -> Part:
    """The whole request of one page: hits, exact total and facets in one go. BadInput for a filter that there is not.

    Facets that can be chosen narrow the hits only after counting (`post_filter`), each counts with the others' choice.
    """
    filters = {name: _one_of(name, values) for name, values in query.filters.items()}
    offset = max(0, query.page - 1) * query.size
    shown = query.size > 0 and offset + query.size <= WINDOW
    body: Part = {
        "query": _allowed(query, _dated(query, matching(query, analysis, restricted)), restricted),
        **({"post_filter": _all_of(filters.values())} if filters else {}),
        "aggs": {name: _facet(name, query, filters) for name in query.facets},
        "from": offset if shown else 0,
        "size": query.size if shown else 0,
        "sort": _order(query),
        "track_total_hits": True,
        "_source": list(SHOWN) if query.shown else False,
        "docvalue_fields": ["document_type"],
    }
    return body


def is_scored(query: Query) -> bool:
    """Whether the best come first; else the newest."""
    return query.sort == "best" and any(not clause.excluded for clause in query.clauses)


def _order(query: Query) -> list[Part]:
    """Newest first with undated last, as `published` says; of equally good ones too, so that pages are stable."""
    best = [{"_score": {"order": "desc"}}] if is_scored(query) else []
    return [*best, {"published": {"order": "desc"}}, {"id": {"order": "asc"}}]


def _dated(query: Query, found: Part) -> Part:
    if not (query.since or query.until):
        return found
    between = {"gte": moment(query.since) if query.since else DATED}
    if query.until:
        between["lt"] = moment(query.until) + DAY
    return {"bool": {"must": [found], "filter": [{"range": {"published": between}}]}}


def _allowed(query: Query, found: Part, restricted: bool) -> Part:
    """In the restricted index, what those who ask may see: in the query itself, so that nothing else is counted."""
    if not restricted or EVERY in query.rights.audiences:
        return found
    return {"bool": {"must": [found], "filter": [{"terms": {AUDIENCE: list(map(usable, query.rights.audiences))}}]}}


def _one_of(name: str, values: Sequence[str]) -> Part:
    if name not in FILTERS:
        raise BadInput(_("There is no filter “%(name)s”.", name=name), name)
    return {"terms": {FILTERS[name]: [usable(value) for value in values]}}


def _all_of(filters: Iterable[Part]) -> Part:
    chosen = list(filters)
    return {"bool": {"filter": chosen}} if chosen else EVERYTHING


def _facet(name: str, query: Query, filters: Mapping[str, Part]) -> Part:
    """The values of a facet among what the other filters leave, and the chosen ones, however rare.

    Without a filter it stands alone: a filter that leaves everything costs the server a twentieth of the search.
    """
    values: Part = {"terms": {"field": FILTERS[name], "size": MOST_VALUES}}
    if not filters:
        return values
    others = _all_of(one for other, one in filters.items() if other != name)
    counts = {"values": values}
    if chosen := [usable(value) for value in query.filters.get(name, ())]:
        counts["chosen"] = {"terms": {"field": FILTERS[name], "size": len(chosen), "include": chosen}}
    return {"filter": others, "aggs": counts}


def matching(query: Query, analysis: Analysis, restricted: bool = False) -> Part:
    """What the words ask for, scored; everything when there are none. Filters are not in it.

    In the restricted index a word is worth the same wherever it stands: how rare it is would tell of what others have.
    """
    return _Matching(query, analysis, restricted).scored()


def finding(query: Query, analysis: Analysis) -> Part:
    """What a query finds, with its filters and dates, unscored: a saved search. BadInput."""
    filters = [_one_of(name, values) for name, values in query.filters.items()]
    found = _dated(query, _Matching(query, analysis).found())
    whole = {"bool": {"filter": [found, *filters]}} if filters else found
    if _parts(whole) > MOST_PARTS:
        raise BadInput(_("The search has too many words for the search server."))
    return whole


def _parts(asked: object) -> int:
    """How many words, phrases and values are asked for, as the server counts them."""
    if isinstance(asked, list):
        return sum(map(_parts, asked))
    if not isinstance(asked, dict):
        return 0
    if "match" in asked:
        return sum(len(_WORDS.findall(one["query"])) for one in asked["match"].values())
    return 1 if asked.keys() & _LEAVES else sum(map(_parts, asked.values()))


class _Matching:
    def __init__(self, query: Query, analysis: Analysis, restricted: bool = False) -> None:
        self._query = query
        self._restricted = restricted
        self._analysis = analysis
        meant = [clause for clause in query.clauses if _is_meant(clause)]
        self._wanted = list(Counter(clause for clause in meant if not clause.excluded).items())
        self._unwanted = [clause for clause in query.clauses if clause.excluded]
        self._many = sum(1 + len(clause.alternatives) for clause in query.clauses) > MANY_WORDS

    def scored(self) -> Part:
        """Each clause must match, or with `any_word` one of them; little words only raise the score."""
        needed, extra = self._words()
        return {"bool": {"must": needed, "should": [*extra, *self._bonuses()], "must_not": self._excluded()}}

    def found(self) -> Part:
        """The same without what only raises the score."""
        needed, _ = self._words()
        return {"bool": {"filter": needed, "must_not": self._excluded()}}

    def _excluded(self) -> list[Part]:
        return [found for clause in self._unwanted for found in self._own(clause)]

    def _words(self) -> tuple[list[Part], list[Part]]:
        little = [self._is_little(clause) for clause, _ in self._wanted]
        needed: list[Part] = []
        extra: list[Part] = []
        for (clause, times), small in zip(self._wanted, little, strict=True):
            (extra if small and not all(little) else needed).append(self._clause(clause, times))
        if not needed:
            return [EVERYTHING], extra
        if self._query.any_word:
            needed = [{"bool": {"should": needed, "minimum_should_match": 1}}]
        return needed, extra

    def _is_little(self, clause: Clause) -> bool:
        return not clause.phrase and not clause.alternatives and self._analysis.common(clause.text)

    def _clause(self, clause: Clause, times: int) -> Part:
        """The clause in the texts, in labels, or a label of a topic that it names: the best of them counts."""
        found = self._own(clause)
        if self._query.labels:
            found += [boosted(self._phrase(LABELS, one.text, "xx"), TAGGED) for one in _variants(clause)]
        for expansion in self._query.expansions:
            named = self._analysis.covered(clause, expansion)
            if named:
                found += [boosted(label, weight / named) for label, weight in self._foreign(expansion, "all")]
        return boosted(best(found), times)

    def _own(self, clause: Clause, into: str = "all") -> list[Part]:
        """The clause and its alternatives in the texts, one query for each language."""
        return [self._phrase(f"{into}_{name}", one.text, name) for one in _variants(clause) for name in FIELDS]

    def _phrase(self, field: str, text: str, language: str) -> Part:
        """One word, or several that stand together: the server's analysis tells. Nothing where there is no word."""
        return self._worth({"match_phrase": {field: {"query": as_sent(self._analysis, text, language)}}})

    def _worth(self, found: Part) -> Part:
        return {"constant_score": {"filter": found}} if self._restricted else found

    def _foreign(self, expansion: Expansion, into: str) -> list[tuple[Part, float]]:
        """The labels that find documents by themselves, with their weights."""
        return self._labels([label for label in expansion.labels if label[2] > OWN_LABEL], into)

    def _labels(self, labels: Iterable[tuple[str, str, float]], into: str) -> list[tuple[Part, float]]:
        found = ((self._label(label, language, into), weight) for language, label, weight in labels)
        return [(one, weight) for one, weight in found if one is not None]

    def _label(self, label: str, language: str, into: str) -> Part | None:
        """All words of the label in its own language; standing together they are worth more."""
        known = field_of(language)
        words = self._analysis.words(label, known)
        if not words:
            return None
        field = f"{into}_{known}"
        together = self._phrase(field, label, known)
        if len(words) == 1:
            return together
        every = {"match": {field: {"query": as_sent(self._analysis, label, known), "operator": "and"}}}
        return self._worth({"bool": {"must": [every], "should": [together]}})

    def _bonuses(self) -> list[Part]:
        """What raises the score of a document that matches anyway: titles, the topic, labels in the own language."""
        bonuses: list[Part] = []
        if not self._wanted:
            return bonuses
        if not self._many:
            bonuses = [boosted(best(self._own(clause, "title")), TITLE * times) for clause, times in self._wanted]
        for expansion in self._query.expansions:
            tagged = {"term": {"topics": {"value": usable(expansion.topic)}}}
            bonuses.append({"constant_score": {"filter": tagged, "boost": TOPIC}})
            titles = [boosted(found, weight * TITLE) for found, weight in self._foreign(expansion, "title")]
            own = self._labels([label for label in expansion.labels if label[2] <= OWN_LABEL], "all")
            labels = [boosted(found, weight) for found, weight in own]
            bonuses += [best(found) for found in (titles, labels) if found]
        return bonuses


def _is_meant(clause: Clause) -> bool:
    """Whether there is a letter or digit in it; the rest is dropped."""
    return any(any(map(str.isalnum, one.text)) for one in _variants(clause))


def _variants(clause: Clause) -> tuple[Clause, ...]:
    return (clause, *clause.alternatives)


def best(found: Sequence[Part]) -> Part:
    """The best of several: a word counts once, in whatever language it is found."""
    if not found:
        return NOTHING
    return found[0] if len(found) == 1 else {"dis_max": {"queries": list(found)}}


def boosted(part: Part, boost: float) -> Part:
    """The same, worth so many times as much."""
    return part if boost == 1 else {"bool": {"must": [part], "boost": boost}}
