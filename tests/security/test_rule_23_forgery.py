"""Rule 23: what changes something needs the token of its form, and reading changes nothing."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.site import BASE, Site, filled_site
from tests.security.crawl import addresses

ONE_CLICK = "/unsubscribe/<secret>"
"""The one form without a token: programs of mail send it (RFC 8058). Its secret, which stands in one mail, is asked."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("forgery") / "hub"
    with filled_site(folder) as made:
        yield made


def state(site: Site) -> str:
    """A digest of everything in the database."""
    site.database.engine.dispose()
    with site.database.engine.connect() as connection:
        lines = connection.connection.driver_connection.iterdump()  # type: ignore[union-attr]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def test_every_route_that_writes_refuses_a_form_without_its_token(site: Site) -> None:
    operator = site.operator()
    writing = [
        (method, rule.rule)
        for rule in site.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
    ]
    assert len(writing) > 20
    before = state(site)
    for client in (site.app.test_client(), operator):
        for method, rule in writing:
            answer = client.open(re.sub("<[^>]+>", "none", rule), method=method, base_url=BASE, data={"name": "x"})
            if rule == ONE_CLICK:
                assert answer.status_code == 404, "nobody knows the secret"
                continue
            assert answer.status_code in (400, 403), (method, rule, answer.status_code)
            assert client is not operator or answer.status_code == 400, (method, rule)
    assert state(site) == before


def test_the_token_of_another_browser_is_none(site: Site) -> None:
    one, other = site.app.test_client(), site.app.test_client()
    found = re.search(r'name="csrf_token" value="([^"]+)"', site.get("/register", one).text)
    assert found
    site.get("/register", other)
    said = {"csrf_token": found[1], "name": "Ann", "email": "ann@n.example", "password": "wombat trellis gravy"}
    assert other.post("/register", data=said, base_url=BASE).status_code == 400


def test_no_route_that_reads_writes(site: Site) -> None:
    operator = site.operator()
    before = state(site)
    for rule, address in addresses(site).items():
        for client in (site.app.test_client(), operator):
            site.get(address, client)
        assert state(site) == before, rule
