"""Small parts that several readers share: dates, links, languages, encodings, and answers back to values."""

import pytest

from harvesters.base import Document, Feed
from harvesters.readers import answers
from harvesters.readers.dates import iso, pdf_date
from harvesters.readers.encoding import decode, xml_text
from harvesters.readers.links import language_code, web_address
from harvesters.readers.markup import plain


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-24", "2026-11-24"),
        ("2026-11-24T09:00:00Z", "2026-11-24T09:00:00+00:00"),
        ("2026-11-24T09:00:00.123+0100", "2026-11-24T08:00:00+00:00"),
        ("20261124T0900", "2026-11-24T09:00:00+00:00"),
        ("Tue, 24 Nov 2026 09:00:00 GMT", "2026-11-24T09:00:00+00:00"),
        ("03/04/2026", "2026-04-03"),
        ("24.11.2026", "2026-11-24"),
        ("3 maart 2026", "2026-03-03"),
        ("12 mars 2026", "2026-03-12"),
        ("3. März 2026", "2026-03-03"),
        ("3ydd Mawrth 2026", "2026-03-03"),
        ("November 24th, 2026", "2026-11-24"),
        ("Published on 1st of May 2026 at noon", "2026-05-01"),
        ("yesterday", ""),
        ("", ""),
        ("2026-02-31", ""),
        ("0000-00-00 00:00:00", ""),
        ("9" * 500, ""),
    ],
)
def test_dates(written: str, read: str) -> None:
    assert iso(written) == read


def test_pdf_dates() -> None:
    assert pdf_date("D:20261124090000+01'00'") == "2026-11-24T08:00:00+00:00"
    assert pdf_date("D:2026") == "2026-01-01"
    assert pdf_date("D:99999999") == ""


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("/a b", "https://e.example/a%20b"),
        ("//h.example/x", "https://h.example/x"),
        ("javascript:alert(1)", ""),
        ("JaVa\nScRiPt:alert(1)", ""),
        ("\x01javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("mailto:a@e.example", ""),
        ("file:///etc/passwd", ""),
        ("http://[::1", ""),
        ("http://h.example:99999/", ""),
        ("x" * 3000, ""),
    ],
)
def test_only_web_addresses_are_kept(written: str, made: str) -> None:
    assert web_address(written, "https://e.example/b/") == made


def test_language_codes() -> None:
    written = ["en-GB", "EN_us", "cym", "Welsh", "und", "", "x", "de, en", "12"]
    assert [language_code(one) for one in written] == ["en", "en", "cy", "cy", "", "", "", "de", ""]


def test_encodings_are_judged_by_the_bytes() -> None:
    assert decode("é".encode(), "iso-8859-1") == ("é", False)
    assert decode("£5 é".encode("cp1252"), "utf-8") == ("£5 é", True)
    assert decode("ж".encode("koi8-r"), "koi8-r") == ("ж", False)
    assert decode("é".encode("utf-16"), "") == ("é", False)
    assert decode(b"x", "no-such-charset") == ("x", False)


def test_xml_text_never_takes_long_over_unclosed_sections() -> None:
    text, _ = xml_text(b"<![CDATA[" * 100_000 + b"&" * 100_000)
    assert text.startswith("<![CDATA[")


def test_plain_text_of_markup() -> None:
    assert plain("<p>A &amp; b<br>c</p><p>d</p>") == "A & b\nc\n\nd"
    assert plain("<ul><li>x</li><li>y</li></ul>tail<script>no</script>") == "x\ny\n\ntail"
    assert plain("1 < 2 & 3") == "1 < 2 & 3"
    assert plain("") == ""
    assert plain("<div>" * 200_000 + "deep") in ("", "deep")


def test_answers_of_the_wrong_shape_are_left_empty() -> None:
    assert answers.document({"title": 3, "notes": "x", "subjects": [1, "a"], "unknown": 1}) == Document(subjects=("a",))
    assert answers.feed([]) == Feed()
    assert answers.feed({"entries": [{"id": "1", "files": [1, {"url": "u"}]}, 5]}).entries[0].files == ({"url": "u"},)
    assert answers.sitemap({"pages": [["a", "b"], ["a"], 3]}).pages == (("a", "b"),)
    assert answers.listing({"files": [["a", "b", "c"], ["a"]]}).files == (("a", "b", "c"),)
