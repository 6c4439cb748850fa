"""The pages of discussions: asking after a look at what is like it, answering, files, and what strangers see."""

import io
import re
import time
from collections.abc import Iterator

import pytest
from lxml import html
from sqlalchemy import select

from hub.accounts.models import Person
from hub.accounts.service import open_stamped
from hub.accounts.sessions import SESSION_COOKIE
from hub.communities.models import Community
from hub.errors import BadInput
from hub.index.engines import open_writer
from hub.index.worker import deliver_all
from hub.indexed import documents_of
from hub.organisations.service import find_organisation
from hub.talk.access import find_thread, opening_of
from hub.talk.files import Sent, attach, check_file
from hub.talk.models import Attachment, StoredFile, Thread
from hub.talk.reports import hide
from hub.talk.service import reply
from hub.topics.service import Vocabulary
from tests.hub.accounts.people import Browser, above
from tests.hub.site import BASE, Page, Site, filled_site
from tests.hub.talk.talking import Talk, talk_in
from tests.people import World

HERE = "/communities/damp-and-mould/discussions"
PDF = b"%PDF-1.4 one page"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """On one kind of database: what is stored is tested with the service."""
    with filled_site(tmp_path_factory.mktemp("talk") / "hub") as made:
        yield made


@pytest.fixture(scope="module")
def talk(site: Site) -> Talk:
    with site.database.reading() as session:
        where = [find_organisation(session, one).id for one in ("northford-city", "eastmere-fire-and-rescue")]
    return talk_in(World(site.settings, site.database, *where))


def as_(site: Site, talk: Talk, who: str) -> Browser:
    browser = Browser.at(site)
    with site.database.writing() as session:
        stamp = session.get_one(Person, talk.people[who]).fs_uniquifier
        secret = open_stamped(session, stamp, {"fs_paa": time.time()}, 600)
    browser.client.set_cookie(SESSION_COOKIE, secret, domain="127.0.0.1")
    return browser


def test_asking_shows_what_there_is_before_it_is_published(site: Site, talk: Talk) -> None:
    talk.thread(title="Does anybody visit damp homes together?")
    deliver_all(site.database, open_writer(site.settings), documents_of(Vocabulary(site.database)))
    marta = as_(site, talk, "marta")
    asked = {"kind": "question", "title": "Who visits damp homes?", "text": "With **whom**?"}
    nothing = marta.send(f"{HERE}/new", f"{HERE}/new?kind=question", **{**asked, "title": ""})
    assert (nothing.status, above(nothing)) == (400, "Give it a title: one line that says what it is about.")
    check = marta.send(f"{HERE}/new", f"{HERE}/new?kind=question", **asked)
    assert check.heading == "Before you publish"
    assert "Does anybody visit damp homes together?" in check.words
    assert "What we learned from forty damp homes" in check.links()
    with site.database.reading() as session:
        assert session.scalar(select(Thread.id).where(Thread.title == asked["title"])) is None
    back = marta.send(f"{HERE}/new", f"{HERE}/new?kind=question", **asked, step="change")
    assert back.root.xpath("//textarea/text()") == ["With **whom**?"]
    published = marta.posted(f"{HERE}/new", f"{HERE}/new?kind=question", **asked, step="publish")
    page = marta.page(published.location)
    assert (published.status_code, page.heading) == (303, "Who visits damp homes?")
    assert page.all("//div[@class='markdown']//strong") == ["whom"]
    listed = marta.page(HERE)
    assert listed.all("//main//h3")[0] == "Who visits damp homes?"
    assert "no answer yet" in listed.words


def test_a_stranger_reads_an_open_community_and_is_led_to_join(site: Site, talk: Talk) -> None:
    id = talk.thread()
    page = site.page(f"/discussions/{id}")
    assert "Join the community to answer here." in page.words
    assert not page.root.xpath("//textarea")
    feed = site.get(f"{HERE}.atom")
    assert (feed.status_code, feed.mimetype) == (200, "application/atom+xml")
    assert "Who insures the meters?" in feed.text
    assert site.get(f"{HERE}/new?kind=question").status_code == 302
    assert as_(site, talk, "ann").page(f"{HERE}/new?kind=question").status == 403


def test_a_restricted_community_shows_strangers_none_of_it(site: Site, talk: Talk) -> None:
    id = talk.thread()
    file = _attach(talk, id)
    with talk.at() as (session, place):
        session.get_one(Community, place.community.id).visibility = "restricted"
    try:
        ann, owen = as_(site, talk, "ann"), as_(site, talk, "owen")
        for address in (f"/discussions/{id}", f"/files/{file}", HERE, f"{HERE}.atom", f"{HERE}/new?kind=idea"):
            assert ann.page(address).status == 404, address
        assert [owen.page(one).status for one in (f"/discussions/{id}", HERE, f"{HERE}.atom")] == [200, 200, 404]
        assert owen.client.get(f"/files/{file}", base_url=BASE).status_code == 200
    finally:
        with talk.at() as (session, place):
            session.get_one(Community, place.community.id).visibility = "open"


def test_a_file_is_saved_and_never_opened(site: Site, talk: Talk) -> None:
    id = talk.thread()
    owen = as_(site, talk, "owen")
    for name, data in (
        ("a.svg", b"<svg/>"), ("a.html", b"<p>"), ("a.pdf", b"<script>"), ("a.png", PDF), ("a.txt", b"\0"),
        ("pdf", PDF), ("a.pdf", b""),
    ):  # fmt: skip
        assert _send(owen, id, name, data).status == 400, name
    with pytest.raises(BadInput, match="larger than 5 MB"):
        check_file(Sent("a.pdf", PDF + b"x" * 5_000_000))
    assert talk.read(id).replies == 0
    assert _send(owen, id, "../../etc/l\u202ethyr ŵ.PDF", PDF).status == 303
    assert _send(owen, id, "again.pdf", PDF).status == 303
    with site.database.reading() as session:
        mine = list(session.scalars(select(Attachment).order_by(Attachment.id.desc()).limit(2)))
        assert [one.name for one in mine] == ["again.pdf", "lthyr ŵ.PDF"]
        assert session.scalars(select(StoredFile.size).where(StoredFile.hashed == mine[0].hashed)).all() == [len(PDF)]
    answer = site.get(f"/files/{mine[1].id}")
    assert answer.data == PDF
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.mimetype == "application/pdf"
    gone = owen.posted(f"/files/{mine[1].id}/remove", f"/posts/{mine[1].post_id}/edit")
    assert (gone.status_code, site.get(f"/files/{mine[1].id}").status_code) == (303, 404)
    assert as_(site, talk, "marta").client.post(f"/files/{mine[0].id}/remove").status_code == 400


def test_what_is_hidden_is_seen_by_facilitators_and_its_author_alone(site: Site, talk: Talk) -> None:
    id = talk.thread()
    with talk.at("owen") as (session, place):
        answer = reply(session, find_thread(session, id, actor=place.actor)[0], place, "Buy **zebras** of me.").id
    leila = as_(site, talk, "leila")
    assert leila.send(f"/posts/{answer}/hide", why="").status == 400
    assert leila.posted(f"/posts/{answer}/hide", why="Nothing is sold here.").status_code == 303
    seen = {who: as_(site, talk, who).page(f"/discussions/{id}").words for who in ("owen", "leila", "marta")}
    assert ["zebras" in words for words in seen.values()] == [True, True, False]
    assert "This post is hidden" in seen["marta"]
    assert "Why: Nothing is sold here." in seen["owen"]
    assert as_(site, talk, "marta").client.get(f"/posts/{answer}/history", base_url=BASE).status_code == 404
    assert leila.posted(f"/posts/{answer}/show", f"/discussions/{id}").status_code == 303
    with talk.at("leila") as (session, place):
        thread, _ = find_thread(session, id, actor=place.actor)
        hide(session, opening_of(session, thread), thread, place, why="No.")
    assert [as_(site, talk, who).page(f"/discussions/{id}").status for who in ("leila", "marta", "owen")] == [
        200,
        200,
        404,
    ]
    assert f"/discussions/{id}" not in site.get(HERE).text


def test_changes_are_told_word_by_word_and_typed_words_are_kept(site: Site, talk: Talk) -> None:
    id = talk.thread()
    marta = as_(site, talk, "marta")
    with talk.at() as (session, place):
        post = opening_of(session, find_thread(session, id, actor=place.actor)[0]).id
    edit, given = f"/posts/{post}/edit", {"title": "Who insures them?", "topics": "yes", "topic": "HOU"}
    assert marta.posted(edit, text="We lend them out for free.", seen="1", **given).status_code == 303
    late = marta.send(edit, text="My other window.", seen="1", **given)
    assert (late.status, late.root.xpath("//textarea/text()")) == (400, ["My other window."])
    page = site.page(f"/posts/{post}/history")
    assert "Put in:" in page.words
    assert page.all("//ins") == ["Put in: them?", "Put in: out for free."]
    assert "Housing" in site.page(f"/discussions/{id}").words


def test_a_poll_shows_its_numbers_to_who_has_chosen(site: Site, talk: Talk) -> None:
    marta = as_(site, talk, "marta")
    given = {"kind": "poll", "title": "When?", "text": "Online.", "options": "Tuesday\nThursday", "ends": "2099-01-01"}
    assert "within a year" in above(marta.send(f"{HERE}/new", f"{HERE}/new?kind=poll", **given))
    given["ends"] = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86400))
    where = marta.posted(f"{HERE}/new", f"{HERE}/new?kind=poll", **given, step="publish").location
    assert "How it stands" not in marta.page(where).words
    assert site.get(f"{where}/poll.csv").status_code == 200
    assert marta.page(f"{where}/poll.csv").status == 404
    option = marta.page(where).root.xpath("//input[@name='option']/@value")[1]
    assert marta.posted(f"{where}/poll", where, option=option).status_code == 303
    assert marta.page(where).all("//tbody//td") == ["0", "0 %", "1", "100 %"]
    assert "Thursday,1,100 %" in marta.client.get(f"{where}/poll.csv", base_url=BASE).text


def test_a_report_reaches_the_facilitators(site: Site, talk: Talk) -> None:
    id = talk.thread()
    with talk.at() as (session, place):
        post = opening_of(session, find_thread(session, id, actor=place.actor)[0]).id
    owen = as_(site, talk, "owen")
    assert owen.send(f"/posts/{post}/report").status == 400
    assert owen.posted(f"/posts/{post}/report", reason="dangerous", text="The meter is live.").status_code == 303
    assert Browser.at(site).posted(f"/posts/{post}/report", reason="spam").status_code == 303


def _attach(talk: Talk, id: str) -> str:
    with talk.at() as (session, place):
        thread, _ = find_thread(session, id, actor=place.actor)
        return attach(session, opening_of(session, thread), thread, place, Sent("letter.pdf", PDF)).id


def _send(browser: Browser, id: str, name: str, data: bytes) -> Page:
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.site.get(f"/discussions/{id}", browser.client).text)
    assert token
    answer = browser.client.post(
        f"/discussions/{id}/reply",
        data={"csrf_token": token[1], "text": "See the file.", "file": (io.BytesIO(data), name)},
        base_url=BASE,
        headers={"Referer": f"{BASE}/"},
    )
    return Page(answer, html.fromstring(answer.text or "<p></p>"))
