"""The reader html: facts of a page from wherever it states them, and its text without the frame."""

import json
import time
from typing import Any

import pytest

from harvesters.problems import PROBLEMS
from harvesters.readers import Refusal, answers
from harvesters.readers.html import read
from harvesters.readers.jsonld import Data

URL = "https://calder.example/learning/damp/"
TEXT = (
    "<p>Damp was found in forty homes during fire visits, and nobody told the council.</p><h2>What we did</h2>"
    "<p>Crews now fill in one short form, and the council calls within three working days.</p>"
    "<ul><li>Forty homes were visited again.</li><li>Eleven families were moved.</li></ul>"
    "<p>The form is one page long and takes four minutes to fill in on a telephone.</p>"
)
FRAME = """<body><div class="cookie-banner" role="region"><p>We use cookies to make this site work.
<button>Accept all cookies</button></p></div><header><a href="/">Calder Fire</a><nav><ul>
<li><a href="/careers">Careers</a></li></ul></nav></header>
<main><article><h1>Damp seen at visits</h1>{text}</article></main>
<aside><h2>Related pages</h2><a href="/x">Boats</a></aside><footer><p>In an emergency dial 999.</p></footer></body>"""


def page(head: str = "", text: str = TEXT, lang: str = ' lang="en-GB"') -> bytes:
    return (
        f"<!doctype html><html{lang}><head><meta charset=utf-8>{head}</head>{FRAME.format(text=text)}</html>".encode()
    )


def data(**fields: Any) -> str:
    block = json.dumps({"@context": "https://schema.org", "@type": "Article", **fields})
    return f'<script type="application/ld+json">{block}</script>'


def found(head: str = "", **options: Any) -> dict[str, Any]:
    answer = read(page(head), url=URL, **options)
    assert set(answer["notes"]) <= set(PROBLEMS)
    return answer


def test_text_has_headings_and_items_on_their_own_lines_and_nothing_of_the_frame() -> None:
    text = found()["text"]
    assert "\n\nWhat we did\n\n" in text
    assert "- Forty homes were visited again.\n- Eleven families were moved." in text
    for frame in ("cookies", "Careers", "Related", "999", "Boats"):
        assert frame not in text


def test_schema_org_data() -> None:
    answer = found(
        data(
            headline="Damp seen at visits",
            genre="case study",
            inLanguage="cy",
            datePublished="2026-01-02",
            dateModified="2026-02-03T10:00:00+00:00",
            license="https://licence.example/",
            keywords=["damp", "housing"],
            publisher={"@type": "Organization", "name": "Calder Fire"},
            contactPoint={"@type": "ContactPoint", "name": "Prevention", "email": "p@calder.example"},
            expires="2027-01-01",
        )
    )
    assert answers.document(answer).title == "Damp seen at visits"
    assert answer["type"] == "case-study"
    assert (answer["issued"], answer["modified"]) == ("2026-01-02", "2026-02-03T10:00:00+00:00")
    assert answer["licence"] == "https://licence.example/"
    assert answer["subjects"] == ["damp", "housing"]
    assert answer["publisher"] == "Calder Fire"
    assert answer["contact"] == "Prevention, p@calder.example"
    assert answer["review_by"] == "2027-01-01"
    assert answer["language"] == "en"
    assert answer["notes"] == []


def test_graph_with_references() -> None:
    block = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "name": "Site"},
            {"@type": "Organization", "@id": "#us", "name": "Calder Fire"},
            {"@type": ["NewsArticle"], "headline": "Boats", "publisher": {"@id": "#us"}, "keywords": "a, b"},
        ],
    }
    answer = found(f'<script type="application/ld+json">[{json.dumps(block)}]</script>')
    assert (answer["title"], answer["publisher"], answer["type"]) == ("Boats", "Calder Fire", "news")
    assert answer["subjects"] == ["a", "b"]


def test_bad_block_is_noted_and_costs_only_itself() -> None:
    answer = found('<script type="application/ld+json">{"@type": broken}</script>' + data(headline="Damp"))
    assert answer["title"] == "Damp"
    assert answer["notes"] == ["bad-json-ld"]


@pytest.mark.parametrize("block", ['{"a": "line\nbreak"}', "<!-- {} -->", "", "/*<![CDATA[*/ {} /*]]>*/", "{};"])
def test_harmless_faults_of_blocks_are_no_fault(block: str) -> None:
    assert not Data([block]).broken


@pytest.mark.parametrize("block", ["[" * 100_000, '"text"', "{", '{"a": ' * 5000])
def test_hostile_blocks_are_broken_blocks(block: str) -> None:
    assert Data([block]).broken


def test_meta_tags() -> None:
    answer = found(
        "<title>Damp seen at visits | Calder Fire</title><meta name=description content='What we found.'>"
        "<meta property=article:published_time content='2026-01-02T10:00:00Z'>"
        "<meta name=dcterms.modified content='3 February 2026'><meta name=review-by content=2027-02-28>"
        "<meta name=keywords content='damp, housing'><meta property=og:site_name content='Calder Fire'>"
        "<meta name=dcterms.type content=Guidance><link rel=license href=/licence>"
        "<link rel=canonical href='/learning/damp/'><link rel=alternate type=application/rss+xml href=/feed>"
    )
    assert answer["title"] == "Damp seen at visits"
    assert answer["summary"] == "What we found."
    assert (answer["issued"], answer["modified"]) == ("2026-01-02T10:00:00+00:00", "2026-02-03")
    assert answer["review_by"] == "2027-02-28"
    assert answer["subjects"] == ["damp", "housing"]
    assert (answer["publisher"], answer["type"]) == ("Calder Fire", "guidance")
    assert answer["licence"] == "https://calder.example/licence"
    assert answer["canonical"] == URL
    assert answer["feeds"] == ["https://calder.example/feed"]


def test_end_of_an_interval_is_the_review_date() -> None:
    assert found("<meta name=dcterms.valid content='start=2026-01-01; end=2027-01-01'>")["review_by"] == "2027-01-01"
    assert found("<meta name=DCTERMS.valid content='2026-01-01/2027-03-01'>")["review_by"] == "2027-03-01"


def test_single_time_of_the_article_is_its_date() -> None:
    answer = read(page(text=f"<time datetime=2026-05-06>6 May</time>{TEXT}"), url=URL)
    assert answer["issued"] == "2026-05-06"


def test_broken_date_is_noted() -> None:
    answer = found(data(datePublished="last week"))
    assert (answer["issued"], answer["notes"]) == ("", ["broken-date"])


def test_links_to_scripts_are_dropped() -> None:
    answer = found("<link rel=canonical href='javascript:alert(1)'><link rel=license href='data:x'>")
    assert (answer["canonical"], answer["licence"]) == ("", "")


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_encodings(encoding: str) -> None:
    source = f"<html><head><title>Café – £5</title></head><body><main>{TEXT}</main></body></html>"
    assert read(source.encode(encoding))["title"] == "Café – £5"


def test_large_page_is_read_the_plain_way_and_quickly() -> None:
    text = TEXT + "".join(f"<p>Paragraph {n} has some words in it.</p>" for n in range(40_000))
    started = time.process_time()
    answer = read(page("<title>Long</title>", text), url=URL)
    assert time.process_time() - started < 5
    assert "Paragraph 10000 has" in answer["text"]
    assert "cookies" not in answer["text"]
    assert "cut-text" in answer["notes"]


def test_huge_page_is_refused() -> None:
    with pytest.raises(Refusal, match="too-large"):
        read(b"<p>" + b" " * (10 << 20))


@pytest.mark.parametrize(
    "source", [b"", b"   ", b"<!-- -->", b"<html></html>", b"<html><body><script>x()</script></body></html>"]
)
def test_page_without_text_says_so(source: bytes) -> None:
    assert "empty-document" in codes_of(source)


def codes_of(source: bytes) -> list[str]:
    """What the reader says against a page, whether it refuses it or reads it."""
    try:
        notes: list[str] = read(source)["notes"]
    except Refusal as refusal:
        return [refusal.code]
    return notes


def test_short_page_keeps_its_words() -> None:
    assert (
        "closed on Monday"
        in read(b"<html><body><main><p>The office is closed on Monday.</p></main></body></html>")["text"]
    )
