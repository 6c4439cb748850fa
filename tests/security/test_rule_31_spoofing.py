"""Rule 31: what a source says is said of itself: it never changes, hides or takes over what another one publishes."""

from pathlib import Path

from sqlalchemy import select

from hub.records.models import RecordRow
from tests.hub.sources.checked import checked_hub
from tests.servers.loopback import serve

FEED = (
    '<rss version="2.0"><channel><title>{title}</title>'
    "<item><title>{title}: how we collect food waste</title><guid>{guid}</guid><link>{link}</link>"
    "<description>We collect food waste in every street of {title}, and say how.</description></item></channel></rss>"
)
HEADERS = {"Content-Type": "application/rss+xml"}


def test_a_feed_that_lists_another_s_document_makes_a_record_of_its_own(tmp_path: Path) -> None:
    with checked_hub(tmp_path / "hub") as hub, serve({}) as first:
        link = first.url("/food-waste")
        honest = FEED.format(title="Northford", guid="the-same", link=link)
        spoof = FEED.format(title="Evil", guid="the-same", link=link)
        with serve({"/a": (200, HEADERS, honest)}) as one, serve({"/b": (200, HEADERS, spoof)}) as other:
            good, bad = hub.add_address(one.url("/a")), hub.add_address(other.url("/b"))
            hub.check(good)
            with hub.parts.database.reading() as session:
                before = session.scalars(select(RecordRow).where(RecordRow.source_id == good)).one()
            hub.check(bad)
            hub.check(good)
        with hub.parts.database.reading() as session:
            after = session.scalars(select(RecordRow).where(RecordRow.source_id == good)).one()
            theirs = session.scalars(select(RecordRow).where(RecordRow.source_id == bad)).one()
    assert (after.id, after.title, after.version) == (before.id, before.title, before.version)
    assert after.organisation_id == before.organisation_id
    assert after.withdrawn_at is None
    assert theirs.id != after.id
    assert theirs.organisation_id != after.organisation_id
    assert theirs.title.startswith("Evil")


def test_what_is_not_the_announced_kind_is_not_taken_for_it(tmp_path: Path) -> None:
    page = "<!doctype html><title>A page</title><p>Maintenance."
    with (
        checked_hub(tmp_path / "hub") as hub,
        serve({"/f": (200, {"Content-Type": "application/rss+xml"}, page)}) as one,
    ):
        source = hub.add_address(one.url("/f"))
        hub.check(source)
        assert hub.run(source).state == "failed"
        assert hub.texts(source) == {}
