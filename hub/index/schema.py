"""The shape of the embedded index: its fields, its fingerprint, and a document as the engine takes it."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from typing import Final

import tantivy

from hub.index.analysis import FIELDS, LONGEST, STEMMERS, analyzer, field_of, texts, usable
from hub.index.base import Document

KEYWORDS: Final = (
    *("sector", "organisation", "type", "topics", "topics_tree", "language", "source"),
    *("document_type", "community"),
)
"""Fields that are filtered and counted by their whole value."""

STORED: Final = ("language", "document_type")
"""Those that a hit is made of."""

FILTERS: Final = {
    "sector": "sector",
    "organisation": "organisation",
    "type": "type",
    "topic": "topics_tree",
    "language": "language",
    "source": "source",
    "document_type": "document_type",
    "community": "community",
}
"""The field behind each filter and facet. A topic counts for all above it, so that a broader one is one term."""

AUDIENCE: Final = "audience"
"""Whose a document of the restricted index is. The public index has no such field, and no document of anybody's own."""

LABELS: Final = "labels"
STARTS: Final = "starts"
"""The words of the title, folded only, whatever its language: those of an unfinished word cannot be stemmed."""

_REVISION: Final = "2"
"""Raised when what is written into the fields changes although the fields stay."""

_TIE_BITS: Final = 25
_SECOND: Final = timedelta(seconds=1)
DAY: Final = 86_400 << _TIE_BITS
"""The distance of two midnights, as `moment` counts."""

DATED: Final = 1 << _TIE_BITS
"""The least value of a document that has a date."""

NEVER: Final = 2**64 - 1
"""Above every date."""


def schema(restricted: bool = False) -> tantivy.Schema:
    """For each language one field for everything and one for titles; keywords; what a page shows, stored as it is."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("version", fast=True)
    builder.add_unsigned_field("published", fast=True, indexed=True)
    for name in KEYWORDS:
        builder.add_text_field(name, stored=name in STORED, fast=True, tokenizer_name="raw", index_option="basic")
    if restricted:
        builder.add_text_field(AUDIENCE, tokenizer_name="raw", index_option="basic")
    for language in FIELDS:
        builder.add_text_field(f"all_{language}", tokenizer_name=language)
        builder.add_text_field(f"title_{language}", tokenizer_name=language)
    builder.add_text_field(LABELS, tokenizer_name="xx")
    builder.add_text_field(STARTS, tokenizer_name="xx", index_option="basic")
    builder.add_bytes_field("title", stored=True)
    builder.add_bytes_field("text", stored=True)
    return builder.build()


def fingerprint(restricted: bool = False) -> str:
    """Eight characters that change with the fields, the analysis or the engine: an index of another one is rebuilt."""
    engine = ".".join(version("tantivy").split(".")[:2])
    said = repr((engine, KEYWORDS, FIELDS, STARTS, STEMMERS, LONGEST, _TIE_BITS, _REVISION, *([AUDIENCE] * restricted)))
    return hashlib.sha256(said.encode()).hexdigest()[:8]


def register(index: tantivy.Index) -> tantivy.Index:
    """Give a freshly opened index our analyzers: they are not kept in it."""
    for language in FIELDS:
        index.register_tokenizer(language, analyzer(language))
    return index


def moment(value: datetime | date) -> int:
    """A moment as a number that sorts: seconds since the year 1, above the bits that tell equal ones apart.

    The engine's own dates end in 1677 and 2262, and equal ones would come in another order after every merge.
    """
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    elif value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return max((value - datetime(1, 1, 1, tzinfo=UTC)) // _SECOND, 1) << _TIE_BITS


def order_of(document: Document) -> int:
    """What `newest` sorts by: undated documents come last, below DATED; no two documents are equal but by chance."""
    digest = hashlib.blake2b(usable(document.id).encode(), digest_size=4).digest()
    ties = int.from_bytes(digest) >> (32 - _TIE_BITS)
    return ties if document.published is None else moment(document.published) | ties


def shown_text(document: Document) -> str:
    """The text that extracts come from: the summary first, unless the body begins with it anyway."""
    start = document.body[: len(document.summary) + 200]
    parts = (document.body,) if document.summary in start else (document.summary, document.body)
    return usable("\n".join(part for part in parts if part))


def engine_document(document: Document) -> tantivy.Document:
    """The document as the engine takes it. Raises what Python raises on values that are not of their type."""
    made = tantivy.Document()
    made.add_text("id", usable(document.id))
    made.add_unsigned("version", document.version)
    made.add_unsigned("published", order_of(document))
    _add_texts(made, document)
    for label in texts(*document.labels):
        made.add_text(LABELS, label)
    for name in KEYWORDS:
        value: str | tuple[str, ...] = getattr(document, name)
        for one in texts(*dict.fromkeys((value,) if isinstance(value, str) else value)):
            made.add_text(name, one)
    for one in texts(*document.audience):
        made.add_text(AUDIENCE, one)
    made.add_text(STARTS, usable(document.title))
    made.add_bytes("title", usable(document.title).encode())
    made.add_bytes("text", shown_text(document).encode())
    return made


def _add_texts(made: tantivy.Document, document: Document) -> None:
    """Into the fields of its language. A Welsh text with lemmas is also found by its very forms, in the field xx."""
    language = field_of(document.language)
    plain = (document.title, document.summary, document.body, "\n".join(document.keywords))
    if language == "cy" and document.lemmas:
        for text in texts(document.title_lemmas, document.lemmas):
            made.add_text("all_cy", text)
        made.add_text("title_cy", usable(document.title_lemmas or document.title))
        language = "xx"
    for text in texts(*plain):
        made.add_text(f"all_{language}", text)
    made.add_text(f"title_{language}", usable(document.title))
