"""The gate: every screen as each kind of reader sees it, in every language, in Chromium and in the Nu HTML checker."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import cycle
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from lxml import html
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException

from hub.accounts.sessions import SESSION_COOKIE
from hub.languages import ENGLISH, LANGUAGES
from tests.functional.browser import Browser, Page, chromium, needs_chromium
from tests.functional.screens import ELSEWHERE, Screens, screens
from tests.functional.serving import serving
from tests.servers.nu import complaints
from tests.servers.opensearch import NotHad

pytestmark = pytest.mark.server

WIDE: Final = 1280
PHONE: Final = {"width": 320, "height": 900}
TOGETHER: Final = 2
"""Browsers that look at the same time: one a core of a small machine."""

TOKENS: Final = re.compile(r'<input[^>]*name="csrf_token"[^>]*>|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\b')
"""What is another with every answer, or belongs to the reader alone."""

TELLING: Final = {"class", "type", "role", "aria-current"}
"""Attributes whose values count; of others it counts whether they are there."""

BROKEN: Final = "a page that is broken"

FOCUS: Final = """() => {
  const shows = (one, part) => {
    const style = one && getComputedStyle(one, part);
    return style && (style.outlineStyle !== "none" || style.boxShadow !== "none");
  };
  return [...document.querySelectorAll("a[href], button, input, select, textarea, summary")].filter(one => {
    if (one.disabled || one.type === "hidden" || one.closest(".trap") || !one.checkVisibility()) return false;
    one.focus({focusVisible: true});
    return document.activeElement !== one || !(shows(one) || shows(one.nextElementSibling, "::before"));
  }).map(one => one.outerHTML.slice(0, 120));
}"""
"""What can be used and does not take the focus, or does not show that it has it."""

CRAMPED: Final = """() => {
  const all = [...document.querySelectorAll("main *, header *, footer *")].filter(one => one.checkVisibility());
  const wider = document.documentElement.scrollWidth > innerWidth;
  return all.filter(one => {
    const box = one.getBoundingClientRect(), hidden = one.closest(".hidden, .govuk-visually-hidden, .trap, thead");
    const lettered = !hidden && one.matches("dt, dd, td, th, p, li, h2, h3") && box.width > 1 && box.width < 40 &&
      one.textContent.trim().length > 9;
    return lettered || (wider && box.right > innerWidth + 1);
  }).map(one => one.outerHTML.slice(0, 120));
}"""
"""What stands out at the right of a window that is too narrow for the page, and text that has no room for a word."""


@dataclass(frozen=True)
class Seen:
    """One page as one reader gets it in one language."""

    address: str
    route: str
    reader: str
    language: str
    status: int
    text: str

    def __str__(self) -> str:
        return f"{self.address} for the {self.reader} in {LANGUAGES[self.language]}"

    @cached_property
    def root(self) -> Any:
        return html.fromstring(self.text)

    @cached_property
    def elements(self) -> frozenset[str]:
        """The elements of its main part, each with what it is in and what is in it, by tags, classes and attributes.

        On the home page the header counts, too, which is another for each reader and in each language.
        """
        if self.address == "/":
            return frozenset(_elements(self.root.find("body"), f"{self.language} {self.reader}"))
        return frozenset(_elements(self.root.find(".//main"), ""))

    @property
    def title(self) -> str:
        return str(self.root.findtext(".//title"))


def _elements(element: Any, around: str) -> Iterator[str]:
    inside = [one for one in element if isinstance(one.tag, str)]
    told = (f"{name}={element.get(name)}" if name in TELLING else name for name in sorted(element.attrib))
    yield f"{around} <{element.tag} {' '.join(told)}> {' '.join(sorted({_named(one) for one in inside}))}"
    for one in inside:
        yield from _elements(one, f"{around} {_named(element)}")


def _named(element: Any) -> str:
    return f"<{element.tag} {element.get('class', '')}>"


@dataclass
class Gate:
    """The hub, where it is served, its pages, and the routes at which somebody gets something."""

    screens: Screens
    url: str
    pages: list[Seen] = field(default_factory=list)
    answering: set[str] = field(default_factory=set)

    def gather(self) -> None:
        """Every page, but those that another reader got already with the same words between header and footer."""
        known = set()
        for address, route in self.screens.addresses().items():
            for reader in self.screens.readers:
                seen = self._get(address, route, reader, ENGLISH)
                # The header is a reader's own, and the same on all of their pages.
                own = reader if address == "/" else ""
                main = own + TOKENS.sub("", seen.text.partition("<main")[2].partition("</main>")[0]) if seen else own
                if seen and main not in known:
                    known.add(main)
                    others = (self._get(address, route, reader, one) for one in LANGUAGES if one != ENGLISH)
                    self.pages += [seen, *filter(None, others)]

    def _get(self, address: str, route: str, reader: str, language: str) -> Seen | None:
        """The page; None for a file, and for a way to somewhere else."""
        client = self.screens.site.app.test_client()
        if self.screens.readers[reader]:
            client.set_cookie(SESSION_COOKIE, self.screens.readers[reader], domain="127.0.0.1")
        answer = self.screens.site.get(spoken(address, language), client)
        if answer.status_code == 200:
            self.answering.add(route)
        if answer.mimetype != "text/html" or 300 <= answer.status_code < 400:
            return None
        return Seen(address, route, reader, language, answer.status_code, answer.text)


def spoken(address: str, language: str) -> str:
    """The address with the language in it."""
    return f"{address}{'&' if '?' in address else '?'}lang={language}"


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    with screens(tmp_path_factory.mktemp("gate") / "hub") as made, serving(made.site.app) as url:
        found = Gate(made, url)
        found.gather()
        yield found


def test_every_screen_is_looked_at(gate: Gate) -> None:
    """A new route that answers with a page is found here, or this fails."""
    missing = {file for file in ELSEWHERE.values() if not Path(__file__).with_name(file).is_file()}
    assert not missing
    unseen = set(gate.screens.addresses().values()) - gate.answering
    assert not unseen, f"nobody sees anything at {unseen}: give them addresses in tests/functional/screens.py"


def test_every_page_says_its_language_and_has_one_heading(gate: Gate) -> None:
    wrong = []
    for page in gate.pages:
        if page.root.get("lang") != page.language:
            wrong.append(f"{page}: lang is {page.root.get('lang')!r}")
        headings = [" ".join(one.text_content().split()) for one in page.root.iter("h1")]
        if len(headings) != 1 or not headings[0]:
            wrong.append(f"{page}: headings {headings}")
    assert not wrong, "\n".join(wrong)


def test_every_title_is_its_own(gate: Gate) -> None:
    wrong, titles = [], dict[tuple[str, str], Seen]()
    for page in gate.pages:
        if page.status != 200:
            continue
        first = titles.setdefault((page.language, page.title), page)
        if first.address != page.address:
            wrong.append(f"{page.title!r} is {first.address} and {page.address}")
    assert not wrong, "\n".join(wrong)


def test_every_link_and_form_leads_to_a_route(gate: Gate) -> None:
    """An address with a part that is empty, or of a page that there is not, is found here."""
    routes = gate.screens.site.app.url_map.bind(urlsplit(gate.url).netloc)
    wrong, seen = [], set()
    for page in gate.pages:
        links = [("GET", one.get("href", "")) for one in page.root.iter("a")]
        forms = [(one.get("method", "get").upper(), one.get("action", "")) for one in page.root.iter("form")]
        for method, address in (one for one in links + forms if one[1].startswith("/") and one not in seen):
            seen.add((method, address))
            try:
                routes.match(urlsplit(address).path, method)
            except (HTTPException, RoutingException) as error:
                wrong.append(f"{page}: {method} {address}: {type(error).__name__}")
    assert len(seen) > 500, "the pages have links"
    assert not wrong, "\n".join(wrong)


@needs_chromium
def test_every_page_is_accessible_and_fits_a_phone(gate: Gate) -> None:
    """Axe and a visible focus for every element at 1280 px; room for every page at 320 px; the console is empty."""
    some = those_that_show_everything(gate.pages)
    with ThreadPoolExecutor(TOGETHER) as pool:
        parts = [gate.pages[number::TOGETHER] for number in range(TOGETHER)]
        wrong = [one for found in pool.map(lambda pages: look_over(gate, pages, some), parts) for one in found]
    assert not wrong, "\n".join(wrong)


def those_that_show_everything(pages: list[Seen]) -> set[int]:
    """The pages that are looked at closely: few that have every element of them all, one language after the other.

    What axe says of an element, and whether it shows the focus, is the same wherever the same is around and in it.
    """
    found: set[int] = set()
    turns = cycle(LANGUAGES)
    left = set().union(*(page.elements for page in pages))
    while left:
        turn = next(turns)
        best = max(pages, key=lambda page: (len(page.elements & left), page.language == turn))
        found.add(id(best))
        left -= best.elements
    return found


def look_over(gate: Gate, pages: list[Seen], some: set[int]) -> list[str]:
    """What is wrong with these pages in a browser, some of which are looked at closely."""
    wrong = []
    with chromium() as browser:
        for reader in gate.screens.readers:
            theirs = [page for page in pages if page.reader == reader]
            with signed_in(gate, browser, reader) as opened:
                for seen in theirs:
                    if id(seen) in some:
                        wrong += [f"{seen}: {one}" for one in look_at(gate, opened, seen)]
                wrong += opened.messages
            with signed_in(gate, browser, reader, scripts=False) as opened:
                # What is written into an open page is shown in a quarter of the time, with the same styles and rules.
                opened.goto(gate.url)
                opened.page.set_viewport_size(PHONE)
                for seen in theirs:
                    opened.page.set_content(seen.text)
                    wrong += [f"{seen} without scripts: {one}" for one in cramped(opened)]
                wrong += opened.messages
    return wrong


def signed_in(gate: Gate, browser: Browser, reader: str, scripts: bool = True) -> AbstractContextManager[Page]:
    """A page of the browser as this reader has it."""
    secret = gate.screens.readers[reader]
    cookies = [{"name": SESSION_COOKIE, "value": secret, "url": gate.url}] if secret else []
    return browser.page(WIDE, cookies=cookies, java_script_enabled=scripts)


def look_at(gate: Gate, opened: Page, seen: Seen) -> list[str]:
    """What is wrong with one page by axe, what does not show that it has the focus, and what has no room on a phone."""
    opened.page.set_viewport_size({"width": WIDE, "height": 900})
    opened.goto(gate.url + spoken(seen.address, seen.language))
    wrong = [f"without a visible focus: {one}" for one in opened.page.evaluate(FOCUS)] + opened.violations()
    opened.page.set_viewport_size(PHONE)
    return wrong + cramped(opened)


def cramped(opened: Page) -> list[str]:
    """What has no room."""
    return [f"no room at {PHONE['width']}: {one}" for one in opened.page.evaluate(CRAMPED)]


def test_the_nu_html_checker_finds_nothing(gate: Gate) -> None:
    try:
        found = complaints({str(page): page.text for page in gate.pages} | {BROKEN: "<p><time>yesterday</time>"})
    except NotHad as why:
        pytest.skip(f"Pages in the Nu HTML checker. {why}.")
    wrong = [one for one in found if not one.startswith(BROKEN)]
    assert len(found) > len(wrong), "the checker sees nothing at all"
    assert not wrong, "\n".join(wrong)
