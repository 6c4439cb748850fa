"""Rule 26: an error says what to do, and nothing of how the hub is made or what it is allowed."""

import logging
from pathlib import Path

import pytest

from hub.errors import HubError
from hub.wsgi import build
from tests.hub.site import BASE, Site, empty_site
from tests.security.crawl import addresses

SECRET = "geheim-and-more"
INSIDE = (SECRET, "Traceback", "sqlalchemy", "werkzeug", "site-packages", ".py", "SELECT ", "opensearch:", "Exception")


def test_a_search_server_that_is_away_tells_no_password(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with empty_site(tmp_path / "hub") as first:
        given = first.settings.model_copy(update={"search_url": f"opensearch://hub:{SECRET}@127.0.0.1:9"})
        assert SECRET not in repr(given)
    app = build(given)
    away = Site(given, first.database, app)
    with caplog.at_level(logging.DEBUG):
        for rule, address in addresses(away).items():
            if rule.startswith(("/account", "/manage", "/sources/")):
                continue  # They ask nothing of the index.
            answer = app.test_client().get(f"{address}?q=damp", base_url=BASE)
            for word in INSIDE:
                assert word not in answer.text, (rule, word)
    assert SECRET not in caplog.text
    app.extensions["moothall"]["database"].close()


def test_a_fault_of_ours_is_a_number_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with empty_site(tmp_path / "hub") as site:
        view = site.app.view_functions["static_pages.help"]

        def broken() -> str:
            raise RuntimeError(f"postgresql://hub:{SECRET}@db/ SELECT 1")

        broken.moothall_policy = view.moothall_policy  # type: ignore[attr-defined]
        site.app.view_functions["static_pages.help"] = broken
        answer = site.get("/help")
    assert answer.status_code == 500
    for word in (*INSIDE, "RuntimeError", "postgresql"):
        assert word not in answer.text
    (said,) = [one for one in caplog.records if "Unforeseen" in one.message]
    reference = said.message.split(" ")[2]
    assert reference in answer.text, "whoever runs the hub finds it by this"


def test_errors_of_the_hub_are_sentences(tmp_path: Path) -> None:
    assert issubclass(HubError, Exception)
    with empty_site(tmp_path / "hub") as site:
        for address in ("/records/none", "/nothing", "/search?page=99999", "/organisations/none", "/sources/none"):
            answer = site.get(address)
            for word in INSIDE:
                assert word not in answer.text
