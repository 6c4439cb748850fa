"""A question with an accepted answer becomes a practice note: its words, people and topics, and links both ways."""

from sqlalchemy import select

from hub.communities.access import OPEN, PRIVATE
from hub.notices.models import Notice
from hub.records.models import RecordRow, Tag
from hub.talk.access import Place
from hub.talk.kinds import QUESTION
from hub.talk.service import Draft, open_thread, reply
from hub.talk.settling import accept
from hub.writing.models import NoteAuthor
from tests.hub.communities.made import acting, made
from tests.hub.site import Site
from tests.hub.writing.written import EASTMERE, NOTE, publish, somebody
from tests.vocab.loaded import common


def answered(site: Site, visibility: str, asker: str, answerer: str, member: str) -> str:
    """The id of a question with its answer."""
    topic = next(one.uri for one in common() if one.notation == "HOU")
    with site.database.writing() as session:
        row = made(session, visibility=visibility, members=[asker, answerer, member], concepts=[topic])
        place = Place(row, acting(session, asker))
        thread = open_thread(session, place, Draft(QUESTION, "Who lends lamps?", "Pictures are **too dark**."))
        post = reply(session, thread, Place(row, acting(session, answerer)), "We lend ten lamps, for two weeks.")
        accept(session, post, thread, place)
        return thread.id


def test_a_solved_thread_becomes_a_note_that_links_back(site: Site) -> None:
    ann, _, ann_id = somebody(site, "Ann Asker", EASTMERE)
    bo, _, bo_id = somebody(site, "Bo Answerer", EASTMERE)
    cai, _, cai_id = somebody(site, "Cai Editor")
    stranger, _, _ = somebody(site, "Dee Elsewhere")
    thread = answered(site, OPEN, ann_id, bo_id, cai_id)
    page = cai.page(f"/discussions/{thread}")
    assert "Make this a practice note" in page.links("//aside")
    assert "Make this a practice note" not in stranger.page(f"/discussions/{thread}").links("//aside")
    form = cai.page(f"/notes/new?thread={thread}")
    assert form.all("//input[@id='title']/@value") == ["Who lends lamps?"]
    assert form.all("//textarea[@id='what']") == ["We lend ten lamps, for two weeks."]
    assert form.all("//textarea[@id='why']") == ["Pictures are too dark."]
    given = {**NOTE, "thread": thread, "title": "Lending lamps", "named": "yes"}
    note = str(cai.posted("/notes/new", f"/notes/new?thread={thread}", **given).headers["Location"])
    assert ann.page(note).status == bo.page(note).status == 404, "a draft is its organisation's authors' own"
    record = publish(cai, note)
    assert cai.page(record).links("//dl")["Who lends lamps?"] == f"/discussions/{thread}"
    assert "Lending lamps" in ann.page(f"/discussions/{thread}").links("//aside")
    assert site.page(record).facts()["Written by"] == "Cai Editor"
    bo.posted(f"{note}/named", record, named="yes")
    assert site.page(record).facts()["Written by"] == "Cai Editor, Bo Answerer"
    with site.database.reading() as session:
        told = select(Notice.person_id).where(Notice.what == "note from thread")
        assert set(session.scalars(told)) == {ann_id, bo_id}
        row = session.get_one(RecordRow, record.rpartition("/")[2])
        assert {"HOU"} <= {
            common().concepts[uri].notation
            for uri in session.scalars(select(Tag.concept_uri).where(Tag.record_id == row.id))
        }
        assert len(session.scalars(select(NoteAuthor).where(NoteAuthor.note_id == row.native_id)).all()) == 3


def test_what_is_said_among_members_stays_with_them_unless_somebody_writes_it_again(site: Site) -> None:
    ann, _, ann_id = somebody(site, "Ann Asker")
    _bo, _, bo_id = somebody(site, "Bo Answerer")
    stranger, _, _ = somebody(site, "Dee Elsewhere")
    thread = answered(site, PRIVATE, ann_id, bo_id, bo_id)
    assert stranger.page(f"/notes/new?thread={thread}").status == 404
    answer = stranger.posted("/notes/new", "/notes/new", **{**NOTE, "thread": thread})
    assert answer.status_code == 404
    form = ann.page(f"/notes/new?thread={thread}")
    assert "leave out what is not for everybody" in form.words
    given = {**NOTE, "thread": thread, "title": "Lamps, in other words"}
    note = str(ann.posted("/notes/new", f"/notes/new?thread={thread}", **given).headers["Location"])
    record = publish(ann, note)
    assert "Who lends lamps?" not in stranger.page(record).words
    assert "Who lends lamps?" in ann.page(record).words
