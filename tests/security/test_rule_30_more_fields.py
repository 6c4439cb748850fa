"""Rule 30: a form takes the fields that it shows; more of them change nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from hub.accounts.models import Membership, Person
from hub.organisations.models import Organisation
from tests.hub.accounts.people import Browser
from tests.hub.site import BASE, Site, filled_site
from tests.security.crawl import Crawl

MORE = {
    **{"role": "operator", "roles": "operator", "is_admin": "1", "admin": "true", "is_operator": "1", "active": "1"},
    **{
        "organisation_id": "{other}",
        "org_id": "{other}",
        "organisation": "{other}",
        "owner": "{other}",
        "owner_id": "{me}",
    },
    **{
        "id": "{other}",
        "person_id": "{me}",
        "confirmed_at": "2020-01-01",
        "fs_uniquifier": "x",
        "created": "2020-01-01",
    },
    **{
        "slug": "taken",
        "domains": "evil.example",
        "fictional": "1",
        "membership": "organisation admin",
        "user_id": "{other}",
    },
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("fields") / "hub"
    with filled_site(folder) as made:
        with made.database.writing() as session:
            session.scalars(select(Organisation).where(Organisation.slug == "northford-city")).one().domains = [
                "n.example"
            ]
        yield made


def rights(site: Site) -> object:
    """Who may do what, and whose everything is."""
    with site.database.reading() as session:
        people = session.execute(select(Person.id, Person.role, Person.active, Person.email).order_by(Person.id)).all()
        members = session.execute(
            select(Membership.person_id, Membership.organisation_id, Membership.role).order_by(Membership.id)
        ).all()
        organisations = session.execute(
            select(Organisation.id, Organisation.slug, Organisation.domains, Organisation.fictional).order_by(
                Organisation.id
            )
        ).all()
    return [list(map(tuple, rows)) for rows in (people, members, organisations)]


def test_nobody_gets_rights_by_a_field_that_the_form_does_not_have(site: Site) -> None:
    officer = Browser.at(site).member("rule30@n.example")
    with site.database.reading() as session:
        me = session.scalars(select(Person.id).where(Person.email == "rule30@n.example")).one()
        other = session.scalars(select(Organisation.id).where(Organisation.slug == "quietshire")).one()
    more = {name: value.format(me=me, other=other) for name, value in MORE.items()}
    forms = Crawl(site, officer.client).walk("/account", "/account/password").forms
    before, sent = rights(site), 0
    for (method, rule), form in sorted(forms.items()):
        if method != "POST" or rule in ("/sign-out",):
            continue
        sent += 1
        data = MultiDict([*form.held, *((name, value) for name, value in more.items() if name not in dict(form.held))])
        answer = officer.client.post(form.action, data=data, base_url=BASE, headers={"Referer": f"{BASE}/"})
        assert answer.status_code < 500, rule
        assert rights(site) == before, rule
    assert sent >= 2


def test_whoever_registers_is_a_person_and_no_more(site: Site) -> None:
    browser = Browser.at(site)
    browser.send("/register", name="Ann", email="rule30b@elsewhere.example", password="wombat trellis gravy", **MORE)
    with site.database.reading() as session:
        made = session.scalars(select(Person).where(Person.email == "rule30b@elsewhere.example")).one()
        assert (made.role, made.confirmed_at) == ("person", None)
        assert not session.scalars(select(Membership).where(Membership.person_id == made.id)).all()
