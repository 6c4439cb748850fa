"""Every page in Chromium: axe at two widths, no console message, no overflow, without JavaScript, by keyboard."""

import shutil
from collections.abc import Iterator

import pytest

from tests.functional.conftest import Demo

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: no page seen in a browser")
axe_module = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (1280, 320)

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: no page was looked at in a browser"),
]

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
    "/records/none",
    "/sign-in/none",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def pages(demo: Demo, browser) -> list[str]:
    """All the pages, those with an id of their own among them."""
    page = browser.new_page()
    found = list(PAGES)
    page.goto(f"{demo.url}/search?q=damp+mould")
    record = page.locator("a[href^='/records/']").first.get_attribute("href")
    page.goto(f"{demo.url}/sources")
    sources = sorted({link.get_attribute("href") for link in page.locator("a[href^='/sources/']").all()})
    page.goto(demo.url + sources[0])
    run = page.locator("a[href*='/runs/']:not([href$='.csv'])").first.get_attribute("href")
    page.close()
    with_problems = [f"{source}/problems" for source in sources if source.count("/") == 2]
    return [*found, record, f"{record}/versions", *sources, run, *with_problems]


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_has_an_accessibility_violation_or_overflows(demo: Demo, browser, pages: list[str], width: int) -> None:
    axe = axe_module.Axe()
    page = browser.new_page(viewport={"width": width, "height": 900})
    messages: list[str] = []
    page.on("console", lambda message: messages.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: messages.append(f"{page.url}: {error}"))
    wrong: list[str] = []
    for path in pages:
        page.goto(demo.url + path)
        result = axe.run(page, options={"runOnly": RULES})
        wrong += [
            f"{path} at {width}: {one['id']} {[node['target'] for node in one['nodes']][:3]}"
            for one in result.response["violations"]
        ]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append(f"{path} is wider than {width}")
    page.close()
    expected = [one for one in messages if "404" in one or "403" in one or "410" in one]
    assert not wrong, "\n".join(wrong)
    assert [one for one in messages if one not in expected] == []


def test_every_title_is_its_own(demo: Demo, browser, pages: list[str]) -> None:
    page = browser.new_page()
    titles: dict[str, str] = {}
    for path in dict.fromkeys(pages):
        page.goto(demo.url + path)
        title = page.title()
        assert title
        assert title not in titles, f"{path} and {titles[title]} are both called {title!r}"
        titles[title] = path
    page.close()


def test_an_officer_finds_and_reads_without_javascript(demo: Demo, browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(demo.url)
    page.locator("input[name=q]").first.fill("damp and mould")
    page.keyboard.press("Enter")
    assert "results" in page.locator("h1").inner_text()
    page.locator("input[name=sector][value=council]").check()
    page.get_by_role("button", name="Apply filters").click()
    assert "sector=council" in page.url
    page.locator("a[href^='/records/']").first.click()
    assert page.get_by_role("heading", name="Whom to ask").is_visible()
    assert page.get_by_role("link", name="Read it at").is_visible()
    context.close()


def test_the_search_can_be_done_by_keyboard_alone(demo: Demo, browser) -> None:
    page = browser.new_page()
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
    page.close()


def test_the_operator_signs_in_checks_a_source_and_signs_out(demo: Demo, browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(demo.sign_in)
    page.get_by_role("button", name="Sign in").click()
    page.locator("main a[href^='/sources/']").first.click()
    page.get_by_role("button", name="Check now").click()
    assert "on its way" in page.content()
    page.get_by_role("button", name="Pause").click()
    assert "Paused" in page.content()
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{demo.url}/sources")
    page.locator("main a[href^='/sources/']").first.click()
    assert page.get_by_role("button", name="Check now").count() == 0
    page.goto(demo.sign_in)
    page.get_by_role("button", name="Sign in").click()
    assert "has been used or is too old" in page.content()
    context.close()


def test_a_page_is_light(demo: Demo, browser) -> None:
    """HTML and styles of a result page stay under 60 KB over the wire, fonts apart."""
    page = browser.new_page()
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
    page.goto(f"{demo.url}/search?q=waste")
    assert not [url for url in sizes if url.endswith(".js")]
    assert sum(size for url, size in sizes.items() if ".woff2" not in url) < 100_000
    page.close()
