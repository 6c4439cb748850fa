"""Registering a source: any address, what we found there, the first documents as they will look, and what it is for."""

from dataclasses import asdict, replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from harvesters.kinds import KINDS
from hub.accounts.waiting import tell_operators
from hub.errors import BadInput, Conflict
from hub.languages import N_
from hub.languages import gettext as _
from hub.organisations.models import Organisation
from hub.organisations.service import find_organisation, organisations
from hub.policy import can
from hub.records.cards import LANGUAGE_NAMES, TYPE_NAMES, Publisher
from hub.retold import retold
from hub.setup.house import house
from hub.sources.approvals import must_wait
from hub.sources.forms import (
    LICENCES,
    RHYTHMS,
    WHO_SEES,
    Typed,
    categories_in,
    choices_in,
    defaults_in,
    topic_choices,
    typed_in,
    wrong_with,
)
from hub.sources.health import grouped
from hub.sources.leases import queue_run
from hub.sources.looking import SECONDS, look_at, sample_of
from hub.sources.models import RESTRICTED
from hub.sources.previewing import figures_of, held_elsewhere, looks_of, without_taken_down
from hub.sources.service import Choices, add_source, registered
from hub.web import actor, database, part, policy, require

blueprint = Blueprint("registering", __name__)

WHO = N_("Choose the organisation that publishes there.")
WHERE = N_("Enter an address: of the website, or of its feed, sitemap, repository or folder.")


@blueprint.get("/sources/new")
@policy("register sources")
def new() -> str:
    """Step 1: whose site it is, and any address of it."""
    return _first_step(typed_in(request.args))


@blueprint.get("/sources/new/found")
@policy("register sources")
def found() -> Any:
    """Step 2: what we found at the address, in a sentence each."""
    typed = typed_in(request.args)
    wrong = {} if typed.organisation else {"organisation": _(WHO)}
    wrong |= {} if typed.address else {"address": _(WHERE)}
    if wrong:
        return _first_step(typed, wrong), 400
    with database().reading() as session:
        organisation = _organisation(session, typed)
    try:
        looked = look_at(typed.address)
    except BadInput as error:
        return _first_step(typed, {"address": str(error)}), 400
    with database().reading() as session:
        taken = {one.address: registered(session, one.kind, one.address) for one in looked.finds}
    return render_template(
        "sources/found.html",
        typed=typed,
        organisation=organisation,
        looked=looked,
        taken=taken,
        readable=[one for one in taken.values() if one and can(actor(), "read", one)],
        kinds=KINDS,
        seconds=SECONDS,
    )


@blueprint.get("/sources/new/preview")
@policy("register sources")
def preview() -> Any:
    """Step 2, on: the first documents of what was chosen as they will look in search, by what is typed."""
    typed = typed_in(request.args)
    if not typed.address or typed.kind not in KINDS or not typed.organisation:
        return redirect(url_for(".new", organisation=typed.organisation, address=typed.address))
    with database().reading() as session:
        organisation = _organisation(session, typed)
    return preview_page(_filled(typed, organisation), organisation)


@blueprint.get("/sources/new/settings")
@policy("register sources")
def settings() -> Any:
    """Step 3: name, licence, whom to ask, how often; with `checked` also what is wrong with them."""
    typed = typed_in(request.args)
    if not typed.address or typed.kind not in KINDS or not typed.organisation:
        return redirect(url_for(".new", organisation=typed.organisation, address=typed.address))
    with database().reading() as session:
        organisation = _organisation(session, typed)
        if "checked" not in request.args:
            return settings_page(_filled(typed, organisation), organisation)
        wrong = _wrong(session, typed)
    return settings_page(typed, organisation, wrong), 400 if wrong else 200


@blueprint.post("/sources/new")
@policy("register sources")
def register() -> Any:
    """Save it, and send its first check on the way; or go back to the preview, or to what is wrong.

    Every answer is a redirect to a page that can be read again, so that Back and Reload write nothing.
    """
    typed = typed_in(request.form)
    if request.form.get("do") == "preview":
        return redirect(url_for(".preview", **typed.query()), 303)
    with database().reading() as session:
        wrong = _wrong(session, typed)
    if not wrong and typed.organisation:
        try:
            with database().writing() as session:
                id, run_id = _save(session, typed, choices_in(typed, part("vocabulary").scheme))
            if run_id:
                part("courier").send("harvest", run_id)
                flash(
                    _("It is registered, and its first check is on the way. Load the page again to see how far it is.")
                )
            else:
                flash(_("It is registered, and waits for whoever runs this hub. You get a mail when they have looked."))
            return redirect(url_for("sources.source", id=id), 303)
        except Conflict:
            # Somebody was faster by a moment; the page says so.
            pass
    return redirect(url_for(".settings", checked="yes", **typed.query()), 303)


def _organisation(session: Session, typed: Typed) -> Organisation:
    """Whose site it is. NotAllowed where whoever asks may not register for it."""
    found = find_organisation(session, typed.organisation)
    require("register sources", found)
    return found


def _wrong(session: Session, typed: Typed) -> dict[str, str]:
    """{field: what is wrong with it}, with what only the database knows."""
    wrong = wrong_with(typed, part("vocabulary").scheme)
    own = typed.visibility == RESTRICTED and typed.organisation
    there = registered(session, typed.kind, typed.address, _organisation(session, typed).id if own else None)
    return wrong | ({"address": _("It is registered already, as “%(name)s”.", name=there.name)} if there else {})


def _save(session: Session, typed: Typed, to: Choices) -> tuple[str, str]:
    """(id of the new source, id of its first check; of none where it waits for the operator)."""
    organisation = _organisation(session, typed)
    waits = must_wait(actor(), organisation, house())
    source = add_source(session, actor=actor(), organisation=organisation, waits=waits, **asdict(to))
    if waits:
        tell_operators(session)
    return source.id, "" if waits else queue_run(session, source).id


def _first_step(typed: Typed, wrong: dict[str, str] | None = None) -> str:
    with database().reading() as session:
        mine = [one for one in organisations(session) if can(actor(), "register sources", one)]
        members = [(one.slug, one.name) for one in mine]
    return render_template(
        "sources/new.html",
        typed=typed,
        members=members,
        wrong=wrong or {},
        seconds=SECONDS,
        may_add=can(actor(), "manage organisations"),
    )


def _filled(typed: Typed, organisation: Organisation) -> Typed:
    """What the organisation says stands in fields that nobody has seen yet; what somebody emptied stays empty."""
    asked = ", ".join(filter(None, (organisation.contact_name, organisation.contact_email)))
    return replace(
        typed,
        name=typed.name or f"{organisation.name[:150]}: {retold(KINDS[typed.kind].words)}",
        licence=typed.licence if "licence" in request.args else organisation.licence_uri,
        contact=typed.contact if "contact" in request.args else asked,
    )


def preview_page(typed: Typed, organisation: Organisation, source_id: str = "") -> Any:
    """The first documents by what is typed; of a source that there is where `source_id` says which."""
    scheme = part("vocabulary").scheme
    shown: dict[str, Any] = {"sample": None, "looks": [], "elsewhere": [], "taken": None, "failed": "", "groups": []}
    try:
        seen = sample_of(typed.kind, typed.address, categories_in(typed, scheme))
    except BadInput as error:
        shown["failed"] = str(error)
    else:
        with database().reading() as session:
            seen = without_taken_down(session, seen, source_id)
        publisher = Publisher(organisation.slug, organisation.name, organisation.sector)
        defaults = defaults_in(typed, organisation.id)
        looks = [looks_of(one, publisher, defaults, scheme) for one in seen.found]
        shown |= {"sample": seen, "looks": looks, "figures": figures_of(seen, looks), "groups": grouped(seen.problems)}
        typed = replace(typed, categories=_with_found(typed, seen.categories))
    with database().reading() as session:
        taken = registered(session, typed.kind, typed.address)
        shown["taken"] = taken if taken is not None and taken.id != source_id else None
        shown["readable"] = taken is not None and can(actor(), "read", taken)
        if shown["sample"]:
            shown["elsewhere"] = held_elsewhere(session, shown["sample"].found, source_id)
    page = render_template(
        "sources/preview.html", typed=typed, organisation=organisation, source_id=source_id, **shown, **_offered()
    )
    return (page, 400) if shown["failed"] else page


def settings_page(typed: Typed, organisation: Organisation, wrong: dict[str, str] | None = None, **source: Any) -> str:
    """The form of what a source is for: a new one, or one that is edited."""
    return render_template(
        "sources/settings.html", typed=typed, organisation=organisation, wrong=wrong or {}, **source, **_offered()
    )


def _with_found(typed: Typed, found: dict[str, int]) -> tuple[tuple[str, str], ...]:
    """The publisher's own words of the sample, with what was matched so far; those that it does not show stay."""
    matched = dict(typed.categories)
    kept = {word: topic for word, topic in matched.items() if topic and word not in found}
    return tuple({**{word: matched.get(word, "") for word in found}, **kept}.items())


def _offered() -> dict[str, Any]:
    """What can be chosen."""
    topics = topic_choices(part("vocabulary").scheme)
    return {
        "kinds": KINDS,
        "kind_choices": [(name, _(one.words)) for name, one in KINDS.items()],
        "languages": LANGUAGE_NAMES,
        "types": TYPE_NAMES,
        "licences": LICENCES,
        "rhythms": RHYTHMS,
        "who_sees": [(one, _(words), _(means)) for one, (words, means) in WHO_SEES.items()],
        "topics": topics,
        "names": {topic: name for _, below in topics for topic, name in below},
        "seconds": SECONDS,
    }
