"""The pages: following by button, the one table, the preview, why something came, and My hub from its first day on."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.accounts.models import CommunityMember, Person
from hub.alerts.models import Delivery
from hub.db import new_id
from hub.notices.models import Follow
from hub.notices.service import TALK, About, happened
from tests.hub.alerts.people import community, person_named
from tests.hub.alerts.telling import Told, telling
from tests.hub.site import BASE, Page, Site
from tests.vocab.loaded import common


@pytest.fixture
def told(site: Site) -> Iterator[Told]:
    with telling(site) as made:
        yield made


class Reader:
    """Somebody signed in, who presses buttons."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.name = f"Reader {new_id()}"
        self.client: FlaskClient = site.person(self.name)
        with site.database.reading() as session:
            self.person: Person = person_named(session, self.name)

    def page(self, address: str) -> Page:
        return self.site.page(address, self.client)

    def post(self, address: str, **data: str) -> int:
        (token, *_) = self.page("/my/alerts").root.xpath("//main//input[@name='csrf_token']/@value")
        return self.client.post(address, data={"csrf_token": token, **data}, base_url=BASE).status_code

    def follows(self) -> dict[tuple[str, str], str]:
        with self.site.database.reading() as session:
            rows = session.scalars(select(Follow).where(Follow.person_id == self.person.id))
            return {(row.kind, row.key): row.frequency for row in rows}


def test_a_search_is_saved_with_its_filters_under_a_name(told: Told) -> None:
    me = Reader(told.site)
    result = told.site.page("/search?q=damp&type=case-study&sort=newest")
    address = result.links()["Save and get alerts"]
    assert "Save and get alerts" not in told.site.page("/search").links()
    assert told.site.get(address).status_code == 302, "strangers sign in first"
    form = me.page(address)
    assert "Case study" in form.heading
    key = form.root.xpath("//input[@name='key']/@value")[0]
    assert me.post("/my/follow", kind="search", key=key, name="Damp", frequency="weekly") == 303
    assert me.follows() == {("search", "q=damp&type=case-study"): "weekly"}
    assert me.post("/my/follow", kind="search", key=key, frequency="yearly") == 400
    assert me.post("/my/follow", kind="search", key="", frequency="daily") == 400
    assert "“Damp”" in me.page("/my/alerts").words


def test_topics_and_organisations_are_followed_in_place(told: Told) -> None:
    me = Reader(told.site)
    notation = next(one.notation for one in common() if not one.deprecated)
    for place, kind in ((f"/topics/{notation}", "topic"), ("/organisations/northford-city", "organisation")):
        key = me.page(place).root.xpath("//form[@class='follow']//input[@name='key']/@value")[0]
        assert me.post("/my/follow", kind=kind, key=key, frequency="daily") == 303
        assert "You follow this." in me.page(place).words
        assert me.post("/my/unfollow", kind=kind, key=key) == 303
    assert me.follows() == {}
    assert me.post("/my/follow", kind="topic", key="https://nowhere.example/1") == 404


def test_what_somebody_may_not_know_of_cannot_be_followed(told: Told) -> None:
    me = Reader(told.site)
    with told.site.database.writing() as session:
        hidden = community(session, "confidential")
    assert me.page(f"/my/follow?kind=community&key={hidden.id}").status == 404
    assert me.post("/my/follow", kind="community", key=hidden.id) == 404
    assert (
        me.page(f"/my/follow?kind=community&key={new_id()}").words
        == me.page(f"/my/follow?kind=community&key={hidden.id}").words
    )


def test_the_table_is_changed_in_place_and_members_follow_their_community(told: Told) -> None:
    me = Reader(told.site)
    with told.site.database.writing() as session:
        place = community(session, members=(me.person.id,))
    assert place.name in me.page("/my/alerts").words
    given = {f"often community {place.id}": "weekly", "often events": "hub"}
    assert me.post("/my/alerts", **given) == 303
    assert me.follows() == {("community", place.id): "weekly"}
    page = me.page("/my/alerts")
    chosen = page.root.xpath("//select[@name='often events']/option[@selected]/@value")
    assert chosen == ["hub"]
    stop = page.root.xpath("//button[@name='stop']/@value")[0]
    assert me.post("/my/alerts", stop=stop) == 303
    assert me.follows() == {("community", place.id): "never"}
    assert me.post("/my/alerts/pause", paused="yes") == 303
    assert "Paused" in me.page("/my/alerts").words
    assert me.post("/my/alerts/pause", paused="no") == 303
    other = Reader(told.site)
    assert other.post("/my/alerts", stop=stop) == 404


def test_my_hub_begins_with_three_tasks_and_says_why_each_thing_is_there(told: Told) -> None:
    me = Reader(told.site)
    first = me.page("/my")
    assert first.all("//ol[@class='tasks']/li/span[contains(@class, 'tag')]") == ["To do"] * 3
    assert first.all("//ul[contains(@class, 'suggested')]/li"), "topics to follow"
    assert "That is everything." in first.words
    assert me.post("/my/follow", kind="search", key="q=pangolin", name="", frequency="daily") == 303
    told.record("Pangolin news", text="Pangolin. " * 30)
    told.record("Pangolin report")
    told.tell()
    page = me.page("/my")
    assert page.all("//ul[contains(@class, 'news')]/li//h3") == ["Pangolin report", "Pangolin news"]
    assert "your search “pangolin”" in page.words
    (less, *_) = page.root.xpath("//button[@name='follow']/@value")
    assert me.post("/my/less", follow=less) == 303
    assert me.page("/my").all("//ul[contains(@class, 'news')]/li//h3") == ["Pangolin report"]
    (until,) = page.root.xpath("//input[@name='until']/@value")
    assert me.post("/my/seen", until=until) == 303
    assert me.page("/my").all("//ul[contains(@class, 'news')]/li") == []
    assert len(me.page("/my?all=yes").all("//ul[contains(@class, 'news')]/li")) == 1
    assert me.post("/my/less", follow=less) == 303
    assert me.follows() == {}
    assert me.post("/my/less", follow=less) == 404


def test_what_is_closed_is_gone_from_my_hub_and_the_preview(told: Told) -> None:
    me = Reader(told.site)
    told.tell()  # The mail of today is made; what comes now waits for tomorrow's.
    with told.site.database.writing() as session:
        place = community(session, members=(me.person.id,))
        happened(session, what="thread", about=About("thread", new_id(), "/x", place.id, TALK), title="Canary")
    told.tell()
    assert "Canary" in me.page("/my").words
    assert "Canary" in me.page("/my/alerts/preview").words
    with told.site.database.writing() as session:
        (member,) = session.scalars(select(CommunityMember).where(CommunityMember.person_id == me.person.id))
        session.delete(member)
    for address in ("/my", "/my?all=yes", "/my/alerts/preview", "/my/alerts", "/my/alerts/preview?period=weekly"):
        words = me.page(address).words
        assert "Canary" not in words
        assert place.name not in words


def test_why_did_i_not_get_this_is_answered(told: Told) -> None:
    me = Reader(told.site)
    before = told.record("Okapi of yesterday")
    told.tell()
    why = f"/my/alerts/why?record={BASE}/records/"
    assert "You follow no search" in me.page(f"{why}{before}").words
    assert me.post("/my/follow", kind="search", key="q=okapi", frequency="hub") == 303
    assert "before you began to follow" in me.page(f"{why}{before}").words
    after, other = told.record("Okapi of today"), told.record("Something else")
    assert "has only just come" in me.page(f"{why}{other}").words
    told.tell()
    page = me.page(f"{why}{after}?x=1")
    assert "You got it" in page.words
    assert "stands in My hub" in page.words
    assert "your search “okapi”" in page.words
    assert "Nothing that you follow finds it." in me.page(f"{why}{other}").words
    closed = told.record("Okapi inside", audience=new_id())
    assert me.page(f"{why}{closed}").status == 404
    assert me.page(f"{why}none").words == me.page(f"{why}{closed}").words
    with told.site.database.reading() as session:
        assert len(session.scalars(select(Delivery).where(Delivery.person_id == me.person.id)).all()) == 1
