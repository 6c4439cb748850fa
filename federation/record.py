"""Record: THE contract. What harvesters make, hubs exchange and the hub stores."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, date, datetime
from typing import Any, Final, Literal

TYPES: Final = (
    "practice-note",
    "case-study",
    "policy",
    "guidance",
    "report",
    "evaluation",
    "foi",
    "news",
    "event",
    "dataset",
    "other",
)
"""The kinds of document that people can filter by (`type` in code; people see *Kind*)."""

OUTCOMES: Final = ("worked", "promising", "did-not-work")
"""What came of a practice. None counts more than another: what did not work is as good to know."""

STAGES: Final = ("planned", "pilot", "in-use", "established", "ended")
"""How far a practice is."""

TYPE_WORDS: Final[dict[str, str]] = {
    "practice note": "practice-note",
    "good practice": "practice-note",
    "notable practice": "practice-note",
    "case study": "case-study",
    "case studies": "case-study",
    "policy": "policy",
    "policies": "policy",
    "strategy": "policy",
    "plan": "policy",
    "guidance": "guidance",
    "guide": "guidance",
    "toolkit": "guidance",
    "report": "report",
    "research": "report",
    "article": "report",
    "text": "report",
    "evaluation": "evaluation",
    "review": "evaluation",
    "foi": "foi",
    "foi answer": "foi",
    "freedom of information": "foi",
    "disclosure": "foi",
    "news": "news",
    "news article": "news",
    "newsarticle": "news",
    "press release": "news",
    "blog post": "news",
    "blogposting": "news",
    "event": "event",
    "dataset": "dataset",
    "data": "dataset",
    "spreadsheet": "dataset",
}
"""The publisher's own word for a type, lower case, spaces for dashes, to one of TYPES."""

_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)


def clean(text: str) -> str:
    """`text` without what breaks databases or fools eyes: control characters, lone surrogates, bidi overrides."""
    return _UNWANTED.sub("", text)


def clean_line(text: str) -> str:
    """`clean`, with every run of white space as one space: for titles, names and summaries."""
    return " ".join(clean(text).split())


@dataclass(frozen=True, slots=True)
class Licence:
    """How a record may be reused, and who says so: the record itself, its source's default, or nobody."""

    uri: str = ""
    text: str = ""
    basis: Literal["record", "source default", "none"] = "none"


@dataclass(frozen=True, slots=True)
class File:
    """One attachment or the document itself: address, media type, bytes, SHA-256 in hex; empty where unknown."""

    url: str
    type: str = ""
    size: int | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a record's way through hubs (OAI-PMH provenance guideline): who served it, under which identifier."""

    hub: str
    identifier: str
    datestamp: str
    harvested: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a member published, in the words of the field.

    `native_id` is the publisher's identifier, unique in its source. `url` is where people read it. `datestamp` is when
    the *source* says the record last changed (UTC). `deleted` is the reason of a tombstone, None for a living record.
    Dates that are only days are `date`, moments are aware `datetime` in UTC. `creators` are organisations by default;
    `contact` is one line for people. `subjects` are the publisher's own words, never ours. `outcome` and `stage` are of
    OUTCOMES and STAGES, empty where nothing is said of them.
    """

    native_id: str
    url: str
    datestamp: datetime | None = None
    deleted: str | None = None
    title: str = ""
    summary: str = ""
    text: str = ""
    language: str = ""
    type: str = ""
    creators: tuple[str, ...] = ()
    contact: str = ""
    issued: date | None = None
    modified: date | None = None
    valid_until: date | None = None
    review_by: date | None = None
    licence: Licence = Licence()
    rights: str = ""
    sets: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    hops: tuple[Hop, ...] = ()
    outcome: str = ""
    stage: str = ""


def type_of(*words: str, default: str = "") -> str:
    """The first of the publisher's own words that names one of TYPES, else `default` (empty: the source decides)."""
    for word in words:
        folded = " ".join(word.lower().replace("-", " ").replace("_", " ").split())
        if folded in TYPE_WORDS:
            return TYPE_WORDS[folded]
        if folded.replace(" ", "-") in TYPES:
            return folded.replace(" ", "-")
    return default


def cleaned(record: Record) -> Record:
    """`record` with every text cleaned: lines for names and titles, line breaks kept in `text`."""
    return replace(
        record,
        native_id=clean_line(record.native_id),
        url=clean_line(record.url),
        title=clean_line(record.title),
        summary=clean_line(record.summary),
        text=clean(record.text).strip(),
        language=clean_line(record.language),
        type=clean_line(record.type),
        outcome=record.outcome if record.outcome in OUTCOMES else "",
        stage=record.stage if record.stage in STAGES else "",
        licence=replace(record.licence, uri=clean_line(record.licence.uri), text=clean_line(record.licence.text)),
        creators=tuple(clean_line(one) for one in record.creators),
        contact=clean_line(record.contact),
        rights=clean_line(record.rights),
        sets=tuple(clean_line(one) for one in record.sets),
        subjects=tuple(word for word in dict.fromkeys(clean_line(one) for one in record.subjects) if word),
    )


def text_hash(record: Record) -> str:
    """SHA-256 of the text alone, white space folded: a reflowed page is no new version."""
    return hashlib.sha256(" ".join(record.text.split()).encode()).hexdigest()


def meta_hash(record: Record) -> str:
    """SHA-256 of everything that is shown but the text; the datestamp and the hops are bookkeeping and do not count.

    Outcome and stage count where they are said: the many records without them keep the hash they had before.
    """
    left_out = {"text", "datestamp", "hops", *(name for name in ("outcome", "stage") if not getattr(record, name))}
    shown = {key: value for key, value in to_json(record).items() if key not in left_out}
    return hashlib.sha256(json.dumps(shown, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def to_json(record: Record) -> dict[str, Any]:
    """The record as JSON values: days as `2026-11-19`, moments as `2026-11-19T09:12:00+00:00`, tuples as lists."""

    def plain(value: Any) -> Any:
        if isinstance(value, datetime | date):
            return value.isoformat()
        if isinstance(value, tuple):
            return [plain(one) for one in value]
        if isinstance(value, Licence | File | Hop):
            return asdict(value)
        return value

    return {field.name: plain(getattr(record, field.name)) for field in fields(Record)}


def from_json(value: dict[str, Any]) -> Record:
    """The reverse of `to_json`; an unknown key raises TypeError, a broken date ValueError."""
    known = {field.name for field in fields(Record)}
    if unknown := set(value) - known:
        raise TypeError(f"A record has no field {sorted(unknown)[0]!r}.")
    made: dict[str, Any] = dict(value)
    for key in ("issued", "modified", "valid_until", "review_by"):
        made[key] = parse_date(made[key]) if made.get(key) else None
    moment = parse_date(made["datestamp"]) if made.get("datestamp") else None
    made["datestamp"] = as_moment(moment) if moment else None
    made["licence"] = Licence(**made["licence"]) if made.get("licence") else Licence()
    for key in ("creators", "sets", "subjects"):
        made[key] = tuple(made.get(key) or ())
    made["files"] = tuple(File(**one) for one in made.get("files") or ())
    made["hops"] = tuple(Hop(**one) for one in made.get("hops") or ())
    return Record(**made)


def parse_date(text: str) -> date:
    """An ISO 8601 day or moment; a moment comes back in UTC (naive ones are taken as UTC). ValueError otherwise."""
    text = text.strip()
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def as_moment(day: date) -> datetime:
    """A day as its first moment in UTC; a moment as it is."""
    return day if isinstance(day, datetime) else datetime(day.year, day.month, day.day, tzinfo=UTC)
