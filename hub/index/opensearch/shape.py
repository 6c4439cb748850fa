"""The shape of the index on the server: names, mapping, analysis, and a document as the server takes it."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from tantivy import TextAnalyzer

from hub.index.analysis import FIELDS, LONGEST, Analysis, analyzer, field_of, spoken, texts, usable
from hub.index.base import Document
from hub.index.schema import AUDIENCE, KEYWORDS, LABELS, STARTS, order_of, shown_text

STEMMERS: Final = {"en": "English", "sv": "Swedish", "de": "German"}
"""The server's name of each stemmer. It has no Welsh one, and an older one for Dutch: their words are made by us."""

OURS: Final = ("nl",)
"""Languages whose words go to the server as our own analysis makes them, stemmed already."""

LONGEST_ID: Final = 512
LONGEST_KEYWORD: Final = 8191
"""Characters of a value that can be filtered by: the server takes terms of 32,766 bytes."""

MOST_VERSIONS: Final = 2**63 - 1
_REVISION: Final = "1"
"""Raised when what is written into the fields changes although the mapping stays."""


@dataclass(frozen=True, slots=True)
class Names:
    """What our indexes and aliases are called. An alias names the shape: old and new programs may run side by side."""

    prefix: str
    fingerprint: str

    @property
    def read(self) -> str:
        """The alias that searches ask."""
        return f"{self.prefix}-{self.fingerprint}"

    @property
    def write(self) -> str:
        """The alias that changes go to."""
        return f"{self.read}-write"

    @property
    def mark(self) -> str:
        """A field that no document has, and only an index of this shape knows: a search that names it fails elsewhere.

        Any other index behind the alias would give no error but an empty answer, as the server takes a field that it
        does not know for one that nothing is in.
        """
        return f"shape_{self.fingerprint}"

    @property
    def lease(self) -> str:
        """The index that says who rebuilds."""
        return f"{self.prefix}-lease"

    def made_at(self, moment: datetime) -> str:
        """The name of an index that is made now."""
        return f"{self.read}-{moment:%Y%m%d%H%M%S%f}"

    def is_ours(self, index: str) -> bool:
        """Whether `index` is one of those that rebuilds of this prefix made, of any shape."""
        return bool(re.fullmatch(rf"{re.escape(self.prefix)}-[0-9a-f]{{8}}-\d{{20}}", index))


def body(mark: str = "shape", restricted: bool = False) -> dict[str, Any]:
    """Settings and mapping of a new index. The searched texts are not kept: they stand in `title` and `text` anyway."""
    kept = {"excludes": ["all_*", "title_*", LABELS, STARTS]}
    fields = {**_fields(), mark: {"type": "keyword"}, **({AUDIENCE: {"type": "keyword"}} if restricted else {})}
    mappings = {"dynamic": "strict", "date_detection": False, "_source": kept, "properties": fields}
    return {"settings": _settings(), "mappings": mappings}


def _settings() -> dict[str, Any]:
    """One shard, a second copy where there is a second machine. Changes are shown by the writer, not by the clock."""
    return {
        "number_of_shards": 1,
        "auto_expand_replicas": "0-1",
        "refresh_interval": "5s",
        # How long a deletion is remembered: a writer that was stopped for so long may still bring an older state.
        "gc_deletes": "10m",
        "analysis": {
            # Words end where tantivy's do: the server's standard tokenizer would keep `a_b` and `1.5` as one.
            "tokenizer": {"words": {"type": "pattern", "pattern": r"[^\p{IsAlphabetic}\p{N}]+"}},
            "filter": {
                "longest": {"type": "length", "max": LONGEST - 1},
                **{f"stem_{language}": {"type": "snowball", "language": name} for language, name in STEMMERS.items()},
            },
            "analyzer": {language: _analyzer(language) for language in FIELDS},
        },
    }


def _analyzer(language: str) -> dict[str, Any]:
    stem = [f"stem_{language}"] if language in STEMMERS else []
    return {"type": "custom", "tokenizer": "words", "filter": ["longest", "lowercase", "asciifolding", *stem]}


def _fields() -> dict[str, Any]:
    keyword = {"type": "keyword", "ignore_above": LONGEST_KEYWORD}
    shown = {"type": "text", "index": False}
    searched = {f"{kind}_{language}": language for kind in ("all", "title") for language in FIELDS} | {LABELS: "xx"}
    return {
        "id": keyword,
        "version": {"type": "long", "index": False},
        "published": {"type": "unsigned_long"},
        **dict.fromkeys(KEYWORDS, keyword),
        **{name: {"type": "text", "analyzer": language} for name, language in searched.items()},
        STARTS: {"type": "text", "analyzer": "xx", "index_options": "docs", "norms": False},
        "title": shown,
        "text": shown,
    }


def fingerprint(restricted: bool = False) -> str:
    """Eight characters that change with mapping, settings or our own analysis: another shape has other aliases."""
    said = json.dumps([body(restricted=restricted), OURS, _REVISION], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:8]


def as_sent(analysis: Analysis, text: str, language: str) -> str:
    """A piece of a query as the server's field of this language is to be asked for it."""
    if language in OURS or language == "cy":
        return " ".join(analysis.words(text, language))
    return spoken(text)


def as_written(text: str, language: str) -> str:
    """A text of a document as it goes into a field of this language."""
    return " ".join(_analyzer_of(language).analyze(text)) if language in OURS else text


@lru_cache
def _analyzer_of(language: str) -> TextAnalyzer:
    return analyzer(language)


def source_of(document: Document) -> dict[str, Any]:
    """The document as the server takes it. Raises what Python raises on values that are not of their type."""
    if not 0 < len(usable(document.id).encode()) <= LONGEST_ID:
        raise ValueError(f"its id must have 1 to {LONGEST_ID} bytes")
    if not 0 <= document.version <= MOST_VERSIONS:
        raise ValueError(f"its version {document.version} is not a number from 0 on")
    made: dict[str, Any] = {
        "id": usable(document.id),
        "version": document.version,
        "published": order_of(document),
        "title": usable(document.title),
        "text": shown_text(document),
        LABELS: list(texts(*document.labels)),
        STARTS: usable(document.title),
        **_searched(document),
    }
    for name in KEYWORDS:
        value: str | tuple[str, ...] = getattr(document, name)
        made[name] = list(texts(*dict.fromkeys((value,) if isinstance(value, str) else value)))
    if document.audience:
        made[AUDIENCE] = list(texts(*document.audience))
    return made


def _searched(document: Document) -> dict[str, Any]:
    """The fields of its language. A Welsh text with lemmas is also found by its very forms, in the field xx."""
    made: dict[str, Any] = {}
    language = field_of(document.language)
    plain = (document.title, document.summary, document.body, "\n".join(document.keywords))
    if language == "cy" and document.lemmas:
        made["all_cy"] = list(texts(document.title_lemmas, document.lemmas))
        made["title_cy"] = usable(document.title_lemmas or document.title)
        language = "xx"
    made[f"all_{language}"] = [as_written(text, language) for text in texts(*plain)]
    made[f"title_{language}"] = as_written(usable(document.title), language)
    return made
