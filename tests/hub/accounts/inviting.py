"""An organisation that invites people: who invites, whom, and what they are there then."""

from itertools import count

import pytest
from sqlalchemy import select

from hub.accounts.models import Attempt, Invitation, Membership, Person
from hub.organisations.service import find_organisation
from tests.hub.accounts.people import Browser
from tests.hub.site import Site

NUMBERS = count()
HERE = "/organisations/eastmere-fire-and-rescue/people"


@pytest.fixture
def operator(site: Site) -> Browser:
    with site.database.writing() as session:
        session.query(Attempt).delete()
        session.query(Invitation).delete()
    return Browser(site, site.operator())


@pytest.fixture
def email() -> str:
    return f"dee{next(NUMBERS)}@anywhere.example"


def role_of(site: Site, email: str) -> str:
    """What somebody is at Eastmere; empty for nothing."""
    with site.database.reading() as session:
        held = select(Membership.role).join(Person, Person.id == Membership.person_id).where(Person.email == email)
        eastmere = find_organisation(session, "eastmere-fire-and-rescue").id
        return session.scalar(held.where(Membership.organisation_id == eastmere)) or ""
