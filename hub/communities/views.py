"""The list of communities, as a page, a feed and a table; and opening one, which first shows those that are like it."""

from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.record import clean_line
from hub.communities.access import VISIBILITIES
from hub.communities.alike import about_the_same, like_named
from hub.communities.forms import Typed, concepts_in, details_in, topic_groups, typed_in, with_narrower
from hub.communities.listing import ORDERS, Listed, Wanted, communities, narrowed, number_of, topics_in_use
from hub.communities.service import open_community
from hub.errors import BadInput, Conflict
from hub.languages import LANGUAGES, N_, language
from hub.languages import gettext as _
from hub.organisations.models import Organisation
from hub.policy import MEMBERS, can
from hub.topics.service import Vocabulary
from hub.web import FeedEntry, actor, address_with, atom, csv_table, database, page_asked, paging, part, policy

LIST: Final = 50
FEED: Final = 30
PAGES: Final = 400
COLUMNS: Final = (
    *(N_("name"), N_("who may see it"), N_("purpose"), N_("topics"), N_("organisation that answers for it")),
    *(N_("sector"), N_("members"), N_("organisations"), N_("last activity"), N_("opened"), N_("address")),
)

blueprint = Blueprint("communities", __name__)


@blueprint.get("/communities")
@policy("read")
def listing() -> Any:
    """Those that the reader may find, narrowed by words, topic and sector; the most active first."""
    vocabulary: Vocabulary = part("vocabulary")
    order, topic, wanted = _order(), request.args.get("topic", ""), _wanted(vocabulary)
    with database().reading() as session:
        conditions = narrowed(actor(), wanted)
        where = paging(number_of(session, conditions), LIST, most=PAGES)
        if where is None:
            return redirect(address_with(page=None))
        offset = (page_asked() - 1) * LIST
        names = _names(vocabulary)
        return render_template(
            "communities/listing.html",
            rows=communities(session, actor(), conditions, order=order, offset=offset, limit=LIST, names=names),
            paging=where,
            wanted=wanted,
            topic=topic,
            topics=sorted((names[one] for one in topics_in_use(session, actor()) if one in names), key=_by_name),
            order=order,
            orders=ORDERS,
            may_open=can(actor(), "open communities"),
        )


@blueprint.get("/communities.atom")
@policy("read")
def feed() -> Response:
    """Those that were opened last."""
    wanted = _wanted(part("vocabulary"))
    with database().reading() as session:
        rows = communities(session, actor(), narrowed(actor(), wanted), order="new", limit=FEED)
    entries = [
        FeedEntry(
            title=one.name,
            address=_address(one),
            updated=one.created,
            summary=one.purpose,
            author=one.organisation,
            language=one.language,
        )
        for one in rows
    ]
    return atom(_("New communities"), entries)


@blueprint.get("/communities.csv")
@policy("read")
def table() -> Response:
    """The list as a table, whole."""
    vocabulary: Vocabulary = part("vocabulary")
    with database().reading() as session:
        conditions = narrowed(actor(), _wanted(vocabulary))
        rows = communities(session, actor(), conditions, order=_order(), names=_names(vocabulary))
    return csv_table("communities", [_(one) for one in COLUMNS], [_cells(one) for one in rows])


def _cells(one: Listed) -> list[object]:
    counts = one.counts
    return [
        one.name,
        _(VISIBILITIES[one.visibility][0]),
        one.purpose,
        ", ".join(words for _notation, words in one.topics),
        one.organisation,
        one.sector,
        *((counts.members, counts.organisations, counts.active.date()) if counts else ("", "", "")),
        one.created.date(),
        _address(one),
    ]


def _address(one: Listed) -> str:
    return url_for("community.now", slug=one.slug, _external=True)


def _by_name(topic: tuple[str, str]) -> str:
    return topic[1].casefold()


def _order() -> str:
    order = request.args.get("sort", "active")
    return order if order in ORDERS else "active"


def _wanted(vocabulary: Vocabulary) -> Wanted:
    topic = request.args.get("topic", "")
    chosen = with_narrower(concepts_in([topic], vocabulary), vocabulary.scheme) if topic else None
    return Wanted(
        words=clean_line(request.args.get("q", ""))[:80],
        concepts=chosen,
        sector=request.args.get("sector", "")[:20],
        archived=request.args.get("state") == "archived",
    )


def _names(vocabulary: Vocabulary) -> dict[str, tuple[str, str]]:
    return {one.uri: (one.notation, one.pref(language())) for one in vocabulary.scheme}


@blueprint.get("/communities/new")
@policy("open communities")
def begin() -> Any:
    """What the new one would be called and be about; then those that are like it, before there are two of them."""
    typed, asked = typed_in(request.args), "name" in request.args
    wrong = {"name": _("Give the community a name.")} if asked and not typed.name else {}
    vocabulary: Vocabulary = part("vocabulary")
    named, same = [], []
    if asked and not wrong:
        concepts = with_narrower(concepts_in(typed.topics, vocabulary), vocabulary.scheme)
        with database().reading() as session:
            named = like_named(session, actor(), typed.name)
            same = about_the_same(session, actor(), concepts, [one.id for one in named])
    page = render_template(
        "communities/begin.html",
        typed=typed,
        asked=asked and not wrong,
        named=named,
        same=same,
        groups=topic_groups(vocabulary.scheme),
        wrong=wrong,
    )
    return page, 400 if wrong else 200


@blueprint.get("/communities/new/details")
@policy("open communities")
def new() -> str:
    """The form, with what was said before."""
    return _form(typed_in(request.args), {})


@blueprint.post("/communities/new/details")
@policy("open communities")
def add() -> Any:
    """Open it, or say what is wrong."""
    typed = typed_in(request.form)
    try:
        details = details_in(typed, part("vocabulary"))
        with database().writing() as session:
            organisation = _chosen(session, typed)
            row = open_community(session, actor=actor(), organisation_id=organisation.id, details=details)
            slug, name = row.slug, row.name
    except (BadInput, Conflict) as error:
        field = getattr(error, "field", "") or "name"
        return _form(typed, {field: str(error)}), 400
    flash(_("%(name)s is open. Next: invite the first people.", name=name))
    return redirect(url_for("community.now", slug=slug), 303)


def _chosen(session: Session, typed: Typed) -> Organisation:
    """The organisation that answers for it. BadInput for none of those that may be chosen."""
    ours = _ours(session)
    for one in ours:
        if typed.organisation == one.slug or (len(ours) == 1 and not typed.organisation):
            return one
    raise BadInput(_("Choose the organisation that answers for it."), "organisation")


def _ours(session: Session) -> list[Organisation]:
    """Organisations of whoever asks; all of them for an operator."""
    asked = select(Organisation).order_by(Organisation.name)
    if "operator" not in actor().roles:
        asked = asked.where(Organisation.id.in_([id for id, role in actor().memberships if role in MEMBERS]))
    return list(session.scalars(asked))


def _form(typed: Typed, wrong: dict[str, str]) -> str:
    with database().reading() as session:
        ours = [(one.slug, one.name) for one in _ours(session)]
    return render_template(
        "communities/new.html",
        typed=typed,
        wrong=wrong,
        organisations=ours,
        visibilities=VISIBILITIES,
        languages=LANGUAGES,
        groups=topic_groups(part("vocabulary").scheme),
    )
