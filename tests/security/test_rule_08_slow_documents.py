"""Rule 8: documents made to be slow to read end within the limits, as a typed problem or as an answer."""

import time
from collections.abc import Iterator

import pytest

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
