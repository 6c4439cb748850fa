"""Policies: every route declares one, and the reviewed table says who gets what."""

import hashlib
import time
from collections.abc import Iterator

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient

from hub import app as app_module
from hub.accounts.models import Person
from hub.accounts.service import make_link, open_stamped, use_link
from hub.accounts.sessions import SESSION_COOKIE
from hub.cli.init import make_hub
from hub.db import new_id, now
from hub.jobs import Workshop
from hub.organisations.service import add_organisation
from hub.policy import ANONYMOUS, COMMAND_LINE, can
from hub.sources.models import Run, Source
from hub.wsgi import build
from tests.people import AISHA, DEV, settings_in

TABLE: dict[str, tuple[int, int, int]] = {
    "GET /": (200, 200, 200),
    "GET /account": (302, 200, 200),
    "POST /account/language": (403, 400, 400),
    "POST /account/sessions/end": (403, 404, 404),
    "GET /account/address": (302, 200, 200),
    "POST /account/address": (403, 400, 400),
    "GET /account/address/<secret>": (302, 404, 404),
    "POST /account/address/<secret>": (403, 404, 404),
    "GET /account/data": (302, 200, 200),
    "POST /account/data": (403, 200, 200),
    "GET /account/close": (302, 200, 409),
    "POST /account/close": (403, 400, 400),
    "GET /account/closed": (200, 200, 200),
    "GET /manage/people/<id>/erase": (403, 403, 404),
    "POST /manage/people/<id>/erase": (403, 403, 404),
    "GET /account/second-factor": (302, 200, 200),
    "GET /account/second-factor/app": (302, 200, 200),
    "POST /account/second-factor/app": (403, 303, 303),
    "POST /account/second-factor/app/off": (403, 404, 404),
    "POST /account/second-factor/codes": (403, 403, 403),
    "POST /account/second-factor/codes/text": (403, 404, 404),
    "GET /account/second-factor/passkey": (302, 404, 404),
    "POST /account/second-factor/passkey": (403, 404, 404),
    "POST /account/second-factor/passkey/<id>/remove": (403, 404, 404),
    "GET /account/password": (302, 200, 200),
    "POST /account/password": (403, 200, 200),
    "GET /account/verify": (302, 200, 200),
    "POST /account/verify": (403, 200, 200),
    "GET /manage/log": (403, 403, 200),
    "GET /manage/log.csv": (403, 403, 200),
    "GET /manage/people": (403, 403, 200),
    "GET /manage/approvals": (403, 403, 200),
    "POST /manage/approvals/people/<id>": (403, 403, 400),
    "POST /manage/approvals/sources/<id>": (403, 403, 400),
    "GET /manage": (403, 403, 200),
    "POST /manage/test-mail": (403, 403, 400),
    "GET /manage/hub": (403, 403, 200),
    "POST /manage/hub": (403, 403, 400),
    "GET /look.css": (200, 200, 200),
    "GET /logo/<hashed>.png": (404, 404, 404),
    "GET /manage/organisations": (403, 403, 200),
    "GET /manage/organisations.csv": (403, 403, 200),
    "GET /manage/organisations/new": (403, 403, 200),
    "POST /manage/organisations/new": (403, 403, 400),
    "GET /organisations/<slug>/edit": (403, 403, 200),
    "POST /organisations/<slug>/edit": (403, 403, 400),
    "POST /organisations/<slug>/remove": (403, 403, 409),
    "POST /manage/people/<id>/role": (403, 403, 404),
    "POST /manage/people/<id>/moderator": (403, 403, 404),
    "POST /manage/people/<id>/second-factor": (403, 403, 404),
    "POST /manage/people/<id>/active": (403, 403, 404),
    "GET /organisations/<slug>/people": (403, 403, 200),
    "POST /organisations/<slug>/people/invite": (403, 403, 400),
    "POST /organisations/<slug>/people/withdraw": (403, 403, 404),
    "POST /organisations/<slug>/people/role": (403, 403, 404),
    "GET /records/<id>/report": (404, 404, 404),
    "POST /records/<id>/report": (404, 404, 404),
    "GET /reports/<secret>": (404, 404, 404),
    "POST /reports/<secret>/object": (404, 404, 404),
    "GET /organisations/<slug>/reports": (403, 403, 200),
    "GET /organisations/<slug>/reports.csv": (403, 403, 200),
    "GET /organisations/<slug>/reports/<id>": (403, 403, 404),
    "POST /organisations/<slug>/reports/<id>/answer": (403, 403, 404),
    "POST /organisations/<slug>/reports/<id>/pass-on": (403, 403, 404),
    "POST /organisations/<slug>/reports/<id>/hide": (403, 403, 404),
    "GET /manage/reports": (403, 403, 200),
    "GET /manage/reports.csv": (403, 403, 200),
    "GET /organisations/<slug>/hand-over": (403, 403, 200),
    "POST /organisations/<slug>/hand-over": (403, 403, 404),
    "GET /manage/hand-over": (403, 403, 200),
    "GET /manage/hand-over.csv": (403, 403, 200),
    "GET /account/leaving": (302, 200, 200),
    "POST /account/leaving": (403, 303, 303),
    "GET /manage/take-downs": (403, 403, 200),
    "GET /manage/take-downs/new": (403, 403, 400),
    "POST /manage/take-downs": (403, 403, 400),
    "POST /manage/take-downs/<id>/lift": (403, 403, 404),
    "GET /manage/decisions.csv": (403, 403, 200),
    "GET /join/<secret>": (404, 404, 404),
    "POST /join/<secret>": (403, 404, 404),
    "GET /confirm": (200, 200, 200),
    "POST /confirm": (200, 200, 200),
    "GET /confirm/<token>": (200, 200, 200),
    "POST /confirm/<token>": (200, 200, 200),
    "GET /new-password": (200, 200, 200),
    "POST /new-password": (200, 200, 200),
    "GET /new-password/<token>": (302, 302, 302),
    "POST /new-password/<token>": (302, 302, 302),
    "GET /register": (200, 302, 302),
    "POST /register": (200, 302, 302),
    "GET /register/sent": (200, 200, 200),
    "GET /sign-in": (200, 302, 302),
    "POST /sign-in": (200, 302, 302),
    "GET /about": (200, 200, 200),
    "GET /accessibility": (200, 200, 200),
    "GET /privacy": (200, 200, 200),
    "GET /health/live": (200, 200, 200),
    "GET /health/ready": (200, 200, 200),
    "GET /metrics": (403, 403, 200),
    "GET /help": (200, 200, 200),
    "GET /opensearch.xml": (200, 200, 200),
    "GET /organisations": (200, 200, 200),
    "GET /organisations.json": (200, 200, 200),
    "GET /organisations/<slug>/months.csv": (200, 200, 200),
    "GET /organisations/<slug>": (200, 200, 200),
    "GET /organisations/<slug>.atom": (200, 200, 200),
    "GET /records/<id>": (404, 404, 404),
    "GET /records/<id>.json": (404, 404, 404),
    "GET /records/<id>/raw": (403, 403, 404),
    "GET /records/<id>/versions": (404, 404, 404),
    "GET /search": (200, 200, 200),
    "GET /search.atom": (200, 200, 200),
    "GET /search/restricted": (302, 200, 200),
    "GET /search.csv": (200, 200, 200),
    "GET /search.json": (200, 200, 200),
    "GET /sign-in/organisation": (200, 200, 200),
    "POST /sign-in/organisation": (400, 400, 400),
    "GET /sign-in/organisation/go": (302, 302, 302),
    "GET /sign-in/organisation/refused": (302, 302, 302),
    "GET /sign-in/organisation/<slug>/back": (302, 302, 302),
    "GET /sign-in/organisation/prove": (303, 303, 303),
    "POST /sign-in/organisation/prove": (303, 303, 303),
    "GET /sign-in/organisation/prove/<secret>": (404, 404, 404),
    "POST /sign-in/organisation/prove/<secret>": (404, 404, 404),
    "GET /organisations/<slug>/sign-in": (403, 403, 200),
    "POST /organisations/<slug>/sign-in": (403, 403, 400),
    "POST /organisations/<slug>/sign-in/try": (403, 403, 404),
    "GET /sign-in/second-factor": (303, 303, 303),
    "POST /sign-in/second-factor": (303, 303, 303),
    "POST /sign-in/passkey": (303, 303, 303),
    "GET /sign-in/<secret>": (200, 200, 200),
    "POST /sign-in/<secret>": (403, 403, 403),
    "POST /sign-out": (302, 302, 302),
    "GET /sources": (200, 200, 200),
    "GET /sources.json": (200, 200, 200),
    "GET /sources/<id>": (200, 200, 200),
    "GET /sources/<id>.atom": (200, 200, 200),
    "GET /sources/<id>/edit": (403, 403, 200),
    "GET /sources/<id>/edit/preview": (403, 403, 400),
    "POST /sources/<id>/edit": (403, 403, 303),
    "GET /sources/<id>/told": (403, 403, 200),
    "POST /sources/<id>/told": (403, 403, 400),
    "GET /sources/<id>/told/<secret>": (404, 404, 404),
    "POST /sources/<id>/told/<secret>": (404, 404, 404),
    "GET /sources/new": (403, 403, 200),
    "GET /sources/new/found": (403, 403, 400),
    "GET /sources/new/preview": (403, 403, 302),
    "GET /sources/new/settings": (403, 403, 302),
    "POST /sources/new": (403, 403, 303),
    "GET /sources/<id>/problems": (200, 200, 200),
    "GET /sources/<id>/problems.csv": (200, 200, 200),
    "GET /sources/<id>/runs.csv": (200, 200, 200),
    "GET /sources/<id>/runs/<run_id>": (200, 200, 200),
    "POST /sources/<id>/check": (403, 403, 409),
    "POST /sources/<id>/pause": (403, 403, 303),
    "POST /sources/<id>/runs/<run_id>/decide": (403, 403, 409),
    "GET /static/<path:filename>": (404, 404, 404),
    "GET /suggest.json": (200, 200, 200),
    "GET /topics": (200, 200, 200),
    "GET /topics/<notation>": (404, 404, 404),
}
"""Route -> status for a stranger, an officer, the operator; for one source with a run that goes on. Forms are empty."""


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    made = make_hub(settings_in(tmp_path_factory.mktemp("policy") / "hub"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def site(parts: Workshop) -> Flask:
    app = build(parts.settings)
    app.config["WTF_CSRF_ENABLED"] = False
    with parts.database.writing() as session:
        organisation = add_organisation(session, actor=COMMAND_LINE, name="Northford City", sector="council")
        session.add(
            Source(id="s1", organisation_id=organisation.id, name="News", kind="feed", address="https://n.example/f")
        )
        session.flush()
        session.add(Run(id="r1", source_id="s1", slot="1", state="running"))
    return app


@pytest.fixture
def officer(site: Flask, parts: Workshop) -> FlaskClient:
    client = site.test_client()
    with parts.database.writing() as session:
        person = Person(name="Ann", email=f"{new_id()}@northford.example", confirmed_at=now())
        session.add(person)
        session.flush()
        secret = open_stamped(session, person.fs_uniquifier, {"fs_paa": time.time()}, 60)
    client.set_cookie(SESSION_COOKIE, secret, domain="127.0.0.1")
    return client


@pytest.fixture
def operator(site: Flask, parts: Workshop) -> FlaskClient:
    client = site.test_client()
    with parts.database.writing() as session:
        secret = use_link(session, secret=make_link(session, seconds=60), seconds=60)
    client.set_cookie(SESSION_COOKIE, secret, domain="127.0.0.1")
    return client


def address(rule: str) -> str:
    """A rule's address, with things that exist where the table says so."""
    found = rule.replace("<run_id>", "r1").replace("<slug>", "northford-city").replace("<path:filename>", "none.css")
    found = (
        found.replace("<notation>", "NONE.1")
        .replace("<secret>", "none")
        .replace("<token>", "none")
        .replace("<hashed>", "none")
    )
    return found.replace("<id>", "s1" if "/sources/" in rule else "none")


def test_the_table_holds_every_route(site: Flask) -> None:
    routes = {
        f"{method} {rule.rule}"
        for rule in site.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == set(TABLE)


@pytest.mark.parametrize("route", TABLE)
def test_who_gets_what(site: Flask, officer: FlaskClient, operator: FlaskClient, route: str) -> None:
    method, rule = route.split(" ")
    for client, expected in zip((site.test_client(), officer, operator), TABLE[route], strict=True):
        answer = client.open(address(rule), method=method, base_url="http://127.0.0.1")
        assert answer.status_code == expected, answer.text[:500]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_route_without_a_policy_stops_the_build(parts: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    forgetful = Blueprint("forgetful", __name__)
    forgetful.add_url_rule("/forgotten", view_func=lambda: "no policy")
    monkeypatch.setattr(app_module, "BLUEPRINTS", (*app_module.BLUEPRINTS, forgetful))
    with pytest.raises(RuntimeError, match="/forgotten .* declares no policy"):
        build(parts.settings)


def test_reading_writes_nothing(site: Flask, parts: Workshop) -> None:
    """Every GET leaves the database as it was."""

    def state() -> str:
        parts.database.engine.dispose()
        with parts.database.engine.connect() as connection:
            lines = connection.connection.driver_connection.iterdump()  # type: ignore[union-attr]
            return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    before = state()
    for route in TABLE:
        method, rule = route.split(" ")
        if method == "GET":
            site.test_client().get(address(rule), base_url="http://127.0.0.1")
    assert state() == before


def test_a_form_without_its_token_is_refused(parts: Workshop) -> None:
    client = build(parts.settings).test_client()
    for route in TABLE:
        method, rule = route.split(" ")
        if method == "POST":
            assert client.post(address(rule), base_url="http://127.0.0.1").status_code in (400, 403), route


def test_an_unknown_host_is_refused(site: Flask) -> None:
    assert site.test_client().get("/", base_url="http://evil.example").status_code == 400


def test_pages_of_the_signed_in_are_kept_by_no_cache(operator: FlaskClient) -> None:
    answer = operator.get("/sources", base_url="http://127.0.0.1")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Cookie" in answer.headers["Vary"]


def test_can_is_one_function_over_written_actions() -> None:
    assert can(ANONYMOUS, "read")
    assert can(DEV, "run sources")
    assert not can(AISHA, "run sources")
    with pytest.raises(KeyError):
        can(DEV, "rule the world")
