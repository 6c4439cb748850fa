"""What reports hold of a person is handed out to them, and forgotten."""

import pytest
from sqlalchemy import delete, select

from hub.accounts.models import Attempt, Person
from hub.moderation.models import Report
from hub.moderation.personal import export_person, forget_person
from tests.hub.accounts.people import Browser
from tests.hub.site import Site

TEXT = "The number of homes is wrong: it was 31 of 40."


@pytest.mark.parametrize("also_written", [False, True])
def test_a_report_is_handed_out_and_forgotten(site: Site, also_written: bool) -> None:
    email = f"pe{also_written}@elsewhere.example".lower()
    with site.database.writing() as session:
        session.execute(delete(Attempt))
        session.execute(delete(Report))
    browser, address = Browser.at(site).member(email), site.record("homes", "/report")
    browser.posted(address, reason="wrong", text=TEXT)
    Browser.at(site).posted(address, reason="other", text=TEXT, name="Carys", email=email)
    Browser.at(site).posted(address, reason="other", text=TEXT, email="other@home.example")
    with site.database.writing() as session:
        person = session.scalars(select(Person.id).where(Person.email == email)).one()
        told = export_person(session, person)
        assert [(one["in your words"], one["address"]) for one in told] == [(TEXT, email), (TEXT, email)]
        assert forget_person(session, person, also_written) == 2
        session.flush()
        assert export_person(session, person) == []
        kept = session.scalars(select(Report).order_by(Report.created)).all()
        assert [one.email for one in kept] == ["", "", "other@home.example"]
        assert [one.text for one in kept] == ["" if also_written else TEXT] * 2 + [TEXT]
        assert not any(one.name for one in kept)
