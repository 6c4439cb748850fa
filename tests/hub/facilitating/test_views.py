"""The pages of the queue, as a facilitator and whoever is concerned use them, without a script."""

import csv
import io

import pytest

from hub.accounts.service import actor_of
from hub.communities.access import OPEN
from hub.db import new_id
from hub.talk.access import Place
from hub.talk.service import Draft, open_thread
from tests.hub.accounts.people import Browser
from tests.hub.communities.made import acting, made, somebody
from tests.hub.site import BASE, Site, site

__all__ = ["site"]


@pytest.fixture
def leila(site: Site) -> Browser:
    """Somebody with an account."""
    return Browser.at(site).known(f"{new_id()}@queue.example")


def _community(site: Site, browser: Browser, number: int) -> list[str]:
    """One that the reader facilitates, with first posts of so many; its short name and their ids."""
    with site.database.writing() as session:
        me = actor_of(session, browser.secret).person_id
        people = [somebody(session, "=Marta") for _ in range(number)]
        row = made(session, visibility=OPEN, facilitators=[me], members=people)
        for one in people:
            open_thread(session, Place(row, acting(session, one)), Draft("question", "Who pays?", "For the fans."))
        return [row.slug, *people]


def test_a_facilitator_declines_with_reasons_and_undoes_it(site: Site, leila: Browser) -> None:
    assert leila.client.get("/moderation", base_url=BASE).status_code == 403
    slug = _community(site, leila, 1)[0]
    page = leila.page("/moderation")
    assert page.heading == "Moderation"
    assert "It is the first that this person has written" in page.words
    (decline,) = page.root.xpath("//ol[contains(@class, 'queue')]//a[@data-key='d']/@href")
    (form,) = leila.page(decline).root.xpath("//form[@class='form']")
    wrong = leila.posted(form.action, decline, act="decline", words="It mocks Owen.")
    assert wrong.status_code == 400
    assert "Choose the reason on which it stands." in wrong.text
    assert "It mocks Owen." in wrong.text
    back = f"/communities/{slug}/moderation"
    done = leila.posted(form.action, decline, act="decline", ground="unkind", words="It mocks Owen.", back=back)
    assert done.headers["Location"].startswith(f"{back}?done=")
    after = leila.page(done.headers["Location"])
    (undo,) = after.root.xpath("//form[contains(@class, 'undo')]//input[@name='ruling']/@value")
    assert "unkind" not in leila.page(f"/moderation/decisions/{undo}").words
    assert "It attacks or mocks somebody" in leila.page(f"/moderation/decisions/{undo}").words
    assert leila.posted("/moderation/undo", back, ruling=undo).status_code == 303
    assert leila.posted("/moderation/undo", back, ruling=undo).status_code == 409
    assert "undone" in leila.page("/moderation/log").words
    assert "Who pays?" in leila.page("/moderation").words


def test_many_at_once_filters_and_the_table(site: Site, leila: Browser) -> None:
    slug = _community(site, leila, 3)[0]
    page = leila.page(f"/communities/{slug}/moderation?kind=first")
    keys = page.root.xpath("//input[@name='item']/@value")
    assert len(keys) == 3
    rows = list(
        csv.reader(io.StringIO(leila.client.get("/moderation.csv?kind=first", base_url=BASE).text.lstrip("\ufeff")))
    )
    assert [row[6] for row in rows[1:]] == ["'=Marta"] * 3
    assert "Nothing like that waits." in leila.page("/moderation?age=late").words
    none = leila.posted("/moderation?kind=first", "/moderation", act="accept")
    assert none.status_code == 400
    assert "Moderation: First posts" in none.text
    done = leila.posted(f"/communities/{slug}/moderation", "/moderation", item=keys, act="accept")
    assert done.status_code == 303
    assert "Nothing waits for you." in leila.page("/moderation").words
    assert len(done.headers["Location"].split("done=")) == 4
