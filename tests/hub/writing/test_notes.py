"""Practice notes: drafts are their authors' own; published, a note is a record like any other; and the way back."""

import json
import zlib
from dataclasses import replace

from sqlalchemy import select

from hub.accounts.duties import things
from hub.findings.work import silent
from hub.governance.holdings import forgotten, told, whom
from hub.moderation.takedowns import look_up, take_down
from hub.policy import COMMAND_LINE, CONTENT
from hub.records.decisions import PERSONAL
from hub.records.documents import RecordDocuments
from hub.records.models import RecordRow, RecordVersion
from hub.sources.leases import queue_due
from hub.sources.models import WRITTEN, Source
from hub.topics.service import Vocabulary
from hub.writing.models import NoteAuthor, PracticeNote
from tests.hub.accounts.people import Browser, errors
from tests.hub.site import BASE, Site
from tests.hub.writing.written import EASTMERE, NOTE, draft, indexed, publish, somebody


def test_a_draft_is_seen_by_those_who_write_it_and_by_nobody_else(site: Site) -> None:
    ann, _, ann_id = somebody(site, "Ann Author")
    bo, bos, _ = somebody(site, "Bo Helper")
    note = draft(ann, others=bos)
    assert ann.page(note).heading == bo.page(note).heading == NOTE["title"]
    assert NOTE["title"] in bo.page("/notes").words
    admin, elsewhere = (somebody(site, "Cai", role=CONTENT)[0], somebody(site, "Dee", EASTMERE)[0])
    for stranger in (admin, elsewhere, Browser.at(site)):
        assert stranger.page(note).status == 404
        assert NOTE["title"] not in stranger.page("/notes").words
        assert stranger.client.get(f"{note}/edit", base_url=BASE).status_code in (403, 404)
    with site.database.reading() as session:
        mine = told(session, whom(session, ann_id))["practice_notes"]
    assert mine[0]["in your words"]["title"] == NOTE["title"]


def test_only_colleagues_write_with_one_and_only_what_is_whole_is_published(site: Site) -> None:
    ann, _, _ = somebody(site, "Ann Author")
    _, dees, _ = somebody(site, "Dee Elsewhere", EASTMERE)
    page = ann.send("/notes/new", **{**NOTE, "others": dees, "title": ""})
    assert page.status == 400
    assert errors(page) == [
        "Give it a title of at most 200 characters.",
        f"Nobody of your organisation has the address {dees} here.",
    ]
    assert page.all("//textarea[@id='why']") == [NOTE["why"]]
    note = draft(ann, outcome="", happened="")
    assert ann.page(note).all("//div[@class='notice']//li") == [
        "Say what happened.",
        "Choose what came of it.",
    ]
    assert ann.posted(f"{note}/publish", note).status_code == 400


def test_published_it_is_a_record_of_its_organisation_with_versions_and_a_tombstone(site: Site) -> None:
    ann, _, ann_id = somebody(site, "Ann Author")
    bo, bos, _ = somebody(site, "Bo Helper")
    note = draft(ann, others=bos)
    record = publish(bo, note)
    indexed(site)
    found = site.page("/search?q=damp+text+message&type=practice-note")
    assert found.hits == [NOTE["title"]]
    assert "Did not work" in found.words
    page = site.page(record)
    assert page.all("//p[@class='badge']/span[@class='tag']") == ["Did not work", "Ended"]
    assert page.facts()["Written by"] == "Ann Author"
    assert "Housing standards, 01632 960001" in page.words
    assert "” chosen by its authors" in page.words
    assert site.page(note).status == 302
    assert site.page(note, ann.client).status == 200

    bo.posted(f"{note}/named", note, named="yes")
    ann.posted(f"{note}/named", note, named="no")
    assert site.page(record).facts()["Written by"] == "Bo Helper"

    changed = {**NOTE, "again": "We would never do it again.", "kept": ann_id, "seen": _seen(bo, note)}
    bo.posted(f"{note}/edit", f"{note}/edit", **changed)
    assert "We would never do it again." not in site.page(record).words
    publish(bo, note)
    assert "We would never do it again." in site.page(record).words
    versions = site.page(f"{record}/versions")
    assert "Version 2, published" in versions.words
    assert "never do it again." in " ".join(versions.all("//ins"))
    assert publish(bo, note) == note, "nothing was different"

    reason = "The numbers were those of another block."
    silent = ann.send(f"{note}/withdraw", note, reason=" ")
    assert (silent.status, silent.all("//input[@id='reason']/@aria-describedby")) == (400, ["reason-hint reason-error"])
    ann.posted(f"{note}/withdraw", note, reason=reason)
    gone = site.page(record)
    assert (gone.status, reason in gone.words) == (410, True)
    indexed(site)
    assert site.page("/search?q=damp+text+message&type=practice-note").total == 0
    assert site.page(publish(ann, note)).status == 200
    with site.database.reading() as session:
        row = session.scalars(select(RecordRow).where(RecordRow.url.endswith(note))).one()
        assert session.scalars(select(RecordVersion.version).where(RecordVersion.record_id == row.id)).all() == [1]
        assert session.get_one(Source, row.source_id).documents >= 1


def _seen(browser: Browser, note: str) -> str:
    return browser.page(f"{note}/edit").all("//input[@name='seen']/@value")[0]


def test_nobody_visits_what_is_written_here_and_nobody_is_told_that_it_is_silent(site: Site) -> None:
    ann, _, _ = somebody(site, "Ann Author")
    publish(ann, draft(ann))
    officer, _, _ = somebody(site, "Cai Content", role=CONTENT)
    with site.database.writing() as session:
        source = session.scalars(select(Source).where(Source.kind == WRITTEN)).one()
        source.next_due = source.created  # as lifting a take-down leaves it
        assert source.id not in {one.id for one in things(session, limit=1_000)[0]}
        assert source.name not in silent(session).what
    assert queue_due(site.database) == []
    page = site.page(f"/sources/{source.id}", officer.client)
    assert page.all("//p[@class='state ok']") == [
        "Written here. Its people write on this hub, so nothing is collected.",
    ]
    assert "Practice notes written here" in site.page("/sources").words
    assert page.all("//main//button") == []
    for act in ("check", "pause"):
        answer = officer.posted(f"/sources/{source.id}/{act}", "/notes/new")
        assert answer.status_code == 409, act
    assert officer.page(f"/sources/{source.id}/edit").status == 409


def test_whoever_saves_second_sees_both_texts(site: Site) -> None:
    ann, _, _ = somebody(site, "Ann Author")
    bo, bos, bo_id = somebody(site, "Bo Helper")
    note = draft(ann, others=bos)
    seen = _seen(ann, note)
    bo.posted(f"{note}/edit", f"{note}/edit", **{**NOTE, "why": "Bo’s reason.", "seen": seen})
    page = ann.send(f"{note}/edit", **{**NOTE, "why": "Ann’s reason.", "seen": seen, "kept": bo_id})
    assert page.status == 409
    assert page.all("//textarea[@id='why']") == ["Ann’s reason."]
    assert page.all("//p[@id='why-theirs']") == ["Meanwhile: it says “Bo’s reason.”"]
    again = page.all("//input[@name='seen']/@value")[0]
    assert ann.posted(f"{note}/edit", **{**NOTE, "why": "Both.", "seen": again, "kept": bo_id}).status_code == 303


def test_what_was_taken_down_is_not_published_again_and_what_was_erased_is_nowhere(site: Site) -> None:
    ann, _, _ = somebody(site, "Ann Author")
    changed = {"title": "A list of tenants", "what": "Mrs Jones of 4 Mill Street has damp."}
    note = draft(ann, **changed)
    record = publish(ann, note)
    with site.database.writing() as session:
        found = look_up(session, record, BASE, actor=COMMAND_LINE)
        take_down(session, found, actor=COMMAND_LINE, ground=PERSONAL, facts="It names tenants.")
    with site.database.reading() as session:
        row = session.get_one(PracticeNote, note.rpartition("/")[2])
        assert row.words == {}
        kept = session.get_one(RecordRow, row.record_id)
        assert (kept.raw, kept.title, kept.outcome) == (None, "", "")
    assert "Not shown." in ann.page(note).words
    ann.posted(f"{note}/edit", f"{note}/edit", **{**NOTE, **changed, "seen": _seen(ann, note)})
    assert ann.posted(f"{note}/publish", "/notes/new").status_code == 409


def test_a_note_stays_without_the_name_of_who_has_gone_and_can_be_taken_over(site: Site) -> None:
    ann, _, ann_id = somebody(site, "Ann Leaver")
    note, alone = draft(ann), draft(ann, title="Never finished")
    record = publish(ann, note)
    with site.database.writing() as session:
        forgotten(session, whom(session, ann_id))
    assert "Ann Leaver" not in site.page(record).words
    with site.database.reading() as session:
        assert session.get(PracticeNote, alone.rpartition("/")[2]) is None
        row = session.get_one(PracticeNote, note.rpartition("/")[2])
        raw = session.get_one(RecordRow, row.record_id).raw
        assert raw
        assert "Ann Leaver" not in json.dumps(json.loads(zlib.decompress(raw)))
        assert session.scalars(select(NoteAuthor).where(NoteAuthor.note_id == row.id)).all() == []
    officer, _, _ = somebody(site, "Bo Officer")
    assert officer.page(note).status == 302
    content, _, _ = somebody(site, "Cai Content", role=CONTENT)
    assert content.posted(f"{note}/take-over", note).status_code == 303
    assert content.page(f"{note}/edit").status == 200


def test_no_outcome_is_put_before_another(site: Site) -> None:
    """Search knows nothing of it, so it cannot rank by it."""
    ann, _, _ = somebody(site, "Ann Author")
    records = [publish(ann, draft(ann, outcome=one)) for one in ("worked", "promising", "did-not-work")]
    ids = [one.rpartition("/")[2] for one in records]
    with site.database.reading() as session:
        made = RecordDocuments(Vocabulary(site.database)).load(session, ids)
    known = [replace(one, id="", version=0) for one in made.values() if one is not None]
    assert known[0] == known[1] == known[2]
