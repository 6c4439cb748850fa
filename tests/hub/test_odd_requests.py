"""Addresses and forms with what no database keeps: NUL, broken bytes, endless words. Never a fault of ours."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import DATABASES, address_of
from tests.hub.site import BASE, Site, empty_site

ODD = {
    "NUL": "a%00b",
    "half a character": "%ED%A0%80",
    "no UTF-8": "%ff%fe",
    "beyond the plane": "%F0%9F%98%80%F3%A0%80%81",
    "endless": "x" * 5000,
    "a large number": "9" * 40,
    "wildcards": "%25_%25",
}
ASKED = (
    "q",
    "organisation",
    "sector",
    "topic",
    "type",
    "language",
    "from",
    "to",
    "sort",
    "page",
    "cause",
    "view",
    "cursor",
)


@pytest.fixture(scope="module", params=DATABASES)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("odd") / "hub"
    with address_of(request, request.param, tables=True) as url, empty_site(folder, database_url=url) as made:
        made.app.config["WTF_CSRF_ENABLED"] = False
        yield made


def rules(site: Site, method: str, *, parts: bool) -> list[str]:
    """The routes for this method, those with parts to fill in or those without."""
    found = [rule.rule for rule in site.app.url_map.iter_rules() if method in (rule.methods or ())]
    return sorted(rule for rule in found if ("<" in rule) is parts)


@pytest.mark.parametrize("odd", ODD)
def test_odd_parts_of_an_address_lead_to_a_page_that_says_so(site: Site, odd: str) -> None:
    operator = site.operator()
    for method in ("GET", "POST"):
        for rule in rules(site, method, parts=True):
            answer = operator.open(re.sub("<[^>]+>", ODD[odd], rule), base_url=BASE, method=method)
            assert answer.status_code < 500, (method, rule)


@pytest.mark.parametrize("odd", ODD)
def test_odd_parameters_are_refused_or_passed_over(site: Site, odd: str) -> None:
    for rule in rules(site, "GET", parts=False):
        together = "&".join(f"{name}={ODD[odd]}" for name in ASKED)
        for query in (together, f"organisation={ODD[odd]}", f"q={ODD[odd]}&organisation={ODD[odd]}"):
            assert site.get(f"{rule}?{query}").status_code < 500, (rule, query)


def test_a_session_that_nobody_opened_is_a_stranger_s(site: Site) -> None:
    for odd in ("a\0b", "ÿþ", "x" * 4000):
        client = site.app.test_client()
        answer = client.get("/sources", base_url=BASE, headers={"Cookie": f"moothall={odd}"})
        assert answer.status_code < 500, odd
