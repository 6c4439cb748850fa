"""What a record's own words say: its language, its topics, its words for the index, its fingerprint."""

import json
from typing import Any

from federation.fingerprint import fingerprint
from harvesters.readers import Refusal
from vocab.tagger import LabelTagger, Suggestion, is_loaded, loaded

LIMIT = 5
"""Tags of a record where the request does not say."""


def read(data: bytes, **options: Any) -> dict[str, Any]:
    """Enrich the records of {"items": [{"title", "text", "language", "subjects": []}], "limit": n}.

    The answer: {"items": [{"language", "tags": [{"concept", "score", "reasons": [{"label", "place", "language",
    "concept", "count"}]}], "lemmas", "title_lemmas", "fingerprint": [int]}]}, in the same order. `lemmas` are the words
    for the index where a language needs them made (Welsh), empty otherwise. Where no tagger is loaded the declared
    language stands and there are no tags.
    """
    try:
        request = json.loads(data)
        items, limit = list(request["items"]), int(request.get("limit", LIMIT))
    except (ValueError, KeyError, TypeError) as error:
        raise Refusal("unreadable", f"the request to enrich is broken, {type(error).__name__}: {error}") from error
    tagger = loaded() if is_loaded() else None
    return {"items": [_enriched(tagger, item, limit) for item in items]}


def _enriched(tagger: LabelTagger | None, item: dict[str, Any], limit: int) -> dict[str, Any]:
    title, text = str(item.get("title") or ""), str(item.get("text") or "")
    declared = str(item.get("language") or "")
    found: dict[str, Any] = {"language": declared, "tags": [], "lemmas": "", "title_lemmas": ""}
    if tagger is not None:
        subjects = [str(one) for one in item.get("subjects") or ()]
        language = tagger.lemmas.language_of(f"{title}\n{text}", declared)
        tags = tagger.suggest(title, text, language, limit, subjects)
        found = {"language": language, "tags": [_tag(one) for one in tags], **_words(tagger, title, text, language)}
    return {**found, "fingerprint": list(fingerprint(text))}


def _words(tagger: LabelTagger, title: str, text: str, language: str) -> dict[str, str]:
    # Only Welsh has no stemmer in the index; every other language is analysed there.
    if language != "cy":
        return {"lemmas": "", "title_lemmas": ""}
    words = tagger.lemmas.index_words
    return {"lemmas": words(f"{title}\n{text}", language), "title_lemmas": words(title, language)}


def _tag(one: Suggestion) -> dict[str, Any]:
    reasons = [
        {
            "label": reason.label,
            "place": reason.place,
            "language": reason.language,
            "concept": reason.concept,
            "count": reason.count,
        }
        for reason in one.reasons
    ]
    return {"concept": one.concept, "score": one.score, "reasons": reasons}
