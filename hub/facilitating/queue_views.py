"""The queue in the web: one list over all that somebody looks after, deciding about one thing or about many at once."""

from datetime import datetime, timedelta
from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from hub.communities.access import find_community
from hub.communities.models import Community
from hub.db import now
from hub.errors import BadInput, NotFound
from hub.facilitating.deciding import Said, decide
from hub.facilitating.items import Item, items
from hub.facilitating.kinds import (
    ACCEPT,
    BUTTONS,
    CANDIDATE,
    CHANGE,
    DECLINE,
    KINDS,
    PASS,
    REQUEST,
    TAG,
    TARGET,
    grounds_of,
)
from hub.facilitating.models import Ruling
from hub.facilitating.passing import SITE, takers
from hub.facilitating.rulings import Line, lines
from hub.facilitating.waiting import Scope, Wanted, counts, find, scope_of, waiting
from hub.languages import N_, language, ngettext
from hub.languages import gettext as _
from hub.moderation.report_views import named
from hub.web import actor, address_with, csv_table, database, is_ours, paging, part, policy, require

LIST: Final = 20
TABLE: Final = 50
AGES: Final[dict[str, tuple[str, timedelta]]] = {
    "late": (N_("waiting for more than two days"), TARGET),
    "week": (N_("waiting for more than a week"), timedelta(days=7)),
}
COLUMNS: Final = (
    *(N_("since"), N_("decide by"), N_("kind"), N_("community"), N_("title")),
    *(N_("why it is here"), N_("who"), N_("address")),
)

blueprint = Blueprint("queue", __name__)


@blueprint.get("/moderation")
@policy("work the queue")
def listing() -> Any:
    """What waits in all communities of whoever asks."""
    return _list()


@blueprint.get("/communities/<slug>/moderation")
@policy("facilitate")
def of_community(slug: str) -> Any:
    """What waits in one of them."""
    return _list(slug)


@blueprint.get("/moderation.csv")
@policy("work the queue")
def table() -> Response:
    """The same as a table."""
    return _table()


@blueprint.get("/communities/<slug>/moderation.csv")
@policy("facilitate")
def table_of_community(slug: str) -> Response:
    """The same as a table."""
    return _table(slug)


def _scope(session: Session, slug: str) -> tuple[Scope, Community | None]:
    if not slug:
        return scope_of(actor()), None
    community = find_community(session, slug, actor=actor())
    require("facilitate", community)
    return scope_of(actor(), community), community


def _wanted(kind: str, community_id: str, age: str) -> Wanted:
    before: datetime | None = now() - AGES[age][1] if age else None
    mixed = tuple(one for one in KINDS if one != TAG)
    return Wanted((kind,) if kind else mixed, community_id, before)


def _asked() -> tuple[str, str, str]:
    """Kind, id of a community, and age; empty for all."""
    kind, age = request.args.get("kind", ""), request.args.get("age", "")
    community = request.args.get("community", "")[:36]
    return kind if kind in KINDS else "", community, age if age in AGES else ""


def _list(slug: str = "", wrong: dict[str, str] | None = None) -> Any:
    kind, chosen, age = _asked()
    with database().reading() as session:
        scope, community = _scope(session, slug)
        wanted = _wanted(kind, chosen, age)
        numbers = counts(session, scope, Wanted(tuple(KINDS), chosen, wanted.before))
        size = TABLE if kind == TAG else LIST
        where = paging(sum(number for one, number in numbers.items() if one in wanted.kinds), size)
        if where is None:
            return redirect(address_with(page=None))
        found = waiting(session, scope, wanted, offset=where.first - 1, limit=size)
        page = render_template(
            "facilitating/queue.html",
            items=items(session, found, part("vocabulary").scheme),
            numbers=numbers,
            paging=where,
            kinds=KINDS,
            kind=kind,
            age=age,
            ages={one: words for one, (words, _time) in AGES.items()},
            chosen=chosen,
            places=_places(session, scope),
            community=community,
            done=_done(session),
            grounds=_grounds(found[0].kind if len({one.kind for one in found}) == 1 else ""),
            typed=request.form,
            wrong=wrong or {},
            back=address_with(done=None),
        )
    return page, 400 if wrong else 200


def _grounds(kind: str) -> dict[str, str]:
    return grounds_of(kind) if kind else {**grounds_of("report"), **grounds_of("request")}


def _places(session: Session, scope: Scope) -> list[tuple[str, str]]:
    rows = [session.get(Community, id) for id in scope.communities]
    return sorted(((row.id, row.name) for row in rows if row), key=lambda one: one[1].casefold())


def _done(session: Session) -> list[Line]:
    """What whoever asks has just decided, so that they can take it back."""
    rows = [session.get(Ruling, one[:36]) for one in request.args.getlist("done")[:TABLE]]
    return [
        one
        for one in lines(session, [row for row in rows if row and row.by_id == actor().person_id], actor())
        if one.undoable
    ]


def _table(slug: str = "") -> Response:
    kind, chosen, age = _asked()
    with database().reading() as session:
        scope, _community = _scope(session, slug)
        wanted = _wanted(kind, chosen, age)
        found = items(session, waiting(session, scope, wanted), part("vocabulary").scheme)
    return csv_table("queue", [_(one) for one in COLUMNS], [_cells(one) for one in found])


def _cells(one: Item) -> list[object]:
    why = " ".join(one.why)
    given = (one.kind_name, one.community.name, f"{one.title} {one.concept}".strip(), why, one.author.name)
    return [one.waits.since, one.due or "", *given, part("settings").base_url + one.path]


@blueprint.get("/moderation/items/<key>")
@policy("work the queue")
def one(key: str) -> Any:
    """One thing with all that stands around it, and what may be done about it."""
    return _one(key)


def _one(key: str, wrong: dict[str, str] | None = None) -> Any:
    with database().reading() as session:
        found = find(session, _scope_for(session, key), key)
        if found is None:
            raise NotFound(_("This does not wait for you any more: somebody has decided it meanwhile."))
        (item,) = items(session, [found], part("vocabulary").scheme)
        act = request.form.get("act") or request.args.get("act", "")
        acts = list(BUTTONS[item.kind])
        left_out = (actor().person_id, item.waits.passed.to_id if item.waits.passed else None)
        others = takers(session, found, *left_out)
        page = render_template(
            "facilitating/item.html",
            item=item,
            act=act if act in acts else "",
            grounds=[("", _("Choose")), *((one, _(words)) for one, words in grounds_of(item.kind).items())],
            choices=[(one.id, one.name) for one in others] + [(SITE, _("The site moderators"))],
            typed=request.form,
            wrong=wrong or {},
            back=_back(),
        )
    return page, 400 if wrong else 200


def _scope_for(session: Session, key: str) -> Scope:
    """Operators may look after any community, though their queue holds only what was passed on to them."""
    mine = scope_of(actor())
    if find(session, mine, key) is None and key.count(".") == 2:
        community = session.get(Community, key.split(".")[1][:36])
        if community is not None:
            return scope_of(actor(), community)
    return mine


@blueprint.post("/moderation/items/<key>")
@policy("work the queue")
def decided(key: str) -> Any:
    """Decide about it."""
    form = request.form
    said = Said(form.get("act", ""), form.get("ground", ""), form.get("words", ""), form.get("to", ""))
    try:
        with database().writing() as session:
            ruling = decide(session, _scope_for(session, key), key, said, named=named(), language=language())
            id, ruled = ruling.id, ruling.kind
    except BadInput as error:
        return _one(key, {"words" if error.field in ("text", "note", "why") else error.field or "words": str(error)})
    flash(_said(said.what, ruled))
    return redirect(_with_done(_back(), [id]), 303)


def _said(act: str, kind: str) -> str:
    if act == DECLINE:
        return _("Declined.") if kind in (CANDIDATE, TAG) else _("Declined. Whoever it concerns is told.")
    if act == CHANGE:
        return (
            _("Asked. It comes back to the queue when they have answered.")
            if kind == REQUEST
            else _("Asked. It comes back to the queue when it has changed.")
        )
    if act == PASS:
        return _("Passed on.")
    return _("Accepted.") if act == ACCEPT else _("Hidden until it is settled.")


@blueprint.post("/moderation")
@policy("work the queue")
def bulk() -> Any:
    """Decide about all that are chosen in the same way."""
    return _bulk()


@blueprint.post("/communities/<slug>/moderation")
@policy("facilitate")
def bulk_of_community(slug: str) -> Any:
    """The same in one community."""
    return _bulk(slug)


def _bulk(slug: str = "") -> Any:
    form = request.form
    said = Said(form.get("act", ""), form.get("ground", ""), form.get("words", ""))
    try:
        with database().writing() as session:
            _scope(session, slug)
            done, late = _decided(session, list(dict.fromkeys(form.getlist("item")))[:TABLE], said)
    except BadInput as error:
        return _list(slug, {error.field or "item": str(error)})
    flash(ngettext("%(num)s is decided.", "%(num)s are decided.", len(done)))
    if late:
        flash(ngettext("%(num)s had been decided meanwhile.", "%(num)s had been decided meanwhile.", late))
    return redirect(_with_done(address_with(done=None), done), 303)


def _decided(session: Session, keys: list[str], said: Said) -> tuple[list[str], int]:
    """The ids of the rulings, and how many entries somebody else had decided before."""
    if not keys:
        raise BadInput(_("Choose at least one entry of the list."), "item")
    if said.what not in (ACCEPT, DECLINE):
        raise BadInput(_("Choose what to do."), "act")
    done, late = [], 0
    for key in keys:
        try:
            with session.begin_nested():
                scope = _scope_for(session, key)
                done.append(decide(session, scope, key, said, named=named(), language=language()).id)
        except NotFound:
            late += 1
    return done, late


def came_from() -> str:
    """The queue that one came from, as the form or the address says; empty for none."""
    given = request.form.get("back") or request.args.get("back", "")
    ours = given.split("?")[0] == "/moderation" or (given.startswith("/communities/") and "/moderation" in given)
    return given if ours and is_ours(given) else ""


def _back() -> str:
    return came_from() or url_for(".listing")


def _with_done(back: str, ids: list[str]) -> str:
    mark = "&" if "?" in back else "?"
    return back + mark + "&".join(f"done={id}" for id in ids) if ids else back
