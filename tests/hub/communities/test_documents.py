"""Communities in search: found by what they say of themselves, by those who may know of them, with the index or not."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.accounts.models import CommunityMember, Person
from hub.communities.access import CONFIDENTIAL, OPEN, PRIVATE, RESTRICTED
from hub.communities.models import Community
from hub.communities.service import Details, archive, change_community, count_members, open_community
from hub.db import Database
from hub.index.engines import open_reader, open_writer
from hub.index.worker import compare, deliver_all, rebuild
from hub.indexed import documents_of
from hub.organisations.service import find_organisation
from hub.policy import COMMAND_LINE, MEMBER
from hub.topics.service import Vocabulary
from tests.databases import DATABASES, address_of
from tests.hub.site import Site, filled_site, parameters
from tests.vocab.loaded import common

DAMP = "Damp homes circle"


@dataclass
class Circles:
    """A site with a community of each sort, and a member of all of them."""

    site: Site
    member: FlaskClient

    @property
    def confidential(self) -> str:
        """The short name of the confidential one."""
        with self.site.database.reading() as session:
            of_it = select(Community.slug).where(Community.visibility == CONFIDENTIAL, Community.name.startswith(DAMP))
            return session.scalars(of_it).one()

    def deliver(self) -> None:
        deliver_all(self.site.database, open_writer(self.site.settings), documents_of(Vocabulary(self.site.database)))


def details(name: str, visibility: str, **given: object) -> Details:
    purpose = f"For those who dry cold rooms, told as {visibility}."
    topic = next(one.uri for one in common() if one.notation == "HOU.1")
    return Details(name, purpose, visibility, **{"concepts": (topic,), "other_names": ("Wet walls",), **given})  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=DATABASES)
def circles(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Circles]:
    folder = tmp_path_factory.mktemp("circles") / "hub"
    with address_of(request, request.param) as url, filled_site(folder, database_url=url) as site:
        yield _filled(site)


def _filled(site: Site) -> Circles:
    with site.database.writing() as session:
        northford = find_organisation(session, "northford-city").id
        for visibility in (OPEN, RESTRICTED, PRIVATE, CONFIDENTIAL):
            name = f"{DAMP} {visibility}"
            open_community(session, actor=COMMAND_LINE, organisation_id=northford, details=details(name, visibility))
    made = Circles(site, site.person("Mair", {"northford-city": "officer"}))
    join_all(site.database, "Mair")
    made.deliver()
    return made


def join_all(database: Database, name: str) -> None:
    with database.writing() as session:
        person = session.scalars(select(Person.id).where(Person.name == name)).one()
        for row in session.scalars(select(Community)).all():
            session.add(CommunityMember(person_id=person, community_id=row.id, role=MEMBER))
            count_members(session, row)


def test_everybody_finds_them_but_those_that_are_confidential(circles: Circles) -> None:
    page = circles.site.page("/search?q=damp+homes+circle")
    assert set(page.hits) == {f"{DAMP} {one}" for one in (OPEN, RESTRICTED, PRIVATE)}
    assert circles.site.page("/search?q=wet+walls&type=community").total == 3, "by their other names"
    assert page.choices("type") == {"community": 3}
    assert "Community" in page.words
    assert page.choices("topic")["HOU.1"] == 3
    (hit,) = [one for one in page.all("//article") if one.startswith(f"{DAMP} {OPEN}")]
    for words in (
        "Community · Open · 1 member",
        "Northford City",
        "Damp and mould",
        "“damp”, “homes”, “circle” in the title",
    ):
        assert words in hit
    (hit,) = [one for one in page.all("//article") if one.startswith(f"{DAMP} {PRIVATE}")]
    assert "member" not in hit.replace("Only for members", ""), "how many belong to it is for those who do"


def test_members_find_a_confidential_one_in_their_panel(circles: Circles) -> None:
    page = circles.site.page("/search?q=damp+homes+circle", circles.member)
    assert page.all("//section[contains(@class, 'ours')]/h2") == ["Only for your communities"]
    assert page.all("//section[contains(@class, 'ours')]//h3") == [f"{DAMP} {CONFIDENTIAL}"]
    whole = circles.site.page("/search/restricted?q=dry&type=community", circles.member)
    assert whole.hits == [f"{DAMP} {CONFIDENTIAL}"]
    operator = circles.site.page("/search?q=damp+homes+circle", circles.site.operator())
    assert operator.all("//section[contains(@class, 'ours')]/h2") == ["Restricted to organisations and communities"]


def test_search_inside_one_is_a_filter_that_can_be_taken_away(circles: Circles) -> None:
    page = circles.site.page(f"/search?q=damp&community=damp-homes-circle-{OPEN}&sector=council")
    assert page.hits == [f"{DAMP} {OPEN}"]
    assert page.links()[f"Remove filter ✕ Community: {DAMP} {OPEN}"] == "/search?q=damp&sector=council"
    assert parameters(page.links()["Clear all filters"]) == {"q": ["damp"]}
    inside = circles.site.page(f"/communities/damp-homes-circle-{OPEN}").links()["Search in this community"]
    assert circles.site.page(inside).hits == [f"{DAMP} {OPEN}"]
    closed = circles.site.page(f"/communities/{circles.confidential}", circles.member).links()
    assert circles.site.page(closed["Search in this community"], circles.member).hits == [f"{DAMP} {CONFIDENTIAL}"]
    kept = page.all("//details[@class='filters']//input[@type='hidden'][@name='community']/@value")
    assert kept == [f"damp-homes-circle-{OPEN}"]


def test_one_that_nobody_may_know_filters_as_one_that_is_not_there(circles: Circles) -> None:
    hidden = circles.confidential
    unknown = "x" * len(hidden)
    for address in (
        "/search?q=damp&community={}",
        "/search.json?community={}",
        "/search.atom?community={}",
        "/search.csv?community={}",
    ):
        answers = [circles.site.get(address.format(one)).text.replace(one, "…") for one in (hidden, unknown)]
        assert answers[0] == answers[1], address
    named = circles.site.page(f"/search?community={hidden}", circles.member).links()
    assert f"Remove filter ✕ Community: {DAMP} {CONFIDENTIAL}" in named


def test_machines_get_them_too(circles: Circles) -> None:
    value = circles.site.get("/search.json?q=circle&type=community").get_json()
    (one,) = [one for one in value["results"] if one["community"] == f"damp-homes-circle-{OPEN}"]
    assert one["url"] == f"http://127.0.0.1:8000/communities/damp-homes-circle-{OPEN}"
    assert (one["type"], one["organisation"], one["topics"]) == ("community", "northford-city", ["HOU.1"])
    listed = circles.site.get("/search.json?cursor=*&q=circle").get_json()
    assert [each["title"] for each in listed["results"]].count(f"{DAMP} {OPEN}") == 1
    assert f"<title>{DAMP} {OPEN}</title>" in circles.site.get("/search.atom?q=circle").text
    rows = circles.site.get("/search.csv?q=circle").text
    assert f"{DAMP} {OPEN},Northford City,Council,Community,Damp and mould" in rows
    found = circles.site.get(f"/suggest.json?q=damp+homes+circle+{PRIVATE}").get_json()
    assert found == [
        {
            "text": f"{DAMP} {PRIVATE}",
            "kind": "community",
            "url": f"http://127.0.0.1:8000/communities/damp-homes-circle-{PRIVATE}",
        }
    ]
    assert circles.site.get(f"/suggest.json?q=damp+homes+circle+{CONFIDENTIAL}").get_json() == []


def test_what_is_published_is_counted_apart(circles: Circles) -> None:
    page = circles.site.page("/organisations/northford-city")
    assert DAMP not in " ".join(page.all("//article//h3"))
    assert f"{DAMP} {OPEN}" not in circles.site.page("/topics/HOU.1").all("//article//h3")


def test_without_the_index_they_are_found_by_name(circles: Circles) -> None:
    site = circles.site
    kept = site.settings.index_folder.rename(site.settings.data / "away")
    try:
        page = site.page("/search?q=homes+circle&sector=council")
        assert "Limited search." in page.words
        assert set(page.hits) == {f"{DAMP} {one}" for one in (OPEN, RESTRICTED, PRIVATE)}
        assert site.page("/search?q=schimmel&type=community").total == 3, "by their topics"
        assert site.page(f"/search?community={circles.confidential}").total == 0
        page = site.page("/search?q=homes+circle", circles.member)
        assert page.all("//section[contains(@class, 'ours')]//h3") == [f"{DAMP} {CONFIDENTIAL}"]
        assert page.all("//section[contains(@class, 'ours')]/h2") == ["Only for you"]
    finally:
        if site.settings.index_folder.exists():
            shutil.rmtree(site.settings.index_folder)
        kept.rename(site.settings.index_folder)


def test_a_rebuild_writes_them_and_nothing_differs(circles: Circles) -> None:
    site, documents = circles.site, documents_of(Vocabulary(circles.site.database))
    rebuild(site.database, open_writer(site.settings), documents)
    assert compare(site.database, open_reader(site.settings), documents).ids == ()
    assert site.page("/search?type=community").total == 3


def test_the_index_follows_what_a_community_says_of_itself(circles: Circles) -> None:
    with circles.site.database.writing() as session:
        row = session.scalars(select(Community).where(Community.visibility == RESTRICTED)).one()
        change_community(session, row, actor=COMMAND_LINE, details=details("Renamed circle", CONFIDENTIAL), inside=())
        archive(session, row, actor=COMMAND_LINE)
    assert "Renamed circle" not in circles.site.page("/search?q=circle").words, "at once, whatever the index holds"
    circles.deliver()
    assert "Renamed circle" not in circles.site.page("/search?q=renamed+circle").words
    found = circles.site.page("/search/restricted?q=renamed", circles.member)
    assert found.hits == ["Renamed circle"]
    assert "Archived" in found.words
