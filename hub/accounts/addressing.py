"""The pages on which somebody changes the address of their account."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_security import login_user

from hub.accounts.address_change import ask_address, change_address, find_change
from hub.accounts.limits import admit
from hub.accounts.members import left_with, organisation_at
from hub.accounts.models import Person
from hub.accounts.sessions import proven_lately
from hub.errors import BadInput, TooMany
from hub.languages import gettext as _
from hub.setup.house import house
from hub.web import actor, database, part, policy

WHAT: Final = "address"

blueprint = Blueprint("addressing", __name__)


@blueprint.get("/account/address")
@policy("change own account")
def form() -> Any:
    """Where one types another address."""
    return _page() if proven_lately() else prove("addressing.form")


@blueprint.post("/account/address")
@policy("change own account")
def ask() -> Any:
    """Send a link to the address; the same is said whether somebody has it or not."""
    if not proven_lately():
        return prove("addressing.form")
    typed = request.form.get("email", "").strip()
    settings = part("settings")
    try:
        admit(database(), WHAT, actor().person_id, request.remote_addr or "")
        with database().writing() as session:
            link = settings.base_url + "/account/address/{}"
            sent = ask_address(session, actor=actor(), email=typed, address=link, hub=house().name)
    except TooMany:
        return _page(typed, {"email": _("You have asked for this often just now. Go on in a quarter of an hour.")})
    except BadInput as error:
        return _page(typed, {"email": str(error)})
    flash(_("A mail with a link is on its way to %(email)s. Your address changes when you have used it.", email=sent))
    return redirect(url_for("accounts.account"), 303)


@blueprint.get("/account/address/<secret>")
@policy("change own account")
def link(secret: str) -> Any:
    """The page behind the link of the mail, which says what will happen and only asks."""
    with database().reading() as session:
        row = find_change(session, actor=actor(), secret=secret)
        person = session.get_one(Person, row.person_id)
        leaving = [organisation for _membership, organisation in left_with(session, person, row.email)]
        joining = organisation_at(session, row.email)
        if joining is not None and any(one == joining.id for one, _role in actor().memberships):
            joining = None
        return render_template(
            "accounts/change_address.html", secret=secret, email=row.email, leaving=leaving, joining=joining
        )


@blueprint.post("/account/address/<secret>")
@policy("change own account")
def change(secret: str) -> Any:
    """Change it; who is signed in here stays so, with a new session."""
    with database().writing() as session:
        change_address(session, actor=actor(), secret=secret, hub=house().name)
    login_user(part("people").find_user(id=actor().person_id))
    flash(_("Your address is changed. You were signed out everywhere else."))
    return redirect(url_for("accounts.account"), 303)


def prove(endpoint: str) -> Any:
    """To where one gives one's password once more, and from there on to `endpoint`."""
    return redirect(url_for("security.verify", next=url_for(endpoint)), 303)


def _page(typed: str = "", wrong: dict[str, str] | None = None) -> Any:
    page = render_template("accounts/address.html", typed=typed, wrong=wrong or {})
    return page, 400 if wrong else 200
