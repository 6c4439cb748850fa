"""Organisations in the web: the operator's list, adding one, editing it, and removing one on which nothing hangs."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from federation.record import clean_line
from hub.accounts.members import set_domains
from hub.communities.service import touch_answered_by
from hub.errors import BadInput, Conflict
from hub.languages import LANGUAGES, N_, ngettext
from hub.languages import gettext as _
from hub.organisations.forms import Typed, details_in, parts_of, typed_in, typed_of, wrong_with
from hub.organisations.models import Organisation
from hub.organisations.service import (
    CHANGED,
    SECTORS,
    add_organisation,
    change_organisation,
    edition,
    find_organisation,
    hanging_on,
    organisations,
    remove_organisation,
)
from hub.policy import can
from hub.records.figures import holdings
from hub.records.models import RecordRow
from hub.records.service import touch_all
from hub.sources.forms import LICENCES
from hub.web import actor, address_with, csv_table, database, paging, policy, require

LIST: Final = 50
ORDERS: Final = {"name": N_("name"), "documents": N_("documents"), "sector": N_("sector"), "added": N_("added")}
COLUMNS: Final = (
    *(N_("name"), N_("short name"), N_("sector"), N_("area")),
    *(N_("domains"), N_("contact"), N_("documents"), N_("added")),
)

HANGING: Final[dict[str, Callable[[int], str]]] = {
    "source": lambda n: ngettext("%(num)s source", "%(num)s sources", n),
    "record": lambda n: ngettext("%(num)s document", "%(num)s documents", n),
    "membership": lambda n: ngettext("%(num)s person", "%(num)s people", n),
    "invitation": lambda n: ngettext("%(num)s open invitation", "%(num)s open invitations", n),
    "duty": lambda n: ngettext(
        "%(num)s thing that somebody answers for", "%(num)s things that somebody answers for", n
    ),
    "community": lambda n: ngettext("%(num)s community", "%(num)s communities", n),
    "report": lambda n: ngettext("%(num)s report", "%(num)s reports", n),
    "decision": lambda n: ngettext("%(num)s decision about a document", "%(num)s decisions about documents", n),
}
"""Table -> what its rows are to people."""

blueprint = Blueprint("organising", __name__)


@blueprint.get("/manage/organisations")
@policy("manage organisations")
def listing() -> Any:
    """Every organisation, searched, sorted and paged, with what is missing from it."""
    order = request.args.get("sort", "name")
    with database().reading() as session:
        rows = _rows(session, order)
        where = paging(len(rows), LIST)
        if where is None:
            return redirect(address_with(page=None))
        return render_template(
            "manage/organisations.html",
            rows=rows[where.first - 1 : where.first - 1 + LIST],
            paging=where,
            wanted=_wanted(),
            order=order if order in ORDERS else "name",
            orders=ORDERS,
        )


@blueprint.get("/manage/organisations.csv")
@policy("manage organisations")
def listing_csv() -> Response:
    """The same list as a table, whole."""
    with database().reading() as session:
        rows = [
            (
                one.name,
                one.slug,
                _(SECTORS[one.sector][0]),
                one.area,
                ", ".join(one.domains),
                one.contact_email,
                documents,
                one.created.date(),
            )
            for one, documents in _rows(session, request.args.get("sort", "name"))
        ]
    return csv_table("organisations", [_(one) for one in COLUMNS], rows)


def _wanted() -> str:
    return clean_line(request.args.get("q", ""))[:80]


def _rows(session: Session, order: str) -> list[tuple[Organisation, int]]:
    """(organisation, its documents), those alone whose names or domains hold what is wanted."""
    held, wanted = holdings(session), _wanted().casefold()
    rows = [
        (one, held[one.id].documents if one.id in held else 0)
        for one in organisations(session)
        if wanted in " ".join([one.name, *one.other_names, *one.domains]).casefold()
    ]
    if order == "documents":
        rows.sort(key=lambda row: -row[1])
    elif order == "sector":
        rows.sort(key=lambda row: _(SECTORS[row[0].sector][0]))
    elif order == "added":
        rows.sort(key=lambda row: row[0].created, reverse=True)
    return rows


@blueprint.get("/manage/organisations/new")
@policy("manage organisations")
def new() -> str:
    """The empty form."""
    return _form(Typed(), None, {})


@blueprint.post("/manage/organisations/new")
@policy("manage organisations")
def add() -> Any:
    """Add it, or say what is wrong."""
    typed = typed_in(request.form)
    wrong = wrong_with(typed)
    if not wrong:
        try:
            with database().writing() as session:
                row = _add(session, typed)
                slug, name = row.slug, row.name
        except BadInput as error:
            wrong = {error.field or "name": str(error)}
        except Conflict:
            wrong = {"name": _("There is an organisation of this name already.")}
    if wrong:
        return _form(typed, None, wrong), 400
    flash(_("%(name)s is added. Next: register a source of it, or invite its people.", name=name))
    return redirect(url_for("organisation.organisation", slug=slug), 303)


def _add(session: Session, typed: Typed) -> Organisation:
    row = add_organisation(session, actor=actor(), trusted=typed.trusted == "yes", **asdict(details_in(typed)))
    if typed.domains:
        set_domains(session, actor=actor(), organisation=row, domains=parts_of(typed.domains))
    return row


@blueprint.get("/organisations/<slug>/edit")
@policy("edit organisation")
def edit(slug: str) -> str:
    """The form with what the organisation says now."""
    with database().reading() as session:
        row = _ours(session, slug)
        return _form(typed_of(row), row, {}, _hanging(session, row))


@blueprint.post("/organisations/<slug>/edit")
@policy("edit organisation")
def save(slug: str) -> Any:
    """Save it, or say what is wrong; nobody's change is lost without a word."""
    typed = typed_in(request.form)
    wrong = wrong_with(typed)
    if not wrong:
        try:
            with database().writing() as session:
                slug, changed = _save(session, slug, typed)
        except BadInput as error:
            wrong = {error.field or "name": str(error)}
        except Conflict:
            wrong = {"name": _(CHANGED)}
    if wrong:
        with database().reading() as session:
            row = _ours(session, slug)
            return _form(typed, row, wrong, _hanging(session, row), now=typed_of(row)), 400
    flash(_("Saved.") if changed else _("Nothing was different, so nothing was changed."))
    return redirect(url_for("organisation.organisation", slug=slug), 303)


def _save(session: Session, slug: str, typed: Typed) -> tuple[str, bool]:
    """(its short name now, whether anything changed). What only an operator may say is not read from others' forms."""
    row = _ours(session, slug)
    all_of_it = can(actor(), "manage organisations")
    changed = change_organisation(
        session,
        row,
        actor=actor(),
        seen=typed.seen,
        to=details_in(typed),
        slug=typed.slug if all_of_it else "",
        trusted=typed.trusted == "yes" if all_of_it else row.trusted,
    )
    if all_of_it and parts_of(typed.domains) != row.domains:
        set_domains(session, actor=actor(), organisation=row, domains=parts_of(typed.domains))
        changed.append("domains")
    if {"slug", "sector"} & set(changed):
        touch_all(session, RecordRow.organisation_id == row.id, RecordRow.withdrawn_at.is_(None))
        touch_answered_by(session, row.id)
    return row.slug, bool(changed)


@blueprint.post("/organisations/<slug>/remove")
@policy("manage organisations")
def remove(slug: str) -> Any:
    """Remove it, if nothing hangs on it."""
    with database().writing() as session:
        row = find_organisation(session, slug)
        name = row.name
        remove_organisation(session, row, actor=actor())
    flash(_("%(name)s is removed.", name=name))
    return redirect(url_for(".listing"), 303)


def _ours(session: Session, slug: str) -> Organisation:
    """The organisation. NotAllowed for who may not change it."""
    found = find_organisation(session, slug)
    require("edit organisation", found)
    return found


def _hanging(session: Session, row: Organisation) -> list[str]:
    """What hangs on it, in plain words: `3 sources`."""
    counts = hanging_on(session, row.id)
    return [HANGING.get(name, _others)(number) for name, number in counts.items()]


def _others(number: int) -> str:
    return ngettext("%(num)s other thing", "%(num)s other things", number)


def _form(
    typed: Typed,
    row: Organisation | None,
    wrong: dict[str, str],
    hanging: list[str] | None = None,
    now: Typed | None = None,
) -> str:
    return render_template(
        "organisation/edit.html",
        typed=typed,
        organisation=row,
        seen=edition(row) if row else "",
        now=now if now and now.seen != typed.seen else None,
        wrong=wrong,
        hanging=hanging or [],
        sectors=[(name, _(words[0])) for name, words in SECTORS.items()],
        licences=LICENCES,
        languages=LANGUAGES,
        all_of_it=can(actor(), "manage organisations"),
    )
