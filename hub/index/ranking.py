"""From a Query to the engine's own query objects: what must match, and what it is worth. No text is ever parsed."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import tantivy
from tantivy import FieldType, Occur

from hub.errors import BadInput
from hub.index.analysis import FIELDS, Analysis, field_of, usable
from hub.index.base import OWN_LABEL, Clause, Expansion, Query
from hub.index.schema import AUDIENCE, DATED, DAY, FILTERS, LABELS, NEVER, moment
from hub.languages import gettext as _
from hub.policy import EVERY

TITLE: Final = 0.5
"""What a word in the title is worth beside the same word anywhere. Search.md §5.2: 3 or 10 loses 5 to 18 points."""

TAGGED: Final = 0.2
"""What a word is worth that stands only in the labels of a document's topics."""

TOPIC: Final = 0.5
"""Constant for a document that is tagged with a topic which the words name (vocabulary.md §4, rule d)."""

Part = tuple[Occur, tantivy.Query]


class Ranking:
    """Makes engine queries. `holds(field, word)` says whether the index has the word there: if not, it is left out.

    Leaving out is what makes a search in six languages cost as much as one in the languages that know the word.

    In the restricted index a word is worth the same wherever it stands: how rare it is would tell of what others have.
    """

    def __init__(
        self,
        schema: tantivy.Schema,
        analysis: Analysis,
        holds: Callable[[str, str], bool] = lambda field, word: True,
        restricted: bool = False,
    ) -> None:
        self._restricted = restricted
        self._schema = schema
        self._analysis = analysis
        self._holds = holds

    def matching(self, query: Query) -> tantivy.Query:
        """What the words ask for, scored; everything when there are none. Filters are not in it."""
        wanted = _counted(clause for clause in query.clauses if self._meant(clause) and not clause.excluded)
        parts = self._any(query, wanted) if query.any_word else self._all(query, wanted)
        if not wanted:
            parts.append((Occur.Must, tantivy.Query.all_query()))
        else:
            parts += self._bonuses(query, wanted)
        parts += [(Occur.MustNot, found) for clause in query.clauses if clause.excluded for found in self._own(clause)]
        return tantivy.Query.boolean_query(parts)

    def narrowed(self, query: Query, matching: tantivy.Query, without: str = "") -> tantivy.Query:
        """`matching` and the filters and dates of the query, which count nothing; one facet's filter left out."""
        parts = [(Occur.Must, self._one_of(name, values)) for name, values in query.filters.items() if name != without]
        if self._restricted and EVERY not in query.rights.audiences:
            allowed = tantivy.Query.term_set_query(self._schema, AUDIENCE, list(map(usable, query.rights.audiences)))
            parts.append((Occur.Must, tantivy.Query.const_score_query(allowed, 0)))
        if query.since or query.until:
            parts.append((Occur.Must, self._between(query)))
        return tantivy.Query.boolean_query([(Occur.Must, matching), *parts]) if parts else matching

    def _meant(self, clause: Clause) -> bool:
        """Whether there is a letter or digit in it; the rest is dropped. Too long a word finds nothing."""
        return any(any(map(str.isalnum, one.text)) for one in (clause, *clause.alternatives))

    def _all(self, query: Query, wanted: Sequence[tuple[Clause, int]]) -> list[Part]:
        """Each clause must match, or a label of a topic that its word named; little words only raise the score."""
        little = [self._little(clause) for clause, _ in wanted]
        parts: list[Part] = []
        for (clause, times), small in zip(wanted, little, strict=True):
            occur = Occur.Should if small and not all(little) else Occur.Must
            parts.append((occur, self._clause(clause, times, query)))
        return parts

    def _any(self, query: Query, wanted: Sequence[tuple[Clause, int]]) -> list[Part]:
        """One clause is enough, but not a little word where there are others."""
        if not wanted:
            return []
        little = [self._little(clause) for clause, _ in wanted]
        enough: list[Part] = []
        extra: list[Part] = []
        for (clause, times), small in zip(wanted, little, strict=True):
            into = extra if small and not all(little) else enough
            into.append((Occur.Should, self._clause(clause, times, query)))
        return [(Occur.Must, tantivy.Query.boolean_query(enough)), *extra]

    def _little(self, clause: Clause) -> bool:
        return not clause.phrase and not clause.alternatives and self._analysis.common(clause.text)

    def _clause(self, clause: Clause, times: int, query: Query) -> tantivy.Query:
        found = [*self._own(clause), *(self._in_labels(clause) if query.labels else ())]
        for expansion in query.expansions:
            named = self._analysis.covered(clause, expansion)
            if named:
                found += [_boosted(label, weight / named) for label, weight in self._foreign(expansion, "all")]
        return _boosted(_best(found), times)

    def _own(self, clause: Clause) -> list[tantivy.Query]:
        """The clause and its alternatives in the texts, one query for each language that knows the words."""
        return [found for one in (clause, *clause.alternatives) for found in self._text(one.text, "all", FIELDS)]

    def _in_labels(self, clause: Clause) -> list[tantivy.Query]:
        all_ = [self._words(LABELS, self._analysis.folded(one.text)) for one in (clause, *clause.alternatives)]
        return [_boosted(found, TAGGED) for found in all_ if found is not None]

    def _foreign(self, expansion: Expansion, into: str) -> list[tuple[tantivy.Query, float]]:
        """The labels that find documents by themselves, with their weights."""
        labels = [
            (self._label(label, language, into), weight)
            for language, label, weight in expansion.labels
            if weight > OWN_LABEL
        ]
        return [(found, weight) for found, weight in labels if found is not None]

    def _label(self, label: str, language: str, into: str) -> tantivy.Query | None:
        """All words of the label in its own language; standing together they are worth more."""
        field = f"{into}_{field_of(language)}"
        words = self._analysis.words(label, field_of(language))
        if not words or not all(self._holds(field, word) for word in words):
            return None
        if len(words) == 1:
            return self._worth(tantivy.Query.term_query(self._schema, field, words[0]))
        parts: list[Part] = [
            (Occur.Must, tantivy.Query.term_query(self._schema, field, word)) for word in dict.fromkeys(words)
        ]
        parts.append((Occur.Should, tantivy.Query.phrase_query(self._schema, field, list(words))))
        return self._worth(tantivy.Query.boolean_query(parts))

    def _bonuses(self, query: Query, wanted: Sequence[tuple[Clause, int]]) -> list[Part]:
        """What raises the score of a document that matches anyway: titles, the topic, labels in the own language."""
        bonuses: list[tantivy.Query] = []
        for clause, times in wanted:
            titles = [
                found for one in (clause, *clause.alternatives) for found in self._text(one.text, "title", FIELDS)
            ]
            if titles:
                bonuses.append(_boosted(_best(titles), TITLE * times))
        for expansion in query.expansions:
            bonuses += self._topic_bonuses(expansion)
        return [(Occur.Should, bonus) for bonus in bonuses]

    def _topic_bonuses(self, expansion: Expansion) -> list[tantivy.Query]:
        bonuses = []
        tagged = tantivy.Query.term_query(self._schema, "topics", usable(expansion.topic))
        if self._holds("topics", usable(expansion.topic)):
            bonuses.append(tantivy.Query.const_score_query(tagged, TOPIC))
        titles = [_boosted(found, weight * TITLE) for found, weight in self._foreign(expansion, "title")]
        own = [
            _boosted(found, weight)
            for language, label, weight in expansion.labels
            if weight <= OWN_LABEL and (found := self._label(label, language, "all")) is not None
        ]
        return bonuses + [_best(found) for found in (titles, own) if found]

    def _text(self, text: str, into: str, languages: Iterable[str]) -> list[tantivy.Query]:
        found = (self._words(f"{into}_{language}", self._analysis.words(text, language)) for language in languages)
        return [one for one in found if one is not None]

    def _words(self, field: str, words: Sequence[str]) -> tantivy.Query | None:
        """One word, or several that stand together; None where the field does not hold them all."""
        if not words or not all(self._holds(field, word) for word in words):
            return None
        if len(words) == 1:
            return self._worth(tantivy.Query.term_query(self._schema, field, words[0]))
        return self._worth(tantivy.Query.phrase_query(self._schema, field, list(words)))

    def _worth(self, found: tantivy.Query) -> tantivy.Query:
        return tantivy.Query.const_score_query(found, 1) if self._restricted else found

    def _one_of(self, name: str, values: Sequence[str]) -> tantivy.Query:
        if name not in FILTERS:
            raise BadInput(_("There is no filter “%(name)s”.", name=name), name)
        chosen = [usable(value) for value in values]
        return tantivy.Query.const_score_query(tantivy.Query.term_set_query(self._schema, FILTERS[name], chosen), 0)

    def _between(self, query: Query) -> tantivy.Query:
        since = moment(query.since) if query.since else DATED
        until = moment(query.until) + DAY if query.until else NEVER
        ranged = tantivy.Query.range_query(
            self._schema, "published", FieldType.Unsigned, since, until, include_upper=False
        )
        return tantivy.Query.const_score_query(ranged, 0)


def _counted(clauses: Iterable[Clause]) -> list[tuple[Clause, int]]:
    """Each clause once, with how often it was typed: a word said twice counts twice."""
    return list(Counter(clauses).items())


def _best(found: Sequence[tantivy.Query]) -> tantivy.Query:
    """The best of several: a word counts once, in whatever language it is found."""
    if not found:
        return tantivy.Query.empty_query()
    return found[0] if len(found) == 1 else tantivy.Query.disjunction_max_query(found)


def _boosted(query: tantivy.Query, boost: float) -> tantivy.Query:
    return query if boost == 1 else tantivy.Query.boost_query(query, float(boost))
