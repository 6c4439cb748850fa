"""The pages of a community's wiki: the list, one page with its history, the form, and two editions side by side."""

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from hub.communities.frame import Frame, framed, framed_to_write, require_to_write
from hub.errors import BadInput
from hub.languages import gettext as _
from hub.markdown import html_of, written
from hub.web import actor, address_with, database, page_asked, paging, policy, require
from hub.worddiff import difference
from hub.writing.models import WikiPage
from hub.writing.wiki import (
    HEADINGS,
    Written,
    author_of,
    begin_page,
    change_page,
    find_page,
    hide_page,
    history_of,
    pages_of,
    restore_page,
    version_of,
)

LIST: Final = 50
STEPS: Final = 50

blueprint = Blueprint("wiki", __name__)


@blueprint.get("/communities/<slug>/wiki")
@policy("read")
def listing(slug: str) -> Any:
    """Its pages by title."""
    with database().reading() as session:
        frame = framed(session, slug, actor=actor(), talk=True)
        rows, total = pages_of(session, frame.community, actor=actor(), offset=(page_asked() - 1) * LIST, limit=LIST)
        where = paging(total, LIST)
        if where is None:
            return redirect(address_with(page=None))
        return render_template("writing/wiki.html", frame=frame, rows=rows, paging=where)


@blueprint.get("/communities/<slug>/wiki/new")
@policy("take part")
def new(slug: str) -> Any:
    """The form of a new page; its title may be given."""
    with database().reading() as session:
        frame = framed_to_write(session, slug, actor=actor())
        return _form(frame, Written(request.args.get("title", "")[:200], ""))


@blueprint.post("/communities/<slug>/wiki")
@policy("take part")
def begin(slug: str) -> Any:
    """Begin a page, or look at it first."""
    typed = _typed()
    try:
        with database().writing() as session:
            frame = framed_to_write(session, slug, actor=actor())
            if request.form.get("do") == "preview":
                return _form(frame, typed, preview=True)
            name = begin_page(session, frame.community, typed, actor=actor()).slug
    except BadInput as error:
        with database().reading() as session:
            return _form(framed_to_write(session, slug, actor=actor()), typed, wrong={error.field: str(error)}), 400
    flash(_("The page is there. Every member can go on with it."))
    return redirect(url_for(".page", slug=slug, name=name), 303)


@blueprint.get("/communities/<slug>/wiki/<name>")
@policy("read")
def page(slug: str, name: str) -> Any:
    """What it says. A former name leads to the present one."""
    with database().reading() as session:
        frame, row = _found(session, slug, name)
        if row.slug != name:
            return redirect(url_for(".page", slug=slug, name=row.slug))
        return render_template(
            "writing/wiki_page.html", frame=frame, page=row, html=written(row, HEADINGS), author=author_of(session, row)
        )


@blueprint.get("/communities/<slug>/wiki/<name>/edit")
@policy("take part")
def edit(slug: str, name: str) -> Any:
    """The form with what it says now."""
    with database().reading() as session:
        frame, row = _writable(session, slug, name)
        return _form(frame, Written(row.title, row.text), page=row, seen=row.edition)


@blueprint.post("/communities/<slug>/wiki/<name>/edit")
@policy("take part")
def save(slug: str, name: str) -> Any:
    """Change it; where somebody else has meanwhile, both texts stand on the form, and nothing is lost."""
    typed, seen = _typed(), request.form.get("seen", "")
    edition = _number(seen)
    try:
        with database().writing() as session:
            frame, row = _writable(session, slug, name)
            if request.form.get("do") == "preview":
                return _form(frame, typed, page=row, seen=edition, preview=True)
            if row.edition != edition:
                return _both(session, frame, row, typed), 409
            change_page(session, frame.community, row, typed, seen=edition, actor=actor())
            name = row.slug
    except BadInput as error:
        with database().reading() as session:
            frame, row = _found(session, slug, name)
            return _form(frame, typed, page=row, seen=edition, wrong={error.field: str(error)}), 400
    flash(_("Saved. What it said before is in its history."))
    return redirect(url_for(".page", slug=slug, name=name), 303)


@blueprint.get("/communities/<slug>/wiki/<name>/history")
@policy("read")
def history(slug: str, name: str) -> Any:
    """Who has changed it, when, and what they said of it; any two editions can be compared."""
    with database().reading() as session:
        frame, row = _found(session, slug, name)
        where = paging(row.edition, STEPS)
        if where is None:
            return redirect(address_with(page=None))
        steps = history_of(session, row, offset=where.first - 1, limit=STEPS)
        return render_template("writing/wiki_history.html", frame=frame, page=row, steps=steps, paging=where)


@blueprint.get("/communities/<slug>/wiki/<name>/compare")
@policy("read")
def compare(slug: str, name: str) -> Any:
    """What changed from one edition to another, word by word; without a word which, the last change."""
    with database().reading() as session:
        frame, row = _found(session, slug, name)
        newer = _edition("to", row.edition)
        older = _edition("from", max(1, newer - 1))
        before, after = (version_of(session, row, one) for one in sorted((older, newer)))
        return render_template(
            "writing/wiki_compare.html",
            frame=frame,
            page=row,
            before=before,
            after=after,
            pieces=difference(before.text, after.text, lines=True) if before.text != after.text else [],
        )


@blueprint.get("/communities/<slug>/wiki/<name>/versions/<edition>")
@policy("read")
def version(slug: str, name: str, edition: str) -> Any:
    """What it said in an earlier edition."""
    with database().reading() as session:
        frame, row = _found(session, slug, name)
        old = version_of(session, row, _number(edition))
        html = Markup(html_of(old.text, base=HEADINGS))
        return render_template("writing/wiki_version.html", frame=frame, page=row, old=old, html=html)


@blueprint.post("/communities/<slug>/wiki/<name>/versions/<edition>/restore")
@policy("take part")
def restore(slug: str, name: str, edition: str) -> Any:
    """Have it say that again."""
    with database().writing() as session:
        frame, row = _writable(session, slug, name)
        restore_page(session, frame.community, row, _number(edition), actor=actor())
        name = row.slug
    flash(_("The page says again what it said in version %(num)s.", num=edition))
    return redirect(url_for(".page", slug=slug, name=name), 303)


@blueprint.post("/communities/<slug>/wiki/<name>/hide")
@policy("facilitate")
def hide(slug: str, name: str) -> Any:
    """Take it away, or put it back."""
    hidden = request.form.get("hidden") != "no"
    with database().writing() as session:
        frame, row = _found(session, slug, name)
        require("facilitate", frame.community)
        hide_page(session, frame.community, row, hidden=hidden, actor=actor())
    flash(
        _("Taken away: facilitators alone see it.") if hidden else _("Everybody who may read the wiki sees it again.")
    )
    return redirect(url_for(".page", slug=slug, name=name), 303)


def _found(session: Session, slug: str, name: str) -> tuple[Frame, WikiPage]:
    frame = framed(session, slug, actor=actor(), talk=True)
    return frame, find_page(session, frame.community, name, actor=actor())


def _writable(session: Session, slug: str, name: str) -> tuple[Frame, WikiPage]:
    frame, row = _found(session, slug, name)
    require_to_write(frame, actor=actor())
    return frame, row


def _typed() -> Written:
    return Written(*(request.form.get(name, "") for name in ("title", "text", "summary")))


def _edition(name: str, otherwise: int) -> int:
    return _number(request.args.get(name, "")) or otherwise


def _number(text: str) -> int:
    """The number of an edition; 0, which none has, for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _both(session: Session, frame: Frame, row: WikiPage, said: Written) -> str:
    """The form where somebody was faster: one's own words in it, theirs beside it. The next save has seen both."""
    theirs = version_of(session, row, row.edition)
    who = author_of(session, row) or _("A former member")
    told = _("%(name)s has changed this page meanwhile. Your words are kept below, theirs stand under them.", name=who)
    pieces = difference(said.text, theirs.text, lines=True)
    return _form(frame, said, page=row, seen=row.edition, wrong={"text": told}, theirs=theirs, pieces=pieces, who=who)


def _form(
    frame: Frame,
    said: Written,
    *,
    page: WikiPage | None = None,
    seen: int = 0,
    preview: bool = False,
    wrong: dict[str, str] | None = None,
    **more: Any,
) -> str:
    return render_template(
        "writing/wiki_form.html",
        frame=frame,
        written=said,
        page=page,
        seen=seen,
        html=Markup(html_of(said.text, base=HEADINGS)) if preview else "",
        preview=preview,
        wrong=wrong or {},
        **more,
    )
