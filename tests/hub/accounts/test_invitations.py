"""Inviting somebody to an organisation: for one address, once, for seven days, by those who may."""

import pytest
from sqlalchemy import func, select

from hub.accounts.membership import INVITED
from hub.accounts.models import Attempt, Invitation, Person
from hub.accounts.sealing import digest
from hub.mail.models import Mail
from hub.policy import ADMIN, CONTENT, OFFICER
from tests.hub.accounts.inviting import HERE, email, operator, role_of
from tests.hub.accounts.people import Browser, errors
from tests.hub.site import Site

__all__ = ["email", "operator"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"email": ""}, "address"),
        ({"email": "dee"}, "address"),
        ({"email": "dee@anywhere.example\nBcc: x@y.example"}, "address"),
        ({"role": "operator"}, "no role"),
    ],
)
def test_what_cannot_be_used_is_said_beside_it(
    site: Site, operator: Browser, email: str, given: dict[str, str], said: str
) -> None:
    form = {"email": email, "role": OFFICER, **given}
    page = operator.send(f"{HERE}/invite", HERE, **form)
    assert page.status == 400
    assert said in " ".join(errors(page)).lower()
    with site.database.reading() as session:
        assert not session.scalar(select(func.count()).select_from(Invitation))
        assert not session.scalar(select(func.count()).select_from(Mail).where(Mail.recipient == email))


def test_a_member_is_not_invited_again(site: Site, operator: Browser, email: str) -> None:
    operator.posted(f"{HERE}/invite", HERE, email=email, role=OFFICER)
    browser = Browser.at(site)
    link = browser.link(email)
    browser.member(email)
    browser.posted(link)
    page = operator.send(f"{HERE}/invite", HERE, email=email, role=OFFICER)
    assert "belongs to Eastmere Fire and Rescue already" in " ".join(errors(page))


def test_only_so_many_are_invited_in_a_quarter_of_an_hour(site: Site, operator: Browser, email: str) -> None:
    with site.database.writing() as session:
        me = session.scalars(select(Person.id).where(Person.role == "operator")).one()
        session.add_all(Attempt(what="invite", key=digest(me)) for _ in range(INVITED - 1))
    assert operator.posted(f"{HERE}/invite", HERE, email=email, role=OFFICER).status_code == 303
    page = operator.send(f"{HERE}/invite", HERE, email=f"more-{email}", role=OFFICER)
    assert "many people" in " ".join(errors(page))


def test_an_admin_looks_after_the_own_people_alone(site: Site, operator: Browser, email: str) -> None:
    operator.posted(f"{HERE}/invite", HERE, email=email, role=ADMIN)
    admin = Browser.at(site)
    link = admin.link(email)
    admin.member(email)
    admin.posted(link)
    assert "People of this organisation" in admin.page("/organisations/eastmere-fire-and-rescue").words
    assert "People of this organisation" not in admin.page("/organisations/northford-city").words
    assert admin.page(HERE).status == 200
    assert admin.page("/organisations/northford-city/people").status == 403
    theirs = "/organisations/northford-city/people"
    for act in ("invite", "withdraw", "role"):
        assert admin.posted(f"{theirs}/{act}", HERE, email="x@y.example", role=ADMIN).status_code == 403
    colleague = f"bea-{email}"
    assert admin.posted(f"{HERE}/invite", HERE, email=colleague, role=OFFICER).status_code == 303
    bea = Browser.at(site)
    link = bea.link(colleague)
    bea.member(colleague)
    bea.posted(link)
    with site.database.reading() as session:
        id = session.scalars(select(Person.id).where(Person.email == colleague)).one()
    assert bea.page(HERE).status == 403
    assert admin.posted(f"{HERE}/role", HERE, person=id, role=CONTENT).status_code == 303
    assert role_of(site, colleague) == CONTENT
    assert admin.posted(f"{HERE}/role", HERE, person=id, role="").status_code == 303
    assert role_of(site, colleague) == ""
