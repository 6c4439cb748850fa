"""What is new reaches those who follow it: once, at the time they chose, and only what they may read."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from hub.accounts.models import CommunityMember, Membership, Person
from hub.alerts.models import IN_HUB, MAILED, TOLD, Delivery, Digest
from hub.alerts.unsubscribing import find_token, make_token
from hub.communities.models import Community
from hub.db import new_id
from hub.notices.following import DAILY, HUB, IMMEDIATELY, SEARCH, TOPIC, WEEKLY, follow
from hub.notices.models import Follow, Notice
from hub.notices.service import LIBRARY, TALK, About, happened, notify, withdraw_notices
from hub.organisations.models import Organisation
from hub.policy import MEMBER, OFFICER, Actor
from hub.talk.access import Place
from hub.talk.kinds import QUESTION
from hub.talk.service import Draft, open_thread
from tests.hub.alerts.people import community, leave_all, somebody
from tests.hub.alerts.telling import Told, telling, text_of
from tests.hub.communities.made import acting
from tests.hub.site import BASE, Site
from tests.vocab.loaded import common


@pytest.fixture
def told(site: Site) -> Iterator[Told]:
    with telling(site) as made:
        yield made


def deliveries(told: Told, person: Person) -> list[Delivery]:
    with told.site.database.reading() as session:
        return list(session.scalars(select(Delivery).where(Delivery.person_id == person.id).order_by(Delivery.id)))


def test_a_search_followed_at_once_is_one_mail_that_says_why(told: Told) -> None:
    me = told.follower(SEARCH, "q=zephyr+kites", IMMEDIATELY)
    told.record("Zephyr kites over Northford", text="Zephyr kites for everybody.")
    told.record("Something else")
    told.tell()
    (mail,) = told.mails_to(me)
    assert mail.message["Subject"] == "[Moothall] Zephyr kites over Northford"
    text = text_of(mail)
    assert "Why you get this: your search “zephyr kites”." in text
    assert "Northford City · Other" in text
    assert "https://hub.example/records/" in text
    assert "Something else" not in text
    told.tell()
    told.tell(a_day_later=True)
    assert len(told.mails_to(me)) == 1, "told once"


def test_the_digest_of_the_day_holds_each_thing_once_and_is_never_empty(told: Told) -> None:
    scheme = common()
    wide = next(one for one in scheme if scheme.narrower(one.uri))
    narrow = scheme.narrower(wide.uri)[0]
    me = told.follower(TOPIC, wide.uri)
    nobody = told.follower(SEARCH, "q=nothingevermatchesthis")
    with told.site.database.writing() as session:
        follow(session, person_id=me.id, kind=SEARCH, key="q=quokka", name="Quokkas", frequency=DAILY)
        follow(session, person_id=me.id, kind=SEARCH, key="q=wombat", frequency=WEEKLY)
    told.record("Quokka and housing", topics=(narrow.uri,))
    told.record("Wombat alone")
    told.tell(a_day_later=True)
    daily, weekly = sorted(told.mails_to(me), key=lambda one: str(one.message["Subject"]))
    assert daily.message["Subject"] == "[Moothall] Your day: 1 new thing"
    text = text_of(daily)
    assert text.count("Quokka and housing") == 1
    reasons = f"the topic {wide.pref('en')}"
    assert reasons in text
    assert "your search “Quokkas”" in text
    assert "Wombat" not in text
    assert weekly.message["Subject"] == "[Moothall] Your week: 1 new thing"
    assert told.mails_to(nobody) == []
    told.tell(a_day_later=True)
    assert len(told.mails_to(me)) == 2, "a slot is done once, and there is nothing new"


def test_a_long_digest_is_capped_and_says_how_much_more(told: Told) -> None:
    me = told.follower(SEARCH, "q=numbat", language="cy")
    for number in range(12):
        told.record(f"Numbat {number}")
    told.tell(a_day_later=True)
    (mail,) = told.mails_to(me)
    assert mail.message["Content-Language"] == "cy"
    text = text_of(mail)
    assert text.count("* Numbat") == 8
    lines = text.splitlines()
    assert "4" in lines[lines.index("https://hub.example/my") - 1]
    assert {row.state for row in deliveries(told, me)} == {MAILED}


def test_only_in_the_hub_is_no_mail_and_what_is_followed_no_more_is_none_either(told: Told) -> None:
    quiet = told.follower(SEARCH, "q=bilby", HUB)
    changed = told.follower(SEARCH, "q=bilby", DAILY)
    told.record("Bilby")
    assert told.tell().mails.get("immediately") is None
    with told.site.database.writing() as session:
        session.execute(update(Follow).where(Follow.person_id == changed.id).values(frequency=HUB))
    told.tell(a_day_later=True)
    assert told.mails_to(quiet) == told.mails_to(changed) == []
    assert [row.state for person in (quiet, changed) for row in deliveries(told, person)] == [IN_HUB, IN_HUB]


def test_one_click_ends_just_that_and_works_signed_out(told: Told) -> None:
    me = told.follower(SEARCH, "q=potoroo", IMMEDIATELY)
    told.record("Potoroo")
    told.tell()
    (mail,) = told.mails_to(me)
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = str(mail.message["List-Unsubscribe"]).strip("<>").removeprefix("https://hub.example")
    client = told.site.app.test_client()
    assert client.get(address, base_url=BASE).status_code == 200
    with told.site.database.reading() as session:
        assert find_token(session, address.rsplit("/", 1)[1]).purpose == "follow"
        assert session.scalars(select(Follow.frequency).where(Follow.person_id == me.id)).all() == [IMMEDIATELY]
    answer = client.post(address, data={"List-Unsubscribe": "One-Click"}, base_url=BASE)
    assert answer.status_code == 200
    assert client.post(f"{address}x", base_url=BASE).status_code == 404
    told.record("Potoroo again")
    told.tell(a_day_later=True)
    assert len(told.mails_to(me)) == 1
    assert [row.state for row in deliveries(told, me)] == [MAILED, IN_HUB]


def test_one_click_ends_what_a_mail_came_for_at_once_not_what_else_finds_the_same(told: Told) -> None:
    me = told.follower(SEARCH, "q=bettong", DAILY)
    with told.site.database.writing() as session:
        follow(session, person_id=me.id, kind=SEARCH, key="q=bettong+hops", frequency=IMMEDIATELY)
        for key in ("q=hops", "q=bettong+-potoroo", "q=hops+-potoroo"):
            follow(session, person_id=me.id, kind=SEARCH, key=key, frequency=WEEKLY)
    told.record("Bettong hops")
    told.tell()
    (mail,) = told.mails_to(me)
    address = str(mail.message["List-Unsubscribe"]).strip("<>").removeprefix("https://hub.example")
    told.site.app.test_client().post(address, base_url=BASE)
    with told.site.database.reading() as session:
        often = dict(session.execute(select(Follow.key, Follow.frequency).where(Follow.person_id == me.id)).all())
    assert often.pop("q=bettong+hops") == HUB
    assert sorted(often.values()) == [DAILY, WEEKLY, WEEKLY, WEEKLY]


def test_what_was_queued_for_a_removed_member_is_thrown_away_or_made_anew(told: Told) -> None:
    me = told.follower(SEARCH, "q=dibbler", DAILY)
    with told.site.database.writing() as session:
        place = community(session, members=(me.id,))
        about = About("thread", new_id(), "/discussions/1", place.id, TALK)
        happened(session, what="question", about=about, title="Canary of the private community")
    told.record("Dibbler")
    told.tell(a_day_later=True)
    (waiting,) = told.queued(me)
    assert "Canary" in waiting.text
    leave_all(told.site, me.id)
    (mail,) = told.mails_to(me)
    assert "Canary" not in text_of(mail)
    assert "Dibbler" in text_of(mail)
    assert mail.message["Subject"] == "[Moothall] Your day: 1 new thing"


def test_a_search_finds_what_people_write_for_those_who_may_read_it(told: Told) -> None:
    me = told.follower(SEARCH, "q=pademelon", IMMEDIATELY)
    other = told.follower(SEARCH, "q=pademelon&type=idea", IMMEDIATELY)
    with told.site.database.writing() as session:
        author = somebody(session, "Author").id
        for visibility in ("open", "private"):
            place = Place(community(session, visibility, members=(author,)), acting(session, author))
            open_thread(session, place, Draft(QUESTION, f"Pademelon, {visibility}?", "Who knows?"))
    told.tell()
    (mail,) = told.mails_to(me)
    assert "“Pademelon, open?”" in str(mail.message["Subject"])
    assert "Why you get this: your search “pademelon”." in text_of(mail)
    assert "private" not in text_of(mail)
    assert told.mails_to(other) == []
    assert told.tell().happenings == 0, "each is told once"


def test_a_suspended_person_gets_nothing_of_the_queue(told: Told) -> None:
    me = told.follower(SEARCH, "q=kowari", IMMEDIATELY)
    told.record("Kowari")
    told.tell()
    assert told.queued(me)
    with told.site.database.writing() as session:
        session.get_one(Person, me.id).active = False
    assert told.mails_to(me) == []
    assert told.queued(me) == []


def test_restricted_documents_reach_their_people_alone(told: Told) -> None:
    theirs, stranger = told.follower(SEARCH, "q=ningaui"), told.follower(SEARCH, "q=ningaui")
    with told.site.database.writing() as session:
        northford = session.scalars(select(Organisation).where(Organisation.slug == "northford-city")).one()
        session.add(Membership(person_id=theirs.id, organisation_id=northford.id, role=OFFICER))
    told.record("Ningaui", audience=northford.id)
    told.tell(a_day_later=True)
    assert len(told.mails_to(theirs)) == 1
    assert deliveries(told, stranger) == []
    assert told.mails_to(stranger) == []


def test_members_hear_of_their_community_and_a_notice_is_not_told_twice(told: Told) -> None:
    with told.site.database.writing() as session:
        author, member, other = (somebody(session) for _ in range(3))
        place = community(session, members=(author.id, member.id))
        thread = new_id()
        about = About("thread", thread, f"/discussions/{thread}", place.id, TALK)
        by = Actor(author.name, author.id)
        happened(session, what="thread", about=about, by=by, thread_id=thread, title="Bins")
        reply = About("post", new_id(), f"/discussions/{thread}#p", place.id, TALK)
        follow(session, person_id=author.id, kind="thread", key=thread, community_id=place.id, frequency=IMMEDIATELY)
        happened(session, what="reply", about=reply, by=Actor(member.name, member.id), thread_id=thread, title="Bins")
        notify(session, person_id=author.id, what="reply", about=reply, by=Actor(member.name, member.id), title="Bins")
    told.tell(a_day_later=True)
    (mail,) = told.mails_to(author)
    assert f"{member.name} replied to you in “Bins”" in str(mail.message["Subject"])
    assert [row.state for row in deliveries(told, author)] == [TOLD]
    (mail,) = told.mails_to(member)
    assert f"New discussion in {place.name}: “Bins”" in text_of(mail)
    assert told.mails_to(other) == []


def test_what_was_withdrawn_is_in_no_mail(told: Told) -> None:
    with told.site.database.writing() as session:
        me = somebody(session)
        place = community(session, "open", members=(me.id,))
        about = About("thread", new_id(), "/discussions/1", place.id, TALK)
        happened(session, what="thread", about=about, title="Canary")
    told.tell(a_day_later=True)
    assert told.queued(me)
    with told.site.database.writing() as session:
        withdraw_notices(session, "thread", [about.id])
    assert told.mails_to(me) == []
    assert deliveries(told, me) == []
    with told.site.database.reading() as session:
        assert session.scalars(select(Digest).where(Digest.person_id == me.id)).all() == []


def test_a_notice_that_was_read_is_not_mailed(told: Told) -> None:
    with told.site.database.writing() as session:
        me = somebody(session)
        about = About("post", new_id(), "/about")
        notify(session, person_id=me.id, what="mention", about=about, title="T")
        session.execute(update(Notice).where(Notice.person_id == me.id).values(read_at=Notice.at))
    told.tell(a_day_later=True)
    assert told.mails_to(me) == []


def test_a_closed_community_is_told_to_nobody_who_follows_it_from_outside(told: Told) -> None:
    with told.site.database.writing() as session:
        outside = somebody(session)
        place = community(session, "open")
        follow(session, person_id=outside.id, kind="community", key=place.id, community_id=place.id)
        session.get_one(Community, place.id).visibility = "restricted"
        about = About("thread", new_id(), "/discussions/1", place.id, TALK)
        happened(session, what="thread", about=about, title="Canary")
        session.add(CommunityMember(person_id=somebody(session).id, community_id=place.id, role=MEMBER))
    told.tell(a_day_later=True)
    assert deliveries(told, outside) == []
    assert told.mails_to(outside) == []


def test_a_document_that_is_pinned_as_well_is_told_once_with_both_reasons(told: Told) -> None:
    me = told.follower(SEARCH, "q=wallaroo")
    record = told.record("Wallaroo")
    with told.site.database.writing() as session:
        place = community(session, members=(me.id,))
        about = About("pin", new_id(), f"/records/{record}", place.id, LIBRARY)
        happened(session, what="pin", about=about, title="Wallaroo")
    told.tell(a_day_later=True)
    (waiting,) = told.queued(me)
    assert "your search “wallaroo”" in waiting.text
    assert f"the community {place.name}" in waiting.text
    assert waiting.subject == "[Moothall] Your day: 1 new thing"
    leave_all(told.site, me.id)
    (mail,) = told.mails_to(me)
    assert place.name not in text_of(mail)
    assert "Wallaroo" in text_of(mail)


@pytest.mark.parametrize("purpose", [DAILY, "group"])
def test_one_click_on_a_digest_ends_all_of_its_period_and_on_a_notice_its_group(told: Told, purpose: str) -> None:
    me = told.follower(SEARCH, "q=dunnart", DAILY)
    with told.site.database.writing() as session:
        place = community(session, members=(me.id,))
        secret = make_token(session, person_id=me.id, purpose=purpose, key="to you" if purpose == "group" else "")
    answer = told.site.app.test_client().post(f"/unsubscribe/{secret}", base_url=BASE)
    assert answer.status_code == 200
    assert place.name not in answer.text
    with told.site.database.writing() as session:
        about = About("post", new_id(), "/about")
        notify(session, person_id=me.id, what="mention", about=about, title="T")
        happened(session, what="thread", about=About("thread", new_id(), "/x", place.id, TALK), title="New")
    told.record("Dunnart")
    told.tell(a_day_later=True)
    texts = [text_of(mail) for mail in told.mails_to(me)]
    assert any("Dunnart" in one and "New" in one for one in texts) == (purpose == "group")
    assert any("mentioned you" in one for one in texts) == (purpose == DAILY)
