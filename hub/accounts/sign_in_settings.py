"""The operator's page of an organisation's own sign-in: what the provider has given, on or off, and a try."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from federation.record import clean_line
from hub.accounts.limits import admit
from hub.accounts.organisation_sign_in import begin
from hub.accounts.providers import Wanted, client_of, provider_of, redirect_of, set_provider
from hub.errors import BadInput, NotFound, ProviderError, TooMany
from hub.languages import gettext as _
from hub.organisations.models import Organisation
from hub.organisations.service import find_organisation
from hub.web import actor, database, part, policy, require

blueprint = Blueprint("sign_in_settings", __name__)


@blueprint.get("/organisations/<slug>/sign-in")
@policy("manage sign-in")
def settings(slug: str) -> Any:
    """What is kept, without the secret."""
    return _page(slug)


@blueprint.post("/organisations/<slug>/sign-in")
@policy("manage sign-in")
def save(slug: str) -> Any:
    """Keep what was typed."""
    typed = _typed()
    try:
        with database().writing() as session:
            organisation = _ours(session, slug)
            plain = bool(part("settings").allowed_networks)
            key = str(current_app.secret_key)
            set_provider(session, actor=actor(), organisation=organisation, wanted=typed, key=key, plain=plain)
    except BadInput as error:
        return _page(slug, typed, {error.field or "issuer": str(error)})
    flash(_("Saved.") if typed.enabled else _("Saved. It is off: try it, then turn it on."))
    return redirect(url_for(".settings", slug=slug), 303)


@blueprint.post("/organisations/<slug>/sign-in/try")
@policy("manage sign-in")
def try_it(slug: str) -> Any:
    """Ask the provider what it says about itself; then go there, as people will."""
    with database().reading() as session:
        organisation = _ours(session, slug)
        row = provider_of(session, organisation.id)
    if row is None:
        raise NotFound(_("Save what the provider has given first."))
    try:
        admit(database(), "try sign-in", actor().person_id, request.remote_addr or "", most=30)
        client = client_of(row, organisation, key=str(current_app.secret_key), base_url=part("settings").base_url)
        part("providers").look(client)
    except TooMany as error:
        return _page(slug, wrong={"issuer": str(error)})
    except ProviderError as error:
        return _page(slug, wrong={"issuer": f"{error} {error.todo}"}, status=error.status)
    begin(slug, trial=True)
    return redirect(url_for("organisation_sign_in.go"), 303)


def _typed() -> Wanted:
    given = request.form
    return Wanted(
        issuer=clean_line(given.get("issuer", "")),
        client_id=clean_line(given.get("client_id", "")),
        secret=given.get("secret", "").strip(),
        enabled="enabled" in given,
        only="only" in given,
        trusted="trusted" in given,
    )


def _ours(session: Session, slug: str) -> Organisation:
    found = find_organisation(session, slug)
    require("manage sign-in", found)
    return found


def _page(slug: str, typed: Wanted | None = None, wrong: dict[str, str] | None = None, status: int = 400) -> Any:
    with database().reading() as session:
        organisation = _ours(session, slug)
        row = provider_of(session, organisation.id)
        if typed is None:
            typed = Wanted(row.issuer, row.client_id, "", row.enabled, row.only, row.trusted) if row else Wanted("", "")
        page = render_template(
            "accounts/sign_in_settings.html",
            organisation=organisation,
            row=row,
            typed=replace(typed, secret=""),
            wrong=wrong or {},
            redirect_address=redirect_of(organisation, part("settings").base_url),
        )
    return page, status if wrong else 200
