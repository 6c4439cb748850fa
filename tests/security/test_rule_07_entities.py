"""Rule 7: no parser follows an external entity or multiplies an internal one."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harvesters.errors import ReadError
from harvesters.sandbox import Sandbox
from tests.security.hostile import LAUGHS, REFUSED, SHORT, told_of, zipped

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(limits=SHORT) as made:
        yield made


RDF = (
    b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:skos='http://www.w3.org/2004/02/skos/core#'>"
    b"<skos:Concept rdf:about='https://e.example/c'><skos:prefLabel>%s</skos:prefLabel></skos:Concept></rdf:RDF>"
)


@pytest.mark.parametrize(
    ("reader", "document"),
    [
        (
            "feed",
            LAUGHS + b"<rss version='2.0'><channel><title>&m;</title><item><title>&m;</title></item></channel></rss>",
        ),
        ("sitemap", LAUGHS + b"<urlset><url><loc>https://e.example/&m;</loc></url></urlset>"),
        ("html", LAUGHS + b"<html><body><p>&m;</p></body></html>"),
        ("listing", LAUGHS + b"<html><title>Index of /</title><a href='&m;'>&m;</a></html>"),
        ("signs", LAUGHS + b"<html><head><title>&m;</title></head></html>"),
        (
            "oai",
            LAUGHS + b"<OAI-PMH xmlns='http://www.openarchives.org/OAI/2.0/'><error code='x'>&m;</error></OAI-PMH>",
        ),
        ("skos", LAUGHS + RDF % b"&m;"),
        ("sheet", zipped("xl/workbook.xml", LAUGHS + b"<workbook><sheets>&m;</sheets></workbook>")),
        ("office", zipped("word/document.xml", LAUGHS + b"<w><p><t>&m;</t></p></w>")),
    ],
)
def test_billion_laughs_stay_unheard(sandbox: Sandbox, reader: str, document: bytes) -> None:
    started = time.monotonic()
    told = told_of(sandbox, reader, document)
    assert time.monotonic() - started < 8
    assert told in REFUSED or len(told) < 20_000


@pytest.mark.parametrize("reader", ["feed", "sitemap", "html", "office", "listing"])
def test_external_entities_read_nothing(sandbox: Sandbox, reader: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary.txt"
    canary.write_text("canary-in-a-file")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        head = (
            f'<!DOCTYPE a SYSTEM "http://127.0.0.1:{port}/a.dtd" [<!ENTITY f SYSTEM "file://{canary}">'
            f'<!ENTITY h SYSTEM "http://127.0.0.1:{port}/h"><!ENTITY % p SYSTEM "http://127.0.0.1:{port}/p"> %p;]>'
        )
        bodies = {
            "feed": "<rss version='2.0'><channel><item><title>&f;&h;</title><link>/a</link></item></channel></rss>",
            "sitemap": "<urlset><url><loc>https://e.example/&f;&h;</loc></url></urlset>",
            "html": "<html><body><p>&f;&h;</p></body></html>",
            "office": "<w><p><t>&f;&h;</t></p></w>",
            "listing": "<html><title>Index of /</title><a href='&f;'>&f;&h;</a></html>",
        }
        document = (head + bodies[reader]).encode()
        data = zipped("word/document.xml", document) if reader == "office" else document
        try:
            told = str(sandbox.read(reader, data, url="https://e.example/"))
        except ReadError as error:
            told = error.problem.what
        assert "canary-in-a-file" not in told
        listener.settimeout(0.2)
        with pytest.raises(TimeoutError):
            listener.accept()
