"""The operator's first page: what needs them, the first steps of a new hub, and a test mail."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from hub.accounts.service import make_link
from hub.mail.models import Mail
from hub.sources.models import Source
from tests.hub.accounts.people import Browser, errors
from tests.hub.site import Page, Site, empty_site, filled_site


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with filled_site(tmp_path_factory.mktemp("managing") / "hub") as made:
        yield made


def steps(page: Page) -> dict[str, str]:
    """{step: done or to do}."""
    titles = page.all("//ol[@class='steps']//h3")
    return {one.removesuffix("to do").removesuffix("done").strip(): one.split()[-1] for one in titles}


def test_whoever_signs_in_to_an_empty_hub_is_led_through_its_first_steps(tmp_path: Path) -> None:
    with empty_site(tmp_path / "hub") as hub:
        browser = Browser.at(hub)
        with hub.database.writing() as session:
            link = f"/sign-in/{make_link(session, seconds=60)}"
        assert browser.posted(link).location == "/manage"
        page = browser.page("/manage")
        names = ["Name and logo", "First organisation", "First source", "Mail works", "Invite people"]
        assert list(steps(page)) == names
        assert set(steps(page).values()) == {"do"}
        links = page.links("//ol[@class='steps']")
        assert links["First organisation"] == "/manage/organisations/new"
        new = links["First organisation"]
        browser.send(new, new, name="Northford", sector="council")
        page = browser.page("/manage")
        assert steps(page)["First organisation"] == "done"
        assert page.links("//ol[@class='steps']")["Invite people"] == "/organisations/northford/people"
        assert "First source" in page.links("//ol[@class='steps']")


def test_a_test_mail_says_what_became_of_it(hub: Site) -> None:
    browser = Browser(hub, hub.operator())
    wrong = browser.send("/manage/test-mail", "/manage", email="nobody")
    assert (wrong.status, len(errors(wrong))) == (400, 1)
    assert wrong.title.startswith("Error: ")
    assert browser.send("/manage/test-mail", "/manage", email="me@hub.example").status == 303
    (mail,) = browser.mails("me@hub.example")
    assert mail.subject == "A test of the mails of Moothall"
    assert "A mail waits." in browser.page("/manage").words
    assert "there is no relay to send mails" in browser.page("/manage").words
    with hub.database.writing() as session:
        session.execute(update(Mail).values(state="sent"))
    assert steps(browser.page("/manage"))["Mail works"] == "done"


def test_what_needs_somebody_comes_first_with_its_fix(hub: Site) -> None:
    browser = Browser(hub, hub.operator())
    with hub.database.writing() as session:
        source = session.scalars(select(Source)).first()
        assert source is not None
        source.failures, name = 3, source.name
    page = browser.page("/manage")
    (found,) = [one for one in page.all("//li[@class='finding']") if one.startswith("Sources that fail")]
    assert "needs you" in found
    assert name in found
    assert "Their pages say why." in found
    assert "/sources?sort=state" in page.links().values()
    with hub.database.writing() as session:
        session.execute(update(Source).values(failures=0))
    assert "Sources that fail" in " ".join(browser.page("/manage").all("//dl//dt"))


def test_everything_is_looked_at_on_request(hub: Site) -> None:
    browser = Browser(hub, hub.operator())
    assert "Log" not in browser.page("/manage").all("//dl//dt")
    assert "Log" in browser.page("/manage?thorough=yes").all("//dl//dt")
