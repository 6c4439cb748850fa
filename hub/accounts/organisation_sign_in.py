"""Signing in with one's organisation: to its provider and back, and proving that an account here is one's own.

What belongs to a journey travels in the browser's cookie, sealed, for ten minutes: so an answer counts in the browser
that began the journey and in no other. The page that people come back to is the one GET that writes; the state which it
must bring is as good as the token of a form, and works once.
"""

import hashlib
import hmac
import json
import logging
import secrets
from typing import Any, Final

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask_security import login_user, verify_password

from hub.accounts.identities import Unproven, accepted_address, link, name_in, person_named
from hub.accounts.limits import admit
from hub.accounts.models import Person, Provider
from hub.accounts.oidc import Claims, Trip, new_trip
from hub.accounts.providers import Client, client_of, offered, offered_at, provider_of
from hub.accounts.sealing import Broken, seal, unseal
from hub.accounts.service import note_wrong
from hub.db import new_id, now
from hub.errors import BadInput, HubError, NotAllowed, NotFound, ProviderError, TooMany
from hub.languages import gettext as _
from hub.languages import speaking
from hub.mail.service import queue_mail
from hub.organisations.models import Organisation
from hub.organisations.service import find_organisation
from hub.setup.house import house
from hub.web import database, part, policy, require

TRIP: Final = "trip"
"""What the cookie keeps of the way to a provider and back."""

PROOF: Final = "proof"
"""What it keeps of somebody who must show that an account is theirs."""

WAY: Final = 600
"""Seconds for the way to the provider and back."""

REFUSED: Final = "refused"
"""What it keeps of why somebody was not signed in."""

PROVING: Final = 1800
"""Seconds for showing it: mail takes its time."""

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
    kept = {"state": trip.state, "nonce": trip.nonce, "verifier": trip.verifier, "slug": slug, "trial": trial}
    _keep(TRIP, {**kept, "hint": hint, "next": then if _is_ours(then) else ""})


@blueprint.get("/sign-in/organisation/go")
@policy("sign in")
def go() -> Any:
    """On to the provider, by a page: browsers let a form of ours lead nowhere else, not even by a redirect."""
    kept = _kept(TRIP, WAY)
    if kept is None:
        return redirect(url_for(".ask"))
    try:
        organisation, _row, client = _reach(kept["slug"], trial=kept["trial"])
        address = part("providers").address(client, _trip(kept), kept["hint"])
    except HubError as error:
        return _refused(error, kept["slug"], trial=kept["trial"])
    return render_template("accounts/organisation_go.html", organisation=organisation, address=address)


@blueprint.get("/sign-in/organisation/<slug>/back")
@policy("sign in")
def back(slug: str) -> Any:
    """Where the provider sends people: its answer is checked, and they are signed in, or told why not."""
    kept = _kept(TRIP, WAY)
    if kept is None or kept["slug"] != slug or not _same(request.args.get("state", ""), kept["state"]):
        error = BadInput(
            _("This answer belongs to no sign-in that was begun in this browser in the last ten minutes. Start again.")
        )
        return _refused(error, slug)
    session.pop(TRIP)
    try:
        organisation, row, client = _reach(slug, trial=kept["trial"])
        claims = part("providers").finish(client, _trip(kept), request.args)
        if kept["trial"]:
            return _tried(organisation, row, claims)
        with database().writing() as writing:
            found = person_named(writing, organisation, row, claims, house())
            person_id = found.id if isinstance(found, Person) else ""
    except HubError as error:
        return _refused(error, slug, trial=kept["trial"])
    if person_id:
        return _enter(person_id, kept["next"])
    assert isinstance(found, Unproven)
    _ask_for_proof(found, kept["next"])
    return redirect(url_for(".prove"))


@blueprint.get("/sign-in/organisation/prove")
@policy("sign in")
def prove() -> Any:
    """There is an account with this address already: show that it is yours."""
    return _proving()


@blueprint.post("/sign-in/organisation/prove")
@policy("sign in")
def proved() -> Any:
    """By its password, or by a link that goes to its address."""
    kept = _kept(PROOF, PROVING)
    if kept is None:
        return _proving()
    account = part("people").find_user(id=kept["person_id"])
    mailed = request.form.get("do") == "mail"
    try:
        admit(database(), "proof by mail" if mailed else "sign in", account.email or "", request.remote_addr or "")
        if mailed:
            return _mail_proof(kept, account.email)
        given = current_app.extensions["security"].password_util.normalize(request.form.get("password", ""))
        if not (account.password and account.confirmed_at and verify_password(given[:200], account.password)):
            with database().writing() as writing:
                note_wrong(writing, account.id)
            raise BadInput(_("This is not the password of this account."), "password")
        return _link(kept, "password")
    except (BadInput, TooMany) as error:
        return _proving(str(error))


@blueprint.get("/sign-in/organisation/prove/<secret>")
@policy("sign in")
def mailed(secret: str) -> Any:
    """The page behind the link of the mail: it only asks."""
    _require_proof(secret)
    return render_template("accounts/organisation_mailed.html", secret=secret)


@blueprint.post("/sign-in/organisation/prove/<secret>")
@policy("sign in")
def proved_by_mail(secret: str) -> Any:
    """The link came to the address of the account, and is used in the browser that asked for it."""
    return _link(_require_proof(secret), "mail")


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
        client = client_of(row, organisation, key=_key(), base_url=part("settings").base_url)
        reading.expunge_all()
        return organisation, row, client


def _enter(person_id: str, then: str) -> Any:
    """Sign in by the way that all take: a second factor where there is one, a new session, a row of the log."""
    account = part("people").find_user(id=person_id)
    more = current_app.extensions["security"].two_factor_plugins.tf_enter(
        account, False, "oauth", next_loc=then or None
    )
    if more:
        return more
    login_user(account, remember=False, authn_via=["oauth"])
    return redirect(then or url_for("accounts.account"), 303)


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


def _ask_for_proof(found: Unproven, then: str) -> None:
    kept = {"person_id": found.person_id, "organisation_id": found.organisation_id}
    _keep(PROOF, {**kept, "issuer": found.issuer, "subject": found.subject, "hashed": "", "next": then})


def _proving(wrong: str = "") -> Any:
    kept = _kept(PROOF, PROVING)
    if kept is None:
        return redirect(url_for(".ask"), 303)
    with database().reading() as reading:
        page = render_template(
            "accounts/organisation_prove.html",
            person=reading.get_one(Person, kept["person_id"]),
            organisation=reading.get_one(Organisation, kept["organisation_id"]),
            wrong={"password": wrong} if wrong else {},
        )
    return page, 400 if wrong else 200


def _mail_proof(kept: dict[str, Any], email: str) -> Any:
    secret, settings = secrets.token_urlsafe(32), part("settings")
    with database().writing() as writing:
        spoken = writing.get_one(Person, kept["person_id"]).language
        with speaking(spoken):
            text = _(
                "Use this link, in the browser in which you asked for it, to open your account with your "
                "organisation's sign-in:\n\n%(link)s\n\nIt works for half an hour. If you did not ask for it, do "
                "nothing.",
                link=f"{settings.base_url}/sign-in/organisation/prove/{secret}",
            )
            subject = _("Open your account for %(name)s with your organisation's sign-in", name=settings.name)
        queue_mail(writing, key=f"proof {new_id()}", recipient=email, subject=subject, text=text, language=spoken)
    _keep(PROOF, {**kept, "hashed": _hash(secret)})
    flash(_("A mail with a link is on its way to %(email)s. Open it in this browser.", email=email))
    return redirect(url_for(".prove"), 303)


def _require_proof(secret: str) -> dict[str, Any]:
    """What is to be proved; NotFound for a link that is too old, or was asked for in another browser."""
    kept = _kept(PROOF, PROVING)
    if kept is None or not kept["hashed"] or not _same(_hash(secret), kept["hashed"]):
        raise NotFound(
            _("This link is too old, or was asked for in another browser. Sign in with your organisation once more.")
        )
    return kept


def _link(kept: dict[str, Any], how: str) -> Any:
    unproven = Unproven(kept["person_id"], kept["organisation_id"], kept["issuer"], kept["subject"])
    with database().writing() as writing:
        link(writing, unproven, how=how, confirmed=now() if how == "mail" else None)
    session.pop(PROOF)
    flash(_("From now on your organisation's sign-in opens this account."))
    return _enter(unproven.person_id, kept["next"])


def _keep(name: str, value: dict[str, Any]) -> None:
    session[name] = seal(_key(), name, json.dumps(value))


def _kept(name: str, seconds: int) -> dict[str, Any] | None:
    """What this browser keeps under a name; None for nothing, what is too old, and what is not from us."""
    try:
        found: dict[str, Any] = json.loads(unseal(_key(), name, str(session.get(name, "")), seconds=seconds))
    except Broken:
        return None
    return found


def _key() -> str:
    return str(current_app.secret_key)


def _trip(kept: dict[str, Any]) -> Trip:
    return Trip(kept["state"], kept["nonce"], kept["verifier"])


def _is_ours(address: str) -> bool:
    """Whether it is the path of a page of ours, and nothing that a browser takes for another site."""
    return address.startswith("/") and address.isprintable() and "\\" not in address and not address.startswith("//")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
