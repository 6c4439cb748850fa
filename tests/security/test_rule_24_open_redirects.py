"""Rule 24: no address that somebody hands out leads from us to another site."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import pytest

from tests.hub.accounts.people import PASSWORD, Browser
from tests.hub.site import BASE, Site, filled_site
from tests.security.crawl import addresses

ELSEWHERE = (
    *("https://evil.example/", "//evil.example", "///evil.example", "////evil.example/a", "/\\evil.example"),
    *("\\\\evil.example", "/\t/evil.example", "/%09/evil.example", "\t//evil.example", "https:evil.example"),
    *(
        "https:/evil.example",
        "http://127.0.0.1:8000@evil.example",
        "http://127.0.0.1:8000.evil.example",
        "/\n/evil.example",
    ),
    *(
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil%E3%80%82example",
        "%2f%2fevil.example",
        "/.//evil.example",
        "?//evil",
    ),
)
NAMES = ("next", "url", "to", "return", "redirect", "continue", "back")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("redirects") / "hub"
    with filled_site(folder) as made:
        yield made


def leads_to(answer_location: str, here: str) -> str:
    """The host to which a browser would go."""
    written = re.sub(r"[\t\r\n]", "", answer_location).replace("\\", "/")
    return urlsplit(urljoin(BASE + here, written)).netloc


def test_no_page_sends_a_reader_elsewhere(site: Site) -> None:
    clients = site.app.test_client(), site.operator()
    for number, (rule, address) in enumerate(addresses(site).items()):
        for turn in range(4):
            theirs = [
                quote(ELSEWHERE[(number + turn * 5 + place) % len(ELSEWHERE)], safe="") for place in range(len(NAMES))
            ]
            asked = "&".join(f"{name}={there}" for name, there in zip(NAMES, theirs, strict=True))
            answer = site.get(f"{address}?{asked}", clients[turn % 2])
            if "Location" in answer.headers:
                assert leads_to(answer.headers["Location"], address) == urlsplit(BASE).netloc, rule
            assert not re.findall(r'(?:href|action|src)="[a-z:/\\]*evil', answer.text), rule


def test_whoever_signs_in_stays_here(site: Site) -> None:
    browser = Browser.at(site)
    browser.register("rule24@northford.example")
    browser.confirm("rule24@northford.example")
    for there in ELSEWHERE:
        page = f"/sign-in?next={quote(there, safe='')}"
        answer = browser.posted(page, page, email="rule24@northford.example", password=PASSWORD, next=there)
        if answer.status_code == 200:
            continue  # Refused: the form says that this is no place of ours.
        assert leads_to(answer.headers["Location"], "/sign-in") == urlsplit(BASE).netloc, there
        browser.posted("/sign-out", "/account")
