"""The gate: every screen as each kind of reader sees it, in every language, in Chromium and in the Nu HTML checker."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pytest
from lxml import html

from hub.accounts.sessions import SESSION_COOKIE
from hub.languages import ENGLISH, LANGUAGES
from tests.functional.browser import Browser, Page, chromium, needs_chromium
from tests.functional.screens import ELSEWHERE, Screens, screens
from tests.functional.serving import serving
from tests.servers.nu import complaints
from tests.servers.opensearch import NotHad

pytestmark = pytest.mark.server

WIDE, NARROW = 1280, 320
TOGETHER: Final = 2
"""Browsers that look at the same time: one a core of a small machine."""

TOKENS: Final = re.compile(r'<input[^>]*name="csrf_token"[^>]*>|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\b')
"""What is another with every answer, or belongs to the reader alone."""

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
    def shape(self) -> str:
        """The elements of its main part with their classes, what is repeated once: the same for other words.

        On the home page the header counts, too, which is another for each reader and in each language.
        """
        own = f"{self.language} {self.reader}" if self.address == "/" else ""
        return own + _shape(self.root.find(".//main"))

    @property
    def title(self) -> str:
        return str(self.root.findtext(".//title"))


def _shape(element: Any) -> str:
    kinds = " ".join(element.get(name, "") for name in ("class", "type", "role", "aria-current"))
    inside = dict.fromkeys(_shape(one) for one in element if isinstance(one.tag, str))
    return f"<{element.tag} {kinds}>{''.join(inside)}"


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


@needs_chromium
def test_every_page_is_accessible_and_fits_a_phone(gate: Gate) -> None:
    """Axe at 1280 px; everything takes the focus and shows it; nothing overflows at 320 px; the console is empty."""
    firsts = one_of_each_shape(gate.pages)
    with ThreadPoolExecutor(TOGETHER) as pool:
        parts = [gate.pages[number::TOGETHER] for number in range(TOGETHER)]
        wrong = [one for found in pool.map(lambda pages: look_over(gate, pages, firsts), parts) for one in found]
    assert not wrong, "\n".join(wrong)


def one_of_each_shape(pages: list[Seen]) -> set[int]:
    """The pages that axe looks at: it sees elements, so one of each shape will do, of one language after the other."""
    shapes: dict[str, dict[str, Seen]] = {}
    for page in reversed(pages):
        shapes.setdefault(page.shape, {})[page.language] = page
    codes = list(LANGUAGES)
    wanted = ((codes[number % len(codes)], there) for number, there in enumerate(shapes.values()))
    return {id(there.get(code) or next(iter(there.values()))) for code, there in wanted}


def look_over(gate: Gate, pages: list[Seen], firsts: set[int]) -> list[str]:
    """What is wrong with these pages in a browser. Axe, which takes long, looks at the first of each shape."""
    wrong = []
    with chromium() as browser:
        for reader in gate.screens.readers:
            with signed_in(gate, browser, reader) as opened:
                for seen in (page for page in pages if page.reader == reader):
                    wrong += [f"{seen}: {one}" for one in look_at(gate, opened, seen, id(seen) in firsts)]
                wrong += opened.messages
    return wrong


def signed_in(gate: Gate, browser: Browser, reader: str) -> Any:
    """A page of the browser as this reader has it."""
    secret = gate.screens.readers[reader]
    cookies = [{"name": SESSION_COOKIE, "value": secret, "url": gate.url}] if secret else []
    return browser.page(WIDE, cookies=cookies)


def look_at(gate: Gate, opened: Page, seen: Seen, closely: bool) -> list[str]:
    """What is wrong with one page."""
    opened.goto(gate.url + spoken(seen.address, seen.language))
    wrong = [f"without a visible focus: {one}" for one in opened.page.evaluate(FOCUS)]
    if closely:
        wrong += opened.violations()
    opened.page.set_viewport_size({"width": NARROW, "height": 900})
    wrong += [f"has no room at {NARROW}: {one}" for one in opened.page.evaluate(CRAMPED)]
    opened.page.set_viewport_size({"width": WIDE, "height": 900})
    return wrong


def test_the_nu_html_checker_finds_nothing(gate: Gate) -> None:
    try:
        found = complaints({str(page): page.text for page in gate.pages} | {BROKEN: "<p><time>yesterday</time>"})
    except NotHad as why:
        pytest.skip(f"Pages in the Nu HTML checker. {why}.")
    wrong = [one for one in found if not one.startswith(BROKEN)]
    assert len(found) > len(wrong), "the checker sees nothing at all"
    assert not wrong, "\n".join(wrong)
