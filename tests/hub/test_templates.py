"""What every template and stylesheet keeps to: nothing inline, nothing unescaped, plain words, no dead ends, light."""

import gzip
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, render_template_string
from jinja2 import Environment

from hub.app import create_app
from hub.index.base import SearchPage
from hub.records.cards import Card, Publisher, Topic
from hub.search.feeds import entries_of
from hub.topics.service import Vocabulary
from hub.web import atom
from tests.people import World, world

HUB = Path(__file__).parents[2] / "hub"
TEMPLATES = sorted((HUB / "templates").rglob("*.*"))
PAGES = [
    path
    for path in TEMPLATES
    if path.suffix == ".html" and path.name != "base.html" and "{% extends " in path.read_text()
    if path.name != "frame.html"
]
STYLES = [HUB / "static" / name for name in ("moothall.css", "govuk.css")]
FRAMED = '{% extends "communities/frame.html" %}'
"""A page of a community: its title and heading are those of the frame."""
LARGEST_STYLES = 14 * 1024

NOT_OURS = (
    "altlabel", "preflabel", "hiddenlabel", "concept", "skos", "uuid", "exception", "traceback", "stack trace",
    "trigger", "harvest job", "harvest run", "harvested", "harvester", "import job", "connector", "slug", "notation",
    "payload", "null", "undefined", "invalid", "click here", "please note", "facet", "query string", "boolean",
)  # fmt: skip
"""What nobody should have to read: the words of the inside, and those that house style leaves out."""

HOSTILE = "Fans & <script>alert('1')</script> \"and\" mould"


def name_of(path: Path) -> str:
    return str(path.relative_to(HUB / "templates"))


def markup(path: Path) -> str:
    """The template as a reader of HTML sees it: comments out, `{{ … }}` as `X`, `{% … %}` as nothing."""
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)
    text = re.sub(r"\{%.*?%\}", "", text, flags=re.S)
    return re.sub(r"\{\{.*?\}\}", "X", text, flags=re.S)


def visible(path: Path) -> str:
    """What people read: text between tags, the words that expressions hold in quotes, and labels in attributes."""
    source = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)
    labels = re.findall(r'(?:aria-label|title|alt)="([^"{]+)"', source)
    given = re.findall(r'"(?:text|titleText)": "([^"]+)"', source)
    given += [said for _, said in re.findall(r"""\b(?:_|ngettext)\((["'])(.+?)\1""", source)]
    text = re.sub(r"<code>.*?</code>", " ", markup(path), flags=re.S)
    return " ".join([re.sub(r"<[^>]*>", " ", text), *labels, *given]).casefold()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[World]:
    """On one kind of database: templates ask nothing of it."""
    with world(tmp_path / "hub") as made:
        yield made


@pytest.fixture
def app(hub: World) -> Flask:
    """The site over a hub with two organisations and nothing else."""
    index = SimpleNamespace(search=lambda query: SearchPage((), 0, {}), similar=lambda id, size: [])
    expander = SimpleNamespace(expand=lambda words: (), line=lambda expansions: [])
    courier = SimpleNamespace(send=lambda name, thing: None)
    vocabulary = Vocabulary(hub.database)
    return create_app(hub.settings, hub.database, vocabulary, index, courier, expander=expander)  # type: ignore[arg-type]


def card(title: str = HOSTILE) -> Card:
    return Card(
        id="0190",
        title=title,
        summary=title,
        publisher=Publisher("northford-city", "Northford & City", "council"),
        type="case-study",
        language="cy",
        published=date(2026, 11, 19),
        licence="Open Government Licence",
        licensed=True,
        topics=(Topic("HOU.3", "Damp & mould"),),
        check="Its review is overdue.",
        also=2,
    )


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_nothing_is_inline(path: Path) -> None:
    text = markup(path)
    text = re.sub(r'<script src="X" defer></script>', "", text)
    assert not re.search(r"<\s*(script|style|iframe|object|embed)\b", text, re.I)
    assert not re.search(r"\s(style|on[a-z]+)\s*=", text, re.I)
    assert "javascript:" not in text.casefold()


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_nothing_goes_round_the_escaping(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)
    assert not re.search(r"\|\s*safe\b|autoescape|\|\s*forceescape|Markup\(", text)
    assert not re.search(r'"(html|titleHtml|descriptionHtml)":', text), "the GOV.UK macros put `html` in as it is"


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_attribute_is_quoted(path: Path) -> None:
    for tag in re.findall(r"<[a-zA-Z][^<>]*>", markup(path)):
        bare = re.sub(r'"[^"]*"', '""', tag)
        assert not re.search(r"=\s*[^\"\s>]", bare), tag


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_only_plain_words_are_shown(path: Path) -> None:
    if path.suffix == ".html":
        words = visible(path)
        found = [word for word in NOT_OURS if re.search(rf"\b{re.escape(word)}s?\b", words)]
        assert not found


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_nothing_is_loaded_from_elsewhere(path: Path) -> None:
    assert not re.search(r'\bsrc="(?!/static/|X)', markup(path))
    assert not re.search(r'<link rel="(stylesheet|icon)"[^>]*href="(?!/static/|X)', markup(path))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_form_that_writes_carries_its_token(path: Path) -> None:
    text = path.read_text()
    assert len(re.findall(r'<form[^>]*method="post"', text)) == text.count("csrf_token()")


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_page_has_the_frame_a_title_and_one_heading(path: Path) -> None:
    text = path.read_text()
    if FRAMED in text:
        assert "{% block content %}" in text
        return
    assert '{% extends "base.html" %}' in text
    assert "{% block title %}" in text
    assert "<h1" in text


def test_whatever_a_view_renders_is_a_page() -> None:
    """The rest are pieces of pages."""
    code = "".join(path.read_text() for path in HUB.rglob("*.py"))
    rendered = set(re.findall(r'render_template\(\s*"([^"]+\.html)"', code))
    assert rendered - {name_of(path) for path in PAGES} == set()


def test_pages_have_titles_of_their_own() -> None:
    """Those within a community say which part of it they are; the first is named as the community alone."""
    own = r"\{% block title %\}(.*?)\{% endblock %\}"
    framed = [path for path in PAGES if FRAMED in path.read_text()]
    titles = [re.findall(own, path.read_text(), re.S) for path in PAGES if path not in framed]
    words = [
        re.findall(r"\{% set tab_words = (.*?) %\}", path.read_text()) for path in framed if path.name != "now.html"
    ]
    assert all(len(found) == 1 for found in titles + words)
    assert len({found[0] for found in titles}) == len(titles)
    assert len({found[0] for found in words}) == len(words)


def test_every_link_between_pages_leads_to_a_route(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    for path in TEMPLATES:
        assert set(re.findall(r"url_for\(\s*'([^']+)'", path.read_text())) <= endpoints, path


def test_addresses_that_stand_in_full_lead_to_a_route(app: Flask) -> None:
    """The frame and the error page must work for a request that cannot be routed, so they do without url_for."""
    adapter = app.url_map.bind("localhost")
    for name in ("base.html", "errors/error.html"):
        text = (HUB / "templates" / name).read_text()
        assert "url_for(" not in text
        for address in re.findall(r"""(?:href|src|action)="(/[^"{#]*)|'(/[a-z]+)'""", text):
            found = "".join(address)
            if found.startswith("/static/"):
                assert (HUB / found[1:]).is_file()
            else:
                assert adapter.test(found, "POST" if found == "/sign-out" else "GET"), found


def test_an_unknown_host_gets_a_whole_page(app: Flask) -> None:
    answer = app.test_client().get("/search", base_url="http://evil.example")
    assert answer.status_code == 400
    assert "<h1>" in answer.text
    assert "evil.example" not in answer.text


@pytest.mark.parametrize(
    "address", ["/", "/search", "/topics", "/organisations", "/sources", "/help", "/about", "/nothing"]
)
def test_an_empty_hub_says_what_to_do_next(app: Flask, address: str) -> None:
    answer = app.test_client().get(address, base_url="http://127.0.0.1:8000")
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    assert main.count("<h1") == 1
    assert "<a href=" in main
    assert "undefined" not in main.casefold()
    assert not re.search(r">\s*None\b", main)


def test_a_hostile_title_stays_text(app: Flask) -> None:
    template = "{% from 'parts/hit.html' import document %}{{ document(card, why=[title]) }}"
    with app.test_request_context("/", base_url="http://127.0.0.1:8000"):
        html = render_template_string(template, card=card(), title=HOSTILE)
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 4
    assert 'lang="cy"' in html


def test_a_feed_is_atom_whatever_its_titles(app: Flask) -> None:
    with app.test_request_context("/search.atom?q=a%26b", base_url="http://127.0.0.1:8000"):
        text = atom(HOSTILE, entries_of([card()])).get_data(as_text=True)
    space = "{http://www.w3.org/2005/Atom}"
    feed = ElementTree.fromstring(text)
    assert [feed.findtext(f"{space}{name}") for name in ("id", "updated")] == [
        "http://127.0.0.1:8000/search.atom?q=a%26b",
        "2026-11-19T00:00:00Z",
    ]
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{space}link")}
    assert links["alternate"] == "http://127.0.0.1:8000/search?q=a%26b"
    entry = feed.find(f"{space}entry")
    assert entry is not None
    assert entry.findtext(f"{space}title") == HOSTILE
    assert entry.findtext(f"{space}author/{space}name") == "Northford & City"


def test_the_search_description_is_xml(app: Flask) -> None:
    answer = app.test_client().get("/opensearch.xml", base_url="http://127.0.0.1:8000")
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    description = ElementTree.fromstring(answer.text)
    assert len(description.findtext(f"{space}ShortName") or "") <= 16
    assert "{searchTerms}" in (description.find(f"{space}Url").get("template") or "")  # type: ignore[union-attr]


def test_every_template_compiles(app: Flask) -> None:
    environment: Environment = app.jinja_env
    for path in TEMPLATES:
        environment.get_template(name_of(path))


def test_styles_are_light() -> None:
    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in STYLES) <= LARGEST_STYLES


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_styles_load_nothing_from_elsewhere_and_bring_no_foreign_brand(path: Path) -> None:
    text = path.read_text()
    folded = re.sub(r"/\*.*?\*/", "", text, flags=re.S).casefold()
    assert "@import" not in folded
    assert "gds transport" not in folded
    assert "#1d70b8" not in folded
    assert "#0f7a52" not in folded
    for address in re.findall(r"""url\(["']?([^"')]+)""", folded):
        assert (HUB / "static" / address).is_file(), address
    for face in re.findall(r"@font-face\s*\{[^}]*\}", folded):
        assert "font-display: swap" in face
        assert "unicode-range" in face


def test_every_class_has_a_style_and_every_style_a_use() -> None:
    styles = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", "".join(path.read_text() for path in STYLES), flags=re.S)
    ours = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", STYLES[0].read_text(), flags=re.S)
    styled = set(re.findall(r"\.([a-z][a-z-]*)", styles))
    templates = "".join(path.read_text() for path in TEMPLATES)
    used = {
        name
        for value in re.findall(r'class="([^"]*)"', "".join(markup(path) for path in TEMPLATES))
        for name in value.split()
        if "X" not in name
    }
    assert used <= styled
    from_values = {"council", "police", "fire", "health", "central", "education", "voluntary"}
    own = {name for name in re.findall(r"\.([a-z][a-z-]*)", ours) if not name.startswith("govuk-")}
    assert [name for name in sorted(own - from_values) if not re.search(rf"\b{name}\b", templates)] == []


SCRIPTS = ("suggest.js", "passkey.js", "queue.js")


def test_what_is_vendored_names_its_licence() -> None:
    named = (HUB / "static" / "LICENCES.md").read_text()
    assert "SIL Open Font License" in named
    assert "MIT License" in named
    assert (HUB / "static" / "fonts" / "OFL.txt").is_file()
    served = [path for path in (HUB / "static").rglob("*") if path.is_file() and path.name not in SCRIPTS]
    assert {path.suffix for path in served} <= {
        ".css", ".svg", ".ico", ".woff2", ".txt", ".md",
    }, "no script is served but those that are ours"  # fmt: skip
