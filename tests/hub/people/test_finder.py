"""The people finder: what its reader may not see finds nobody, is counted nowhere, and is offered in no filter."""

from typing import Final

from hub.people.expertise import ANSWER, answers_of, keep_away
from hub.people.models import ACCOUNT, EVERYBODY, NOBODY
from tests.hub.communities.made import acting, made, somebody
from tests.hub.people.shown import accepted, browser_of, names, show, shown_person
from tests.hub.site import Site
from tests.vocab.loaded import common

SCHEME: Final = common()
BROAD: Final = next(one for one in SCHEME.tops() if SCHEME.narrower(one.uri))
NARROW: Final = SCHEME.narrower(BROAD.uri)[0]


def test_people_are_found_by_what_the_reader_may_see(hub: Site) -> None:
    with hub.database.writing() as session:
        more = {"job": "Fletcher", "about": "Arrows", "languages": "Cornish", "topics": (NARROW.uri,)}
        shown_person(session, "Ffion Rhys", EVERYBODY, **more, only={"topics": ACCOUNT, "about": NOBODY})
        reader = somebody(session)
    stranger, member = browser_of(hub, ""), browser_of(hub, reader)
    topic = f"topic={BROAD.notation}"
    for wanted, by_stranger, by_member in (
        ("q=fletcher", True, True),
        ("q=ffion+cornish", True, True),
        ("q=northford+fletcher", True, True),
        ("q=arrows", False, False),
        ("organisation=northford-city&q=Ffion", True, True),
        ("organisation=quietshire&q=Ffion", False, False),
        ("sector=council&q=Ffion", True, True),
        ("sector=fire&q=Ffion", False, False),
        (f"{topic}&q=Ffion", False, True),
        (f"q=Ffion+{NARROW.pref('en').split()[0]}", False, True),
    ):
        for browser, found in ((stranger, by_stranger), (member, by_member)):
            page = browser.page(f"/people?{wanted}")
            assert names(page) == (["Ffion Rhys"] if found else []), wanted
            assert ("1 person" in page.words) == found, wanted
    assert BROAD.notation not in stranger.page("/people").all("//select[@name='topic']/option/@value")
    assert BROAD.notation in member.page("/people").all("//select[@name='topic']/option/@value")
    assert "Nobody whom you may see here fits." in stranger.page("/people?q=zzzz").words


def test_accepted_answers_make_found_and_sort_where_they_are_shown(hub: Site) -> None:
    with hub.database.writing() as session:
        asker = somebody(session)
        gwen, huw = shown_person(session, "Gwen"), shown_person(session, "Huw", only={"answers": NOBODY})
        place = made(session, members=[asker, gwen, huw])
        for who in (huw, huw, gwen):
            accepted(session, place, asker, who, "Who has done it?", [NARROW.uri])
    address = f"/people?topic={BROAD.notation}&sort=answers"
    stranger = browser_of(hub, "")
    assert names(stranger.page(address)) == ["Gwen"]
    assert "1 accepted answer" in stranger.page(address).words
    assert "Gwen" in stranger.page(f"/topics/{BROAD.notation}").words
    assert "Huw" not in stranger.page(f"/topics/{BROAD.notation}").words
    with hub.database.writing() as session:
        show(session, huw)
    assert names(stranger.page(address)) == ["Huw", "Gwen"]
    with hub.database.writing() as session:
        actor = acting(session, gwen)
        answer = answers_of(session, gwen, actor=actor)[0].id
        keep_away(session, actor=actor, thing=ANSWER, thing_id=answer, hidden=True)
    assert names(stranger.page(address)) == ["Huw"]


def test_a_list_of_many_has_pages(hub: Site) -> None:
    with hub.database.writing() as session:
        for number in range(31):
            shown_person(session, f"Iwan {number:02}", organisations=())
    assert len(names(browser_of(hub, "").page("/people?q=Iwan"))) == 30
    assert names(browser_of(hub, "").page("/people?q=Iwan&page=2")) == ["Iwan 30"]
    assert browser_of(hub, "").page("/people?q=Iwan&page=3").status == 302
