"""What the pages of communities show, and to whom."""

import csv
import io
from itertools import count

import pytest
from flask.testing import FlaskClient

from hub.communities.access import CONFIDENTIAL, OPEN, PRIVATE, RESTRICTED, VISIBILITIES
from hub.communities.membership import add_member
from hub.communities.models import Community
from hub.communities.service import archive
from hub.policy import COMMAND_LINE, FACILITATOR, MEMBER, OFFICER
from tests.hub.communities.made import HERE, known, made
from tests.hub.site import Site
from tests.vocab.loaded import common

NUMBERS = count()
TABS = ["Now", "Members", "About"]


def member(site: Site, slug: str, role: str = MEMBER) -> tuple[FlaskClient, str]:
    """A browser of somebody new of Northford who belongs to this community, and their name."""
    name = f"Ann Number {next(NUMBERS)}"
    client = site.person(name, {HERE: OFFICER})
    with site.database.writing() as session:
        row = session.query(Community).filter_by(slug=slug).one()
        add_member(session, row, person_id=known(session, name), role=role, actor=COMMAND_LINE)
    return client, name


def new(site: Site, visibility: str = OPEN, **more: object) -> tuple[str, str]:
    """(short name, name) of a new community."""
    name = f"Practice {next(NUMBERS)} {visibility}"
    with site.database.writing() as session:
        return made(session, name, visibility, **more).slug, name  # type: ignore[arg-type]


def listed(site: Site, name: str, client: FlaskClient | None = None, more: str = "") -> str:
    """What the list says of the community of this name; empty when it is not there."""
    page = site.page(f"/communities?q={name.replace(' ', '+')}{more}", client)
    return " ".join(page.all(f"//main//li[.//a='{name}']"))


@pytest.mark.parametrize("visibility", VISIBILITIES)
def test_who_may_see_what_of_a_community(site: Site, visibility: str) -> None:
    slug, name = new(site, visibility)
    inside, facilitator = member(site, slug, FACILITATOR)
    outside, stranger = site.person(f"Bo Number {next(NUMBERS)}"), site.app.test_client()
    found, talk = visibility != CONFIDENTIAL, visibility == OPEN
    for client in (stranger, outside):
        assert bool(listed(site, name, client)) == found
        assert ("1 member" in listed(site, name, client)) == talk, "who may not read it learns no number"
        for where in ("", "/about"):
            page = site.page(f"/communities/{slug}{where}", client)
            assert page.status == (200 if found else 404)
            shown = found and visibility != PRIVATE
            assert (facilitator in page.words) == shown, "whoever facilitates it is named where its library is read"
        assert site.get(f"/communities/{slug}/members", client).status_code == (200 if talk else 404)
        assert (name in site.get("/communities.csv", client).text) == found
        assert (name in site.get("/communities.atom", client).text) == found
    assert "1 member" in listed(site, name, inside)
    assert site.page(f"/communities/{slug}", inside).all("//nav[@class='tabs']//a")[0] == "Now"
    assert facilitator in site.page(f"/communities/{slug}/members", inside).words
    assert name in site.get("/communities.csv", inside).text


def test_names_of_members_are_for_those_who_are_signed_in(site: Site) -> None:
    slug, _name = new(site)
    _client, name = member(site, slug)
    assert name not in site.page(f"/communities/{slug}/members").words
    assert "1 organisation takes part" in site.page(f"/communities/{slug}/members").words
    somebody = site.person(f"Cai Number {next(NUMBERS)}")
    assert name in site.page(f"/communities/{slug}/members", somebody).words
    assert site.get(f"/communities/{slug}/members.csv", somebody).status_code == 403
    facilitator, _name = member(site, slug, FACILITATOR)
    rows = list(csv.reader(io.StringIO(site.get(f"/communities/{slug}/members.csv", facilitator).text)))
    assert [name, "member", "Northford City"] in [row[:3] for row in rows]


def test_the_list_is_narrowed_sorted_and_paged(site: Site) -> None:
    top = next(one for one in common().tops() if common().narrower(one.uri))
    below = common().narrower(top.uri)[0]
    about, name = new(site, concepts=[below.uri])
    gone, other = new(site)
    with site.database.writing() as session:
        archive(session, session.query(Community).filter_by(slug=gone).one(), actor=COMMAND_LINE)
    assert listed(site, name, more=f"&topic={top.notation}"), "what is below a topic is about it"
    assert below.pref("en") in listed(site, name)
    assert not listed(site, name, more="&topic=NONE")
    assert listed(site, name, more="&sector=council")
    assert not listed(site, name, more="&sector=fire")
    assert not listed(site, other)
    assert "archived" in listed(site, other, more="&state=archived")
    assert "No community fits" in site.page("/communities?q=zzzzz").words
    for order in ("name", "members", "new", "active", "nonsense"):
        assert listed(site, name, more=f"&sort={order}")
    assert site.get("/communities?page=400").status_code == 302
    assert "can be read" in site.page(f"/communities/{gone}").words


def test_the_order_of_the_list_tells_nothing_of_what_is_hidden(site: Site) -> None:
    """A private community that is full and busy stands where an empty one would."""
    quiet, busy = new(site, PRIVATE)[1], new(site, PRIVATE)
    for _ in range(3):
        client, _name = member(site, busy[0])

    def titles(order: str, reader: FlaskClient | None = None) -> list[str]:
        page = site.page(f"/communities?sort={order}&q=practice+private", reader)
        return [one for one in page.all("//main//h2/a") if one in (quiet, busy[1])]

    assert titles("members") == [quiet, busy[1]], "by name"
    assert titles("members", client) == [busy[1], quiet]
    assert titles("active") == [busy[1], quiet], "the newer first"


def test_a_page_asks_little_of_the_database(site: Site) -> None:
    """Seven statements of a community's first page are its own; the others, what packages show there."""
    slug, _name = new(site)
    client, _name = member(site, slug)
    for where, reader, most in (
        ("/communities", None, 5),
        ("/communities?sort=members", client, 6),
        (f"/communities/{slug}", client, 17),
        (f"/communities/{slug}/members", client, 8),
    ):
        site.get(where, reader)
        with site.statements() as seen:
            site.get(where, reader)
        assert len(seen) <= most, "\n".join(seen)


def test_home_organisation_and_topic_lead_to_communities(site: Site) -> None:
    topic = common().tops()[0]
    _slug, name = new(site, concepts=[topic.uri])
    hidden, secret = new(site, CONFIDENTIAL, concepts=[topic.uri])
    inside, _name = member(site, hidden)
    for where in ("/", "/organisations/northford-city", f"/topics/{topic.notation}"):
        assert name in site.page(where).links()
        assert secret not in site.page(where).words
        assert secret in site.page(where, inside).words
    elsewhere, theirs = new(site, RESTRICTED, organisation="quietshire")
    member(site, elsewhere)
    assert theirs in site.page("/organisations/quietshire").words, "it answers for it"
    assert theirs not in site.page("/organisations/northford-city").words, "who takes part is for members"
