"""Signing in with one's organisation: to its provider and back.

The page that people come back to is the one GET that writes; the state which it must bring is as good as the token of a
form, and works once.
"""

import hmac
import logging
from dataclasses import asdict
from typing import Any, Final

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for

from hub.accounts.identities import Unproven, accepted_address, name_in, person_named
from hub.accounts.journey import enter, keep, kept
from hub.accounts.limits import admit
from hub.accounts.models import Provider
from hub.accounts.oidc import Trip, new_trip
from hub.accounts.provider_answers import Claims
from hub.accounts.providers import Client, client_of, offered, offered_at, provider_of
from hub.accounts.proving import ask_for_proof
from hub.errors import BadInput, HubError, NotAllowed, NotFound, ProviderError, TooMany
from hub.languages import gettext as _
from hub.organisations.models import Organisation
from hub.organisations.service import find_organisation
from hub.setup.house import house
from hub.web import database, is_ours, part, policy, require

TRIP: Final = "trip"
"""What the browser keeps of the way to a provider and back."""

WAY: Final = 600
"""Seconds for the way to the provider and back."""

REFUSED: Final = "refused"
"""What it keeps of why somebody was not signed in."""

TRIES: Final = 20
"""Journeys of one address in a quarter of an hour."""

log = logging.getLogger(__name__)
blueprint = Blueprint("organisation_sign_in", __name__)


@blueprint.get("/sign-in/organisation")
@policy("sign in")
def ask() -> Any:
    """Which organisation: by one's address at work, or from the list."""
    return _form()


@blueprint.post("/sign-in/organisation")
@policy("sign in")
def start() -> Any:
    """Find the organisation, and go."""
    email, slug = request.form.get("email", "").strip()[:300], request.form.get("organisation", "")
    try:
        admit(database(), "organisation", email or request.remote_addr or "", request.remote_addr or "", most=TRIES)
        chosen = _chosen(email, slug)
    except (BadInput, TooMany) as error:
        return _form(email, slug, str(error))
    begin(chosen, hint=email, then=request.form.get("next", ""))
    return redirect(url_for(".go"), 303)


def begin(slug: str, *, hint: str = "", then: str = "", trial: bool = False) -> None:
    """Keep in the browser what the journey to this organisation's provider needs."""
    trip = new_trip()
    onward = {"hint": hint, "next": then if is_ours(then) else ""}
    keep(TRIP, {**asdict(trip), **onward, "slug": slug, "trial": trial})


@blueprint.get("/sign-in/organisation/go")
@policy("sign in")
def go() -> Any:
    """On to the provider, by a page: browsers let a form of ours lead nowhere else, not even by a redirect."""
    trip = kept(TRIP, WAY)
    if trip is None:
        return redirect(url_for(".ask"))
    try:
        organisation, _row, client = _reach(trip["slug"], trial=trip["trial"])
        address = part("providers").address(client, _trip(trip), trip["hint"])
    except HubError as error:
        return _refused(error, trip["slug"], trial=trip["trial"])
    return render_template("accounts/organisation_go.html", organisation=organisation, address=address)


@blueprint.get("/sign-in/organisation/<slug>/back")
@policy("sign in")
def back(slug: str) -> Any:
    """Where the provider sends people: its answer is checked, and they are signed in, or told why not."""
    trip, state = kept(TRIP, WAY), request.args.get("state", "")
    if trip is None or trip["slug"] != slug or not hmac.compare_digest(state.encode(), trip["state"].encode()):
        error = BadInput(
            _("This answer belongs to no sign-in that was begun in this browser in the last ten minutes. Start again.")
        )
        return _refused(error, slug)
    session.pop(TRIP)
    try:
        organisation, row, client = _reach(slug, trial=trip["trial"])
        claims = part("providers").finish(client, _trip(trip), request.args)
        if trip["trial"]:
            return _tried(organisation, row, claims)
        with database().writing() as writing:
            found = person_named(writing, organisation, row, claims, house())
            if isinstance(found, Unproven):
                return ask_for_proof(found, trip["next"])
            person_id = found.id
    except HubError as error:
        return _refused(error, slug, trial=trip["trial"])
    return enter(person_id, trip["next"])


@blueprint.get("/sign-in/organisation/refused")
@policy("sign in")
def refused() -> Any:
    """Why somebody was not signed in, at an address without what the provider has put there."""
    said = session.get(REFUSED)
    if not said:
        return redirect(url_for(".ask"))
    return render_template("accounts/organisation_refused.html", **said["page"]), said["status"]


def _form(email: str = "", chosen: str = "", wrong: str = "") -> Any:
    with database().reading() as reading:
        page = render_template(
            "accounts/organisation_ask.html",
            choices=[(one.slug, one.name) for one in offered(reading)],
            email=email,
            chosen=chosen,
            wrong={"email": wrong} if wrong else {},
            then=request.values.get("next", ""),
        )
    return page, 400 if wrong else 200


def _chosen(email: str, slug: str) -> str:
    """The short name of an organisation whose sign-in is on. BadInput where none fits."""
    with database().reading() as reading:
        if not email:
            if slug in {one.slug for one in offered(reading)}:
                return slug
            raise BadInput(_("Enter your e-mail address at work, or choose your organisation."), "email")
        found = offered_at(reading, email)
        if found is None:
            raise BadInput(_("No organisation here signs in with this address. Look for a slip, or use a password."))
        return found[0].slug


def _reach(slug: str, *, trial: bool) -> tuple[Organisation, Provider, Client]:
    """The organisation, its sign-in, and who we are there. NotFound where it is off, unless it is tried."""
    with database().reading() as reading:
        organisation = find_organisation(reading, slug)
        row = provider_of(reading, organisation.id)
        if trial:
            require("manage sign-in", organisation)
        if row is None or not (row.enabled or trial):
            raise NotFound(_("%(name)s does not sign in with its own account here.", name=organisation.name))
        client = client_of(row, organisation, key=str(current_app.secret_key), base_url=part("settings").base_url)
        reading.expunge_all()
        return organisation, row, client


def _tried(organisation: Organisation, row: Provider, claims: Claims) -> Any:
    """What a trial has shown: nobody is signed in."""
    wrong = ""
    with database().reading() as reading:
        try:
            accepted_address(reading, organisation, row, claims)
        except NotAllowed as error:
            wrong = str(error)
    name = name_in(claims, claims.email)
    return render_template(
        "accounts/organisation_tried.html", organisation=organisation, claims=claims, name=name, wrong=wrong
    )


def _refused(error: HubError, slug: str, *, trial: bool = False) -> Any:
    code = error.code if isinstance(error, ProviderError) else type(error).__name__
    log.warning("Nobody was signed in by the provider of %s: %s", slug[:80], code)
    todo = error.todo if isinstance(error, ProviderError) and trial else ""
    page = {"sentence": str(error), "todo": todo, "slug": slug, "trial": trial}
    session[REFUSED] = {"page": page, "status": error.status}
    return redirect(url_for(".refused"))


def _trip(held: dict[str, Any]) -> Trip:
    return Trip(held["state"], held["nonce"], held["verifier"])
