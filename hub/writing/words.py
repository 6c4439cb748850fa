"""The words of a practice note: its template, what is still missing, and the record that it becomes."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Final

from federation.record import OUTCOMES, STAGES, Licence, Record, clean, clean_line, parse_date
from hub.db import now
from hub.errors import BadInput
from hub.languages import ENGLISH, N_, speaking
from hub.languages import gettext as _
from hub.records.cards import LANGUAGE_NAMES

SECTIONS: Final[dict[str, tuple[str, str]]] = {
    "what": (N_("What we did"), N_("So that somebody elsewhere can picture it: what, where, with whom, since when.")),
    "why": (N_("Why we did it"), N_("What was wrong, or what you hoped for.")),
    "happened": (
        N_("What happened"),
        N_("Numbers where you have them, and where they come from. What did not work is worth as much as what did."),
    ),
    "again": (N_("What we would do again, and what not"), N_("What you would tell somebody who starts tomorrow.")),
}
"""Part of a note -> (its heading, what belongs there)."""

NEEDED: Final = ("title", "what", "happened", "outcome", "stage")
"""What a note has before it is published."""

LONGEST_TITLE: Final = 200
LONGEST_PART: Final = 6_000
LONGEST_ASK: Final = 300
LONGEST_SUMMARY: Final = 300
MOST_TOPICS: Final = 5
MOST_BYTES: Final = 60_000
"""Of all its words together: more cannot be kept beside a record."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a note says. `concepts` are URIs of topics, `review_by` is a day as `2027-11-27` or empty."""

    title: str = ""
    what: str = ""
    why: str = ""
    happened: str = ""
    again: str = ""
    outcome: str = ""
    stage: str = ""
    ask: str = ""
    concepts: tuple[str, ...] = ()
    review_by: str = ""
    language: str = ENGLISH


def as_json(words: Words) -> dict[str, Any]:
    """The words as JSON values."""
    return {**asdict(words), "concepts": list(words.concepts)}


def words_from(value: Mapping[str, Any]) -> Words:
    """The reverse; what is not there is empty."""
    known = {one.name for one in fields(Words)}
    found = {name: text for name, text in value.items() if name in known}
    return Words(**{**found, "concepts": tuple(found.get("concepts", ()))})


def words_of_raw(raw: bytes | None) -> Words:
    """The words that were kept beside a record; none where they were erased."""
    return words_from(json.loads(raw)) if raw else Words()


def raw_of(words: Words) -> bytes:
    """The words as they are kept beside a record."""
    return json.dumps(as_json(words), ensure_ascii=False).encode()


def wrong_with(words: Words, known: Mapping[str, Any]) -> dict[str, str]:
    """{field: what is wrong with it}, so that it cannot even be a draft; `known` are the topics that there are."""
    part = _("Say it in at most %(num)s characters.", num=f"{LONGEST_PART:,}")
    rules = {
        "title": (
            not 0 < len(words.title) <= LONGEST_TITLE,
            _("Give it a title of at most %(num)s characters.", num=LONGEST_TITLE),
        ),
        **{name: (len(getattr(words, name)) > LONGEST_PART, part) for name in SECTIONS},
        "outcome": (words.outcome not in ("", *OUTCOMES), _("Choose what came of it.")),
        "stage": (words.stage not in ("", *STAGES), _("Choose how far it is.")),
        "ask": (len(words.ask) > LONGEST_ASK, _("Say it in at most %(num)s characters.", num=LONGEST_ASK)),
        "topics": (
            len(words.concepts) > MOST_TOPICS or any(uri not in known for uri in words.concepts),
            _("Choose at most %(num)s topics.", num=MOST_TOPICS),
        ),
        "review": (bool(words.review_by) and day_in(words.review_by) is None, _("Give a day as 2027-11-30, or none.")),
        "language": (words.language not in LANGUAGE_NAMES, _("Choose one of the languages.")),
    }
    wrong = {name: sentence for name, (is_wrong, sentence) in rules.items() if is_wrong}
    if not wrong and len(raw_of(words)) > MOST_BYTES:
        wrong["what"] = _("All of it together is too long. Shorten it, and link to the rest.")
    return wrong


def missing(words: Words) -> dict[str, str]:
    """{field: what to do} of what it needs before it can be published."""
    todo = {
        "title": _("Give it a title."),
        "what": _("Say what you did."),
        "happened": _("Say what happened."),
        "outcome": _("Choose what came of it."),
        "stage": _("Choose how far it is."),
    }
    return {name: todo[name] for name in NEEDED if not getattr(words, name)}


def require_whole(words: Words, known: Mapping[str, Any]) -> None:
    """BadInput for the first thing that keeps it from being published."""
    for name, sentence in {**wrong_with(words, known), **missing(words)}.items():
        raise BadInput(sentence, name)


def cleaned(words: Words) -> Words:
    """Without what breaks databases or fools eyes."""
    lines = {name: clean_line(getattr(words, name)) for name in ("title", "outcome", "stage", "ask", "language")}
    parts = {name: clean(getattr(words, name)).replace("\r\n", "\n").strip() for name in SECTIONS}
    review = clean_line(words.review_by)
    return Words(**lines, **parts, concepts=words.concepts, review_by=review)


def parts_of(words: Words) -> list[tuple[str, str]]:
    """(heading, text) of the parts that say something, in the language of the note."""
    with speaking(words.language):
        return [
            (_(heading), getattr(words, name)) for name, (heading, _hint) in SECTIONS.items() if getattr(words, name)
        ]


def record_of(words: Words, *, native_id: str, url: str, organisation: str, issued: date, licence: str) -> Record:
    """The record that a note becomes. Nobody is named in it: names come and go as their people say."""
    return Record(
        native_id=native_id,
        url=url,
        datestamp=now(),
        title=words.title,
        summary=_begin(words.what),
        text="\n\n".join(f"{heading}\n\n{text}" for heading, text in parts_of(words)),
        language=words.language,
        type="practice-note",
        creators=(organisation,),
        contact=words.ask,
        issued=issued,
        modified=now().date(),
        review_by=day_in(words.review_by),
        licence=Licence(licence, "", "record"),
        outcome=words.outcome,
        stage=words.stage,
    )


def _begin(text: str) -> str:
    """The first sentences of a text, as many as a summary takes."""
    line = clean_line(text)
    if len(line) <= LONGEST_SUMMARY:
        return line
    cut = line[:LONGEST_SUMMARY]
    end = max(cut.rfind(stop) for stop in (". ", "! ", "? "))
    return cut[: end + 1] if end > LONGEST_SUMMARY // 3 else f"{cut.rpartition(' ')[0]} …"


def day_in(text: str) -> date | None:
    """The day that is written as `2027-11-30`; None for anything else."""
    try:
        return parse_date(text) if text else None
    except ValueError:
        return None
