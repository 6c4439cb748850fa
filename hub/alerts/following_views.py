"""Following something: the buttons of all pages lead here, with how often."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from federation.record import clean_line
from hub.alerts.names import Label, Labels
from hub.audit.service import note_act
from hub.errors import BadInput, NotFound
from hub.languages import gettext as _
from hub.notices.following import COMMUNITY, FREQUENCIES, KINDS, SEARCH, THREAD, followed, unfollow
from hub.notices.following import follow as follow_it
from hub.policy import audiences
from hub.search.saved import kept
from hub.talk.models import Thread
from hub.web import actor, database, part, policy

USUAL: Final = "daily"

blueprint = Blueprint("following", __name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to follow, if it is there and they may read it."""

    kind: str
    key: str
    label: Label
    community_id: str | None = None


@blueprint.get("/my/follow")
@policy("follow")
def asking() -> str:
    """How often? For a search also: under which name."""
    with database().reading() as session:
        wanted = _wanted(session, request.args)
        row = followed(session, actor().person_id, wanted.kind, wanted.key)
    return _form(wanted, row.frequency if row else USUAL, row.name if row else "", {}, there=row is not None)


@blueprint.post("/my/follow")
@policy("follow")
def following() -> Any:
    """Follow it from now on, as often as this."""
    often, name = request.form.get("frequency", USUAL), clean_line(request.form.get("name", ""))
    with database().reading() as session:
        wanted = _wanted(session, request.form)
    try:
        with database().writing() as session:
            more = {"name": name if wanted.kind == SEARCH else "", "frequency": often}
            me = actor().person_id
            follow_it(session, person_id=me, kind=wanted.kind, key=wanted.key, community_id=wanted.community_id, **more)
            note_act(session, actor=actor(), action="follow", thing=f"person {me}", kind=wanted.kind)
    except BadInput as error:
        return _form(wanted, often, name, {error.field: str(error)}), 400
    flash(_("You follow it now. What is new stands in My hub; how often you get a mail is yours to change there."))
    return redirect(wanted.label.path or url_for("my_alerts.table"), 303)


@blueprint.post("/my/unfollow")
@policy("follow")
def leaving() -> Any:
    """Follow it no more."""
    with database().writing() as session:
        wanted = _wanted(session, request.form)
        unfollow(session, person_id=actor().person_id, kind=wanted.kind, key=wanted.key)
        thing = f"person {actor().person_id}"
        note_act(session, actor=actor(), action="stop following", thing=thing, kind=wanted.kind)
    flash(_("You do not follow it any more."))
    return redirect(wanted.label.path or url_for("my_alerts.table"), 303)


def _wanted(session: Session, given: Any) -> Wanted:
    """NotFound for what is not there, and for what whoever asks may not read."""
    kind = given.get("kind", SEARCH)
    key = given.get("key", "")
    if kind == SEARCH:
        key = kept(MultiDict(parse_qsl(key)) if key else given)
    if kind not in KINDS or not key:
        raise _nothing()
    labels = Labels(session, [(kind, key)], part("vocabulary"), audiences(actor()))
    if not labels.has(kind, key):
        raise _nothing()
    if kind == THREAD:
        return Wanted(kind, key, labels.of(kind, key), session.get_one(Thread, key).community_id)
    return Wanted(kind, key, labels.of(kind, key), key if kind == COMMUNITY else None)


def _nothing() -> NotFound:
    return NotFound(_("There is nothing there that can be followed. It may be gone."))


def _form(wanted: Wanted, often: str, name: str, errors: dict[str, str], *, there: bool = False) -> str:
    return render_template(
        "alerts/follow_form.html",
        wanted=wanted,
        often=often,
        name=name,
        errors=errors,
        there=there,
        frequencies=FREQUENCIES,
        named=wanted.kind == SEARCH,
    )
