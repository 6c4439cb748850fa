"""Writing to somebody through the hub, reading what one was written, answering it, and refusing more."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from federation.record import clean, clean_line
from hub.accounts.limits import admit
from hub.accounts.models import Person
from hub.errors import BadInput, Conflict, HubError, NotFound, TooMany
from hub.languages import gettext as _
from hub.people.access import find_profile
from hub.people.letters import (
    Named,
    answer,
    block,
    blocked_at,
    blocked_by,
    exchange,
    find_letter,
    letters_of,
    require_answerable,
    takes_letters,
    unblock,
    with_organisations,
    write,
)
from hub.setup.house import house
from hub.web import actor, address_with, database, page_asked, paging, part, policy

LIST: Final = 30
LONGEST: Final = 20_000
"""What is longer than anything that is kept is cut here."""

TRIES: Final = 10
"""Letters of one person in a quarter of an hour, sent or refused."""

blueprint = Blueprint("letters", __name__)


def _named() -> Named:
    return Named(house().name, part("settings").base_url)


def _typed() -> dict[str, Any]:
    form = request.form
    return {
        "subject": clean_line(form.get("subject", ""))[:LONGEST],
        "text": clean(form.get("text", ""))[:LONGEST],
        "with_address": form.get("with_address") == "yes",
    }


def _admit() -> None:
    admit(database(), "letters", actor().person_id, request.remote_addr or "", TRIES)


@blueprint.get("/people/<handle>/write")
@policy("write to people")
def form(handle: str) -> Any:
    """What happens with a letter, and its form."""
    return _form(handle)


@blueprint.post("/people/<handle>/write")
@policy("write to people")
def send(handle: str) -> Any:
    """Send it, or say what is wrong."""
    typed = _typed()
    with database().reading() as session:
        _writable(session, handle)
    try:
        _admit()
        with database().writing() as session:
            row, account = find_profile(session, handle, actor=actor())
            write(session, actor=actor(), person_id=row.person_id, **typed, named=_named())
            name = account.name
    except (BadInput, Conflict, TooMany) as error:
        return _form(handle, typed, error)
    flash(_("Sent to %(name)s. An answer comes to you by mail, and stands among your letters.", name=name))
    return redirect(url_for("people.person", handle=handle), 303)


def _form(handle: str, typed: dict[str, Any] | None = None, error: HubError | None = None) -> Any:
    wrong = {getattr(error, "field", "") or "text": str(error)} if error else {}
    with database().reading() as session:
        account = _writable(session, handle)
        page = render_template(
            "people/write.html",
            handle=handle,
            name=account.name,
            me=_me(session),
            typed=typed or {},
            wrong=wrong,
        )
    return page, (429 if isinstance(error, TooMany) else 400) if error else 200


def _writable(session: Session, handle: str) -> Person:
    """Whose profile it is. NotFound for somebody who takes no letters from whoever asks: that is counted as no try."""
    row, account = find_profile(session, handle, actor=actor())
    if not takes_letters(session, row.person_id, actor()):
        raise NotFound(_("You cannot write to this person through the hub."))
    return account


def _me(session: Session) -> str:
    return with_organisations(session, session.get_one(Person, actor().person_id))


@blueprint.get("/my/letters")
@policy("write to people")
def listing() -> Any:
    """What I wrote and was written, and from whom I take no letters."""
    with database().reading() as session:
        rows, total = letters_of(session, actor(), offset=(page_asked() - 1) * LIST, limit=LIST)
        where = paging(total, LIST)
        if where is None:
            return redirect(address_with(page=None))
        refused = blocked_by(session, actor().person_id)
        return render_template("people/letters.html", rows=rows, paging=where, refused=refused)


@blueprint.get("/my/letters/<id>")
@policy("write to people")
def letter(id: str) -> Any:
    """One letter with what it answers, and the form of an answer."""
    return _letter(id)


@blueprint.post("/my/letters/<id>")
@policy("write to people")
def reply(id: str) -> Any:
    """Answer it, or say what is wrong."""
    typed = _typed()
    with database().reading() as session:
        require_answerable(find_letter(session, id, actor=actor()), actor())
    try:
        _admit()
        with database().writing() as session:
            given = {"text": typed["text"], "with_address": typed["with_address"]}
            answer(session, id, actor=actor(), **given, named=_named())
    except (BadInput, Conflict, TooMany) as error:
        return _letter(id, typed, error)
    flash(_("Your answer is sent."))
    return redirect(url_for(".listing"), 303)


def _letter(id: str, typed: dict[str, Any] | None = None, error: HubError | None = None) -> Any:
    wrong = {getattr(error, "field", "") or "text": str(error)} if error else {}
    with database().reading() as session:
        row = find_letter(session, id, actor=actor())
        sender = session.get(Person, row.sender_id) if row.sender_id else None
        handles = part("handles")(session, actor(), [row.sender_id, row.recipient_id])
        page = render_template(
            "people/letter.html",
            row=row,
            told=exchange(session, row, actor=actor()),
            sender=with_organisations(session, sender) if sender else "",
            email=sender.email if sender and row.with_address else "",
            me=_me(session),
            handles=handles,
            mine=row.sender_id == actor().person_id,
            refused=blocked_at(session, actor().person_id, row.sender_id),
            typed=typed or {},
            wrong=wrong,
        )
    return page, (429 if isinstance(error, TooMany) else 400) if error else 200


@blueprint.post("/my/letters/<id>/refuse")
@policy("write to people")
def refuse(id: str) -> Any:
    """No more letters from whoever wrote this one."""
    with database().writing() as session:
        block(session, id, actor=actor())
    flash(_("You get no more letters from them. They are not told."))
    return redirect(url_for(".listing"), 303)


@blueprint.post("/my/refused/<id>/end")
@policy("write to people")
def take_again(id: str) -> Any:
    """Letters from them again."""
    with database().writing() as session:
        unblock(session, id, actor=actor())
    flash(_("They may write to you again, if your profile allows it."))
    return redirect(url_for(".listing"), 303)
