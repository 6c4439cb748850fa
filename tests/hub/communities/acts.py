"""How each form of a community is sent so that it goes well: for the test that every one leaves a row in the log."""

from collections.abc import Callable
from itertools import count
from typing import Any, Final

from sqlalchemy import select

from hub.accounts.models import Membership
from hub.communities.access import OPEN, PRIVATE
from hub.communities.membership import join
from hub.communities.models import Community, JoinRequest
from hub.communities.service import archive
from hub.policy import COMMAND_LINE, OFFICER
from tests.hub.communities.made import HERE, acting, made, somebody

NUMBERS: Final = count()


def _page(by: Any, visibility: str = OPEN, *, member: bool = True) -> str:
    """The address of a community that the sender facilitates, if they belong to it."""
    with by.site.database.writing() as session:
        row = made(session, visibility=visibility, facilitators=[by.id] if member else [])
        return f"/communities/{row.slug}"


def _request(by: Any, page: str) -> str:
    with by.site.database.writing() as session:
        row = session.scalars(select(Community).where(Community.slug == page.split("/")[2])).one()
        join(session, row, actor=acting(session, somebody(session)))
        return str(session.scalars(select(JoinRequest.id).where(JoinRequest.community_id == row.id)).one())


def _member(by: Any, page: str) -> str:
    with by.site.database.writing() as session:
        row = session.scalars(select(Community).where(Community.slug == page.split("/")[2])).one()
        id = somebody(session)
        join(session, row, actor=acting(session, id))
        return id


def _answer(by: Any) -> int:
    page = _page(by, PRIVATE)
    return int(by.send(f"{page}/requests", f"{page}/requests", request=_request(by, page), answer="yes"))


def _role(by: Any) -> int:
    page = _page(by)
    return int(by.send(f"{page}/members/role", f"{page}/edit", person=_member(by, page), role="facilitator"))


def _invite(by: Any) -> int:
    page = f"{_page(by)}/requests"
    return int(by.send(page.replace("requests", "invite"), page, email=f"in{next(NUMBERS)}@c.example", role="member"))


def _withdraw(by: Any) -> int:
    page = f"{_page(by)}/requests"
    by.send(page.replace("requests", "invite"), page, email=f"in{next(NUMBERS)}@c.example", role="member")
    (id,) = by.browser.page(page).root.xpath("//input[@name='id']/@value")
    return int(by.send(page.replace("requests", "invite/withdraw"), page, id=id))


def _accept(by: Any) -> int:
    page = f"{_page(by, member=False)}/requests"
    by.send(page.replace("requests", "invite"), page, email=by.email, role="member")
    return int(by.send(by.browser.link(by.email)))


def _duty(by: Any) -> int:
    page = _page(by)
    with by.site.database.writing() as session:
        session.add(Membership(person_id=by.id, organisation_id=by.northford, role=OFFICER))
    return int(by.send(f"{page}/duty", f"{page}/edit", owner=by.id, deputy=""))


def _revive(by: Any) -> int:
    page = _page(by)
    with by.site.database.writing() as session:
        row = session.scalars(select(Community).where(Community.slug == page.split("/")[2])).one()
        archive(session, row, actor=COMMAND_LINE)
    return int(by.send(f"{page}/revive", f"{page}/edit"))


def _leave(by: Any) -> int:
    page = _page(by, member=False)
    by.send(f"{page}/join", f"{page}/join")
    return int(by.send(f"{page}/leave", f"{page}/leave"))


def _ask(by: Any) -> int:
    with by.site.database.writing() as session:
        row = made(session, facilitators=[somebody(session)])
        page = f"/communities/{row.slug}/ask"
    return int(by.send(page, page, words="Who keeps the rota?"))


def _then(path: str, form: str, **given: str) -> Callable[[Any], int]:
    def act(by: Any) -> int:
        page = _page(by, member=not path.endswith("join"))
        return int(by.send(f"{page}{path}", f"{page}{form}", **given))

    return act


ACTS: Final[dict[str, Callable[[Any], int]]] = {
    "/communities/new/details": lambda by: by.fill(
        "/communities/new/details", name=f"Damp {next(NUMBERS)}", purpose="To learn.", organisation=HERE
    ),
    "/communities/<slug>/join": _then("/join", "/join"),
    "/communities/<slug>/leave": _leave,
    "/communities/<slug>/ask": _ask,
    "/communities/<slug>/requests": _answer,
    "/communities/<slug>/invite": _invite,
    "/communities/<slug>/invite/withdraw": _withdraw,
    "/community-invitations/<secret>": _accept,
    "/communities/<slug>/members/role": _role,
    "/communities/<slug>/edit": lambda by: by.fill(f"{_page(by)}/edit", purpose=f"Number {next(NUMBERS)}"),
    "/communities/<slug>/duty": _duty,
    "/communities/<slug>/archive": _then("/archive", "/edit"),
    "/communities/<slug>/revive": _revive,
}
