"""Checks of real sites: what is kept, what waits for a person, and how a check ends when the site fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from federation.record import Record
from harvesters.problems import PROBLEMS
from hub.config import SHORT, Times
from hub.db import now
from hub.policy import COMMAND_LINE
from hub.sources.harvest import wait_after
from hub.sources.held import accept_held, refuse_held
from hub.sources.models import Source
from hub.sources.previewing import preview, sample
from tests.hub.sources.checked import HTML, XML, Checked, website
from tests.servers.loopback import Answer, Request, Site, serve
from tests.servers.repository import Repository

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def accept(checked: Checked, source: str) -> None:
    with checked.parts.database.writing() as session:
        accept_held(session, session.merge(checked.run(source)), actor=COMMAND_LINE)


def refuse(checked: Checked, source: str) -> int:
    with checked.parts.database.writing() as session:
        run = session.merge(checked.run(source))
        return refuse_held(session, run, actor=COMMAND_LINE, tools=checked.parts.tools())


def source_row(checked: Checked, source: str) -> Source:
    with checked.parts.database.reading() as session:
        return session.get_one(Source, source)


def test_a_second_check_of_an_unchanged_site_reads_and_writes_nothing(checked: Checked) -> None:
    with website(12) as (_, site):
        source = checked.add(site)
        first = checked.check(source)
        again = checked.check(source)
    assert (first.new, first.extracted, first.index_writes) == (12, 12, 12)
    assert (again.unchanged, again.extracted, again.index_writes) == (12, 0, 0)
    assert source_row(checked, source).documents == 12


def test_a_page_that_left_the_list_is_withdrawn_and_comes_back(checked: Checked) -> None:
    with website(12) as (pages, site):
        source = checked.add(site)
        checked.check(source)
        kept = pages.pages.pop(3)
        assert checked.check(source).deleted == 1
        assert "Note 3" not in checked.texts(source)
        pages.pages[3] = kept
        assert checked.check(source).new == 1
    assert "Note 3" in checked.texts(source)


def test_many_pages_gone_at_once_wait_with_a_list_until_a_person_accepts(checked: Checked) -> None:
    with website(40) as (pages, site):
        source = checked.add(site)
        checked.check(source)
        pages.pages = {number: text for number, text in pages.pages.items() if number < 15}
        held = checked.check(source)
        assert (held.deleted, len(held.held), len(checked.texts(source))) == (0, 1, 40)
        run = checked.run(source)
        assert (run.state, len(run.held["gone"])) == ("held", 25)
        # A held check keeps the next one from starting.
        assert checked.check(source).skipped
        accept(checked, source)
        checked.check(source)
    assert (checked.run(source).state, checked.run(source).deleted, len(checked.texts(source))) == ("complete", 25, 15)


def test_a_new_template_on_every_page_waits_and_a_refusal_brings_the_texts_back(checked: Checked) -> None:
    with website(80) as (pages, site):
        source = checked.add(site)
        checked.check(source)
        before = checked.texts(source)
        pages.fill(80, "Access denied. Ask your administrator about request")
        held = checked.check(source)
        assert held.held
        assert checked.run(source).state == "held"
        refuse(checked, source)
        assert checked.texts(source) == before
        assert checked.run(source).state == "cancelled"
        pages.fill(80)
        assert checked.check(source).unchanged == 80


def test_a_repository_that_deletes_nearly_everything_waits(checked: Checked) -> None:
    records = [
        Record(native_id=f"oai:t:{number}", url=f"https://t.example/{number}", datestamp=NOON, title=f"Note {number}")
        for number in range(40)
    ]
    repository = Repository(records, page=30)
    with serve(repository.answer) as site:
        source = checked.add(site, "oaipmh", "/oai")
        checked.check(source)
        gone = NOON + timedelta(hours=2)
        repository.records = [
            Record(native_id=one.native_id, url=one.url, datestamp=gone, deleted="withdrawn") for one in records
        ]
        repository.clock = gone
        held = checked.check(source)
        assert (held.deleted, len(held.held), len(checked.texts(source))) == (0, 1, 40)
        accept(checked, source)
        checked.check(source)
    assert checked.texts(source) == {}


def test_an_empty_list_removes_nothing_and_says_so(checked: Checked) -> None:
    with website(5) as (pages, site):
        source = checked.add(site)
        checked.check(source)
        pages.pages = {}
        result = checked.check(source)
    assert (result.deleted, len(checked.texts(source))) == (0, 5)
    assert checked.codes(source) == ["empty-list"]


FAULTS: dict[str, tuple[Answer, str, str]] = {
    "a page instead of the list": ((200, HTML, "<html><title>Welcome</title><p>Hello</p>"), "failed", "wrong-content"),
    "nothing there": ((404, {}, b""), "failed", "status-404"),
    "a fault of the site": ((500, {}, b""), "failed", "status-5xx"),
    "a firewall": ((403, {}, b""), "blocked", "blocked-by-firewall"),
    "no list at all": ((200, XML, "{}"), "failed", "not-a-list"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_list_that_cannot_be_read_ends_the_check_with_a_sentence_and_loses_nothing(
    checked: Checked, fault: str
) -> None:
    answer, state, code = FAULTS[fault]
    with website(3) as (pages, site):
        source = checked.add(site)
        checked.check(source)
        pages.list_answer = answer
        result = checked.check(source)
    run = checked.run(source)
    assert (run.state, len(result.failed), len(checked.texts(source))) == (state, 1, 3)
    assert [one for one in checked.codes(source) if one.startswith(code)]
    assert run.message.endswith((".", "!"))
    assert "Traceback" not in run.message
    row = source_row(checked, source)
    assert row.failures == 1
    assert row.next_due
    assert row.next_due > now()


def test_a_site_that_asks_for_a_pause_gets_it(checked: Checked) -> None:
    with website(3) as (pages, site):
        source = checked.add(site)
        pages.list_answer = (429, {"Retry-After": "7200"}, b"")
        checked.check(source)
    row = source_row(checked, source)
    assert row.next_due
    assert timedelta(hours=1.9) < row.next_due - now() < timedelta(hours=2.1)


def test_one_bad_page_is_one_problem_and_the_check_goes_on(checked: Checked) -> None:
    with website(6) as (pages, site):

        def answer(request: Request) -> Answer:
            if request.path == "/p2":
                return 200, {"Content-Type": "application/pdf"}, b"%PDF-1.4 broken"
            return pages.answer(request)

        with serve(answer) as broken:
            source = checked.add(broken)
            result = checked.check(source)
    assert (result.new, result.problems, checked.run(source).state) == (5, 1, "complete_with_errors")
    assert checked.codes(source) == ["unreadable"]
    assert set(checked.codes(source)) <= set(PROBLEMS)


@contextmanager
def moved_website() -> Iterator[tuple[Site, Site]]:
    """The server at which a list of three pages was, and the one to which it moved for good."""
    with website(3) as (pages, site):

        def answer(request: Request) -> Answer:
            if request.path == "/old.xml":
                return 301, {"Location": site.url("/sitemap.xml")}, b""
            return pages.answer(request)

        with serve(answer) as old:
            yield old, site


def test_a_list_that_moved_for_good_is_followed_and_told(checked: Checked) -> None:
    with moved_website() as (old, site):
        source = checked.add(old, path="/old.xml")
        assert checked.check(source).new == 3
    assert source_row(checked, source).address == site.url("/sitemap.xml")
    assert "moved" in checked.codes(source)


def test_a_list_that_moved_to_where_another_source_is_stays_at_its_own_address(checked: Checked) -> None:
    with moved_website() as (old, site):
        checked.add(site)
        source = checked.add(old, path="/old.xml")
        assert checked.check(source).new == 3
        assert source_row(checked, source).address == old.url("/old.xml")
    assert "moved" in checked.codes(source)


def test_a_preview_shows_the_first_records_and_stores_nothing(checked: Checked) -> None:
    with website(30) as (_, site):
        names = checked.parts.vocabulary.names()
        found = preview(sample("sitemap", site.url("/sitemap.xml"), checked.parts.tools(), size=10), names)
        assert len([path for path in site.paths if path.startswith("/p")]) <= 12
    assert len(found.records) == 10
    assert found.records[0].title.startswith("Note ")
    assert found.records[0].language == "en"
    assert "Food waste" in found.records[0].topics


def test_the_wait_after_failures_doubles_to_a_day_and_obeys_the_site() -> None:
    times = Times()
    waits = [wait_after(failures, None, times) for failures in range(1, 12)]
    assert 240 <= waits[0] <= 360
    assert all(later <= times.longest_wait * 1.2 for later in waits)
    assert waits[-1] >= times.longest_wait * 0.8
    assert wait_after(1, 7200.0, times) == 7200
    assert wait_after(1, 1e9, SHORT) == SHORT.longest_wait
