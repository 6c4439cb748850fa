"""The reader sitemap: by what is inside, strict first, mended next, capped always."""

import gzip
import time

import pytest

from harvesters.readers import Refusal, answers
from harvesters.readers.sitemap import MOST_BYTES, MOST_PAGES, read

SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def test_pages_with_their_dates() -> None:
    found = answers.sitemap(
        read(
            f"<?xml version='1.0'?><urlset {SPACE}><url><loc> https://c.example/a </loc>"
            "<lastmod>2026-11-24</lastmod></url>"
            "<url><loc>https://c.example/b?x=1&amp;y=2</loc></url>"
            "<url><loc>https://c.example/a</loc></url></urlset>".encode()
        )
    )
    assert found.pages == (("https://c.example/a", "2026-11-24"), ("https://c.example/b?x=1&y=2", ""))
    assert found.sitemaps == ()
    assert found.notes == ()


def test_index_with_the_wrong_root_is_told_by_its_children() -> None:
    found = read(f"<urlset {SPACE}><sitemap><loc>https://c.example/1.xml</loc></sitemap></urlset>".encode())
    assert found["sitemaps"] == [["https://c.example/1.xml", ""]]
    assert found["pages"] == []


def test_gzip_is_unpacked() -> None:
    found = read(gzip.compress(b"<urlset><url><loc>https://c.example/a</loc></url></urlset>"))
    assert found["pages"] == [["https://c.example/a", ""]]


def test_gzip_bomb_is_refused() -> None:
    with pytest.raises(Refusal, match="bomb"):
        read(gzip.compress(b" " * (MOST_BYTES + 10)))


def test_broken_gzip_is_unreadable() -> None:
    with pytest.raises(Refusal, match="unreadable"):
        read(b"\x1f\x8b\x08\x00broken-broken-broken")


def test_plain_text_sitemap() -> None:
    found = read(b"\xef\xbb\xbfhttps://c.example/a\r\nhttps://c.example/b\r\n\r\n")
    assert [page for page, _ in found["pages"]] == ["https://c.example/a", "https://c.example/b"]


def test_bare_ampersands_and_broken_dates_are_mended_and_told() -> None:
    found = read(
        b"\n<urlset><url><loc>/b?x=1&y=2</loc><lastmod>now</lastmod></url></urlset>", url="https://c.example/s.xml"
    )
    assert found["pages"] == [["https://c.example/b?x=1&y=2", ""]]
    assert sorted(found["notes"]) == ["broken-date", "broken-list"]


def test_sitemap_that_breaks_off_keeps_what_was_whole() -> None:
    found = read(b"<urlset><url><loc>https://c.example/a</loc></url><url><loc>https://c.exa")
    assert ["https://c.example/a", ""] in found["pages"]
    assert "broken-list" in found["notes"]


def test_addresses_that_are_none_are_dropped() -> None:
    found = read(b"<urlset><url><loc>javascript:x</loc></url><url/></urlset>")
    assert (found["pages"], found["notes"]) == ([], ["bad-link"])


def test_image_and_alternate_addresses_are_no_pages() -> None:
    found = read(
        f"<urlset {SPACE} xmlns:image='http://www.google.com/schemas/sitemap-image/1.1'><url><loc>https://c.example/a</loc>"
        "<image:image><image:loc>https://c.example/a.png</image:loc></image:image></url></urlset>".encode()
    )
    assert found["pages"] == [["https://c.example/a", ""]]


def test_fifty_thousand_pages_take_no_time_and_more_are_cut() -> None:
    urls = "".join(
        f"<url><loc>https://c.example/{n}</loc><lastmod>2026-01-01</lastmod></url>" for n in range(MOST_PAGES + 3)
    )
    started = time.process_time()
    found = read(f"<urlset {SPACE}>{urls}</urlset>".encode())
    assert len(found["pages"]) == MOST_PAGES
    assert found["notes"] == ["cut-list"]
    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "wrong-content-html"),
        (b"<rss/>", "not-a-list"),
        (b"", "not-a-list"),
        (b"User-agent: *\nDisallow: /", "not-a-list"),
    ],
)
def test_other_things_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        read(data)
