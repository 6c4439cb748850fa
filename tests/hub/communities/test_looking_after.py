"""Opening a community, changing what it says and who may see it, who answers for it, its end and its return."""

from itertools import count

import pytest
from sqlalchemy import select

from hub.accounts.duties import duty_of
from hub.communities.access import CONFIDENTIAL, OPEN, PRIVATE
from hub.communities.models import Community
from hub.communities.now import Shown
from hub.communities.service import DOCUMENT
from hub.index.models import IndexOutbox
from hub.policy import MEMBER, OFFICER
from tests.hub.accounts.people import Browser, above, errors
from tests.hub.communities.made import HERE, known, made
from tests.hub.site import Site
from tests.vocab.loaded import common

NUMBERS = count()


@pytest.fixture
def officer(site: Site) -> Browser:
    return Browser(site, site.person(f"Fay Number {next(NUMBERS)}", {HERE: OFFICER}))


def opened(site: Site, by: Browser, **given: str) -> str:
    """The address of a community that somebody opens by the form."""
    form = {"name": f"Rounds {next(NUMBERS)}", "purpose": "To learn.", "visibility": OPEN, "organisation": HERE}
    answer = by.posted("/communities/new/details", "/communities/new/details", **{**form, **given})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def row_at(site: Site, page: str) -> Community:
    with site.database.reading() as session:
        return session.scalars(select(Community).where(Community.slug == page.rpartition("/")[2])).one()


def changed(site: Site, by: Browser, page: str, **given: str) -> list[str]:
    """What is wrong with this change; nothing when it was saved."""
    row = row_at(site, page)
    form = {"name": row.name, "purpose": row.purpose, "visibility": row.visibility, "language": "en"}
    form["seen"] = str(row.touched)
    return errors(by.send(f"{page}/edit", f"{page}/edit", **{**form, **given}))


def test_opening_one_shows_first_what_is_like_it(site: Site, officer: Browser) -> None:
    topic = common().tops()[0]
    with site.database.writing() as session:
        damp = made(session, f"Damp and mould {next(NUMBERS)}", concepts=[topic.uri]).name
        hidden = made(session, f"Damp flats {next(NUMBERS)}", CONFIDENTIAL, concepts=[topic.uri]).name
    assert officer.page("/communities/new").all("//main//h1") == ["Open a community"]
    like = officer.page("/communities/new?name=Homes+that+are+damp")
    assert damp in like.links()
    assert hidden not in like.words
    assert "None of these: go on" in like.links()
    same = officer.page(f"/communities/new?name=Zzzz&topic={topic.notation}")
    assert "About the same topics" in same.words
    assert damp in same.links()
    assert "No community is like" in officer.page("/communities/new?name=Qwertzuiop").words
    assert officer.page("/communities/new?name=").status == 400
    details = officer.page("/communities/new/details?name=Zzzz&topic=" + topic.notation)
    assert details.root.xpath("//input[@name='name']/@value") == ["Zzzz"]
    assert details.root.xpath("//input[@name='topic'][@checked]/@value") == [topic.notation]


def test_only_people_of_an_organisation_open_one_for_it(site: Site, officer: Browser) -> None:
    nobody = Browser(site, site.person(f"Gus Number {next(NUMBERS)}"))
    assert nobody.page("/communities/new").status == 403
    assert "Open a community" not in nobody.page("/communities").links()
    page = opened(site, officer, organisation="")
    row = row_at(site, page)
    with site.database.reading() as session:
        owner, deputy = duty_of(session, "community", row.id)
        assert owner is not None
        assert deputy is None
        assert owner.name in officer.page(f"{page}/about").words
    assert "You facilitate this community" in officer.page(page).words
    wrong = officer.send("/communities/new/details", name="", purpose="", organisation="quietshire")
    assert wrong.status == 400
    assert above(wrong)


def test_a_name_is_free_or_taken_by_what_one_may_know(site: Site, officer: Browser) -> None:
    name = f"Whistle {next(NUMBERS)}"
    with site.database.writing() as session:
        secret = made(session, name, CONFIDENTIAL).slug
    assert secret.rpartition("-")[0] == name.lower().replace(" ", "-"), "an address that nobody guesses"
    page = opened(site, officer, name=name)
    assert page == f"/communities/{name.lower().replace(' ', '-')}", "a refusal would tell of the other"
    again = officer.send("/communities/new/details", name=name, purpose="To learn.", organisation=HERE)
    assert "already a community of this name" in errors(again)[0]
    with site.database.writing() as session:
        session.scalars(
            select(Community).where(Community.slug == page.rpartition("/")[2])
        ).one().visibility = CONFIDENTIAL
    other = Browser(site, site.person(f"Hal Number {next(NUMBERS)}", {HERE: OFFICER}))
    assert opened(site, other, name=name).startswith(f"{page}-")
    assert opened(site, other, name="New") != "/communities/new"


def test_a_change_is_saved_and_nobody_s_is_lost(site: Site, officer: Browser) -> None:
    page = opened(site, officer)
    assert not changed(site, officer, page, purpose="To learn better.", rules="Be kind.", other_names="Rownds, Biniau")
    row = row_at(site, page)
    assert (row.purpose, row.rules, row.other_names) == ("To learn better.", "Be kind.", ["Rownds", "Biniau"])
    assert officer.page("/communities?q=rownds").links()[row.name] == page
    assert "Be kind." in officer.page(f"{page}/about").words
    assert "changed this community meanwhile" in changed(site, officer, page, seen="1")[0]
    assert "at most" in changed(site, officer, page, purpose="x" * 1_001)[0]
    assert "Give the community a name" in changed(site, officer, page, name=" ")[0]
    somebody_else = Browser(site, site.person(f"Ida Number {next(NUMBERS)}", {HERE: OFFICER}))
    assert somebody_else.posted(f"{page}/edit", "/account").status_code == 403


def test_others_see_it_when_somebody_is_sure_and_everything_inside_is_announced(
    site: Site, officer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside: list[str] = []
    parts = site.app.extensions["moothall"]
    monkeypatch.setitem(parts, "inside", (*parts["inside"], lambda _session, id: inside.append(id)))
    page = opened(site, officer, visibility=PRIVATE)
    row = row_at(site, page)
    assert "Say that you are sure" in changed(site, officer, page, visibility=OPEN)[0]
    assert (row_at(site, page).visibility, inside) == (PRIVATE, [])
    assert not changed(site, officer, page, visibility=OPEN, sure="yes")
    assert inside == [row.id]
    assert not changed(site, officer, page, visibility=CONFIDENTIAL), "less than before needs no saying"
    assert not changed(site, officer, page, purpose="Another one.")
    assert inside == [row.id] * 2
    assert site.page(page).status == 404
    told = officer.page(f"{page}/about").words
    assert "Who may see it was changed: Open" in told
    assert "Who may see it was changed: Confidential" in told


def test_an_archived_one_is_read_and_found_and_nothing_else(site: Site, officer: Browser) -> None:
    page = opened(site, officer)
    row = row_at(site, page)
    assert officer.posted(f"{page}/archive", f"{page}/edit").status_code == 303
    stranger, somebody_else = site.page(page), Browser(site, site.person(f"Jo Number {next(NUMBERS)}"))
    assert "Archived." in stranger.words
    assert "Join" not in stranger.words
    assert somebody_else.posted(f"{page}/join", "/account").status_code == 409
    invited = officer.posted(f"{page}/invite", "/account", email="x@y.example", role=MEMBER)
    assert invited.status_code == 400
    with site.database.reading() as session:
        versions = select(IndexOutbox.version).where(IndexOutbox.document_type == DOCUMENT)
        assert row_at(site, page).touched in session.scalars(versions.where(IndexOutbox.document_id == row.id)).all()
    assert officer.posted(f"{page}/revive", f"{page}/edit").status_code == 303
    assert somebody_else.posted(f"{page}/join", page).status_code == 303


def test_its_facilitators_say_who_answers_for_it(site: Site, officer: Browser) -> None:
    page = opened(site, officer)
    row = row_at(site, page)
    colleague = f"Kit Number {next(NUMBERS)}"
    other = Browser(site, site.person(colleague, {HERE: OFFICER}))
    with site.database.reading() as session:
        them = known(session, colleague)
    assert "Choose somebody" in errors(officer.send(f"{page}/duty", f"{page}/edit", owner=them, deputy=""))[0]
    other.posted(f"{page}/join", page)
    assert officer.posted(f"{page}/duty", f"{page}/edit", owner=them, deputy="").status_code == 303
    with site.database.reading() as session:
        assert duty_of(session, "community", row.id)[0].name == colleague  # type: ignore[union-attr]
    assert "You facilitate" in other.page(page).words
    assert officer.posted(f"{page}/leave", f"{page}/leave").status_code == 303


def test_the_page_now_shows_what_packages_have_for_it(
    site: Site, officer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(site, officer)
    assert "Nothing has happened yet" in site.page(page).words
    parts = (
        lambda _session, _frame, _actor: None,
        lambda _session, frame, _actor: Shown("parts/box.html") if frame.sees_talk else None,
    )
    monkeypatch.setitem(site.app.extensions["moothall"], "now", parts)
    assert "Nothing has happened yet" not in site.page(page).words
