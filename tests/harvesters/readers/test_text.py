"""The readers text and sniff."""

import pytest

from harvesters.readers import Refusal
from harvesters.readers.sniff import reader_for
from harvesters.readers.text import read
from harvesters.sandbox import READERS


def test_markdown_heading_is_the_title() -> None:
    found = read(b"# Damp homes #\n\nWhat we *did*.\n")
    assert (found["title"], found["text"], found["notes"]) == ("Damp homes", "What we *did*.", [])
    assert read(b"Damp homes\n==========\n\nText")["title"] == "Damp homes"


def test_front_matter() -> None:
    found = read(
        b'---\ntitle: "Damp: homes"\ndate: 2026-11-24\nreview-by: then\nlanguage: cy\ntags: [damp, heat]\n---\n\nText'
    )
    assert found["title"] == "Damp: homes"
    assert (found["issued"], found["review_by"], found["language"]) == ("2026-11-24", "", "cy")
    assert found["subjects"] == ["damp", "heat"]
    assert found["text"] == "Text"
    assert found["notes"] == ["broken-date"]


def test_plain_text_shows_its_first_line() -> None:
    found = read("Café £5\r\nline two".encode("cp1252"))
    assert (found["title"], found["text"], found["notes"]) == ("Café £5", "Café £5\nline two", ["no-title"])


def test_bytes_are_no_text() -> None:
    with pytest.raises(Refusal, match="unreadable"):
        read(b"MZ\x00\x01\x02\x00")
    assert "empty-document" in read(b"")["notes"]


def test_text_reader_is_not_slow_on_one_long_line() -> None:
    assert read(b"# " + b" #" * 2_000_000)["title"]


@pytest.mark.parametrize(
    ("media_type", "url", "head", "reader"),
    [
        ("text/html", "/x.pdf", b"%PDF-1.7", "pdf"),
        ("application/octet-stream", "/x", b"\n%PDF-1.4", "pdf"),
        ("", "/x", b"PK\x03\x04....[Content_Types].xml....word/document.xml", "office"),
        ("", "/x", b"PK\x03\x04....xl/workbook.xml", "sheet"),
        ("", "/x", b"PK\x03\x04\x14..mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "sheet"),
        ("", "/x", b"PK\x03\x04\x14..mimetypeapplication/vnd.oasis.opendocument.text", "office"),
        ("", "/x.docx", b"PK\x03\x04....[Content_Types].xml", "office"),
        ("application/zip", "/x.zip", b"PK\x03\x04....a.txt", None),
        ("", "/x.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "sheet"),
        ("application/msword", "/x.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None),
        ("", "/x", b"<!DOCTYPE html><html>", "html"),
        ("text/plain", "/x", b"\xef\xbb\xbf  <html lang=en>", "html"),
        ("text/html", "/x", b"<p>hello", "html"),
        ("text/html", "/", b"<?xml version='1.0'?><rss version='2.0'>", "feed"),
        ("text/xml", "/", b"<?xml version='1.0'?><!-- x --><feed xmlns='http://www.w3.org/2005/Atom'>", "feed"),
        ("application/xml", "/", b"<urlset>", "sitemap"),
        ("application/xml", "/", b"<OAI-PMH xmlns='x'>", "oai"),
        ("application/xml", "/", b"<?xml version='1.0'?><other/>", None),
        ("application/json", "/", b'{"version": "https://jsonfeed.org/version/1.1"', "feed"),
        ("application/json", "/", b'{"a": 1}', None),
        ("text/plain", "/", b"hello", "text"),
        ("", "/readme.md", b"# hello", "text"),
        ("text/csv", "/a.csv", b"a;b", "text"),
        ("application/pdf", "/a.pdf", b"hello", None),
        ("image/png", "/a.png", b"\x89PNG\r\n", None),
        ("", "/a", b"\x00\x01\x02", None),
        ("text/plain", "http://[bad", "hello".encode("utf-16"), "text"),
        ("", "", b"", None),
    ],
)
def test_reader_by_first_bytes_then_type_then_name(media_type: str, url: str, head: bytes, reader: str | None) -> None:
    assert reader_for(media_type, url, head) == reader
    assert reader is None or reader in READERS
