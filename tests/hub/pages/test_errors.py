"""What goes wrong is said in plain words, with a way on, and without showing the inside."""

import logging
from pathlib import Path

import pytest

from hub.db import Base
from hub.records.models import RecordRow
from tests.hub.site import BASE, Page, Site, empty_site, filled_site


def check(page: Page, status: int, title: str) -> None:
    """A whole page of ours: a title of its own, one heading, the way on, nothing for search engines."""
    assert page.status == status
    assert (page.title, page.heading) == (f"{title} - Moothall", title)
    assert {"/search", "/", "/help"} <= set(page.links().values())
    assert page.all("//meta[@name='robots']/@content") == ["noindex"]
    assert f"Status {status}" in page.words
    for word in ("Traceback", "sqlalchemy", "Error:", "None"):
        assert word not in page.answer.text
    assert "default-src 'none'" in page.answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("address", ["/nothing", "/search/", "/records/", "/static/none.css", "/organisations/a/b"])
def test_an_address_that_is_none(site: Site, address: str) -> None:
    check(site.page(address), 404, "There is no such page")


def test_what_a_stranger_may_not_do(site: Site) -> None:
    page = site.page(site.record("homes", "/raw"))
    check(page, 403, "You may not do that")
    assert "moothall operator link" in page.words


def test_a_method_that_is_not_there(site: Site) -> None:
    answer = site.app.test_client().post("/search", base_url=BASE)
    assert answer.status_code == 405
    assert "Use the buttons of the page instead." in answer.text


def test_a_mistake_of_ours_is_noted_and_gets_a_number(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with filled_site(tmp_path / "hub") as hub:
        with hub.database.writing() as session:
            session.get_one(RecordRow, hub.ids["homes"]).raw = b"this is not compressed"
        with caplog.at_level(logging.ERROR):
            page = hub.page(hub.record("homes", "/raw"), hub.operator())
        check(page, 500, "Something went wrong on our side")
        (number,) = page.all("//main//code")
        assert f"Unforeseen error {number} at " in caplog.text
        assert "zlib.error" in caplog.text
        assert "zlib" not in page.answer.text
        assert hub.page(hub.record("homes"), hub.operator()).status == 200, "the rest goes on"


def test_a_database_that_does_not_answer(tmp_path: Path) -> None:
    with empty_site(tmp_path / "hub") as hub:
        Base.metadata.drop_all(hub.database.engine)
        for address in ("/", "/organisations", "/records/x"):
            page = hub.page(address)
            check(page, 503, "A part of the hub is resting")
            assert page.answer.headers["Retry-After"] == "10"
            assert "The database does not answer at the moment." in page.words
            assert "no such table" not in page.answer.text
        assert hub.page("/help").status == 200, "what needs no database is there"


def test_an_error_for_the_operator_is_kept_by_no_cache(site: Site) -> None:
    answer = site.get("/records/none", site.operator())
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "private, no-store")
