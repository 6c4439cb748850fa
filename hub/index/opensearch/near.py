"""Requests for documents that are like one, words that are near one, and titles that begin so. Pure functions."""

from collections.abc import Mapping
from typing import Any

from hub.index.analysis import FIELDS, Analysis, field_of, usable
from hub.index.opensearch.queries import SHOWN, Part
from hub.index.opensearch.shape import as_sent
from hub.index.pages import SIMILAR_TEXT, SIMILAR_WORDS, TOPIC_LIKENESS
from hub.index.schema import STARTS
from hub.index.spelling import LOOKED_AT
from hub.index.titles import LOOKED_AT as TITLES
from hub.index.titles import typed


def itself_body(id: str) -> Part:
    """The request for one document, with what the likeness to it is made of."""
    return {"query": _is(id), "size": 1, "_source": [*SHOWN, "topics", "organisation", "document_type"]}


def similar_body(id: str, stored: Mapping[str, Any], size: int, analysis: Analysis) -> Part:
    """What finds others' documents like this one: its 25 most telling words in its own language, its topics in any.

    Of its own type: what somebody asks is not like what an organisation publishes.
    """
    language = field_of("".join(stored.get("language", ())))
    text = f"{stored['title']}\n{stored['text']}"[:SIMILAR_TEXT]
    words: Part = {
        "fields": [f"all_{language}"],
        "like": [as_sent(analysis, text, language)],
        "min_term_freq": 1,
        "min_doc_freq": 2,
        "max_query_terms": SIMILAR_WORDS,
        "minimum_should_match": "1",
    }
    topics = [{"term": {"topics": {"value": topic, "boost": TOPIC_LIKENESS}}} for topic in stored.get("topics", ())]
    own = [{"term": {"organisation": {"value": one}}} for one in stored.get("organisation", ())]
    found = {"should": [{"more_like_this": words}, *topics], "minimum_should_match": 1}
    of_its_type = [{"terms": {"document_type": stored["document_type"]}}]
    return {
        "query": {"bool": found},
        # Left out afterwards and uncounted: so the server passes over what cannot be among the first.
        "post_filter": {"bool": {"filter": of_its_type, "must_not": [_is(id), *own]}},
        "track_total_hits": False,
        "size": size,
        "_source": False,
        "sort": ["_score", {"id": "asc"}],
    }


def spell_body(word: str, slips: int, analysis: Analysis) -> Part:
    """Documents with a word near this one, and in `known` how many have the word itself."""
    sent = {f"all_{language}": as_sent(analysis, word, language) for language in FIELDS}
    exact = [{"match": {field: {"query": text, "operator": "and"}}} for field, text in sent.items()]
    near = [{"match": {field: {"query": text, "operator": "and", "fuzziness": slips}}} for field, text in sent.items()]
    return {
        "query": {"dis_max": {"queries": near}},
        "aggs": {"known": {"filter": {"bool": {"should": exact, "minimum_should_match": 1}}}},
        "size": LOOKED_AT,
        "_source": ["title", "text"],
    }


def titles_body(text: str) -> Part:
    """The newest documents whose titles have all these words, the last one as the beginning of a word."""
    return {
        "query": {"match_bool_prefix": {STARTS: {"query": typed(text), "operator": "and"}}},
        "size": TITLES,
        "sort": [{"published": {"order": "desc"}}, {"id": {"order": "asc"}}],
        "track_total_hits": False,
        "_source": ["title", "document_type"],
    }


def _is(id: str) -> Part:
    return {"term": {"id": {"value": usable(id)}}}
