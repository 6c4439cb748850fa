"""Rule 8: documents made to be slow to read end within the limits, as a typed problem or as an answer."""

import time
from collections.abc import Iterator

import pytest

from federation.names import LEFT_OUT, SHORTEST, leave_out
from federation.record import Record
from harvesters.minimise import minimised, without
from harvesters.sandbox import Sandbox
from tests.security.hostile import SHORT, told_of, zipped

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(limits=SHORT) as made:
        yield made


@pytest.mark.parametrize(
    ("reader", "document"),
    [
        ("html", b"<html><body>" + b"<div>" * 200_000 + b"words"),
        ("html", b"<html><body>" + b"<!--" * 100_000),
        ("html", b"<html><body>" + b"<a href=x>" * 100_000),
        ("html", b"<html><body>" + b"<p>equal" * 120_000),
        ("html", b"<html><body>" + b"<table><tr><td>" * 20_000),
        ("html", b"<html><body>" + b"&" * 900_000),
        ("feed", b"<rss version='2.0'><channel><item><description>" + b"<div>" * 200_000),
        ("feed", b"<rss version='2.0'><channel>" + b"<!--" * 100_000),
        ("feed", b"<rss version='2.0'><channel>" + b"<item>" * 100_000),
        ("feed", b"<rss version='2.0'><channel>" + b"<![CDATA[" * 100_000),
        ("feed", b'{"version": "https://jsonfeed.org/version/1.1", "items": ' + b"[" * 200_000),
        ("sitemap", b"<urlset>" + b"<url>" * 200_000),
        ("sitemap", b"<urlset>" + b"<!--" * 100_000),
        ("listing", b"<title>Index of /</title>" + b"<a href=x>" * 100_000),
        ("text", b"#" * 1_000_000 + b" " * 1_000_000),
        ("text", b"---\n" * 500_000),
        ("pdf", b"%PDF-1.7\n" + b"1 0 obj << /Kids [ 1 0 R ] >> endobj\n" * 20_000),
        ("office", zipped("word/document.xml", b"<w>" + b"<p>" * 200_000)),
        ("skos", b"<rdf:RDF>" + b"\n" * 400_000 + b"</rdf:RDF>"),
        ("oai", b"<OAI-PMH>" + b"<record>" * 100_000),
        ("sheet", zipped("xl/workbook.xml", b"<x>" * 200_000)),
    ],
)
def test_documents_made_to_be_slow_end_within_the_limits(sandbox: Sandbox, reader: str, document: bytes) -> None:
    started = time.monotonic()
    assert told_of(sandbox, reader, document)
    assert time.monotonic() - started < 8


@pytest.mark.parametrize(
    "text",
    [
        "A" * 1_000_000,
        "A " * 500_000,
        "Aa-" * 300_000,
        "From: Xavier Young\n" * 50_000,
        "".join(f"Applicant: Name{number}\n" for number in range(50_000)),
        "Dear " * 200_000,
        "Dear A" + " " * 900_000,
        "Kind regards\n" + "\n" * 900_000,
        "Kind regards" + " " * 900_000 + ".",
        "Applicant: " + "a" * 900_000,
        "Mr " * 300_000,
        "Request from " * 80_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_names_are_looked_for_in_time(text: str) -> None:
    """In the process of the harvest itself: what is looked for there must take time in proportion."""
    record = Record(native_id="a", url="https://n.example/foi/1", title="FOI answer", type="foi", text=text)
    begun = time.process_time()
    _, names = minimised(record)
    without(text.encode(), names)
    assert time.process_time() - begun < 5


def test_names_that_are_words_of_what_stands_for_them_do_not_make_a_text_grow() -> None:
    words = {LEFT_OUT[begin:end] for begin in range(len(LEFT_OUT)) for end in range(begin + SHORTEST, len(LEFT_OUT))}
    text = "left out name " * 1000
    assert len(leave_out(text, sorted(words, key=len))) < len(LEFT_OUT) * len(text) / SHORTEST
