"""Every form of the site leaves a row in the log when it goes well; the few that do not are in a reviewed table."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from typing import Final

import pytest
from flask import Flask
from flask_security import hash_password
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hub.accounts.models import Attempt, Joining, Membership, Person
from hub.accounts.service import make_link, open_stamped
from hub.accounts.sessions import SESSION_COOKIE
from hub.audit.models import Audit
from hub.audit.service import first_break
from hub.db import new_id, now
from hub.moderation.models import Report
from hub.moderation.reports import answer
from hub.organisations.models import Organisation
from hub.policy import ADMIN, Actor
from hub.records.models import Decision
from hub.sources.models import ACTIVE, WAITING, Run, Source
from tests.hub.accounts.authenticator import Device, code, set_up
from tests.hub.accounts.organisations import depart, forget, returned, signs_in_at
from tests.hub.accounts.people import OTHER, PASSWORD, Browser
from tests.hub.alerts.acts import ACTS as OF_ALERTS
from tests.hub.communities.acts import ACTS as OF_COMMUNITIES
from tests.hub.events.acts import ACTS as OF_MEETINGS
from tests.hub.facilitating.acts import ACTS as OF_FACILITATING
from tests.hub.library.acts import ACTS as OF_LIBRARIES
from tests.hub.people.acts import ACTS as OF_PEOPLE
from tests.hub.site import Site, filled_site, parameters
from tests.hub.talk.acts import ACTS as OF_DISCUSSIONS
from tests.hub.writing.acts import ACTS as OF_WRITING
from tests.people import NAMED
from tests.servers.oidc import liar

UNSAID: Final[dict[str, str]] = {
    "/sign-in/organisation": "leads to the organisation's provider; who comes back from there is told",
    "/organisations/<slug>/sign-in/try": "asks the provider what it says, and changes nothing",
    "/confirm": "asks for a mail with a link; the link's use is told",
    "/account/language": "in which language one reads is a matter of taste, and nobody else's business",
    "/account/second-factor/codes/text": "writes the codes of the page into a file and changes nothing",
    "/my/notices/read": "what one has read is nobody else's business",
    "/my/notices/<id>/open": "what one has read is nobody else's business",
    "/my/seen": "what one has read is nobody else's business",
    "/new-password": "asks for a mail with a link; the link's use is told",
}
"""Forms that change nothing worth telling, and why: whoever adds one here has thought about it."""

NUMBERS: Final = count()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """On one kind of database: what a form does is the same on both."""
    with filled_site(tmp_path_factory.mktemp("routes") / "hub") as made:
        yield made


class Sender:
    """An operator with a password, who sends forms; a new one for each form."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.email = f"op{next(NUMBERS)}@routes.example"
        self.browser = Browser.at(site)
        self.address = ""
        self.device = Device()
        self.before = 0
        """How many acts the log had when the last form was sent."""
        with site.database.writing() as session:
            session.execute(delete(Attempt))
            session.execute(delete(Run).where(Run.state.in_(ACTIVE)))
            person = _person(session, self.email, hashed(site), role="operator")
            self.id, secret = person.id, open_stamped(session, person.fs_uniquifier, {"fs_paa": time.time()}, 600)
            self.northford = session.scalars(select(Organisation.id).where(Organisation.slug == "northford-city")).one()
            self.source = session.scalars(select(Source.id).where(Source.organisation_id == self.northford)).first()
        self.browser.client.set_cookie(SESSION_COOKIE, secret, domain="127.0.0.1")

    def send(self, address: str, page: str = "/account", /, **given: str) -> int:
        """Send a form, with the token that a page holds."""
        self.before = size(self.site)
        return self.browser.posted(address, page, **given).status_code

    def fill(self, address: str, /, **changed: str) -> int:
        """Send the form of a page to the page's own address, as it stands there but for what is changed."""
        (form,) = self.browser.page(address).root.xpath(f"//form[@method='post'][@action='{address}']")
        given = {name: value or "" for name, value in form.form_values() if name != "csrf_token"}
        return self.send(address, address, **{**given, **changed})

    def other(self) -> str:
        """Somebody else with an account."""
        with self.site.database.writing() as session:
            return _person(session, f"other{next(NUMBERS)}@routes.example").id

    def invitation(self, email: str) -> str:
        """The address of an invitation's page."""
        self.send("/organisations/northford-city/people/invite", email=email, role="officer")
        return self.browser.link(email)

    def held(self) -> str:
        """A check that waits for a person."""
        with self.site.database.writing() as session:
            run = Run(source_id=self.source, slot=new_id(), state="held", held={"why": "A test.", "gone": []})
            session.add(run)
            session.flush()
            return run.id


def _person(session: Session, email: str, password: str = "", **more: str) -> Person:
    made = Person(name="Op", email=email, confirmed_at=now(), password=password or None, **more)
    session.add(made)
    session.flush()
    return made


@cache
def _hash_of(app: Flask) -> str:
    with app.app_context():
        return str(hash_password(PASSWORD))


def hashed(site: Site) -> str:
    """The password as it is kept; made once, for that is slow on purpose."""
    return _hash_of(site.app)


def _signed_out(by: Sender, address: str, page: str = "/sign-in", /, **given: str) -> int:
    by.browser = Browser.at(by.site)
    return by.send(address, page, **given)


def _withdraw(by: Sender) -> int:
    by.invitation(email := f"new{next(NUMBERS)}@routes.example")
    page = by.browser.page("/organisations/northford-city/people")
    (id,) = page.root.xpath(f"//li[contains(., '{email}')]//input[@name='id']/@value")
    return by.send("/organisations/northford-city/people/withdraw", id=id)


def _link(by: Sender) -> int:
    with by.site.database.writing() as session:
        secret = make_link(session, seconds=60)
    return _signed_out(by, f"/sign-in/{secret}")


def _provider(by: Sender) -> int:
    address, issuer = "/organisations/northford-city/sign-in", "https://login.northford.example"
    return by.send(address, address, issuer=issuer, client_id="us", secret="x")


def _prove(by: Sender, *, mailed: bool = False) -> int:
    email, page = f"ann{next(NUMBERS)}@northford.example", "/sign-in/organisation/prove"
    with by.site.database.writing() as session:
        _person(session, email, hashed(by.site))
    by.browser = Browser.at(by.site)
    with liar() as there:
        signs_in_at(by.site, there.issuer)
        there.claims = {"email": email, "sub": email}
        address = depart(by.browser, email)
        there.nonce = parameters(address)["nonce"][0]
        returned(by.browser, address)
    forget(by.site)
    if not mailed:
        return by.send(page, page, password=PASSWORD)
    by.send(page, page, do="mail")
    return by.send(link := by.browser.link(email), link)


def _confirm(by: Sender) -> int:
    by.browser = Browser.at(by.site)
    by.browser.register(email := f"late{next(NUMBERS)}@routes.example")
    return by.send(link := by.browser.link(email), link)


def _reset(by: Sender) -> int:
    by.browser = Browser.at(by.site)
    by.send("/new-password", "/new-password", email=by.email)
    return by.send(link := by.browser.link(by.email), link, password=OTHER)


def _ask_address(by: Sender) -> int:
    by.address = f"moved{next(NUMBERS)}@routes.example"
    return by.send("/account/address", email=by.address)


def _change_address(by: Sender) -> int:
    _ask_address(by)
    return by.send(by.browser.link(by.address))


SECOND: Final = "/account/second-factor"


def _codes(by: Sender) -> int:
    set_up(by.browser)
    return by.send(f"{SECOND}/codes", SECOND)


def _app_on(by: Sender) -> int:
    by.before = size(by.site)
    set_up(by.browser)
    return 200


def _app_off(by: Sender) -> int:
    set_up(by.browser)
    return by.send(f"{SECOND}/app/off", SECOND)


def _second_step(by: Sender) -> int:
    secret, _ = set_up(by.browser)
    by.browser = Browser.at(by.site)
    by.browser.sign_in(by.email)
    return by.send("/sign-in/second-factor", "/sign-in/second-factor", code=code(secret))


def _reset_factors(by: Sender) -> int:
    set_up(Browser.at(by.site).known(email := f"lost{next(NUMBERS)}@routes.example"))
    with by.site.database.reading() as session:
        lost = session.scalars(select(Person.id).where(Person.email == email)).one()
    return by.send(f"/manage/people/{lost}/second-factor")


@contextmanager
def _named(site: Site) -> Iterator[None]:
    """Meanwhile people reach the hub by a name, as passkeys want it."""
    parts = site.app.extensions["moothall"]
    settings = parts["settings"]
    parts["settings"] = settings.model_copy(update={"base_url": "http://localhost:8000"})
    yield
    parts["settings"] = settings


def _passkey(by: Sender) -> int:
    with _named(by.site):
        page = f"{SECOND}/passkey"
        by.device = Device()
        return by.send(page, page, name="Key", **by.device.make(by.browser.page(page)))


def _remove_passkey(by: Sender) -> int:
    _passkey(by)
    (address,) = by.browser.page(SECOND).root.xpath("//form[contains(@action, '/remove')]/@action")
    return by.send(address, SECOND)


def _passkey_alone(by: Sender) -> int:
    _passkey(by)
    by.browser = Browser.at(by.site)
    with _named(by.site):
        return by.send("/sign-in/passkey", "/sign-in", **by.device.prove(by.browser.page("/sign-in")))


def _take_down(by: Sender) -> int:
    what = f"https://northford.example/gone{next(NUMBERS)}"
    return by.send("/manage/take-downs", what=what, ground="personal-data", facts="A name.")


def _lift(by: Sender) -> int:
    _take_down(by)
    with by.site.database.reading() as session:
        id = session.scalars(select(Decision.id).order_by(Decision.at.desc(), Decision.id.desc())).first()
    return by.send(f"/manage/take-downs/{id}/lift")


def _report(by: Sender) -> int:
    address = by.site.record("homes", "/report")
    status = by.send(address, address, reason="wrong", text="The number of homes is wrong.")
    with by.site.database.reading() as session:
        newest = session.scalars(select(Report.id).order_by(Report.created.desc(), Report.id.desc())).first()
    by.address = f"/organisations/northford-city/reports/{newest}"
    return status


def _of_report(what: str, **given: str) -> Callable[[Sender], int]:
    def act(by: Sender) -> int:
        _report(by)
        return by.send(f"{by.address}/{what}", **given)

    return act


def _give(by: Sender) -> int:
    with by.site.database.writing() as session:
        session.add(Membership(person_id=by.id, organisation_id=by.northford, role=ADMIN))
    given = {"kind": "source", "thing": str(by.source), "owner": by.id, "deputy": ""}
    return by.send("/organisations/northford-city/hand-over", **given)


def _leave(by: Sender) -> int:
    _give(by)
    return by.send("/account/leaving", organisation=by.northford)


def _object(by: Sender) -> int:
    address = by.site.record("homes", "/report")
    sent = by.browser.posted(address, address, reason="wrong", text="The number of homes is wrong.")
    page = str(sent.headers["Location"])
    with by.site.database.writing() as session:
        newest = select(Report).order_by(Report.created.desc(), Report.id.desc())
        report = session.scalars(newest).first()
        assert report is not None
        admin = Actor("Ann", by.id, frozenset(), frozenset({(by.northford, ADMIN)}))
        answer(session, report, actor=admin, outcome="disagree", text="It is right.", named=NAMED)
    return by.send(f"{page}/object", page, why="I have counted them.")


def _close(by: Sender) -> int:
    with by.site.database.writing() as session:
        _person(session, f"next{next(NUMBERS)}@routes.example", role="operator")
    return by.send("/account/close", how="anonymise", password=PASSWORD)


def _remove(by: Sender) -> int:
    by.fill("/manage/organisations/new", name="Westmarch", sector="police")
    return by.send("/organisations/westmarch/remove")


def _let_join(by: Sender) -> int:
    with by.site.database.writing() as session:
        row = Joining(
            person_id=_person(session, f"joins{next(NUMBERS)}@routes.example").id, organisation_id=by.northford
        )
        session.add(row)
        session.flush()
        id = row.id
    return by.send(f"/manage/approvals/people/{id}", decision="approve")


def _approve_source(by: Sender) -> int:
    with by.site.database.writing() as session:
        more = {"approval": WAITING, "address": f"https://northford.example/wait{next(NUMBERS)}"}
        row = Source(organisation_id=by.northford, name="Waits", kind="feed", **more)
        session.add(row)
        session.flush()
        id = row.id
    return by.send(f"/manage/approvals/sources/{id}", decision="approve")


def _want_mails(by: Sender) -> int:
    by.send(f"/sources/{by.source}/told", email="standards@northford.example", level="every")
    return by.send(by.browser.link("standards@northford.example"), wanted="yes")


def _register_source(by: Sender) -> int:
    address = f"https://northford.example/feed{next(NUMBERS)}"
    given = {"organisation": "northford-city", "kind": "feed", "address": address, "name": "More news"}
    return by.send("/sources/new", **given, every="86400", previewed=f"feed {address}")


ACTS: Final[dict[str, Callable[[Sender], int]]] = {
    "/register": lambda by: _signed_out(
        by, "/register", email=f"reg{next(NUMBERS)}@routes.example", name="Reg", password=PASSWORD
    ),
    "/sign-in": lambda by: _signed_out(by, "/sign-in", email=by.email, password=PASSWORD),
    "/sign-in/<secret>": _link,
    "/sign-in/organisation/prove": _prove,
    "/sign-in/organisation/prove/<secret>": lambda by: _prove(by, mailed=True),
    "/organisations/<slug>/sign-in": _provider,
    "/sign-out": lambda by: by.send("/sign-out"),
    "/confirm/<token>": _confirm,
    "/new-password/<token>": _reset,
    "/account/password": lambda by: by.send("/account/password", password=PASSWORD, new_password=OTHER),
    "/account/verify": lambda by: by.send("/account/verify", password=PASSWORD),
    "/account/data": lambda by: by.send("/account/data"),
    "/account/close": _close,
    "/manage/people/<id>/erase": lambda by: by.send(
        f"/manage/people/{by.other()}/erase", how="anonymise", reason="asked"
    ),
    "/account/address": _ask_address,
    "/account/address/<secret>": _change_address,
    f"{SECOND}/app": _app_on,
    f"{SECOND}/app/off": _app_off,
    f"{SECOND}/codes": _codes,
    f"{SECOND}/passkey": _passkey,
    f"{SECOND}/passkey/<id>/remove": _remove_passkey,
    "/sign-in/second-factor": _second_step,
    "/sign-in/passkey": _passkey_alone,
    "/manage/people/<id>/second-factor": _reset_factors,
    "/account/sessions/end": lambda by: by.send("/account/sessions/end", session="others"),
    "/join/<secret>": lambda by: by.send(by.invitation(by.email)),
    "/manage/people/<id>/role": lambda by: by.send(
        f"/manage/people/{by.other()}/role", organisation=by.northford, role="officer"
    ),
    "/manage/people/<id>/active": lambda by: by.send(f"/manage/people/{by.other()}/active", active="no"),
    "/manage/people/<id>/moderator": lambda by: by.send(f"/manage/people/{by.other()}/moderator", moderator="yes"),
    "/manage/approvals/people/<id>": _let_join,
    "/manage/approvals/sources/<id>": _approve_source,
    "/manage/test-mail": lambda by: by.send("/manage/test-mail", email="op@routes.example"),
    "/manage/hub": lambda by: by.fill("/manage/hub", welcome=f"Welcome, number {next(NUMBERS)}."),
    "/manage/organisations/new": lambda by: by.fill("/manage/organisations/new", name="Southmarch", sector="police"),
    "/organisations/<slug>/edit": lambda by: by.fill("/organisations/northford-city/edit", area=f"{next(NUMBERS)}"),
    "/organisations/<slug>/remove": _remove,
    "/records/<id>/report": _report,
    "/reports/<secret>/object": _object,
    "/organisations/<slug>/reports/<id>/answer": _of_report("answer", outcome="corrected", text="Done."),
    "/organisations/<slug>/reports/<id>/pass-on": _of_report("pass-on", facts="A matter of law."),
    "/organisations/<slug>/reports/<id>/hide": _of_report("hide"),
    "/organisations/<slug>/hand-over": _give,
    "/account/leaving": _leave,
    "/manage/take-downs": _take_down,
    "/manage/take-downs/<id>/lift": _lift,
    "/organisations/<slug>/people/invite": lambda by: by.send(
        "/organisations/northford-city/people/invite", email=f"inv{next(NUMBERS)}@routes.example", role="officer"
    ),
    "/organisations/<slug>/people/withdraw": _withdraw,
    "/organisations/<slug>/people/role": lambda by: by.send(
        "/organisations/northford-city/people/role", person=by.other(), role="officer"
    ),
    "/sources/new": _register_source,
    "/sources/<id>/edit": lambda by: by.fill(f"/sources/{by.source}/edit", name=f"News {next(NUMBERS)}"),
    "/sources/<id>/told": lambda by: by.send(f"/sources/{by.source}/told", email="", level="never"),
    "/sources/<id>/told/<secret>": _want_mails,
    "/sources/<id>/check": lambda by: by.send(f"/sources/{by.source}/check"),
    "/sources/<id>/pause": lambda by: by.send(f"/sources/{by.source}/pause", paused="yes"),
    "/sources/<id>/runs/<run_id>/decide": lambda by: by.send(
        f"/sources/{by.source}/runs/{by.held()}/decide", decision="accept"
    ),
    **OF_COMMUNITIES,
    **OF_DISCUSSIONS,
    **OF_ALERTS,
    **OF_LIBRARIES,
    **OF_FACILITATING,
    **OF_PEOPLE,
    **OF_MEETINGS,
    **OF_WRITING,
}
"""Route -> how an operator (or whoever it is for) sends its form so that it goes well; the status."""


def test_every_route_that_changes_something_is_in_one_of_the_tables(site: Site) -> None:
    routes = {rule.rule for rule in site.app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert routes == set(ACTS) | set(UNSAID), "add a form that goes well to ACTS, or say in UNSAID why nothing is told"
    others = {"PUT", "PATCH", "DELETE"}
    assert not [rule for rule in site.app.url_map.iter_rules() if others & (rule.methods or set())]


@pytest.mark.parametrize("route", ACTS)
def test_what_goes_well_is_told_in_the_log(site: Site, route: str) -> None:
    by = Sender(site)
    status = ACTS[route](by)
    assert status in (200, 302, 303), status
    assert size(site) > by.before, f"{route} left no row"
    with site.database.reading() as session:
        assert first_break(session) is None


def test_a_wrong_password_is_counted_whether_the_address_is_known_or_not(site: Site) -> None:
    by = Sender(site)
    before = size(site)
    for email in (by.email, "nobody@routes.example"):
        _signed_out(by, "/sign-in", email=email, password="not this one")
    with site.database.reading() as session:
        rows = session.execute(select(Audit.action, Audit.thing).order_by(Audit.id).offset(before)).all()
    assert [tuple(row) for row in rows] == [
        ("wrong password", f"person {by.id}"),
        ("wrong password", "person unknown"),
    ]


def size(site: Site) -> int:
    """How many acts the log has."""
    with site.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Audit)) or 0
