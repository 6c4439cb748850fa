"""The site: builds the Flask app from its parts, and enforces every route's policy."""

from typing import Any, Final

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from flask_wtf.csrf import CSRFProtect
from jinja2 import ChainableUndefined, ChoiceLoader, PackageLoader, PrefixLoader

from hub import error_pages, languages, web
from hub.accounts.factors import second_factor_required
from hub.accounts.security import POLICIES, secure
from hub.accounts.service import held_by
from hub.accounts.sessions import cookie_name, form_cookie, hold
from hub.alerts.reading import UNREAD
from hub.alerts.unsubscribe_views import ending as one_click
from hub.audit.service import come_from
from hub.blueprints import BLUEPRINTS, INSIDE, NOW
from hub.communities.documents import name_communities
from hub.config import Settings
from hub.db import Database, is_text
from hub.facilitating.waiting import awaited
from hub.index.base import IndexReader
from hub.index.likeness import Likeness
from hub.indexed import FINDABLE
from hub.markdown import preview_of, written
from hub.organisations.service import SECTORS
from hub.pages.health import may_read_metrics, watch
from hub.people.access import handles_of
from hub.policy import ACTIONS, ANONYMOUS, METRICS, can
from hub.records.cards import LANGUAGE_NAMES, hit_words
from hub.retold import retold
from hub.setup.house import Settled
from hub.setup.house import house as settled_house
from hub.setup.look import look_of
from hub.sources.health import FILTERS as SOURCE_FILTERS
from hub.tasks.courier import Courier
from hub.topics.service import Vocabulary
from hub.words import FILTERS

FOREIGN_POLICIES: Final[dict[str, str]] = {"static": "read", **POLICIES}
"""Endpoints that are not ours, and what they do."""

ACCOUNTS: Final = (
    *("security", "accounts", "addressing", "membership", "personal", "organisation_sign_in"),
    *("proving", "second", "securing"),
)
"""Where Flask-Login must know who is signed in; elsewhere it would only ask the database once more."""

SAME_FOR_ALL: Final = ("static", "setup.look", "setup.logo")
"""What is the same whoever asks: nobody is looked up for it, and browsers keep it."""

UNSECURED: Final = ("secure own account", "sign out", "check health")
"""All that somebody may do who must have a second factor and has none yet."""


def create_app(
    settings: Settings, database: Database, vocabulary: Vocabulary, index: IndexReader, courier: Courier, **more: Any
) -> Flask:
    """The site over these parts. Raises RuntimeError when a route declares no policy."""
    app = Flask("hub", static_folder="static", template_folder="templates")
    app.config.update(
        SECRET_KEY=settings.secret(),
        SESSION_COOKIE_NAME=form_cookie(settings),
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https:"),
        MAX_CONTENT_LENGTH=1_000_000,
        MAX_FORM_MEMORY_SIZE=1_000_000,
        TRUSTED_HOSTS=settings.hosts,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        WTF_CSRF_TIME_LIMIT=None,
    )
    web.install(
        app,
        {
            "settings": settings,
            "database": database,
            "vocabulary": vocabulary,
            "index": index,
            "likeness": Likeness(index),
            "courier": courier,
            "metrics": watch(app),
            "house": Settled(database, settings),
            "now": NOW,
            "handles": handles_of,
            "inside": INSIDE,
            "findable": FINDABLE,
            "name_communities": name_communities,
            **more,
        },
    )
    _templates(app)
    languages.install(app)
    CSRFProtect(app).exempt(one_click)
    secure(app, settings, database)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    _require_policies(app)
    app.before_request(_admit)
    app.after_request(_headers)
    error_pages.install(app)
    return app


def _templates(app: Flask) -> None:
    app.jinja_env.undefined = ChainableUndefined  # the GOV.UK macros read parameters that nobody gave
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    loader = app.jinja_env.loader
    assert loader is not None
    macros = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    app.jinja_env.loader = ChoiceLoader([loader, macros])
    app.jinja_env.filters.update(FILTERS, said=retold, written=written, preview_of=preview_of, **SOURCE_FILTERS)
    app.jinja_env.globals.update(
        address_with=web.address_with,
        other_languages=web.other_languages,
        actor=web.actor,
        moderates=_moderates,
        queue_length=_queue_length,
        SECTORS=SECTORS,
        hit_words=hit_words,
        LANGUAGE_NAMES=LANGUAGE_NAMES,
    )
    app.context_processor(_house)


def _house() -> dict[str, Any]:
    """What every template knows of the hub as its operator has settled it."""
    house = settled_house()
    look = look_of(house)
    return {
        "house": house,
        "hub_name": house.name,
        "run_by": house.run_by,
        "unread": g.get("unread", 0),
        "look": f"/look.css?{look}" if look else "",
        "logo": f"/logo/{house.logo}.png" if house.logo else "",
    }


def _moderates() -> bool:
    """Whether there may be a queue for whoever asks."""
    return can(web.actor(), "work the queue")


def _queue_length() -> int:
    """How much waits for whoever asks, for the navigation: one statement, for those who have a queue alone."""
    with web.database().reading() as session:
        return awaited(session, web.actor())


def _require_policies(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if web.declared(app.view_functions[rule.endpoint]) is None and rule.endpoint not in FOREIGN_POLICIES:
            raise RuntimeError(f"The route {rule.rule} ({rule.endpoint}) declares no policy.")


def _admit() -> Any:
    """Who asks, and may they? Decided before any view runs."""
    g.actor, secured = ANONYMOUS, False
    come_from(request.remote_addr or "")
    if not is_text(request.path):
        abort(404)
    secret = request.cookies.get(cookie_name(web.part("settings")), "")
    if secret and request.endpoint not in SAME_FOR_ALL:
        with web.database().reading() as database:
            held = held_by(database, secret, UNREAD)
        if held is not None:
            g.actor, secured, g.unread = held.actor, held.secured, held.unread
            languages.prefer(held.language)
            if request.blueprint in ACCOUNTS:
                hold(held)
    if request.endpoint is None:
        return None
    action = FOREIGN_POLICIES.get(request.endpoint)
    if action is None:
        view = current_app.view_functions[request.endpoint]
        action = web.declared(view)
    assert action is not None
    if action == "read metrics" and may_read_metrics():
        g.actor = METRICS
    if not can(g.actor, action):
        if request.method == "GET" and "signed in" in ACTIONS[action]:
            return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
        raise web.not_allowed(action)
    if action not in UNSECURED and not secured and second_factor_required(g.actor, settled_house()):
        return redirect(url_for("securing.overview"), 303)
    return None


def _headers(response: Response) -> Response:
    """The security headers of security.md §3.3: nothing from elsewhere, no inline script or style, no framing."""
    ours = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers.setdefault("Content-Security-Policy", ours)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if web.part("settings").base_url.startswith("https:"):
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint not in SAME_FOR_ALL:
        response.vary.add("Cookie")
        if web.actor().person_id or request.blueprint in ACCOUNTS:
            response.headers["Cache-Control"] = "private, no-store"
    response.headers.setdefault("Cache-Control", "no-cache")
    return response
