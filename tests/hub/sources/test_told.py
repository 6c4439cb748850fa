"""Who else hears of a source's checks, and a source that gets another organisation."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.accounts.members import set_domains
from hub.accounts.models import Duty
from hub.db import now
from hub.index.engines import open_writer
from hub.index.worker import deliver_all
from hub.indexed import documents_of
from hub.mail.models import Mail
from hub.organisations.models import Organisation
from hub.policy import COMMAND_LINE
from hub.records.models import RecordRow
from hub.sources.models import PUBLIC, RESTRICTED, Run, Source
from hub.sources.notices import Named, tell_failed, tell_run
from hub.topics.service import Vocabulary
from tests.hub.accounts.people import Browser, errors
from tests.hub.site import BASE, Site, filled_site

TEAM = "web@digital.northford.example"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with filled_site(tmp_path_factory.mktemp("told") / "hub") as made:
        with made.database.writing() as session:
            row = session.scalars(select(Organisation).where(Organisation.slug == "northford-city")).one()
            set_domains(session, actor=COMMAND_LINE, organisation=row, domains=["northford.example"])
        yield made


@pytest.fixture
def operator(hub: Site) -> Browser:
    return Browser(hub, hub.operator())


@pytest.fixture
def source(hub: Site) -> str:
    """The id of Northford's source, of which nobody more is told."""
    with hub.database.writing() as session:
        id = session.scalars(
            select(Source.id).join(Organisation).where(Organisation.slug == "northford-city").limit(1)
        ).one()
        nobody = {"tell_email": "", "tell_confirmed": None, "tell_level": "problems", "failures": 0}
        session.execute(update(Source).values(nobody))
        session.execute(update(Mail).values(recipient="earlier@northford.example", key="earlier " + Mail.id))
        session.execute(update(Run).values(state="complete"))
    return id


def named(hub: Site) -> Named:
    return Named("Moothall", BASE, hub.settings.secret())


def told(hub: Site, source: str, level: str, *, confirmed: bool = True, **run: object) -> list[str]:
    """The subjects of what the team hears of a run."""

    def write(session: Session) -> None:
        row = session.get_one(Source, source)
        row.tell_email, row.tell_level, row.tell_confirmed = TEAM, level, now() if confirmed else None
        one = Run(source_id=source, slot=f"{level} {now()}", started=now(), ended=now(), state="complete")
        for name, value in run.items():
            setattr(one, name, value)
        session.add(one)
        session.flush()
        if one.state == "failed":
            row.failures = 3
            tell_failed(session, one, row, named(hub))
        tell_run(session, one, row, named(hub))
        row.failures = 0

    with hub.database.writing() as session:
        before = set(session.scalars(select(Mail.id)))
        write(session)
        mails = session.scalars(select(Mail).where(Mail.recipient == TEAM)).all()
        return [one.subject for one in mails if one.id not in before]


def test_an_address_is_asked_once_before_it_hears_anything(hub: Site, operator: Browser, source: str) -> None:
    form = f"/sources/{source}/told"
    assert operator.send(form, form, email=TEAM, level="every").status == 303
    assert operator.send(form, form, email=TEAM, level="changes").status == 303
    (mail,) = operator.mails(TEAM)
    assert "was asked whether it wants to be told" in operator.page(f"/sources/{source}").words
    assert told(hub, source, "every", confirmed=False, new=1) == []
    stranger, link = Browser.at(hub), operator.link(TEAM)
    assert TEAM in stranger.page(link).words
    assert stranger.page(f"{link}é").status == 404
    with hub.database.reading() as session:
        assert session.get_one(Source, source).tell_confirmed is None
    assert stranger.send(link, wanted="yes").status == 303
    assert f"{TEAM} is told too." in operator.page(f"/sources/{source}").words
    assert TEAM not in stranger.page(f"/sources/{source}").words
    assert stranger.send(link, wanted="no").status == 303
    assert stranger.page(link).status == 404
    with hub.database.reading() as session:
        assert session.get_one(Source, source).tell_email == ""
    assert mail.subject.startswith("Do you want mails about")


@pytest.mark.parametrize(
    ("email", "level", "wrong"),
    [
        ("me@elsewhere.example", "every", True),
        ("me@evilnorthford.example", "every", True),
        ("nobody", "every", True),
        (TEAM, "sometimes", True),
        ("Standards@Northford.example", "every", False),
        ("", "never", False),
    ],
)
def test_only_the_organisations_own_addresses_are_told(
    operator: Browser, source: str, email: str, level: str, wrong: bool
) -> None:
    form = f"/sources/{source}/told"
    page = operator.send(form, form, email=email, level=level)
    assert (page.status == 400, len(errors(page)) == 1) == (wrong, wrong)


@pytest.mark.parametrize(
    ("level", "quiet", "news", "failed"),
    [("problems", 0, 0, 1), ("changes", 0, 1, 1), ("every", 1, 1, 1), ("never", 0, 0, 0)],
)
def test_everybody_hears_as_much_as_they_want(
    hub: Site, source: str, level: str, quiet: int, news: int, failed: int
) -> None:
    assert len(told(hub, source, level)) == quiet
    assert len(told(hub, source, level, new=2)) == news
    assert len(told(hub, source, level, state="failed", message="Nobody answers.")) == failed


def test_each_mail_says_how_to_get_none(hub: Site, source: str) -> None:
    told(hub, source, "every", new=2)
    browser = Browser.at(hub)
    mail = browser.mails(TEAM)[-1]
    assert "2 new" in mail.subject
    link = mail.text.split(BASE)[-1].strip()
    assert browser.send(link, wanted="no").status == 303


def test_whoever_reads_the_mails_of_a_restricted_source_is_led_to_a_page_that_opens(hub: Site, source: str) -> None:
    told(hub, source, "every", new=2)
    browser = Browser.at(hub)
    link = browser.mails(TEAM)[-1].text.split(BASE)[-1].strip()
    with hub.database.writing() as session:
        session.get_one(Source, source).visibility = RESTRICTED
    assert browser.page(f"/sources/{source}").status == 404
    assert browser.page(browser.posted(link, link, wanted="no").headers["Location"]).status == 200
    with hub.database.writing() as session:
        session.get_one(Source, source).visibility = PUBLIC


def edited(operator: Browser, source: str, **changed: str) -> int:
    address = f"/sources/{source}/edit"
    (form,) = operator.page(address).root.xpath("//form[@class='form']")
    given = {name: value or "" for name, value in form.form_values() if name != "csrf_token"}
    return operator.send(address, address, **{**given, **changed}).status


def test_an_operator_gives_a_source_to_another_organisation_and_its_documents_follow(
    hub: Site, operator: Browser, source: str
) -> None:
    with hub.database.writing() as session:
        ours = session.get_one(Source, source).organisation_id
        session.add(Duty(kind="source", thing_id=source, organisation_id=ours))
    before = hub.page("/search?organisation=northford-city").total
    assert before > 1
    assert edited(operator, source, organisation="quietshire") == 303
    deliver_all(hub.database, open_writer(hub.settings), documents_of(Vocabulary(hub.database)))
    assert hub.page("/search?organisation=quietshire").total == before
    assert hub.page("/search?organisation=northford-city").status == 200
    with hub.database.reading() as session:
        theirs = session.scalars(select(Organisation.id).where(Organisation.slug == "quietshire")).one()
        held = select(RecordRow.organisation_id).where(RecordRow.source_id == source).distinct()
        assert list(session.scalars(held)) == [theirs]
        assert session.scalars(select(Duty.organisation_id).where(Duty.thing_id == source)).one() == theirs
    assert edited(operator, source, organisation="northford-city") == 303
    deliver_all(hub.database, open_writer(hub.settings), documents_of(Vocabulary(hub.database)))
    assert hub.page("/search?organisation=northford-city").total == before


def test_nothing_moves_while_a_check_goes_on(hub: Site, operator: Browser, source: str) -> None:
    with hub.database.writing() as session:
        session.add(Run(id="going", source_id=source, slot="going", state="running"))
    assert edited(operator, source, organisation="quietshire") == 303
    with hub.database.writing() as session:
        assert session.get_one(Organisation, session.get_one(Source, source).organisation_id).slug == "northford-city"
        session.delete(session.get_one(Run, "going"))


def test_another_kind_is_looked_at_first(hub: Site, operator: Browser, source: str) -> None:
    address = f"/sources/{source}/edit"
    (form,) = operator.page(address).root.xpath("//form[@class='form']")
    given = {name: value or "" for name, value in form.form_values() if name != "csrf_token"}
    answer = operator.posted(address, address, **{**given, "kind": "sitemap"})
    assert "Look at its preview first" in operator.page(answer.headers["Location"]).words
    with hub.database.reading() as session:
        assert session.get_one(Source, source).kind == "feed"
