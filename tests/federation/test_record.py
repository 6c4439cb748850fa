"""The contract: round trip through JSON, cleaning, hashes, and the words for types."""

import hashlib
import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime

import pytest

from federation.record import (
    TYPE_WORDS,
    TYPES,
    File,
    Hop,
    Licence,
    Record,
    clean,
    clean_line,
    cleaned,
    from_json,
    meta_hash,
    parse_date,
    text_hash,
    to_json,
    type_of,
)

FULL = Record(
    native_id="oai:northford.example:1",
    url="https://northford.example/damp",
    datestamp=datetime(2026, 11, 24, 9, 12, tzinfo=UTC),
    title="Forty damp homes",
    summary="Two people a visit.",
    text="First paragraph.\n\nSecond paragraph.",
    language="en",
    type="practice-note",
    creators=("Northford City",),
    contact="Housing standards",
    issued=date(2026, 11, 19),
    modified=datetime(2026, 11, 20, 8, tzinfo=UTC),
    valid_until=date(2028, 1, 1),
    review_by=date(2027, 11, 19),
    licence=Licence("https://creativecommons.org/licenses/by/4.0/", "CC BY", "record"),
    rights="© Northford City",
    sets=("practice",),
    subjects=("damp", "housing"),
    files=(File("https://northford.example/damp.pdf", "application/pdf", 1000, "ab" * 32),),
    hops=(Hop("https://hub.example/oai", "oai:hub.example:1", "2026-11-21", "2026-11-22T00:00:00Z"),),
    outcome="did-not-work",
    stage="ended",
)


def test_round_trip_through_json_keeps_every_field() -> None:
    assert from_json(to_json(FULL)) == FULL
    assert all(getattr(FULL, one.name) not in ("", (), None) for one in fields(Record) if one.name != "deleted")


def test_round_trip_of_the_smallest_record_and_of_a_tombstone() -> None:
    for record in (Record(native_id="1", url=""), Record(native_id="2", url="", deleted="withdrawn")):
        assert from_json(to_json(record)) == record


def test_days_stay_days_and_moments_become_utc() -> None:
    assert parse_date(" 2026-11-19 ") == date(2026, 11, 19)
    assert not isinstance(parse_date("2026-11-19"), datetime)
    assert parse_date("2026-11-19T10:00:00+01:00") == datetime(2026, 11, 19, 9, tzinfo=UTC)
    assert parse_date("2026-11-19T10:00:00") == datetime(2026, 11, 19, 10, tzinfo=UTC)
    with pytest.raises(ValueError, match="Invalid"):
        parse_date("last week")


def test_unknown_field_is_refused() -> None:
    with pytest.raises(TypeError, match="colour"):
        from_json({"native_id": "1", "url": "", "colour": "red"})


def test_cleaning_takes_out_what_breaks_databases_and_fools_eyes() -> None:
    assert clean("a\x00b\x1bc\ud800d\u202ee\ufefff\ng\th") == "abcdef\ng\th"
    assert clean_line("  two \n\t words\x07 ") == "two words"
    made = cleaned(
        replace(FULL, title="Forty\n damp\x00 homes", text=" a\x0b\n\nb ", subjects=("damp", "damp ", "", "\x01"))
    )
    assert made.title == "Forty damp homes"
    assert made.text == "a\n\nb"
    assert made.subjects == ("damp",)
    assert cleaned(made) == made


def test_reflowed_text_is_no_new_version_and_other_words_are() -> None:
    reflowed = replace(FULL, text="First\nparagraph. Second\n\n paragraph.")
    assert text_hash(reflowed) == text_hash(FULL)
    assert text_hash(replace(FULL, text="Other words.")) != text_hash(FULL)


def test_meta_hash_covers_what_is_shown_and_nothing_else() -> None:
    same = replace(FULL, text="x", datestamp=None, hops=())
    assert meta_hash(same) == meta_hash(FULL)
    for change in ({"title": "x"}, {"licence": Licence()}, {"files": ()}, {"review_by": None}, {"deleted": "gone"}):
        assert meta_hash(replace(FULL, **change)) != meta_hash(FULL)


def test_records_without_an_outcome_keep_the_hash_that_they_had_before_there_was_one() -> None:
    plain = replace(FULL, outcome="", stage="")
    assert meta_hash(replace(plain, outcome="worked")) != meta_hash(plain) != meta_hash(replace(plain, stage="pilot"))
    left_out = ("text", "datestamp", "hops", "outcome", "stage")
    shown = {key: value for key, value in to_json(plain).items() if key not in left_out}
    assert (
        meta_hash(plain) == hashlib.sha256(json.dumps(shown, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    )


def test_publishers_words_for_types() -> None:
    assert type_of("Case-Study") == "case-study"
    assert type_of("something", "News_Article") == "news"
    assert type_of("practice-note") == "practice-note"
    assert type_of("unheard of") == ""
    assert type_of("unheard of", default="other") == "other"
    assert set(TYPE_WORDS.values()) <= set(TYPES)
    assert all(word == word.lower() and "-" not in word for word in TYPE_WORDS)
