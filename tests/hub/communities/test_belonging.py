"""Joining, being let in, leaving, facilitating; and what becomes of a community whose people go."""

from itertools import count

import pytest
from sqlalchemy import select

from hub.accounts.duties import duty_of, give
from hub.accounts.members import set_active, set_role
from hub.accounts.models import CommunityMember, Membership, Person
from hub.communities.access import CONFIDENTIAL, OPEN, PRIVATE, RESTRICTED
from hub.communities.keeping import count_again
from hub.communities.membership import add_member, facilitators, keep_facilitated, leave
from hub.communities.models import Community, JoinRequest
from hub.communities.people import by_organisation, groups, members
from hub.communities.personal import export_person
from hub.communities.service import archive
from hub.errors import Conflict
from hub.governance.closing import KEEP, close_account
from hub.mail.models import Mail
from hub.notices.models import Notice
from hub.organisations.models import Organisation
from hub.organisations.service import find_organisation
from hub.policy import COMMAND_LINE, FACILITATOR, MEMBER, OFFICER
from tests.hub.accounts.people import Browser, errors
from tests.hub.communities.made import HERE, acting, known, made, somebody
from tests.hub.site import Site

NUMBERS = count()


def officer(site: Site) -> tuple[Browser, str]:
    """Somebody new of Northford: their browser, and their id."""
    name = f"Dee Number {next(NUMBERS)}"
    client = site.person(name, {HERE: OFFICER})
    with site.database.reading() as session:
        return Browser(site, client), known(session, name)


def place(site: Site, visibility: str, *facilitating: str) -> tuple[str, str]:
    """(address, id) of a new community."""
    with site.database.writing() as session:
        row = made(session, visibility=visibility, facilitators=facilitating)
        return f"/communities/{row.slug}", row.id


def role(site: Site, community: str, person: str) -> str:
    with site.database.reading() as session:
        held = select(CommunityMember.role).where(CommunityMember.community_id == community)
        return session.scalar(held.where(CommunityMember.person_id == person)) or ""


def told(site: Site, person: str) -> list[str]:
    with site.database.reading() as session:
        return list(session.scalars(select(Notice.what).where(Notice.person_id == person).order_by(Notice.id)))


def test_an_open_community_is_joined_and_left_at_once(site: Site) -> None:
    (one, id), (page, community) = officer(site), place(site, OPEN)
    assert one.page(page).all("//main//button")[0] == "Join"
    assert one.posted(f"{page}/join", page).location == page
    assert role(site, community, id) == MEMBER
    assert "1 member" in one.page(page).words
    assert one.posted(f"{page}/join", "/account").status_code == 303, "once more is as good"
    assert "join again whenever you like" in one.page(f"{page}/leave").words
    one.posted(f"{page}/leave", f"{page}/leave")
    assert role(site, community, id) == ""
    assert "0 members" in one.page(page).words


@pytest.mark.parametrize("visibility", [RESTRICTED, PRIVATE])
def test_others_ask_with_words_and_are_let_in_or_not(site: Site, visibility: str) -> None:
    (boss, boss_id), (one, id), (two, two_id) = officer(site), officer(site), officer(site)
    page, community = place(site, visibility, boss_id)
    for asker, words in ((one, "I run the rounds."), (two, "")):
        assert asker.posted(f"{page}/join", f"{page}/join", words=words).status_code == 303
        assert "You have asked to join" in asker.page(page).words
        assert asker.page(f"{page}/requests").status == 403
    assert role(site, community, id) == ""
    asked = boss.page(f"{page}/requests")
    assert "I run the rounds." in asked.words
    assert "2 people ask to join" in boss.page(page).words
    assert told(site, boss_id)[-2:] == ["join request"] * 2
    first, second = asked.all("//input[@name='request']/@value")
    boss.posted(f"{page}/requests", f"{page}/requests", request=first, answer="yes")
    boss.posted(f"{page}/requests", f"{page}/requests", request=second, answer="no")
    assert (role(site, community, id), role(site, community, two_id)) == (MEMBER, "")
    assert (told(site, id), told(site, two_id)) == (["let in"], ["not let in"])
    assert "join request" not in told(site, boss_id), "what is answered waits no more"
    again = boss.posted(f"{page}/requests", f"{page}/requests", request=first, answer="yes")
    assert again.status_code == 404
    assert two.posted(f"{page}/join", f"{page}/join", words="x" * 2_001).status_code == 400


def test_a_confidential_community_cannot_be_asked(site: Site) -> None:
    (one, _id), (page, _community) = officer(site), place(site, CONFIDENTIAL)
    for where in ("", "/join", "/leave", "/ask", "/about", "/members"):
        assert one.page(f"{page}{where}").status == 404
    for act in ("join", "leave", "ask"):
        assert one.posted(f"{page}/{act}", "/account", words="May I?").status_code == 404


def test_whoever_is_sent_away_sees_nothing_at_the_next_request(site: Site) -> None:
    (boss, boss_id), (one, id) = officer(site), officer(site)
    page, community = place(site, PRIVATE, boss_id)
    with site.database.writing() as session:
        add_member(session, session.get_one(Community, community), person_id=id, role=MEMBER, actor=COMMAND_LINE)
    assert one.page(f"{page}/members").status == 200
    assert one.posted(f"{page}/members/role", page, person=id, role=FACILITATOR).status_code == 403
    boss.posted(f"{page}/members/role", f"{page}/members", person=id, role="")
    assert one.page(f"{page}/members").status == 404
    assert told(site, id)[-1] == "removed"
    assert boss.posted(f"{page}/members/role", f"{page}/members", person=id, role=MEMBER).status_code == 404


def test_the_last_facilitator_stays_until_there_is_another(site: Site) -> None:
    (boss, boss_id), (_one, id) = officer(site), officer(site)
    page, community = place(site, OPEN, boss_id)
    with site.database.writing() as session:
        add_member(session, session.get_one(Community, community), person_id=id, role=MEMBER, actor=COMMAND_LINE)
    assert "Nobody else facilitates" in boss.send(f"{page}/leave", f"{page}/leave").words
    assert boss.posted(f"{page}/members/role", f"{page}/members", person=boss_id, role=MEMBER).status_code == 409
    assert boss.posted(f"{page}/members/role", f"{page}/members", person=id, role=FACILITATOR).status_code == 303
    assert told(site, id)[-1] == "facilitator"
    assert boss.posted(f"{page}/leave", f"{page}/leave").status_code == 303
    assert boss.page(f"{page}/edit").status == 403


def test_whoever_answers_for_it_facilitates_it_and_stays(site: Site) -> None:
    _boss, boss_id = officer(site)
    with site.database.writing() as session:
        row = made(session, actor=acting(session, boss_id))
        add_member(session, row, person_id=somebody(session), role=FACILITATOR, actor=COMMAND_LINE)
        with pytest.raises(Conflict, match="Whoever answers"):
            leave(session, row, actor=acting(session, boss_id))
        archive(session, row, actor=COMMAND_LINE)
        leave(session, row, actor=acting(session, boss_id))


@pytest.mark.parametrize("how", ["closes their account", "is suspended", "leaves their organisation"])
def test_a_deputy_facilitates_when_the_owner_goes(site: Site, how: str) -> None:
    (_one, owner), (_two, deputy) = officer(site), officer(site)
    with site.database.writing() as session:
        row = made(session, visibility=PRIVATE, actor=acting(session, owner))
        northford = find_organisation(session, HERE)
        given = {"kind": "community", "thing_id": row.id, "owner": owner, "deputy": deputy}
        give(session, actor=COMMAND_LINE, organisation=northford, **given)
        id = row.id
    with site.database.writing() as session:
        if how == "closes their account":
            close_account(session, actor=acting(session, owner), person_id=owner, how=KEEP, hub="Moothall")
        elif how == "is suspended":
            set_active(session, actor=COMMAND_LINE, person_id=owner, active=False)
        else:
            set_role(session, actor=COMMAND_LINE, person_id=owner, organisation_id=northford.id, role="")
    with site.database.writing() as session:
        keep_facilitated(session)
        assert keep_facilitated(session) == 0
        assert deputy in [one.id for one in facilitators(session, id)]
        owner_now, _nobody = duty_of(session, "community", id)
        assert owner_now is not None
        assert owner_now.id == deputy
        gone = how == "closes their account"
        assert session.get_one(Community, id).members == (1 if gone else 2)


def test_an_organisation_hands_over_what_it_may_not_even_name(site: Site) -> None:
    """Its admin sees that there is a confidential community, and whom they give it to facilitates it."""
    _one, owner = officer(site)
    with site.database.writing() as session:
        row = made(session, f"Whistle {next(NUMBERS)}", CONFIDENTIAL, actor=acting(session, owner))
        id, name = row.id, row.name
    name_of_admin = f"Eve Number {next(NUMBERS)}"
    admin = Browser(site, site.person(name_of_admin, {HERE: "organisation admin"}))
    page = f"/organisations/{HERE}/hand-over"
    assert name not in admin.page(page).words
    assert "A confidential community" in admin.page(page).words
    with site.database.reading() as session:
        them = known(session, name_of_admin)
    assert admin.posted(page, page, kind="community", thing=id, owner=them, deputy="").status_code == 303
    with site.database.writing() as session:
        keep_facilitated(session)
    assert role(site, id, them) == FACILITATOR
    assert name in admin.page(page).links()


def test_members_stand_by_organisation_on_every_page(site: Site) -> None:
    with site.database.writing() as session:
        row = made(session)
        here, there = find_organisation(session, "eastmere-fire-and-rescue"), find_organisation(session, "quietshire")
        for number in range(7):
            id = somebody(session, f"Person {number}")
            if number < 6:
                session.add(Membership(person_id=id, organisation_id=(here if number % 2 else there).id, role=OFFICER))
            session.flush()
            add_member(session, row, person_id=id, role=MEMBER, actor=COMMAND_LINE)
        whole = members(session, row.id, of_it := groups(session, row.id))
        assert [(one.organisation, one.people) for one in of_it] == [
            *(("Eastmere Fire and Rescue", 3), ("Quietshire", 3)),
            ("", 1),
        ]
        pieces = [members(session, row.id, of_it, offset=at, limit=2) for at in range(0, 8, 2)]
        assert [one for piece in pieces for one in piece] == whole
        assert [one.name[-1] for one in whole] == list("1350246")
        assert [len(some) for _first, some in by_organisation(whole)] == [3, 3, 1]
        found = groups(session, row.id, words="person 6")
        assert [one.name for one in members(session, row.id, found, words="person 6")] == ["Person 6"]
        assert (row.members, row.organisations) == (7, 2)
        session.query(Membership).filter_by(organisation_id=there.id).delete()
        count_again(session)
        session.refresh(row)
        assert (row.members, row.organisations) == (7, 1)


def test_a_question_reaches_the_facilitators_by_mail(site: Site) -> None:
    (_boss, boss_id), (one, id) = officer(site), officer(site)
    page, _community = place(site, PRIVATE, boss_id)
    assert one.send(f"{page}/ask", f"{page}/ask", words=" ").status == 400
    assert one.posted(f"{page}/ask", f"{page}/ask", words="Who keeps the rota?").status_code == 303
    with site.database.reading() as session:
        boss, asker = session.get_one(Person, boss_id), session.get_one(Person, id)
        (mail,) = session.scalars(select(Mail).where(Mail.recipient == boss.email))
        assert "Who keeps the rota?" in mail.text
        assert f"Answer by a mail to {asker.email}" in mail.text
    assert boss.email not in one.page(page).answer.text


def test_what_is_held_of_a_person_is_told_and_forgotten(site: Site) -> None:
    (_one, id), (boss, boss_id) = officer(site), officer(site)
    page, community = place(site, PRIVATE, boss_id)
    with site.database.writing() as session:
        row, other = session.get_one(Community, community), made(session)
        add_member(session, other, person_id=id, role=MEMBER, actor=COMMAND_LINE)
        session.add(JoinRequest(community_id=row.id, person_id=id, words="Let me in."))
        email = session.get_one(Person, id).email or ""
        names = row.name, other.name
    boss.posted(f"{page}/invite", f"{page}/requests", email=email, role=MEMBER)
    with site.database.writing() as session:
        told = export_person(session, id, email)
        assert [one["community"] for one in told["communities"]] == [names[1]]
        assert told["communities_asked_to_join"][0]["words"] == "Let me in."
        assert [one["community"] for one in told["invited_to_communities"]] == [names[0]]
        assert export_person(session, boss_id, "")["invited_others_to_communities"][0]["email"] == email
        close_account(session, actor=acting(session, id), person_id=id, how=KEEP, hub="Moothall")
    with site.database.reading() as session:
        assert not any(export_person(session, id, email).values())
        assert session.scalars(select(Community.members).where(Community.name == names[1])).one() == 0
        assert session.scalars(select(Organisation.id)).first()


def test_errors_stand_beside_their_field(site: Site) -> None:
    boss, boss_id = officer(site)
    page, _community = place(site, PRIVATE, boss_id)
    sent = boss.send(f"{page}/invite", f"{page}/requests", email="nobody", role=MEMBER)
    assert sent.status == 400
    assert "no mail address" in errors(sent)[0]
