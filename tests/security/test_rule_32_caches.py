"""Rule 32: what somebody reads who is signed in is kept by no cache, and no page is another's."""

from contextlib import closing

import pytest
from flask.testing import FlaskClient

from tests.hub.site import Site, site
from tests.security.crawl import addresses

__all__ = ["site"]

FOR_STRANGERS = {"/suggest.json"}
"""What holds nothing that not everybody may know; the session's cookie makes it another answer all the same."""

SAME_FOR_ALL = {"/look.css", "/logo/<hashed>.png"}
"""The hub's own colours and picture: nobody is looked up for them."""


@pytest.fixture(scope="module")
def operator(site: Site) -> FlaskClient:
    return site.operator()


def test_whoever_is_signed_in_leaves_nothing_in_a_cache(site: Site, operator: FlaskClient) -> None:
    for rule, address in addresses(site).items():
        answer = site.get(address, operator)
        if rule in SAME_FOR_ALL:
            assert answer.data == site.get(address).data, rule
            continue
        assert answer.headers["Cache-Control"] == "private, no-store", rule
        assert "Cookie" in answer.vary, rule


def test_a_stranger_s_page_is_not_shown_to_whoever_signs_in(site: Site) -> None:
    for rule, address in addresses(site).items():
        answer = site.get(address)
        # Where there is no logo, its address answers with a page as every other.
        same = rule in SAME_FOR_ALL and answer.status_code == 200
        assert ("Cookie" in answer.vary) is not same, rule
        if rule in FOR_STRANGERS:
            assert answer.headers["Cache-Control"] == "public, max-age=60", rule
        else:
            assert answer.headers["Cache-Control"] in ("no-cache", "private, no-store"), rule


def test_styles_and_pictures_may_be_kept(site: Site) -> None:
    with closing(site.get("/static/moothall.css")) as answer:
        assert "max-age" in answer.headers["Cache-Control"]
