"""Thousands of broken documents of every format that we read: sound ones, cut, spliced, swollen and turned."""

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator

from openpyxl import Workbook
from PIL import Image

from tests.security.hostile import LAUGHS

TEXT = "Mae'r cyngor wedi dechrau casglu gwastraff bwyd. We collected food waste in forty streets, and learned this. "
FEED = (
    '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
    "<title>News</title><link>https://n.example/</link><item><title>A &amp; B</title><guid>g1</guid>"
    "<link>https://n.example/1</link>"
    "<pubDate>Tue, 24 Nov 2026 09:00:00 GMT</pubDate><category>Waste</category><dc:language>en</dc:language>"
    f"<description><![CDATA[<p>{TEXT}</p>]]></description>"
    "<enclosure url='https://n.example/a.pdf' length='9' type='application/pdf'/>"
    "</item></channel></rss>"
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="cy"><title>N</title><link rel="next" href="?page=2"/>'
    '<entry><id>urn:1</id><title type="html">A &lt;b&gt;</title><updated>2026-11-24T09:00:00Z</updated>'
    f'<content type="xhtml"><div>{TEXT}</div></content>'
    '<link href="https://n.example/1"/><category term="Waste"/><author><name>A</name></author></entry></feed>'
)
HTML = (
    '<!doctype html><html lang="en"><head><title>A page</title><meta name="description" content="x">'
    '<link rel="canonical" href="/a">'
    '<script type="application/ld+json">{"@context": "https://schema.org", "@type": "Article", '
    '"datePublished": "2026-11"}'
    f"</script></head><body><main><h1>A page</h1><p>{TEXT * 4}</p><table><tr><td>1<td>2</table>"
    '<a href="/feed.rss">Feed</a></main></body></html>'
)
SITEMAP = (
    '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://n.example/1</loc>'
    "<lastmod>2026-11-24</lastmod></url><url><loc>https://n.example/2</loc><lastmod>2026-11-24T09:00:00+00:00</lastmod></url></urlset>"
)
LISTING = (
    '<html><title>Index of /d</title><h1>Index of /d</h1><a href="a.pdf">a.pdf</a> 2026-11-24 09:00 12K '
    '<a href="b/">b/</a></html>'
)
OAI = (
    '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-11-24T09:00:00Z</responseDate>'
    "<request>r</request>"
    "<ListRecords><record><header><identifier>oai:n:1</identifier><datestamp>2026-11-24</datestamp></header><metadata>"
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:title>A</dc:title><dc:identifier>https://n.example/1</dc:identifier><dc:date>2026</dc:date></oai_dc:dc></metadata></record>"
    '<resumptionToken completeListSize="2">t</resumptionToken></ListRecords></OAI-PMH>'
)
SKOS = (
    "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . <https://n.example/c1> a skos:Concept ; "
    'skos:prefLabel "Waste"@en ; skos:broader <https://n.example/c2> . <https://n.example/c2> a skos:Concept ; '
    'skos:prefLabel "Environment"@en .'
)
JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "N",
        "items": [{"id": "1", "url": "https://n.example/1", "content_text": TEXT}],
    }
)
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj\n"
    b"4 0 obj<</Length 44>>stream\nBT /F1 12 Tf 10 100 Td (Food waste) Tj ET\nendstream endobj\n"
    b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj trailer<</Root 1 0 R>>"
)


def package(**parts: str) -> bytes:
    """An office file of these parts; `__` in a name is a slash, and each ends in `.xml`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in parts.items():
            made.writestr(f"{name.replace('__', '/')}.xml", text)
    return out.getvalue()


WORD = package(word__document=f"<w:document xmlns:w='w'><w:body><w:p><w:t>{TEXT}</w:t></w:p></w:body></w:document>")
OPEN = package(content=f"<office:document xmlns:office='o' xmlns:text='t'><text:p>{TEXT}</text:p></office:document>")
SLIDES = package(ppt__slides__slide1=f"<p:sld xmlns:p='p' xmlns:a='a'><a:t>{TEXT}</a:t></p:sld>")


def _sheet() -> bytes:
    book, out = Workbook(), io.BytesIO()
    book.active.append(["Ward", "Lorries"])  # type: ignore[union-attr]
    book.active.append(["Market", 40])  # type: ignore[union-attr]
    book.save(out)
    return out.getvalue()


def _picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((40, 20), 60).save(out, kind)
    return out.getvalue()


LETTER = (
    "Return-Path: <ann@n.example>\r\nFrom: =?utf-8?q?Ann_=C3=94?= <ann@n.example>\r\n"
    "To: Moothall <reply+a@n.example>\r\n"
    "Message-ID: <1@n.example>\r\nSubject: Re: Waste\r\nMIME-Version: 1.0\r\n"
)
ANSWER = f"{TEXT}\r\n\r\nOn 24 Nov 2026, Moothall wrote:\r\n> Who collects food waste?\r\n"
PARTS = (
    f'{LETTER}Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html; charset=iso-8859-1\r\n'
    f"Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>{TEXT}</p><blockquote>=C4</blockquote>\r\n--b\r\n"
    'Content-Type: application/pdf; name="a.pdf"\r\nContent-Disposition: attachment; filename="a.pdf"\r\n'
    "Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQ=\r\n--b--\r\n"
)


SOUND: dict[str, tuple[bytes, ...]] = {
    "feed": (FEED.encode(), ATOM.encode(), JSON_FEED.encode()),
    "sitemap": (SITEMAP.encode(), gzip.compress(SITEMAP.encode()), b"https://n.example/1\nhttps://n.example/2\n"),
    "listing": (LISTING.encode(),),
    "html": (HTML.encode(),),
    "signs": (HTML.encode(), FEED.encode()),
    "pdf": (PDF,),
    "office": (WORD, OPEN, SLIDES),
    "sheet": (_sheet(),),
    "text": (b"# A title\n\n" + TEXT.encode(), b"---\ntitle: A\ndate: 2026-11-24\n---\nWords"),
    "oai": (OAI.encode(),),
    "picture": tuple(_picture(kind) for kind in ("PNG", "JPEG", "WEBP")),
    "skos": (SKOS.encode(),),
    "letter": (f"{LETTER}Content-Type: text/plain; charset=utf-8\r\n\r\n{ANSWER}".encode(), PARTS.encode()),
    "enrich": (TEXT.encode(), HTML.encode()),
}
"""Reader -> documents that it reads."""

ODD = (
    *(
        b"\x00",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\x1b[2J",
        b"\r",
        b"%",
        b"&#0;",
        b"&#x110000;",
        b"&#" + b"9" * 5000 + b";",
    ),
    *(
        b"&nbsp;",
        b"<!--",
        b"]]>",
        b"<![CDATA[",
        b"<?xml",
        b"<!DOCTYPE a [",
        b"</",
        b"<a ",
        b'"',
        b"'",
        b"{",
        b"[",
        b"\\u d800",
        b"\\ud800",
    ),
    *(
        b"9" * 400,
        b"-1",
        b"1e999",
        b"NaN",
        b"2026-13-45",
        b"0000-00-00",
        b"%n%n",
        b"../" * 40,
        b"A" * 9000,
        b"<b>" * 700,
        b"[" * 3000,
    ),
    *(
        b"\xe2\x80\xae",
        b"\xf0\x9f\x92\xa9",
        "ﷺ".encode() * 300,
        LAUGHS,
        b"&m;",
        b"obj<<",
        b"endstream",
        b"PK\x03\x04",
        b"\x1f\x8b",
    ),
)
"""What is put in, in place of, or in front of something."""


def _cut(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randrange(len(data) + 1)]


def _drop(data: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(data) + 1)
    return data[:start] + data[start + dice.randrange(40) :]


def _flip(data: bytes, dice: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(dice.randrange(1, 12)):
        if made:
            made[dice.randrange(len(made))] = dice.randrange(256)
    return bytes(made)


def _put_in(data: bytes, dice: random.Random) -> bytes:
    place = dice.randrange(len(data) + 1)
    return data[:place] + dice.choice(ODD) + data[place + dice.choice((0, 0, 5)) :]


def _repeat(data: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(data) + 1)
    piece = data[start : start + dice.randrange(1, 60)]
    return data[:start] + piece * dice.randrange(2, 200) + data[start:]


def _splice(data: bytes, dice: random.Random) -> bytes:
    other = dice.choice(SOUND[dice.choice(sorted(SOUND))])
    return data[: dice.randrange(len(data) + 1)] + other[dice.randrange(len(other) + 1) :]


def _written_otherwise(data: bytes, dice: random.Random) -> bytes:
    return data.decode("latin-1").encode(dice.choice(("utf-16", "utf-32", "utf-7", "utf-16-le")), "replace")


CHANGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(_cut, _drop, _flip, _put_in, _repeat, _splice, _written_otherwise),
    *(_put_in, _flip),
)


def _broken(data: bytes, dice: random.Random) -> bytes:
    for _ in range(dice.randrange(1, 4)):
        data = dice.choice(CHANGES)(data, dice)
    return data


def _inside(data: bytes, dice: random.Random) -> bytes:
    """A sound package one of whose parts is broken."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as sound, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        chosen = dice.choice(sound.namelist())
        for name in sound.namelist():
            part = sound.read(name)
            made.writestr(name, _broken(part, dice) if name == chosen else part)
    return out.getvalue()


def request(data: bytes) -> bytes:
    """What the reader `enrich` is asked: the request is ours, the words are foreign."""
    text = data.decode("utf-8", "replace")
    return json.dumps(
        {"items": [{"title": text[:200], "text": text, "language": "en", "subjects": [text[:40]]}]}
    ).encode()


def mutants(reader: str, count: int, seed: int) -> Iterator[bytes]:
    """`count` broken documents for a reader, the same for the same seed."""
    dice = random.Random(f"{reader} {seed}")
    for number in range(count):
        sound = SOUND[reader][number % len(SOUND[reader])]
        data = _inside(sound, dice) if sound.startswith(b"PK") and number % 3 else _broken(sound, dice)
        yield request(data[:400_000]) if reader == "enrich" else data[:400_000]
