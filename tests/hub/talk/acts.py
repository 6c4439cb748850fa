"""How each form of discussions is sent so that it goes well: for the test that every one leaves a row in the log."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from hub.db import now
from hub.talk.access import Place, find_post, find_thread
from hub.talk.files import Sent, attach
from hub.talk.reports import hide
from hub.talk.service import Draft, open_thread, reply
from hub.talk.settling import close
from hub.talk.voting import options_of
from tests.hub.communities.made import acting, made, somebody


def _community(by: Any) -> str:
    """A community in which they facilitate; its slug."""
    with by.site.database.writing() as session:
        return made(session, facilitators=[by.id]).slug


def _thread(by: Any, kind: str = "question", *, other: bool = False, **more: Any) -> str:
    """Begun by them, or by somebody else of the community; its id."""
    with by.site.database.writing() as session:
        author = somebody(session) if other else by.id
        row = made(session, facilitators=[by.id], members=[author] if other else [])
        place = Place(row, acting(session, author))
        return open_thread(session, place, Draft(kind, "Who insures the meters?", "We lend them.", **more)).id


def _post(by: Any) -> str:
    """Their answer to a question of somebody else; its id."""
    thread = _thread(by, other=True)
    with by.site.database.writing() as session:
        row, place = find_thread(session, thread, actor=acting(session, by.id))
        return reply(session, row, place, "We do.").id


def _begin(by: Any) -> int:
    page = f"/communities/{_community(by)}/discussions/new"
    given = {"kind": "question", "title": "Who insures the meters?", "text": "We lend them.", "step": "publish"}
    return int(by.send(page, f"{page}?kind=question", **given))


def _in_thread(name: str, kind: str = "question", **given: str) -> Callable[[Any], int]:
    def act(by: Any) -> int:
        page = f"/discussions/{_thread(by, kind)}"
        return int(by.send(f"{page}/{name}", page, **given))

    return act


def _choose(by: Any) -> int:
    id = _thread(by, "poll", options=("Tuesday", "Thursday"), ends=now() + timedelta(days=9))
    with by.site.database.reading() as session:
        row, _place = find_thread(session, id, actor=acting(session, by.id))
        option = options_of(session, row)[0].id
    return int(by.send(f"/discussions/{id}/poll", f"/discussions/{id}", option=option))


def _link(by: Any) -> int:
    page = f"/discussions/{_thread(by)}"
    return int(by.send(f"{page}/documents", page, record=by.site.ids["joint"]))


def _reopen(by: Any) -> int:
    id = _thread(by)
    with by.site.database.writing() as session:
        row, place = find_thread(session, id, actor=acting(session, by.id))
        close(session, row, place, why="Settled.")
    return int(by.send(f"/discussions/{id}/reopen", f"/discussions/{id}"))


def _to_post(name: str, **given: str) -> Callable[[Any], int]:
    return lambda by: int(by.send(f"/posts/{_post(by)}/{name}", **given))


def _on_page(name: str, **given: str) -> Callable[[Any], int]:
    """With a page of its own, on which the form stands."""

    def act(by: Any) -> int:
        page = f"/posts/{_post(by)}/{name}"
        return int(by.send(page, page, **given))

    return act


def _show(by: Any) -> int:
    id = _post(by)
    with by.site.database.writing() as session:
        post, thread, place = find_post(session, id, actor=acting(session, by.id))
        hide(session, post, thread, place, why="An address of somebody.")
    return int(by.send(f"/posts/{id}/show"))


def _remove_file(by: Any) -> int:
    id = _post(by)
    with by.site.database.writing() as session:
        post, thread, place = find_post(session, id, actor=acting(session, by.id))
        file = attach(session, post, thread, place, Sent("letter.pdf", b"%PDF-1.4")).id
    return int(by.send(f"/files/{file}/remove", f"/posts/{id}/edit"))


def _address(by: Any) -> int:
    """In a hub that takes answers by mail."""
    parts = by.site.app.extensions["moothall"]
    settings = parts["settings"]
    parts["settings"] = settings.model_copy(update={"mail_reply": "reply@hub.example"})
    status = _in_thread("address", on="yes")(by)
    parts["settings"] = settings
    return status


ACTS: Final[dict[str, Callable[[Any], int]]] = {
    "/communities/<slug>/discussions/new": _begin,
    "/discussions/<id>/reply": _in_thread("reply", text="We do."),
    "/discussions/<id>/vote": _in_thread("vote", "idea", on="yes"),
    "/discussions/<id>/poll": _choose,
    "/discussions/<id>/documents": _link,
    "/discussions/<id>/address": _address,
    "/discussions/<id>/close": _in_thread("close", why="Settled."),
    "/discussions/<id>/reopen": _reopen,
    "/posts/<id>/edit": _on_page("edit", text="We do, all of them.", seen="1"),
    "/posts/<id>/undo": _to_post("undo"),
    "/posts/<id>/accept": _to_post("accept", on="yes"),
    "/posts/<id>/report": _on_page("report", reason="spam"),
    "/posts/<id>/hide": _on_page("hide", why="An address of somebody."),
    "/posts/<id>/show": _show,
    "/files/<id>/remove": _remove_file,
}
