"""Taking records down: they leave every page, and no harvest brings them back until that is lifted."""

from collections.abc import Iterator
from itertools import count

import pytest
from sqlalchemy import select

from hub.audit.service import first_break
from hub.errors import BadInput, Conflict, NotFound
from hub.index.engines import open_reader, open_writer
from hub.index.worker import deliver_all
from hub.indexed import documents_of
from hub.moderation.takedowns import Found, hide, in_force, lift, look_up, take_down
from hub.policy import COMMAND_LINE
from hub.records.blocks import hash_of, place_of
from hub.records.decisions import COPYRIGHT, PERSONAL
from hub.records.models import Block, Decision, KeptOut, RecordRow, RecordVersion
from hub.sources.models import ProblemRow, Source
from tests.hub.sources.checked import Checked, Website, checked_hub, website
from tests.servers.loopback import Site

BASE = "http://127.0.0.1:8000"
NUMBERS = count()


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checked]:
    """One hub for all of them: every test has a town of its own, whose words no other has."""
    with checked_hub(tmp_path_factory.mktemp("takedowns") / "hub") as made:
        yield made


@pytest.fixture
def town() -> Iterator[tuple[Website, Site]]:
    with website() as made:
        number = next(NUMBERS)
        made[0].fill(3, f"We collected food waste in town {number} and ward")
        made[0].pages[1] = (
            f"Mrs Example of {number} Mill Lane told the officer that her heating had failed and nobody had come. " * 3
        )
        yield made


def record(checked: Checked, source: str, title: str = "Note 1") -> RecordRow:
    with checked.parts.database.reading() as session:
        return session.scalars(select(RecordRow).where(RecordRow.source_id == source, RecordRow.title == title)).one()


def looked_up(checked: Checked, what: str) -> Found:
    with checked.parts.database.reading() as session:
        return look_up(session, what, BASE, actor=COMMAND_LINE)


def taken_down(checked: Checked, what: str, ground: str = PERSONAL) -> str:
    with checked.parts.database.writing() as session:
        found = look_up(session, what, BASE, actor=COMMAND_LINE)
        return take_down(session, found, actor=COMMAND_LINE, ground=ground, facts="A name and an address in it.").id


def lifted(checked: Checked, decision: str) -> int:
    with checked.parts.database.writing() as session:
        return lift(session, decision, actor=COMMAND_LINE)


def indexed(checked: Checked) -> int:
    parts = checked.parts
    deliver_all(parts.database, open_writer(parts.settings), documents_of(parts.vocabulary))
    return open_reader(parts.settings).stats().documents


def test_what_is_taken_down_for_personal_data_is_erased_and_does_not_come_back(
    checked: Checked, town: tuple[Website, Site]
) -> None:
    pages, site = town
    source = checked.add(site)
    checked.check(source)
    pages.pages[1] = pages.pages[1] + "And more."
    checked.check(source)
    row = record(checked, source)
    before = indexed(checked)
    decision = taken_down(checked, row.url)
    assert indexed(checked) == before - 1
    assert set(checked.texts(source)) == {"Note 0", "Note 2"}
    with checked.parts.database.reading() as session:
        gone = session.get_one(RecordRow, row.id)
        assert (gone.title, gone.summary, gone.text, gone.url, gone.raw) == ("", "", "", "", None)
        assert session.scalar(select(RecordVersion.id).where(RecordVersion.record_id == row.id)) is None
        assert session.get_one(Source, source).documents == 2
        assert session.get_one(KeptOut, row.id).decision_id == decision
        assert first_break(session) is None
    checked.check(source)
    assert set(checked.texts(source)) == {"Note 0", "Note 2"}
    assert checked.codes(source) == ["taken-down"]
    with checked.parts.database.reading() as session:
        told = session.scalars(
            select(ProblemRow).where(ProblemRow.code == "taken-down", ProblemRow.source_id == source)
        ).one()
        assert row.url not in f"{told.what}{told.fix}{told.where}{told.sample}"
    preview = checked.operator().get(f"/sources/{source}/edit/preview")
    assert preview.status_code == 200
    assert "Note 0" in preview.text
    assert "Mrs Example" not in preview.text
    assert lifted(checked, decision) == 1
    checked.check(source)
    assert checked.texts(source)["Note 1"].startswith("Mrs Example")
    assert checked.codes(source) == []
    assert indexed(checked) == before


def test_it_does_not_come_back_from_another_source_by_its_address_or_its_text(
    checked: Checked, town: tuple[Website, Site]
) -> None:
    pages, site = town
    first = checked.add(site)
    checked.check(first)
    row = record(checked, first)
    taken_down(checked, row.id)
    with website() as (others, elsewhere):
        # The same text as a page of another site, and the same page in the list of another site.
        others.pages = {7: pages.pages[1], 8: "Something of its own, about the lorries that collect food waste."}
        listed = elsewhere.url("/p8"), row.url, elsewhere.url("/p7")
        urls = "".join(f"<url><loc>{one}</loc></url>" for one in listed)
        xml = f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{urls}</urlset>"
        others.list_answer = 200, {"Content-Type": "application/xml"}, xml
        second = checked.add(elsewhere)
        checked.check(second)
        assert set(checked.texts(second)) == {"Note 8"}
        assert "taken-down" in checked.codes(second)


def test_its_copies_go_with_it(checked: Checked, town: tuple[Website, Site]) -> None:
    pages, site = town
    first = checked.add(site)
    with website() as (others, elsewhere):
        others.pages = {4: pages.pages[1]}
        second = checked.add(elsewhere)
        checked.check(first)
        checked.check(second)
        assert set(checked.texts(second)) == {"Note 4"}
        found = looked_up(checked, record(checked, first).text_hash)
        assert len(found.rows) == 2
        taken_down(checked, record(checked, first).text_hash)
        assert checked.texts(second) == {}


def test_an_address_can_be_kept_away_before_it_comes(checked: Checked, town: tuple[Website, Site]) -> None:
    _, site = town
    decision = taken_down(checked, site.url("/p1"), COPYRIGHT)
    source = checked.add(site)
    checked.check(source)
    assert set(checked.texts(source)) == {"Note 0", "Note 2"}
    assert lifted(checked, decision) == 0
    checked.check(source)
    assert "Note 1" in checked.texts(source)


def test_on_other_grounds_its_words_are_kept_and_come_back_at_once(
    checked: Checked, town: tuple[Website, Site]
) -> None:
    _, site = town
    source = checked.add(site)
    checked.check(source)
    decision = taken_down(checked, record(checked, source).url, "by mistake")
    assert "Note 1" not in checked.texts(source)
    checked.check(source)
    assert "Note 1" not in checked.texts(source)
    lifted(checked, decision)
    assert "Note 1" in checked.texts(source)
    with pytest.raises(NotFound):
        lifted(checked, decision)


def test_hidden_until_it_is_settled(checked: Checked, town: tuple[Website, Site]) -> None:
    pages, site = town
    source = checked.add(site)
    checked.check(source)
    row = record(checked, source)
    with checked.parts.database.writing() as session:
        decision = hide(session, session.get_one(RecordRow, row.id), actor=COMMAND_LINE).id
    assert "Note 1" not in checked.texts(source)
    pages.pages[1] = "Somebody of somewhere told the officer that the heating had failed."
    checked.check(source)
    assert "Note 1" not in checked.texts(source)
    assert checked.codes(source) == ["hidden"]
    with checked.parts.database.writing() as session, pytest.raises(Conflict):
        hide(session, session.get_one(RecordRow, row.id), actor=COMMAND_LINE)
    lifted(checked, decision)
    assert checked.texts(source)["Note 1"].startswith("Mrs Example")
    checked.check(source)
    assert checked.texts(source)["Note 1"].startswith("Somebody of somewhere")
    with checked.parts.database.reading() as session:
        about = select(Decision.what).where(Decision.record_id == row.id).order_by(Decision.id)
        assert session.scalars(about).all() == ["hide", "show"]
        assert decision not in [one.decision.id for one in in_force(session, actor=COMMAND_LINE, offset=0, limit=50)[0]]


def test_a_page_that_takes_on_what_was_taken_down_goes_too(checked: Checked, town: tuple[Website, Site]) -> None:
    pages, site = town
    source = checked.add(site)
    checked.check(source)
    taken_down(checked, record(checked, source).url)
    pages.pages[2] = pages.pages[1]
    checked.check(source)
    assert set(checked.texts(source)) == {"Note 0"}


def test_what_cannot_be_taken_down_says_so(checked: Checked, town: tuple[Website, Site]) -> None:
    source = checked.add(town[1])
    checked.check(source)
    for what in ("", "the page about heating", f"{BASE}/records/00000000-0000-7000-8000-000000000000"):
        with pytest.raises(BadInput):
            looked_up(checked, what)
    row = record(checked, source)
    with checked.parts.database.writing() as session:
        found = look_up(session, f"{BASE}/records/{row.id}", BASE, actor=COMMAND_LINE)
        with pytest.raises(BadInput, match="Choose why"):
            take_down(session, found, actor=COMMAND_LINE, ground="dislike", facts="So.")
        with pytest.raises(BadInput, match="what you found"):
            take_down(session, found, actor=COMMAND_LINE, ground=PERSONAL, facts=" ")
        assert session.scalar(select(Block.id).where(Block.place == place_of(row.url))) is None
    taken_down(checked, row.id)
    with pytest.raises(Conflict):
        taken_down(checked, row.id)


def test_a_short_text_counts_with_its_title() -> None:
    assert hash_of("A", "See the file.", "h") != hash_of("B", "See the file.", "h")
    assert hash_of("A", "word " * 30, "h") == "h"
    assert place_of("https://www.Northford.example/a/#top") == place_of("http://northford.example/a")
