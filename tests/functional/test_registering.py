"""Registering and editing a source in Chromium, with and without JavaScript, wide and on a phone."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from hub.accounts.service import make_link
from hub.wsgi import build
from tests.functional.browser import WIDTHS, Browser, Page, chromium, needs_chromium
from tests.functional.serving import serving
from tests.hub.sources.checked import Checked
from tests.hub.sources.registered import hub_of_two
from tests.servers.loopback import serve
from tests.servers.town import NO_LINK, Town

pytestmark = [pytest.mark.server, needs_chromium]


@dataclass(frozen=True)
class Live:
    """A hub that serves."""

    url: str
    checked: Checked

    def sign_in(self, page: Page) -> None:
        """Come in as the operator."""
        with self.checked.parts.database.writing() as session:
            link = make_link(session, seconds=60)
        page.goto(f"{self.url}/sign-in/{link}")
        page.press("Sign in")
        page.goto(f"{self.url}/sources")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("registering") / "hub"
    with hub_of_two(folder) as checked, serving(build(checked.parts.settings)) as url:
        yield Live(url, checked)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@dataclass
class Journey:
    """A person's way through the pages; where scripts run, axe looks at each."""

    page: Page
    scripts: bool

    def __post_init__(self) -> None:
        self.wrong: list[str] = []

    def arrive(self, heading: str) -> None:
        """Be on the page with this heading, and look it over."""
        self.page.page.get_by_role("heading", level=1, name=heading).wait_for()
        if self.scripts:
            self.wrong += self.page.violations()
        elif self.page.page.evaluate("document.documentElement.scrollWidth") > self.page.width:
            self.wrong.append(f"{heading}: wider than the window")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_any_address_to_a_source_that_is_checked_and_edited(
    live: Live, browser: Browser, width: int, scripts: bool
) -> None:
    with serve(Town(items=NO_LINK).answer) as town, browser.page(width, java_script_enabled=scripts) as opened:
        page, journey = opened.page, Journey(opened, scripts)
        live.sign_in(opened)
        page.get_by_role("link", name="Register a source").click()
        journey.arrive("Where is it published?")
        opened.press("Look there")
        page.get_by_role("alert").get_by_text("Choose the organisation").wait_for()
        journey.arrive("Where is it published?")
        page.get_by_label("Organisation").select_option(label="Northford City")
        page.get_by_label("Address").fill(town.url("/nowhere"))
        opened.press("Look there")
        page.get_by_role("alert").get_by_text("There is nothing at").wait_for()
        assert page.get_by_label("Address").input_value() == town.url("/nowhere")
        page.get_by_label("Address").fill(town.url("/"))
        opened.press("Look there")
        journey.arrive("What can be collected")
        page.locator("main a.button", has_text="Northford news").click()
        journey.arrive("Preview of Northford news")
        assert page.locator("article.hit").count() == 4
        assert "An entry without an address" in opened.text()
        page.get_by_label("Licence").select_option(label="CC BY 4.0")
        opened.press("Show it like this")
        page.get_by_text("CC BY", exact=True).first.wait_for()
        page.get_by_label("Roads").select_option(label="Damp and mould")
        opened.press("Go on")
        journey.arrive("Confirm and save")
        assert "Roads stands for Damp and mould" in opened.text()
        assert page.get_by_label("Licence").input_value().startswith("https://creativecommons.org/")
        page.get_by_label("Name").fill("")
        opened.press("Save, and check it now")
        page.get_by_role("alert").get_by_text("Give it a name").wait_for()
        journey.arrive("Confirm and save")
        page.get_by_label("Name").fill("News of the town")
        opened.press("See the preview with this")
        journey.arrive("Preview of News of the town")
        page.go_back()
        page.go_forward()
        journey.arrive("Preview of News of the town")
        opened.press("Go on")
        journey.arrive("Confirm and save")
        opened.press("Save, and check it now")
        journey.arrive("News of the town")
        page.reload()
        live.checked.check(page.url.rsplit("/", 1)[1])
        page.reload()
        journey.arrive("News of the town")
        page.get_by_role("link", name="Edit").click()
        journey.arrive("Edit News of the town")
        page.get_by_label("How often").select_option(label="Every week")
        opened.press("Save")
        page.get_by_text("Saved.", exact=False).wait_for()
        assert "every 168 hours" in opened.text()
        assert not journey.wrong, "\n".join(journey.wrong)
        assert [one for one in opened.messages if "status of 400" not in one] == []


def test_it_can_be_done_by_keyboard_alone(live: Live, browser: Browser) -> None:
    with serve(Town().answer) as town, browser.page() as opened:
        live.sign_in(opened)
        opened.tab_to("a", "Register a source")
        opened.keys("Enter")
        opened.wait_for("**/sources/new")
        opened.page.get_by_label("Organisation").focus()
        opened.keys("N", "Tab")
        opened.page.keyboard.type(town.url("/"))
        opened.keys("Enter")
        opened.wait_for("**/found?**")
        opened.tab_to("a", "Preview it: Northford news")
        opened.keys("Enter")
        opened.wait_for("**/preview?**")
        opened.tab_to("button", "Go on")
        opened.keys("Enter")
        opened.wait_for("**/settings?**")
        opened.tab_to("button", "Save, and check it now")
        opened.keys("Enter")
        opened.page.get_by_text("first check is on the way").wait_for()
    assert opened.messages == []
