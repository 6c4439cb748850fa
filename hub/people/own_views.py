"""One's own profile: what others see beside what only oneself sees, the form, and what stands on it of one's work."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from hub.accounts.models import Person
from hub.communities.forms import topic_groups
from hub.errors import BadInput, Conflict
from hub.languages import gettext as _
from hub.people.access import PARTS, WORDS, WRITERS, effective
from hub.people.expertise import ANSWER, NOTE, answers_of, keep_away, notes_of
from hub.people.forms import Typed, all_to, edition_in, typed_in, typed_of, words_in, writers_for
from hub.people.models import NOBODY
from hub.people.profiles import handle_for, organisations_of, own_profile, save_profile, shown_of, topics_of
from hub.topics.service import Vocabulary
from hub.web import actor, database, part, policy

blueprint = Blueprint("own_profile", __name__)


@blueprint.get("/my/profile")
@policy("change own account")
def own() -> Any:
    """What others see, and what only I see."""
    vocabulary: Vocabulary = part("vocabulary")
    with database().reading() as session:
        row = own_profile(session, actor().person_id)
        if row is None:
            return render_template("people/none.html", words=WORDS)
        account = session.get_one(Person, row.person_id)
        return render_template(
            "people/own.html",
            row=row,
            shown=shown_of(session, row, account, PARTS, actor=actor()),
            sees=effective(row),
            parts=PARTS,
            words=WORDS,
            NOBODY=NOBODY,
            concepts=vocabulary.scheme.concepts,
        )


@blueprint.get("/my/profile/edit")
@policy("change own account")
def edit() -> Any:
    """The form, with what the profile says now; `show` of the address begins a first one with who may see it."""
    return _form()


@blueprint.post("/my/profile/edit")
@policy("change own account")
def save() -> Any:
    """Keep it, or say what is wrong."""
    typed = typed_in(request.form)
    try:
        words = words_in(typed, part("vocabulary"))
        with database().writing() as session:
            save_profile(session, actor=actor(), words=words, seen=edition_in(typed))
    except (BadInput, Conflict) as error:
        return _form(typed, {getattr(error, "field", "") or "handle": str(error)})
    flash(_("Saved. It holds at once."))
    return redirect(url_for(".own"), 303)


def _form(typed: Typed | None = None, wrong: dict[str, str] | None = None) -> Any:
    scheme = part("vocabulary").scheme
    with database().reading() as session:
        id = actor().person_id
        row, account = own_profile(session, id), session.get_one(Person, id)
        if typed is None and row is not None:
            typed = typed_of(row, topics_of(session, id), scheme)
        elif typed is None:
            show = request.args.get("show", NOBODY)
            typed = Typed(handle=handle_for(session, account), sees=all_to(show), may_write=writers_for(show))
        page = render_template(
            "people/edit.html",
            typed=typed,
            wrong=wrong or {},
            name=account.name,
            first=row is None,
            groups=topic_groups(scheme),
            parts=PARTS,
            words=WORDS,
            writers=WRITERS,
            organisations=[one.name for one in organisations_of(session, [id]).get(id, [])],
            answers=len(answers_of(session, id, actor=actor(), own=True)),
            notes=len(notes_of(session, id, actor=actor(), own=True)),
        )
    return page, 400 if wrong else 200


@blueprint.post("/my/profile/work")
@policy("change own account")
def work() -> Any:
    """Keep one answer or note away from the profile, or show it again."""
    thing = NOTE if request.form.get("thing") == NOTE else ANSWER
    id, hidden = request.form.get("id", "")[:36], request.form.get("hidden") == "yes"
    with database().writing() as session:
        keep_away(session, actor=actor(), thing=thing, thing_id=id, hidden=hidden)
    flash(_("It does not stand on your profile any more.") if hidden else _("It stands on your profile again."))
    return redirect(url_for(".own"), 303)
