"""The operator's first page: what needs them, how the hub is, and the first steps of a hub that is new."""

from importlib.metadata import version
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from hub.accounts.models import Person
from hub.audit.service import note_act
from hub.db import new_id
from hub.errors import BadInput
from hub.findings.beginning import first_steps
from hub.findings.examining import examine
from hub.languages import gettext as _
from hub.languages import language
from hub.mail.service import queue_mail
from hub.setup.house import house
from hub.web import actor, database, part, policy

blueprint = Blueprint("managing", __name__)


@blueprint.get("/manage")
@policy("manage hub")
def dashboard() -> str:
    """Sentences in three colours, each with its fix; with `thorough` also what takes long to look at."""
    return _page("", {})


@blueprint.post("/manage/test-mail")
@policy("manage hub")
def test_mail() -> Any:
    """Send a mail to see whether mails work."""
    email, hub = request.form.get("email", "").strip(), house().name
    text = _(
        "Somebody who runs %(hub)s has tried whether its mails arrive. This one has.\n\n%(address)s",
        hub=hub,
        address=f"{part('settings').base_url}/manage",
    )
    subject = _("A test of the mails of %(hub)s", hub=hub)
    try:
        with database().writing() as session:
            key = f"test {new_id()}"
            queue_mail(session, key=key, recipient=email, subject=subject, text=text, language=language())
            note_act(session, actor=actor(), action="send test mail", thing="hub")
    except BadInput:
        wrong = {"email": _("This is no e-mail address. Enter one like name@example.gov.uk.")}
        return _page(email, wrong), 400
    flash(_("The mail is on its way. Load this page again in a moment: it says what became of it."))
    return redirect(url_for(".dashboard"), 303)


def _page(email: str, wrong: dict[str, str]) -> str:
    thorough = "thorough" in request.args
    findings = examine(part("settings"), database(), thorough=thorough)
    with database().reading() as session:
        steps = first_steps(session, house())
        me = session.get(Person, actor().person_id)
        return render_template(
            "manage/dashboard.html",
            bad=[one for one in findings if one.state == "bad"],
            warn=[one for one in findings if one.state == "warn"],
            well=[one for one in findings if one.well],
            thorough=thorough,
            steps=steps,
            beginning=not all(step.done for step in steps),
            email=email or (me.email if me else "") or "",
            wrong=wrong,
            release=version("moothall"),
        )
