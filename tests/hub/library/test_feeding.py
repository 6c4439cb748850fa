"""What comes into a library by itself, and what stays whatever its publisher does."""

from sqlalchemy import select

from hub.db import new_id
from hub.jobs import Watch
from hub.library.models import LibraryItem, LibrarySearch
from hub.library.service import PINNED, REJECTED, WAITING, pin, reject, undo
from hub.moderation.takedowns import look_up, take_down
from hub.notices.models import Happening
from hub.policy import COMMAND_LINE
from hub.records.models import RecordRow
from tests.hub.library.shelves import DAMP, community_in, mould, publisher, states
from tests.hub.site import BASE, Site


def test_a_new_community_begins_with_the_newest_on_its_topics(site: Site, watch: Watch) -> None:
    with site.database.writing() as session:
        row = community_in(session, DAMP)
    watch.look()
    assert states(site, row)["homes"] == WAITING
    assert "minutes" not in " ".join(states(site, row))


def test_a_harvest_brings_a_candidate_by_topic_and_by_search_once(site: Site, watch: Watch) -> None:
    with site.database.writing() as session:
        by_topic, by_search = community_in(session, DAMP), community_in(session)
        session.add(LibrarySearch(community_id=by_search.id, name="Flats", asked="q=mould+flats"))
    watch.look()
    found = mould()
    publisher(site).brings(found)
    for _ in range(2):
        watch.look()
        assert states(site, by_topic)[found.native_id] == WAITING
        assert states(site, by_search) == {found.native_id: WAITING}
    with site.database.reading() as session:
        (item,) = session.scalars(select(LibraryItem).where(LibraryItem.community_id == by_search.id))
        assert [reason.split()[0] for reason in item.why] == ["search"]


def test_a_search_begins_with_what_is_there(site: Site, watch: Watch) -> None:
    with site.database.writing() as session:
        row = community_in(session)
        session.add(LibrarySearch(community_id=row.id, name="Homes", asked="q=forty+damp+homes"))
    watch.look()
    assert states(site, row) == {"homes": WAITING}


def test_a_pin_survives_new_versions_and_renames(site: Site, watch: Watch) -> None:
    with site.database.writing() as session:
        row = community_in(session)
    found = mould()
    theirs = publisher(site)
    id = theirs.brings(found)
    with site.database.writing() as session:
        pin(session, row, id, actor=COMMAND_LINE, note="Read this first.")
    theirs.brings(found, title="Mould in our flats", text=f"More. {found.text}")
    watch.look()
    assert states(site, row) == {found.native_id: PINNED}
    renamed = theirs.brings(
        found, native_id=new_id(), url="https://northford.example/moved/1", text=f"More. {found.text}"
    )
    theirs.loses(found.native_id)
    watch.look()
    with site.database.reading() as session:
        (item,) = session.scalars(select(LibraryItem).where(LibraryItem.community_id == row.id))
        assert (item.record_id, item.state, item.note) == (renamed, PINNED, "Read this first.")


def test_it_keeps_its_place_when_it_comes_again_a_day_after_it_was_gone(site: Site, watch: Watch) -> None:
    with site.database.writing() as session:
        row = community_in(session)
    found = mould()
    theirs = publisher(site)
    with site.database.writing() as session:
        pin(session, row, theirs.brings(found), actor=COMMAND_LINE)
    theirs.loses(found.native_id)
    watch.look()
    assert states(site, row) == {found.native_id: PINNED}
    again = new_id()
    theirs.brings(found, native_id=again)
    watch.look()
    assert states(site, row) == {again: PINNED}


def test_what_was_rejected_never_waits_again_until_that_is_taken_back(site: Site, watch: Watch) -> None:
    with site.database.writing() as session:
        row = community_in(session, DAMP)
    found = mould()
    theirs = publisher(site)
    id = theirs.brings(found)
    watch.look()
    with site.database.writing() as session:
        reject(session, row, id, actor=COMMAND_LINE)
    theirs.brings(found, title="Mould again")
    watch.look()
    assert states(site, row)[found.native_id] == REJECTED
    with site.database.writing() as session:
        undo(session, row, id, actor=COMMAND_LINE)
    assert states(site, row)[found.native_id] == WAITING


def test_what_is_restricted_comes_in_by_hand_alone(site: Site, watch: Watch) -> None:
    with site.database.writing() as session:
        row = community_in(session, DAMP)
    watch.look()
    found = mould()
    publisher(site, restricted=True).brings(found)
    watch.look()
    assert found.native_id not in states(site, row)


def test_a_document_that_changes_comes_in_when_it_fits_now(site: Site, watch: Watch) -> None:
    with site.database.writing() as session:
        row = community_in(session)
        session.add(LibrarySearch(community_id=row.id, name="Snow", asked="q=snowploughs"))
    watch.look()
    found, theirs = mould(), publisher(site)
    theirs.brings(found)
    watch.look()
    assert states(site, row) == {}
    theirs.brings(found, title="Mould and snowploughs")
    watch.look()
    assert states(site, row) == {found.native_id: WAITING}


def test_nothing_tells_of_the_pin_of_a_document_that_is_not_to_be_shown(site: Site, watch: Watch) -> None:
    id = publisher(site).brings(mould("They never gave it away"))
    with site.database.writing() as session:
        row = community_in(session)
        item = pin(session, row, id, actor=COMMAND_LINE, note="Look at his address.")
        of_pin = select(Happening.id).where(Happening.thing_id == item.id)
        assert session.scalar(of_pin)
        found = look_up(session, session.get_one(RecordRow, id).url, BASE, actor=COMMAND_LINE)
        take_down(session, found, actor=COMMAND_LINE, ground="unlawful", facts="It was never theirs.")
    watch.look()
    with site.database.reading() as session:
        assert session.scalar(of_pin) is None
    page = site.page(f"/communities/{row.slug}/library")
    assert page.all("//article/h3") == ["A document that is not shown any more"]
    assert "his address" not in page.words
