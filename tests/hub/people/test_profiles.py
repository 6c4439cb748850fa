"""Profiles: nothing is shown before somebody says so, and then each part to whom they said."""

from typing import Final

import pytest

from hub.accounts.members import set_active
from hub.communities.access import PRIVATE
from hub.errors import NotFound
from hub.people.access import effective, find_profile, handles_of, seen_parts
from hub.people.expertise import ANSWER, keep_away
from hub.people.models import ACCOUNT, EVERYBODY, NOBODY, ORGANISATION
from hub.people.profiles import own_profile, shown_of
from hub.policy import ANONYMOUS, COMMAND_LINE, OPERATOR, Actor
from tests.hub.accounts.people import above
from tests.hub.communities.made import acting, made, somebody
from tests.hub.people.shown import accepted, browser_of, show, shown_person
from tests.hub.site import Site

ELSEWHERE: Final = ("eastmere-fire-and-rescue",)
ALL: Final = {"about", "answers", "communities", "job", "languages", "notes", "organisations", "topics"}


def parts(hub: Site, handle: str, actor: Actor) -> set[str] | None:
    """What a reader sees of a profile; None where there is none for them."""
    with hub.database.reading() as session:
        try:
            row, _person = find_profile(session, handle, actor=actor)
        except NotFound:
            return None
        return set(seen_parts(session, row, actor))


@pytest.mark.parametrize(
    ("sees", "expected"),
    [(EVERYBODY, (1, 1, 1)), (ACCOUNT, (0, 1, 1)), (ORGANISATION, (0, 0, 1)), (NOBODY, (0, 0, 0))],
)
def test_each_word_means_those_people(hub: Site, sees: str, expected: tuple[int, ...]) -> None:
    with hub.database.writing() as session:
        row = own_profile(session, shown_person(session, f"Ann {sees}", sees))
        colleague = shown_person(session, "Colleague", NOBODY)
        other = shown_person(session, "Other", NOBODY, organisations=ELSEWHERE)
        assert row
        readers = (ANONYMOUS, acting(session, other), acting(session, colleague))
        operator = Actor("Op", other, frozenset({OPERATOR}), frozenset())
        handle = row.handle
    assert [parts(hub, handle, one) for one in readers] == [ALL if seen else None for seen in expected]
    assert parts(hub, handle, operator) == (ALL if expected[1] else None), "an operator is one of the others"


def test_no_part_is_seen_by_more_people_than_the_profile(hub: Site) -> None:
    with hub.database.writing() as session:
        row = own_profile(session, shown_person(session, "Bo", ORGANISATION, only={"job": EVERYBODY, "about": NOBODY}))
        assert row
        assert effective(row) | {"job": "?"} == dict.fromkeys(effective(row), ORGANISATION) | {
            "job": "?",
            "about": NOBODY,
        }
        assert effective(row)["job"] == ORGANISATION
        assert parts(hub, row.handle, ANONYMOUS) is None


def test_who_is_suspended_is_seen_by_nobody(hub: Site) -> None:
    with hub.database.writing() as session:
        id = shown_person(session, "Cai")
        row = own_profile(session, id)
        assert row
        assert handles_of(session, ANONYMOUS, [id, None]) == {id: "cai"}
    with hub.database.writing() as session:
        set_active(session, actor=COMMAND_LINE, person_id=id, active=False)
    assert parts(hub, "cai", ANONYMOUS) is None
    with hub.database.reading() as session:
        assert handles_of(session, ANONYMOUS, [id]) == {}


def test_answers_and_communities_are_seen_where_the_reader_may_read_them(hub: Site) -> None:
    with hub.database.writing() as session:
        dai, asker = shown_person(session, "Dai"), somebody(session)
        for name, visibility in (("Lamps", "open"), ("Locks", PRIVATE)):
            place = made(session, name, visibility, members=[dai, asker])
            accepted(session, place, asker, dai, f"Who knows {name}?")
            accepted(session, place, dai, asker, "Not his")
        reader = shown_person(session, "Reader", NOBODY)
    with hub.database.reading() as session:
        row, person = find_profile(session, "dai", actor=ANONYMOUS)
        seen = {
            who: shown_of(session, row, person, ALL, actor=acting(session, id) if id else ANONYMOUS)
            for who, id in {"stranger": "", "reader": reader, "member": asker}.items()
        }
    for who in ("stranger", "reader"):
        assert [one.title for one in seen[who].answers] == ["Who knows Lamps?"], who
        assert [one.name for one in seen[who].communities] == ["Lamps"], who
    assert {one.title for one in seen["member"].answers} == {"Who knows Lamps?", "Who knows Locks?"}
    with hub.database.writing() as session:
        answer = seen["stranger"].answers[0].id
        keep_away(session, actor=acting(session, dai), thing=ANSWER, thing_id=answer, hidden=True)
    with hub.database.reading() as session:
        assert not shown_of(session, row, person, ALL, actor=ANONYMOUS).answers
        assert shown_of(session, row, person, ALL, actor=acting(session, dai)).answers[-1].hidden


def test_the_pages(hub: Site) -> None:
    with hub.database.writing() as session:
        id = somebody(session, "Elen Prys")
    browser = browser_of(hub, id)
    assert "You have no profile yet" in browser.page("/my/profile").words
    assert browser.page("/people/elen-prys").status == 404
    begun = browser.page("/my/profile/edit?show=everybody")
    assert begun.all("//select[@name='sees_job']/option[@selected]/@value") == [EVERYBODY]
    given = {"handle": "elen", "job": "Planner", "seen": "0", "sees_profile": ACCOUNT, "sees_job": NOBODY}
    wrong = browser.send("/my/profile/edit", handle="?", job="Planner")
    assert (wrong.status, above(wrong)[:14]) == (400, "Use 2 to 60 sm")
    assert wrong.all("//input[@name='job']/@value") == ["Planner"]
    assert browser.posted("/my/profile/edit", **given).status_code == 303
    assert browser.send("/my/profile/edit", **given).status == 400, "it was saved meanwhile"
    mine = browser.page("/my/profile")
    others, me = (mine.root.xpath(f"//section[@aria-labelledby='{one}']")[0] for one in ("others", "only-me"))
    assert "Elen Prys" in others.text_content()
    assert "Planner" not in others.text_content()
    assert "Planner" in me.text_content()
    assert "@" not in mine.words
    assert browser.page("/people/elen").answer.headers["Location"] == "/my/profile"
    with hub.database.writing() as session:
        show(session, id, EVERYBODY, job="Planner", about="<b>Bold</b>")
    page = Site.page(hub, "/people/elen")
    assert (page.status, page.heading) == (200, "Elen Prys")
    assert "<b>Bold</b>" in page.words
