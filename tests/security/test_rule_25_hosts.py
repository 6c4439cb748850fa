"""Rule 25: we answer to our own name, and every address that we write down begins with it."""

import pytest

from tests.hub.accounts.people import Browser
from tests.hub.site import BASE, Site, site
from tests.security.crawl import addresses

__all__ = ["site"]

OTHERS = ("evil.example", "evil.example:8000", "127.0.0.1.evil.example", "127.0.0.1:8000@evil.example", "[::1]", "")


@pytest.mark.parametrize("host", OTHERS)
def test_another_name_is_refused(site: Site, host: str) -> None:
    for rule, address in addresses(site).items():
        answer = site.app.test_client().get(address, base_url=BASE, headers={"Host": host})
        assert answer.status_code == 400, rule
        assert "evil.example" not in answer.text


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-URL", "X-Rewrite-URL"])
def test_what_a_proxy_would_say_is_passed_over(site: Site, header: str) -> None:
    said = {header: "host=evil.example" if header == "Forwarded" else "evil.example"}
    for address in ("/search.atom?q=damp", "/sign-in", "/", "/opensearch.xml", "/organisations.json"):
        answer = site.app.test_client().get(address, base_url=BASE, headers=said)
        assert answer.status_code == 200
        assert "evil.example" not in answer.text


def test_a_mail_names_the_configured_address(site: Site) -> None:
    browser = Browser.at(site)
    browser.client.environ_base["HTTP_X_FORWARDED_HOST"] = "evil.example"
    browser.register("rule25@northford.example")
    (mail,) = browser.mails("rule25@northford.example")
    assert f"{BASE}/confirm/" in mail.text
    assert "evil" not in mail.text
