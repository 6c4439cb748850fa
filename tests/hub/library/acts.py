"""How each form of a library is sent so that it goes well: for the test that every one leaves a row in the log.

With a document that no other form hides.
"""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import select

from hub.communities.models import Community
from hub.library.searching import add_search
from hub.library.service import pin
from hub.policy import COMMAND_LINE
from tests.hub.communities.made import made


def _slug(by: Any) -> str:
    with by.site.database.writing() as session:
        return made(session, facilitators=[by.id]).slug


def _decide(by: Any) -> int:
    page = f"/communities/{_slug(by)}/library/candidates"
    return int(by.send(page, page, pin=by.site.ids["joint"]))


def _save_pin(by: Any) -> int:
    slug = _slug(by)
    with by.site.database.writing() as session:
        row = session.scalars(select(Community).where(Community.slug == slug)).one()
        pin(session, row, by.site.ids["joint"], actor=COMMAND_LINE)
    page = f"/communities/{slug}/library/pins/{by.site.ids['joint']}"
    return int(by.send(page, page, act="save", note="Begin here.", collection=""))


def _save_collection(by: Any) -> int:
    page = f"/communities/{_slug(by)}/library/collections"
    return int(by.send(page, page, name="Where to begin"))


def _add_search(by: Any) -> int:
    page = f"/communities/{_slug(by)}/library/searches"
    return int(by.send(page, f"{page}?q=mould", asked="q=mould", name="Mould"))


def _change_search(by: Any) -> int:
    slug = _slug(by)
    with by.site.database.writing() as session:
        row = session.scalars(select(Community).where(Community.slug == slug)).one()
        id = add_search(session, row, actor=COMMAND_LINE, name="Mould", asked="q=mould").id
    page = f"/communities/{slug}/library/searches"
    return int(by.send(f"{page}/{id}", page, act="pause"))


def _pin_record(by: Any) -> int:
    slug, page = _slug(by), f"/records/{by.site.ids['joint']}/pin"
    return int(by.send(page, page, where=slug, note=""))


ACTS: Final[dict[str, Callable[[Any], int]]] = {
    "/communities/<slug>/library/candidates": _decide,
    "/communities/<slug>/library/pins/<record_id>": _save_pin,
    "/communities/<slug>/library/collections": _save_collection,
    "/communities/<slug>/library/searches": _add_search,
    "/communities/<slug>/library/searches/<id>": _change_search,
    "/records/<id>/pin": _pin_record,
}
