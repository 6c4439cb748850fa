"""Chromium for tests: pages that are opened, looked over with axe, and used by keyboard."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (1280, 320)

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="Chromium is not installed: no page was looked at in a browser"
)


@dataclass
class Page:
    """One page of the browser; `messages` are what its console said, but for the statuses that were asked for."""

    page: Any
    width: int
    messages: list[str] = field(default_factory=list)

    def goto(self, address: str) -> None:
        """Open an address."""
        self.page.goto(address)

    def violations(self) -> list[str]:
        """What axe finds, and a page that is wider than its window."""
        result = Axe().run(self.page, options={"runOnly": RULES, "resultTypes": ["violations"]})
        where = f"{self.page.url} at {self.width}"
        found = [
            f"{where}: {one['id']} {[node['target'] for node in one['nodes']][:3]}"
            for one in result.response["violations"]
        ]
        if self.page.evaluate("document.documentElement.scrollWidth") > self.width:
            found.append(f"{where}: wider than the window")
        return found

    def text(self) -> str:
        """The words of the page's main part."""
        return str(self.page.locator("main").inner_text())

    def press(self, name: str) -> None:
        """Press the button with this name."""
        self.page.get_by_role("button", name=name).click()

    def tab_to(self, tag: str, text: str) -> None:
        """Press Tab until this element has the focus; AssertionError when it never gets it."""
        for _ in range(120):
            self.page.keyboard.press("Tab")
            tagged, words = self.page.evaluate(
                "[document.activeElement.tagName.toLowerCase(), document.activeElement.textContent.trim()]"
            )
            if (tagged, words) == (tag, text):
                return
        raise AssertionError(f"{tag} {text!r} cannot be reached with Tab")

    def keys(self, *names: str) -> None:
        """Press keys."""
        for name in names:
            self.page.keyboard.press(name)

    def wait_for(self, pattern: str) -> None:
        """Wait until the address fits."""
        self.page.wait_for_url(pattern)


@dataclass
class Browser:
    """Chromium."""

    chromium: Any

    @contextmanager
    def page(self, width: int = 1280, *, cookies: Sequence[Any] = (), **options: Any) -> Iterator[Page]:
        """A page in a context of its own (with these cookies, and none of others)."""
        context = self.chromium.new_context(viewport={"width": width, "height": 900}, **options)
        context.add_cookies(list(cookies))
        made = Page(context.new_page(), width)
        made.page.on("console", lambda message: _noted(made, message.text))
        made.page.on("pageerror", lambda error: made.messages.append(f"{made.page.url}: {error}"))
        try:
            yield made
        finally:
            context.close()


def _noted(page: Page, text: str) -> None:
    # Chromium reports the status of the page itself; a page that is meant to be refused is none of our faults.
    if not any(f"status of {status}" in text for status in (400, 403, 404, 409, 410)):
        page.messages.append(f"{page.page.url}: {text}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium."""
    with sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield Browser(launched)
        finally:
            launched.close()
