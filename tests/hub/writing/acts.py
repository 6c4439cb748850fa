"""How each form of notes and wiki pages is sent so that it goes well: for the test that every one leaves a row."""

from collections.abc import Callable
from typing import Any, Final

from hub.accounts.models import Membership
from hub.organisations.models import Organisation
from hub.policy import CONTENT
from hub.records.keeping import Enriched
from hub.writing.notes import begin_note, publish_note
from hub.writing.wiki import Written, begin_page
from hub.writing.words import Words
from tests.hub.communities.made import acting, made, somebody
from tests.hub.site import BASE
from tests.hub.writing.written import NOTE

WORDS: Final = Words(title="Lamps", what="Lent.", happened="It worked.", outcome="worked", stage="in-use")


def _member(by: Any) -> None:
    with by.site.database.writing() as session:
        session.add(Membership(person_id=by.id, organisation_id=by.northford, role=CONTENT))


def _note(by: Any, *, published: bool = False, other: bool = False) -> str:
    """The address of a note of theirs, or of somebody else's."""
    _member(by)
    with by.site.database.writing() as session:
        author = somebody(session) if other else by.id
        if other:
            session.add(Membership(person_id=author, organisation_id=by.northford, role=CONTENT))
            session.flush()
        actor = acting(session, author)
        row = begin_note(session, actor=actor, organisation=session.get_one(Organisation, by.northford), words=WORDS)
        if published:
            publish_note(session, row, actor=actor, words=WORDS, enriched=Enriched("en"), base_url=BASE)
        return f"/notes/{row.id}"


def _begin(by: Any) -> int:
    _member(by)
    return int(by.send("/notes/new", "/notes/new", **NOTE))


def _edit(by: Any) -> int:
    note = _note(by)
    return int(by.send(f"{note}/edit", f"{note}/edit", **NOTE, seen="1"))


def _act(name: str, **given: str) -> Callable[[Any], int]:
    return lambda by: int(by.send(f"{_note(by, published=name == 'withdraw')}/{name}", **given))


def _take_over(by: Any) -> int:
    return int(by.send(f"{_note(by, published=True, other=True)}/take-over"))


def _page(by: Any) -> str:
    """The address of a wiki page in a community of theirs."""
    with by.site.database.writing() as session:
        row = made(session, facilitators=[by.id])
        page = begin_page(session, row, Written("Lamps", "Lend them."), actor=acting(session, by.id))
        return f"/communities/{row.slug}/wiki/{page.slug}"


def _begin_page(by: Any) -> int:
    wiki = _page(by).rpartition("/")[0]
    return int(by.send(wiki, f"{wiki}/new", title="More lamps", text="Lend more."))


def _change_page(by: Any) -> int:
    page = _page(by)
    return int(by.send(f"{page}/edit", f"{page}/edit", title="Lamps", text="Lend more.", seen="1"))


def _restore(by: Any) -> int:
    page = _page(by)
    by.send(f"{page}/edit", f"{page}/edit", title="Lamps", text="Lend more.", seen="1")
    return int(by.send(f"{page}/versions/1/restore", page))


ACTS: Final[dict[str, Callable[[Any], int]]] = {
    "/notes/new": _begin,
    "/notes/<id>/edit": _edit,
    "/notes/<id>/publish": _act("publish"),
    "/notes/<id>/withdraw": _act("withdraw", reason="The numbers were wrong."),
    "/notes/<id>/delete": _act("delete"),
    "/notes/<id>/named": _act("named", named="no"),
    "/notes/<id>/take-over": _take_over,
    "/communities/<slug>/wiki": _begin_page,
    "/communities/<slug>/wiki/<name>/edit": _change_page,
    "/communities/<slug>/wiki/<name>/versions/<edition>/restore": _restore,
    "/communities/<slug>/wiki/<name>/hide": lambda by: int(by.send(f"{(page := _page(by))}/hide", page, hidden="yes")),
}
