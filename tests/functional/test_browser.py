"""Every page in Chromium: axe at two widths, no console message, no overflow, without JavaScript, by keyboard."""

import gzip
from collections.abc import Iterator

import pytest

from tests.functional.browser import WIDTHS, Browser, chromium, needs_chromium
from tests.functional.conftest import Demo

pytestmark = [pytest.mark.server, needs_chromium]

PAGES = (
    "/",
    "/search",
    "/search?q=damp+mould",
    "/search?q=waste&sector=council&from=2024-01-01",
    "/search?q=gwastraff",
    "/search?q=xylophone+zeppelin&sector=fire",
    "/search?q=damp&from=notadate",
    "/topics",
    "/topics?view=a-z",
    "/topics?q=zzzz",
    "/topics/HOU",
    "/organisations",
    "/organisations?q=zzzz",
    "/organisations/brackendale-council",
    "/sources",
    "/help",
    "/about",
    "/privacy",
    "/accessibility",
    "/records/none",
    "/sign-in/none",
    "/sign-in",
    "/register",
    "/register/sent",
    "/new-password",
    "/confirm",
    "/confirm/none",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def pages(demo: Demo, browser: Browser) -> list[str]:
    """All the pages, those with an id of their own among them."""
    with browser.page() as opened:
        page = opened.page
        page.goto(f"{demo.url}/search?q=damp+mould")
        record = page.locator("a[href^='/records/']").first.get_attribute("href")
        page.goto(f"{demo.url}/sources")
        sources = sorted({link.get_attribute("href") for link in page.locator("main a[href^='/sources/']").all()})
        page.goto(demo.url + sources[0])
        run = page.locator("a[href*='/runs/']:not([href$='.csv'])").first.get_attribute("href")
    with_problems = [f"{source}/problems" for source in sources]
    return [*PAGES, record, f"{record}/versions", f"{record}/report", *sources, run, *with_problems]


def test_no_page_has_an_accessibility_violation_or_overflows_on_a_phone(
    demo: Demo, browser: Browser, pages: list[str]
) -> None:
    """As on a wide screen test_gate.py sees; here are the pages of the demo, at which somebody looks first."""
    wrong: list[str] = []
    with browser.page(320) as page:
        for path in pages:
            page.goto(demo.url + path)
            wrong += page.violations()
    assert not wrong, "\n".join(wrong)
    assert page.messages == []


def test_every_title_is_its_own(demo: Demo, browser: Browser, pages: list[str]) -> None:
    titles: dict[str, str] = {}
    with browser.page() as opened:
        for path in dict.fromkeys(pages):
            opened.goto(demo.url + path)
            title = opened.page.title()
            assert title
            assert title not in titles, f"{path} and {titles[title]} are both called {title!r}"
            titles[title] = path


def test_an_officer_finds_and_reads_without_javascript(demo: Demo, browser: Browser) -> None:
    with browser.page(java_script_enabled=False) as opened:
        page = opened.page
        page.goto(demo.url)
        page.locator("input[name=q]").first.fill("damp and mould")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?*")
        assert "results" in page.locator("h1").inner_text()
        page.locator("input[name=sector][value=council]").check()
        page.get_by_role("button", name="Apply filters").click()
        page.wait_for_url("**sector=council*")
        page.locator("a[href^='/records/']").first.click()
        page.wait_for_url("**/records/*")
        assert page.get_by_role("heading", name="Whom to ask").is_visible()
        assert page.get_by_role("link", name="Read it at").is_visible()


def test_the_search_can_be_done_by_keyboard_alone(demo: Demo, browser: Browser) -> None:
    with browser.page() as opened:
        page = opened.page
        page.goto(demo.url)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('href')").startswith("#")
        for _ in range(20):
            if page.evaluate("document.activeElement.name") == "q":
                break
            page.keyboard.press("Tab")
        page.keyboard.type("home safety visits")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?*")
        for _ in range(80):
            if (page.evaluate("document.activeElement.getAttribute('href')") or "").startswith("/records/"):
                break
            page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        page.keyboard.press("Enter")
        page.wait_for_url("**/records/*")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_search_box_suggests_while_one_types(demo: Demo, browser: Browser, width: int) -> None:
    with browser.page(width) as opened:
        page = opened.page
        options = page.locator("datalist#suggestions option")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if "/suggest.json" in request.url else None)
        for path in ("/", "/search?q=waste"):
            opened.goto(demo.url + path)
            box = page.locator("form.box input[name=q]")
            assert page.evaluate("document.querySelector('form.box input').list.id") == "suggestions"
            asked.clear()
            box.fill("")
            box.press_sequentially("brackend", delay=20)
            options.filter(has_text="Brackendale Council").wait_for(state="attached")
            assert len(asked) < 4, "not for every letter"
            assert opened.violations() == []
        box.fill("qqqzzz")
        options.first.wait_for(state="detached")
        box.fill("brackendale council")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=brackendale*")
    assert opened.messages == []


def test_where_suggestions_fail_or_there_is_no_javascript_the_box_works(demo: Demo, browser: Browser) -> None:
    with browser.page() as opened:
        opened.page.route("**/suggest.json*", lambda route: route.fulfill(status=200, body="<p>No JSON"))
        opened.goto(demo.url)
        with opened.page.expect_response("**/suggest.json*"):
            opened.page.locator("form.box input[name=q]").press_sequentially("damp")
        opened.page.keyboard.press("Enter")
        opened.page.wait_for_url("**/search?q=damp")
        assert opened.messages == []
    with browser.page(java_script_enabled=False) as plain:
        plain.goto(f"{demo.url}/search?q=damp")
        assert plain.page.locator("datalist").count() == 0
        assert plain.page.locator("form.box input[list]").count() == 0


def test_the_operator_signs_in_checks_a_source_and_signs_out(demo: Demo, browser: Browser) -> None:
    with browser.page() as opened:
        page = opened.page
        page.goto(demo.sign_in)
        opened.press("Sign in")
        page.wait_for_url("**/manage")
        page.goto(f"{demo.url}/sources")
        page.get_by_role("link", name="Brackendale practice and policy").first.click()
        opened.press("Check now")
        page.get_by_text("on its way").wait_for()
        opened.press("Pause")
        page.get_by_text("Paused: nobody checks it").wait_for()
        opened.press("Resume")
        page.get_by_text("Resumed: the next check is due now").wait_for()
        opened.press("Sign out")
        page.wait_for_url(f"{demo.url}/")
        page.goto(f"{demo.url}/sources")
        page.get_by_role("link", name="Brackendale practice and policy").first.click()
        page.get_by_role("heading", name="What we hold").wait_for()
        assert page.get_by_role("button", name="Check now").count() == 0
        page.goto(demo.sign_in)
        opened.press("Sign in")
        page.get_by_text("has been used or is too old").wait_for()


def test_a_page_is_light(demo: Demo, browser: Browser) -> None:
    """A result page goes over the wire as under 60 KB, its styles as 14 KB, its script as 700 bytes; fonts apart."""
    with browser.page() as opened:
        sizes: dict[str, int] = {}
        opened.page.on("response", lambda answer: sizes.update({answer.url: len(gzip.compress(answer.body()))}))
        opened.goto(f"{demo.url}/search?q=waste")
        opened.page.wait_for_load_state("networkidle")
    (script,) = [size for url, size in sizes.items() if url.endswith(".js")]
    styles = sum(size for url, size in sizes.items() if url.endswith(".css"))
    total = sum(size for url, size in sizes.items() if ".woff2" not in url)
    print(f"styles {styles} bytes, page and styles {total} bytes, gzipped")
    assert styles < 14_000
    assert script < 700
    assert total < 60_000
