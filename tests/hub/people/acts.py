"""How each form of a profile and of letters is sent so that it goes well: for the test that every one leaves a row."""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import select

from hub.people.letters import Named, block, write
from hub.people.models import ACCOUNT, Blocked, Letter
from hub.people.profiles import own_profile
from tests.hub.communities.made import acting, made, somebody
from tests.hub.people.shown import accepted, show, shown_person

NAMED: Final = Named("Moothall", "http://127.0.0.1:8000")


def _letter(by: Any) -> str:
    """A letter that somebody has written to the sender."""
    with by.site.database.writing() as session:
        show(session, by.id, may_write=ACCOUNT)
        other = shown_person(session, "Marta Nowak")
        words = {"subject": "Lamps", "text": "Where from?", "with_address": False, "named": NAMED}
        return str(write(session, actor=acting(session, other), person_id=by.id, **words).id)


def _work(by: Any) -> int:
    with by.site.database.writing() as session:
        show(session, by.id)
        asker = somebody(session)
        place = made(session, members=[by.id, asker])
        thread = accepted(session, place, asker, by.id, "Who insures the meters?")
        id = thread.id
    page = by.browser.page("/my/profile")
    (post,) = page.root.xpath("//form[@action='/my/profile/work']//input[@name='id']/@value")
    assert id in page.links()["Who insures the meters?"]
    return int(by.send("/my/profile/work", "/my/profile", thing="answer", id=post, hidden="yes"))


def _write(by: Any) -> int:
    with by.site.database.writing() as session:
        row = own_profile(session, shown_person(session, "Marta Nowak", may_write=ACCOUNT))
        address = f"/people/{row.handle}/write" if row else ""
    return int(by.send(address, address, subject="Lamps", text="Where from?"))


def _answer(by: Any) -> int:
    address = f"/my/letters/{_letter(by)}"
    return int(by.send(address, address, text="From Leeds."))


def _refuse(by: Any) -> int:
    address = f"/my/letters/{_letter(by)}"
    return int(by.send(f"{address}/refuse", address))


def _take_again(by: Any) -> int:
    letter = _letter(by)
    with by.site.database.writing() as session:
        block(session, session.get_one(Letter, letter).id, actor=acting(session, by.id))
        id = session.scalars(select(Blocked.id).where(Blocked.person_id == by.id)).one()
    return int(by.send(f"/my/refused/{id}/end", "/my/letters"))


ACTS: Final[dict[str, Callable[[Any], int]]] = {
    "/my/profile/edit": lambda by: by.fill("/my/profile/edit", job="Housing strategy"),
    "/my/profile/work": _work,
    "/people/<handle>/write": _write,
    "/my/letters/<id>": _answer,
    "/my/letters/<id>/refuse": _refuse,
    "/my/refused/<id>/end": _take_again,
}
