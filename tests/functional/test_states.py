"""Pages in states that the demo seldom shows, in Chromium: held, failed, withdrawn, changed, empty, signed in."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from hub.accounts.service import make_link
from hub.records.models import RecordRow
from hub.wsgi import build
from tests.functional.browser import Browser, chromium, needs_chromium
from tests.functional.serving import serving
from tests.hub.sources.checked import Checked, checked_hub, website
from tests.servers.loopback import Answer, Request, serve

pytestmark = [pytest.mark.server, needs_chromium]


@dataclass(frozen=True)
class Live:
    """A hub that is being served, and its pages in rare states."""

    url: str
    checked: Checked
    pages: dict[str, str]

    def sign_in(self) -> str:
        """A new sign-in link."""
        with self.checked.parts.database.writing() as session:
            return f"{self.url}/sign-in/{make_link(session, seconds=60)}"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with checked_hub(tmp_path_factory.mktemp("states") / "hub") as checked:
        pages = _states(checked)
        with serving(build(checked.parts.settings)) as url:
            yield Live(url, checked, pages)


def _states(checked: Checked) -> dict[str, str]:
    """{state: address of a page that shows it}."""
    with website(40) as (pages, site):
        held = checked.add(site, name="Held pages")
        checked.check(held)
        pages.pages = {0: pages.pages[0]}
        checked.check(held)
    with website(5) as (pages, site):
        changed = checked.add(site, name="Changing pages")
        checked.check(changed)
        pages.pages[1] = "Everything is different now, and far better."
        del pages.pages[2]
        checked.check(changed)
    with website(2) as (pages, site):
        failing = checked.add(site, name="Failing pages")
        pages.list_answer = (500, {}, b"")
        checked.check(failing)

    def broken(request: Request) -> Answer:
        if request.path == "/sitemap.xml":
            urls = "".join(f"<url><loc>http://{request.headers['host']}/{n}.pdf</loc></url>" for n in range(30))
            return 200, {"Content-Type": "application/xml"}, f"<urlset>{urls}</urlset>"
        return 200, {"Content-Type": "application/pdf"}, b"%PDF-1.4 broken " + request.path.encode() * 20

    with serve(broken) as site:
        unread = checked.add(site, name="Unreadable files with a rather long name for a source")
        checked.check(unread)
    with website() as (_, site):
        waiting = checked.add(site, name="Never checked")
    with checked.parts.database.reading() as session:
        versioned = session.scalar(select(RecordRow.id).where(RecordRow.version == 2))
        withdrawn = session.scalar(select(RecordRow.id).where(RecordRow.withdrawn_at.is_not(None)))
    return {
        "held source": f"/sources/{held}",
        "held check": f"/sources/{held}/runs/{checked.run(held).id}",
        "failed source": f"/sources/{failing}",
        "failed check": f"/sources/{failing}/runs/{checked.run(failing).id}",
        "unread source": f"/sources/{unread}",
        "unread problems": f"/sources/{unread}/problems",
        "new source": f"/sources/{waiting}",
        "versions": f"/records/{versioned}/versions",
        "changed record": f"/records/{versioned}",
        "withdrawn record": f"/records/{withdrawn}",
        "sources": "/sources?sort=state",
        "organisations": "/organisations",
    }


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize(("width", "signed_in"), [(320, False), (1280, True)], ids=["visitor", "operator"])
def test_pages_in_rare_states_are_accessible_and_fit(live: Live, browser: Browser, width: int, signed_in: bool) -> None:
    with browser.page(width) as page:
        if signed_in:
            page.goto(live.sign_in())
            wrong = page.violations()
            page.press("Sign in")
        else:
            wrong = []
        for state, path in live.pages.items():
            page.goto(live.url + path)
            wrong += [f"{state}: {one}" for one in page.violations()]
    assert not wrong, "\n".join(wrong)
    assert page.messages == []


def test_the_operator_decides_about_a_held_check_by_keyboard(live: Live, browser: Browser) -> None:
    with browser.page(1280) as page:
        page.goto(live.sign_in())
        page.press("Sign in")
        page.goto(live.url + live.pages["held check"])
        assert "39 documents would be withdrawn" in page.text()
        page.tab_to("button", "Refuse: the site had a fault")
        page.keys("Enter")
        page.wait_for("**/sources/*")
        assert "Refused:" in page.text()
        assert "Refused by a person." in page.text()


def test_an_empty_hub_says_on_every_list_what_will_be_there(tmp_path: Path, browser: Browser) -> None:
    with (
        checked_hub(tmp_path / "hub") as checked,
        serving(build(checked.parts.settings)) as url,
        browser.page(320) as page,
    ):
        for path in ("/", "/search", "/search?q=damp", "/topics", "/topics/HOU.1", "/organisations", "/sources"):
            page.goto(url + path)
            assert page.violations() == [], path
            assert page.text(), path
    assert page.messages == []
