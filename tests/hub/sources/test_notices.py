"""A source's organisation is told by mail when its state changes, once each, as the relay receives it."""

import re

import pytest
from sqlalchemy import delete, select

from hub.db import now
from hub.languages import speaking
from hub.mail.delivery import Mailer
from hub.mail.models import Mail
from hub.organisations.models import Organisation
from hub.policy import COMMAND_LINE
from hub.sources.health import message_of, what_of
from hub.sources.held import accept_held
from hub.sources.leases import end_as_stopped
from hub.sources.models import ProblemRow, Run, Source
from hub.words import on
from tests.hub.mail.made import QUICK, drain, relay
from tests.hub.sources.checked import HTML, Checked, website
from tests.people import NAMED
from tests.servers.loopback import Site
from tests.servers.smtp import Received, smtp

TEAM = "web.team@northford.example"
BROKEN = (404, HTML, "We are back soon.")


@pytest.fixture(autouse=True)
def no_other_mail(checked: Checked) -> None:
    with checked.parts.database.writing() as session:
        session.execute(delete(Mail))


def watched(checked: Checked, site: Site, address: str = TEAM, **more: object) -> str:
    """“Northford news”, whose organisation has a contact point."""
    source = checked.add(site, name="Northford news")
    with checked.parts.database.writing() as session:
        organisation = session.get_one(Organisation, session.get_one(Source, source).organisation_id)
        organisation.contact_email = address
        for name, value in more.items():
            setattr(organisation, name, value)
    return source


def fail_the_third_time(checked: Checked, source: str) -> None:
    with checked.parts.database.writing() as session:
        session.get_one(Source, source).failures = 2
    checked.check(source)


def delivered(checked: Checked) -> list[Received]:
    """What the relay gets of what waits."""
    with smtp() as post:
        mailer = Mailer(checked.parts.database, relay(post.port), QUICK)
        assert set(drain(mailer)) <= {"sent"}
        mailer.close()
        return post.mails


def texts(mail: Received) -> tuple[str, str]:
    plain, html = (mail.message.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    return str(plain.get_content()), str(html.get_content())  # type: ignore[attr-defined]


def test_three_failures_are_one_mail_and_the_recovery_is_one(checked: Checked) -> None:
    with website(3) as (pages, site):
        source = watched(checked, site)
        checked.check(source)
        pages.list_answer = BROKEN
        for _ in range(2):
            checked.check(source)
        assert delivered(checked) == [], "sites have bad nights"
        checked.check(source)
        (failed,) = delivered(checked)
        for _ in range(2):
            checked.check(source)
        assert delivered(checked) == []
        pages.list_answer = None
        checked.check(source)
        (recovered,) = delivered(checked)
        checked.check(source)
        assert delivered(checked) == []
    hub = checked.parts.settings
    assert failed.recipients == (TEAM,)
    assert failed.message["Subject"] == f"[{hub.name}] Northford news: cannot be collected since {on(now())}"
    plain, html = texts(failed)
    assert f"{hub.base_url}/sources/{source}" in plain
    assert f'<a href="{hub.base_url}/sources/{source}">' in html
    assert "3 checks in a row have failed" in plain
    assert "404" in plain
    assert recovered.message["Subject"] == f"[{hub.name}] Northford news: is collected again"
    assert "saw 3 documents" in texts(recovered)[0]
    assert failed.message["Message-ID"] != recovered.message["Message-ID"]


def test_a_welsh_team_is_written_to_in_welsh_to_the_last_word_of_ours(checked: Checked) -> None:
    with website(40) as (pages, site):
        source = watched(checked, site, language="cy")
        checked.check(source)
        pages.list_answer = BROKEN
        fail_the_third_time(checked, source)
        (failed,) = delivered(checked)
        pages.list_answer = None
        checked.check(source)
        (recovered,) = delivered(checked)
        pages.pages = {number: text for number, text in pages.pages.items() if number < 15}
        checked.check(source)
        (held,) = delivered(checked)
    hub = checked.parts.settings
    assert "ni ellir casglu ohoni ers" in failed.message["Subject"]
    assert [mail.message["Content-Language"] for mail in (failed, recovered, held)] == ["cy"] * 3
    plain, html = texts(failed)
    assert 'lang="cy"' in html
    assert "Mae 3 gwiriad yn olynol wedi methu." in plain
    assert "Nid oes dim yn http" in plain, "also what the harvesters say"
    assert "(statws 404)" in plain
    assert f"Mae {hub.name} yn casglu" in texts(recovered)[0]
    assert "Stopiwyd gwiriad" in texts(held)[0]
    assert re.search(r"byddai \d+ o \d+ dogfen yn cael eu dileu", texts(held)[0])
    for mail in (failed, recovered, held):
        assert not re.search(r"\b(the|was|checks?|status|documents?|page|because)\b", texts(mail)[0]), texts(mail)[0]


def test_what_was_stored_before_its_words_were_kept_is_said_as_it_stands(checked: Checked) -> None:
    with website(3) as (pages, site):
        source = watched(checked, site)
        pages.list_answer = BROKEN
        checked.check(source)
    with checked.parts.database.writing() as session:
        problem = session.scalars(select(ProblemRow).where(ProblemRow.source_id == source)).one()
        run = session.scalars(select(Run).where(Run.source_id == source)).one()
        with speaking("cy"):
            assert what_of(problem).startswith("Nid oes dim yn http")
            assert message_of(run).startswith("Nid oes dim yn http")
        assert what_of(problem) == problem.what
        problem.words, run.said = {}, {}
        with speaking("cy"):
            assert what_of(problem) == problem.what
            assert message_of(run) == run.message


def test_two_failures_and_a_success_are_nobodys_business(checked: Checked) -> None:
    with website(3) as (pages, site):
        source = watched(checked, site)
        for answer in (BROKEN, BROKEN, None, BROKEN, BROKEN, None):
            pages.list_answer = answer
            checked.check(source)
    assert delivered(checked) == []


def test_a_held_check_is_one_mail(checked: Checked) -> None:
    with website(40) as (pages, site):
        source = watched(checked, site)
        checked.check(source)
        pages.pages = {number: text for number, text in pages.pages.items() if number < 15}
        checked.check(source)
        checked.check(source)
        (held,) = delivered(checked)
        with checked.parts.database.writing() as session:
            accept_held(session, session.merge(checked.run(source)), actor=COMMAND_LINE)
        checked.check(source)
    assert held.message["Subject"].endswith("Northford news: a check waits for a person")
    assert "25 of 40 documents would be removed" in texts(held)[0]
    assert delivered(checked) == []


def test_workers_that_stop_again_and_again_are_told_too(checked: Checked) -> None:
    with website(3) as (_, site):
        source = watched(checked, site)
        checked.check(source)
        with checked.parts.database.writing() as session:
            session.get_one(Source, source).failures = 2
            run = session.get_one(Run, checked.run(source).id)
            end_as_stopped(session, run, checked.parts.times, NAMED)
    (failed,) = delivered(checked)
    assert "its worker stopped" in texts(failed)[0]


@pytest.mark.parametrize(
    ("address", "more"),
    [("", {}), ("ask at the desk", {}), (TEAM, {"fictional": True}), ("a@b.example\r\nBcc: c@d.example", {})],
    ids=["no address", "no address that can be", "made up", "two lines"],
)
def test_where_nobody_can_be_told_the_check_goes_on(
    checked: Checked, address: str, more: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    with website(3) as (pages, site):
        source = watched(checked, site, address, **more)
        pages.list_answer = BROKEN
        fail_the_third_time(checked, source)
    assert checked.run(source).state == "failed"
    with checked.parts.database.reading() as session:
        assert list(session.scalars(select(Mail))) == []
    assert ("Nobody can be told of the source" in caplog.text) is (address not in ("", TEAM))


def test_a_strange_name_makes_no_header_of_its_own(checked: Checked) -> None:
    with website(3) as (pages, site):
        source = watched(checked, site)
        with checked.parts.database.writing() as session:
            session.get_one(Source, source).name = "News\r\nBcc: all@northford.example\u202e " + "x" * 150
        pages.list_answer = BROKEN
        fail_the_third_time(checked, source)
    (failed,) = delivered(checked)
    assert failed.recipients == (TEAM,)
    assert failed.message["Bcc"] is None
    assert "News Bcc: all@northford.example x" in failed.message["Subject"]
