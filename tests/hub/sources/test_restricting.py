"""Restricting a source, and opening it again: everything that it has brought changes sides, in one transaction."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from hub.audit.models import Audit
from hub.errors import Conflict
from hub.index.engines import open_reader, open_writer
from hub.index.rebuilding import compare
from hub.index.worker import deliver_all
from hub.indexed import documents_of
from hub.organisations.service import find_organisation
from hub.policy import COMMAND_LINE
from hub.records.models import RecordRow
from hub.sources.models import PUBLIC, RESTRICTED, Source
from hub.sources.service import add_source, change_source, choices_of, edition
from hub.topics.service import Vocabulary
from tests.hub.site import Site, filled_site

PLACE = "https://northford.example/feed"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Site]:
    with filled_site(tmp_path / "hub") as made:
        yield made


def change(hub: Site, visibility: str) -> list[str]:
    """Say who may see Northford's source."""
    with hub.database.writing() as session:
        source = session.scalars(select(Source).where(Source.address == PLACE)).one()
        to = replace(choices_of(source), visibility=visibility)
        return change_source(session, source, actor=COMMAND_LINE, seen=edition(source), to=to)


def deliver(hub: Site) -> None:
    """Bring the index up to date; then it is what the database says."""
    documents = documents_of(Vocabulary(hub.database))
    deliver_all(hub.database, open_writer(hub.settings), documents)
    assert compare(hub.database, open_reader(hub.settings), documents).ids == ()


def test_all_of_it_changes_sides_and_back(hub: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.records.audiences.AT_ONCE", 5)
    member = hub.person("Ann", {"northford-city": "officer"})
    before = hub.page("/search?q=mould").hits
    assert change(hub, RESTRICTED) == ["visibility"]
    assert hub.page(f"{hub.record('homes')}").status == 404, "at once, before the index has heard of it"
    assert len(hub.page("/search?q=mould").hits) < len(before)
    deliver(hub)
    assert hub.page("/search?q=damp&organisation=northford-city").total == 0
    assert hub.page("/search/restricted?q=mould", member).total == 2
    assert hub.page(hub.record("fair"), member).status == 410
    assert hub.page(hub.record("fair")).status == 404, "tombstones go with the others"
    assert "Also published by" not in hub.page(hub.record("alarms")).words
    assert change(hub, PUBLIC) == ["visibility"]
    deliver(hub)
    assert hub.page("/search?q=mould").hits == before
    assert "Also published by" in hub.page(hub.record("alarms")).words
    with hub.database.reading() as session:
        assert not session.scalars(select(RecordRow.id).where(RecordRow.audience.is_not(None))).all()
        acts = session.scalars(select(Audit).where(Audit.action == "change source").order_by(Audit.id)).all()
        assert len(acts) == 2


def test_an_address_is_registered_once_for_everybody_and_once_for_each_organisation(hub: Site) -> None:
    place = "https://shared.example/feed"
    with hub.database.writing() as session:
        northford, eastmere = (
            find_organisation(session, slug) for slug in ("northford-city", "eastmere-fire-and-rescue")
        )
        given = {"actor": COMMAND_LINE, "kind": "feed", "address": place}
        add_source(session, organisation=northford, visibility=RESTRICTED, **given)
        add_source(session, organisation=eastmere, visibility=RESTRICTED, **given)
        add_source(session, organisation=eastmere, **given)
        with pytest.raises(Conflict, match="registered already"):
            add_source(session, organisation=northford, visibility=RESTRICTED, **given)
        source = session.scalars(select(Source).where(Source.organisation_id == northford.id, Source.address == place))
        row = source.one()
        to = replace(choices_of(row), visibility=PUBLIC)
        with pytest.raises(Conflict, match="registered already"):
            change_source(session, row, actor=COMMAND_LINE, seen=edition(row), to=to)
