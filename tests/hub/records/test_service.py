"""Keeping what a harvest brought: versions, tombstones, and the way back."""

from dataclasses import replace
from datetime import date

from sqlalchemy import func, select

from federation.record import Licence, Record, meta_hash, text_hash
from harvesters.base import upsert
from hub.index.models import IndexOutbox
from hub.records.keeping import Defaults, Enriched, keep, take_back
from hub.records.models import RecordRow, RecordVersion, Tag
from hub.records.rows import contract_of
from hub.records.service import (
    forget_texts,
    known_in,
    mark_seen,
    refresh,
    unseen,
    withdraw,
)
from hub.sources.digest import digest_of
from tests.people import World, source_of

RECORD = Record(
    native_id="1",
    url="https://northford.example/1",
    title="Damp inspections",
    summary="What we learned",
    text="Two people, one visit, one form. " * 12,
    language="en",
    issued=date(2026, 11, 1),
    subjects=("damp",),
)
TAGS = ({"concept": "https://w3id.org/moothall/topics/c0001", "score": 1.5, "reasons": [{"label": "damp"}]},)


class Keeper:
    """One source of Northford, and short names for what tests do with it."""

    def __init__(self, hub: World) -> None:
        self.hub = hub
        with hub.database.writing() as session:
            self.source = source_of(session, hub.northford).id
        self.defaults = Defaults(hub.northford, licence_uri="https://licence.example/", type="news")

    def keep(self, record: Record, run: str = "run1", tags: tuple = TAGS) -> str:
        with self.hub.database.writing() as session:
            found = [(upsert(record, {"etag": "x"}, b"<item/>"), Enriched("en", tags, fingerprint=(1, 2)))]
            return keep(session, source_id=self.source, run_id=run, found=found, defaults=self.defaults)[0]

    def row(self) -> RecordRow:
        with self.hub.database.reading() as session:
            row = session.scalars(select(RecordRow)).one()
            contract_of(row)
            return row

    def count(self, table: type) -> int:
        with self.hub.database.reading() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_new_record_is_kept_with_tags_and_announced(hub: World) -> None:
    keeper = Keeper(hub)
    assert keeper.keep(RECORD) == "new"
    row = keeper.row()
    assert (row.version, row.touched, row.type, row.licence_basis) == (1, 1, "news", "source default")
    assert (keeper.count(Tag), keeper.count(IndexOutbox), keeper.count(RecordVersion)) == (1, 1, 0)


def test_row_and_contract_say_the_same(hub: World) -> None:
    keeper = Keeper(hub)
    keeper.keep(RECORD)
    with hub.database.reading() as session:
        again = contract_of(session.scalars(select(RecordRow)).one())
    filled = replace(RECORD, type="news", licence=Licence("https://licence.example/", "", "source default"))
    assert again == filled


def test_the_same_again_writes_no_version_and_tells_no_index(hub: World) -> None:
    keeper = Keeper(hub)
    keeper.keep(RECORD)
    assert keeper.keep(RECORD, "run2") == "unchanged"
    assert (keeper.row().version, keeper.row().last_seen_run, keeper.count(IndexOutbox)) == (1, "run2", 1)


def test_a_changed_text_makes_a_version_that_keeps_the_old_one(hub: World) -> None:
    keeper = Keeper(hub)
    keeper.keep(RECORD)
    assert keeper.keep(replace(RECORD, text="Now three people."), "run2") == "changed"
    with hub.database.reading() as session:
        old = session.scalars(select(RecordVersion)).one()
        assert (old.version, old.text, old.replaced_by_run) == (1, RECORD.text, "run2")
    assert keeper.row().version == 2


def test_rejected_tags_stay_rejected_and_suggestions_follow_the_text(hub: World) -> None:
    keeper = Keeper(hub)
    keeper.keep(RECORD)
    with hub.database.writing() as session:
        session.scalars(select(Tag)).one().state = "rejected"
    keeper.keep(replace(RECORD, text="Other."), tags=TAGS)
    with hub.database.reading() as session:
        assert [tag.state for tag in session.scalars(select(Tag))] == ["rejected"]


def test_a_withdrawn_record_is_unknown_and_can_come_back_as_it_was(hub: World) -> None:
    keeper = Keeper(hub)
    keeper.keep(RECORD)
    with hub.database.writing() as session:
        assert withdraw(session, source_id=keeper.source, native_ids=["1", "2"], run_id="run2", reason="Gone.") == 1
    with hub.database.reading() as session:
        assert known_in(session, keeper.source, ["1"]) == {}
    assert keeper.row().withdrawn_at
    assert keeper.keep(RECORD, "run3") == "new"
    row = keeper.row()
    assert (row.withdrawn_at, row.version, row.touched) == (None, 1, 3)


def test_known_gives_hashes_and_validators(hub: World) -> None:
    keeper = Keeper(hub)
    keeper.keep(RECORD)
    with hub.database.reading() as session:
        assert known_in(session, keeper.source, ["1", "nope"]) == {
            "1": (meta_hash(RECORD), text_hash(RECORD), {"etag": "x"})
        }


def test_what_a_run_did_not_see_is_found(hub: World) -> None:
    keeper = Keeper(hub)
    keeper.keep(RECORD)
    keeper.keep(replace(RECORD, native_id="2"))
    with hub.database.writing() as session:
        mark_seen(session, source_id=keeper.source, run_id="run2", native_ids=["2"])
        assert [row.native_id for row in unseen(session, source_id=keeper.source, run_id="run2")] == ["1"]


def test_a_refused_run_gives_the_old_versions_back(hub: World) -> None:
    keeper = Keeper(hub)
    keeper.keep(RECORD)
    with hub.database.reading() as session:
        before = digest_of(session)
    keeper.keep(replace(RECORD, title="Broken", text="Broken."), "run2")
    with hub.database.writing() as session:
        restored = take_back(
            session, run_id="run2", defaults=keeper.defaults, enrich=lambda record: Enriched("en", TAGS)
        )
    assert restored == 1
    with hub.database.reading() as session:
        assert digest_of(session) == before
        assert session.scalars(select(RecordRow)).one().title == RECORD.title


def test_a_refused_run_gives_back_what_it_withdrew(hub: World) -> None:
    keeper = Keeper(hub)
    keeper.keep(RECORD)
    with hub.database.writing() as session:
        withdraw(session, source_id=keeper.source, native_ids=["1"], run_id="run2", reason="Gone.")
        assert take_back(session, run_id="run2", defaults=keeper.defaults, enrich=lambda record: Enriched()) == 1
    row = keeper.row()
    assert (row.withdrawn_at, row.withdrawn_reason, row.version) == (None, "", 1)
    assert keeper.count(IndexOutbox) == 3


def test_new_validators_of_an_unchanged_record_are_kept(hub: World) -> None:
    keeper = Keeper(hub)
    keeper.keep(RECORD)
    with hub.database.writing() as session:
        refresh(session, source_id=keeper.source, validators=[("1", {"etag": "new"}), ("nope", {"etag": "y"})])
    assert (keeper.row().validators, keeper.row().touched) == ({"etag": "new"}, 1)


def test_what_was_withdrawn_long_ago_loses_its_text_and_what_is_shown_does_not(hub: World) -> None:
    keeper = Keeper(hub)
    keeper.keep(RECORD)
    with hub.database.writing() as session:
        forget_texts(session, [keeper.row().id])
    assert keeper.row().text == RECORD.text


def test_once_forgotten_the_text_of_a_tombstone_is_gone(hub: World) -> None:
    keeper = Keeper(hub)
    keeper.keep(RECORD)
    with hub.database.writing() as session:
        withdraw(session, source_id=keeper.source, native_ids=["1"], run_id="run2", reason="Gone.")
        forget_texts(session, [keeper.row().id])
    assert keeper.row().text == ""
    assert keeper.keep(RECORD, "run3") == "new"
    assert keeper.row().text == RECORD.text


def test_equal_texts_of_two_sources_are_one_work(hub: World) -> None:
    keeper = Keeper(hub)
    keeper.keep(RECORD)
    with hub.database.writing() as session:
        other = source_of(session, hub.eastmere, "https://eastmere.example/feed").id
        keep(
            session,
            source_id=other,
            run_id="run1",
            found=[(upsert(RECORD), Enriched("en"))],
            defaults=Defaults(hub.eastmere),
        )
    with hub.database.reading() as session:
        assert len(set(session.scalars(select(RecordRow.work_id)))) == 1
