"""The reader feed: real feeds are broken, and entries come out all the same."""

from typing import Any

import pytest

from harvesters.problems import PROBLEMS
from harvesters.readers import Refusal, answers
from harvesters.readers.feed import MOST_ENTRIES, read

BASE = "https://westmarch.example/rss.xml"


def rss(items: str, head: str = "<title>Westmarch</title><language>en-gb</language>") -> str:
    spaces = (
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:cc="http://backend.userland.com/creativeCommonsRssModule" xmlns:atom="http://www.w3.org/2005/Atom"'
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" {spaces}><channel>{head}{items}</channel></rss>'


def only(source: str | bytes, **options: Any) -> dict[str, Any]:
    found = read(source if isinstance(source, bytes) else source.encode(), **{"base_url": BASE, **options})
    assert len(found["entries"]) == 1
    assert set(found["notes"]) <= set(PROBLEMS)
    entry: dict[str, Any] = found["entries"][0]
    assert set(entry["notes"]) <= set(PROBLEMS)
    return entry


def test_rss_entry_with_everything() -> None:
    entry = only(
        rss(
            "<item><title>Damp &amp; mould</title><link>/what-works/damp</link><guid isPermaLink='false'>w-01</guid>"
            "<pubDate>Tue, 24 Nov 2026 09:00:00 +0100</pubDate><category>case study</category>"
            "<category>housing</category>"
            "<description>What we did.</description><dc:publisher>Westmarch Police</dc:publisher>"
            "<author>kim@westmarch.example (Kim)</author><cc:license>https://licence.example/1</cc:license>"
            "<dc:language>cy</dc:language>"
            "<content:encoded><![CDATA[<h2>Why</h2><p>Mould &amp; cold.</p>"
            "<ul><li>one</li><li>two</li></ul>]]></content:encoded>"
            "<enclosure url='/files/a.pdf' type='application/pdf' length='1234'/></item>"
        )
    )
    assert entry["id"] == "w-01"
    assert entry["url"] == "https://westmarch.example/what-works/damp"
    assert entry["title"] == "Damp & mould"
    assert entry["issued"] == "2026-11-24T08:00:00+00:00"
    assert entry["type"] == "case-study"
    assert entry["subjects"] == ["case study", "housing"]
    assert entry["summary"] == "What we did."
    assert entry["text"] == "Why\n\nMould & cold.\n\none\ntwo"
    assert entry["creators"] == ["Westmarch Police"]
    assert entry["contact"] == "", "a person is nobody to be told of"
    assert "kim" not in entry["raw"].lower()
    assert entry["licence"] == "https://licence.example/1"
    assert entry["language"] == "cy"
    assert entry["files"] == [{"url": "https://westmarch.example/files/a.pdf", "type": "application/pdf", "size": 1234}]
    assert entry["raw"].startswith("<item>")
    assert entry["raw"].endswith("</item>")
    assert entry["notes"] == []


def test_atom_entry_with_language_licence_and_dates() -> None:
    found = read(
        b'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en" xml:base="https://b.example/x/"><title>B</title>'
        b'<link rel="self" href="https://b.example/practice.atom"/>'
        b'<link rel="prev-archive" href="/2025.atom"/><link rel="license" href="https://licence.example/f"/>'
        b"<rights>Crown copyright</rights>"
        b'<entry xml:lang="cy"><title>Teitl</title><id>tag:b.example,2026:1</id><link href="one"/>'
        b"<published>2026-01-02T03:04:05Z</published><updated>2026-02-03</updated>"
        b'<category term="x" label="Gofal"/><link rel="license" href="https://licence.example/e"/>'
        b"<author><name>Uned Gofal</name></author><summary>S</summary>"
        b'<content type="html">&lt;p&gt;a&lt;/p&gt;&lt;p&gt;b&lt;/p&gt;</content></entry></feed>',
        base_url="https://b.example/practice.atom",
    )
    assert (found["title"], found["language"], found["rights"]) == ("B", "en", "Crown copyright")
    assert found["licence"] == "https://licence.example/f"
    assert found["next"] == "https://b.example/2025.atom"
    entry = found["entries"][0]
    assert entry["id"] == "tag:b.example,2026:1"
    assert entry["url"] == "https://b.example/x/one"
    assert entry["language"] == "cy"
    assert entry["licence"] == "https://licence.example/e"
    assert (entry["issued"], entry["modified"]) == ("2026-01-02T03:04:05+00:00", "2026-02-03")
    assert entry["subjects"] == ["Gofal"]
    assert (entry["creators"], entry["contact"]) == (["Uned Gofal"], "Uned Gofal")
    assert entry["text"] == "a\n\nb"


def test_rdf_feed_is_read() -> None:
    found = read(
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        b'<channel rdf:about="https://r.example/"><title>R</title><link>https://r.example/</link></channel>'
        b'<item rdf:about="https://r.example/1"><title>One</title><link>https://r.example/1</link></item></rdf:RDF>'
    )
    assert [entry["url"] for entry in found["entries"]] == ["https://r.example/1"]


@pytest.mark.parametrize(
    ("label", "encoding"),
    [("UTF-8", "cp1252"), ("ISO-8859-1", "utf-8"), ("UTF-8", "utf-8"), ("ISO-8859-2", "iso8859-2")],
)
def test_wrong_encoding_label_does_no_harm(label: str, encoding: str) -> None:
    words = "Café" if encoding == "iso8859-2" else "Café £5 – “quoted”"
    source = rss(f"<item><title>{words}</title><link>/a</link></item>").replace("UTF-8", label).encode(encoding)
    assert only(source, charset="utf-8" if label == "UTF-8" else "")["title"] == words


def test_one_broken_byte_does_not_cost_the_other_accents() -> None:
    source = rss("<item><title>é è ê ô XX</title><link>/a</link></item>").encode().replace(b"XX", b"\xff")
    assert only(source)["title"].startswith("é è ê ô")


def test_entities_that_xml_does_not_know() -> None:
    entry = only(rss("<item><title>A &mdash; B&nbsp;&pound;5 &amp; C</title><link>/a?x=1&y=2</link></item>"))
    assert entry["title"] == "A — B £5 & C"
    assert entry["url"] == "https://westmarch.example/a?x=1&y=2"


def test_links_in_cdata_keep_their_ampersands() -> None:
    entry = only(rss("<item><title>A</title><link><![CDATA[https://e.example/?a=1&b=2]]></link></item>"))
    assert entry["url"] == "https://e.example/?a=1&b=2"


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "file:///etc/passwd"]
)
def test_links_that_are_no_web_address_are_dropped(link: str) -> None:
    entry = only(rss(f"<item><title>A</title><link>{link}</link><guid isPermaLink='false'>1</guid></item>"))
    assert entry["url"] == ""
    assert entry["id"] == "1"
    assert "bad-link" in entry["notes"]


def test_guid_is_the_address_by_default_but_not_when_it_says_otherwise() -> None:
    assert only(rss("<item><title>A</title><guid>https://e.example/1</guid></item>"))["url"] == "https://e.example/1"
    kept = only(rss("<item><title>A</title><link>/a</link><guid>w-07</guid></item>"))
    assert (kept["id"], kept["url"]) == ("w-07", "https://westmarch.example/a")


def test_entry_without_identifier_goes_by_its_address() -> None:
    assert only(rss("<item><title>A</title><link>/a</link></item>"))["id"] == "https://westmarch.example/a"


def test_broken_date_is_noted() -> None:
    entry = only(rss("<item><title>A</title><link>/a</link><pubDate>yesterday</pubDate></item>"))
    assert entry["issued"] == ""
    assert entry["notes"] == ["broken-date"]


def test_markup_of_titles_is_plain_text() -> None:
    entry = only(
        rss("<item><title>&lt;script&gt;alert(1)&lt;/script&gt;&lt;b&gt;A&lt;/b&gt;</title><link>/a</link></item>")
    )
    assert entry["title"] == "A"


def test_long_description_is_the_text() -> None:
    entry = only(rss(f"<item><title>A</title><link>/a</link><description>{'word ' * 200}</description></item>"))
    assert len(entry["text"]) > 900


def test_feed_that_is_not_well_formed_is_read_as_far_as_it_goes() -> None:
    found = read(rss("<item><title>A <b>bold</title><link>/a</link></item>").encode(), base_url=BASE)
    assert found["notes"] == ["broken-list"]
    assert found["entries"][0]["url"] == "https://westmarch.example/a"


def test_long_feed_is_cut_with_a_notice() -> None:
    items = "".join(f"<item><title>{n}</title><link>/{n}</link></item>" for n in range(MOST_ENTRIES + 5))
    found = read(rss(items).encode(), base_url=BASE)
    assert len(found["entries"]) == MOST_ENTRIES
    assert found["notes"] == ["cut-list"]


def test_web_page_instead_of_a_feed_names_the_feed_that_it_announces() -> None:
    page = b'<!doctype html><html><head><link rel="alternate" type="application/atom+xml" href="/p.atom"></head></html>'
    with pytest.raises(Refusal) as refused:
        read(page, base_url="https://b.example/")
    assert refused.value.code == "wrong-content-html"
    assert "https://b.example/p.atom" in refused.value.words["detail"]


@pytest.mark.parametrize("data", [b"", b"hello", b"<urlset/>", b"{}", b'{"items": 3}', b"{broken", b"\x00\x01\x02"])
def test_other_things_are_no_feed(data: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        read(data)
    assert refused.value.code == "not-a-list"


def test_huge_feed_is_refused_unread() -> None:
    with pytest.raises(Refusal, match="too-large"):
        read(b"<rss>" + b" " * (5 << 20))


def test_answer_fits_the_value() -> None:
    made = answers.feed(read(rss("<item><title>A</title><link>/a</link></item>").encode(), base_url=BASE))
    assert made.entries[0].title == "A"
    assert made.language == "en"
