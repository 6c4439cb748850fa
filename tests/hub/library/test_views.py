"""The library as its readers see it, and what facilitators do there."""

import csv
import io

from sqlalchemy import select

from hub.accounts.models import Person
from hub.communities.access import CONFIDENTIAL, OPEN, PRIVATE, RESTRICTED
from hub.communities.service import archive
from hub.db import new_id
from hub.jobs import Watch
from hub.library.models import LibrarySearch
from hub.library.personal import export_person, forget_person
from hub.library.service import PINNED, REJECTED, WAITING, pin, put_collection
from hub.policy import COMMAND_LINE, OFFICER
from tests.hub.accounts.people import Browser
from tests.hub.communities.made import acting, known
from tests.hub.library.shelves import DAMP, community_in, mould, publisher, states
from tests.hub.site import Site

NOTE = "Read the table on page 3."


def person(site: Site) -> tuple[str, Browser]:
    """Somebody new: their name and their browser."""
    name = f"Fay {new_id()}"
    return name, Browser(site, site.person(name))


def test_a_library_shows_its_collections_with_notes_and_the_newest(site: Site, watch: Watch) -> None:
    with site.database.writing() as session:
        row = community_in(session, DAMP)
    watch.look()
    with site.database.writing() as session:
        begin = put_collection(session, row, actor=COMMAND_LINE, name="Where to begin", about="Two to read.")
        pin(session, row, site.ids["homes"], actor=COMMAND_LINE, note=NOTE, collection_id=begin.id)
        pin(session, row, site.ids["bins"], actor=COMMAND_LINE)
    address = f"/communities/{row.slug}/library"
    page = site.page(address)
    assert page.all("//main//h2")[:3] == ["Where to begin", "Also pinned", "Newest for this community"]
    assert page.all("//p[@class='note-why']") == [f"Why it is here: {NOTE}"]
    assert site.page(f"{address}/collections/{begin.id}?sort=pinned").all("//article/h3") == [
        "What we learned from forty damp homes"
    ]
    assert NOTE in site.get(f"{address}.atom").text
    rows = list(csv.reader(io.StringIO(site.get(f"{address}.csv").text.lstrip("\ufeff"))))
    assert [one[:2] for one in rows[1:]] == [
        ["Where to begin", "What we learned from forty damp homes"],
        ["", "Food waste rounds in winter"],
    ]
    assert site.page(site.record("homes")).links("//aside")[row.name] == address


def test_who_may_read_a_library_is_asked_at_every_address(site: Site) -> None:
    name, member = person(site)
    for visibility, status in ((OPEN, 200), (RESTRICTED, 200), (PRIVATE, 404), (CONFIDENTIAL, 404)):
        with site.database.writing() as session:
            row = community_in(session, visibility=visibility, members=[name])
            begin = put_collection(session, row, actor=COMMAND_LINE, name="Where to begin")
            pin(session, row, site.ids["homes"], actor=COMMAND_LINE)
        address = f"/communities/{row.slug}/library"
        for part in ("", ".atom", ".csv", f"/collections/{begin.id}"):
            assert site.get(address + part).status_code == status
            assert site.get(address + part, member.client).status_code == 200
        assert (row.name in site.page(site.record("homes")).words) == (status == 200)
        assert site.get(f"{address}/candidates", member.client).status_code == 403


def test_a_pin_of_a_restricted_document_is_for_those_who_may_read_it(site: Site) -> None:
    fay, facilitator = person(site)
    ours = site.person("Of Northford", {"northford-city": OFFICER})
    with site.database.writing() as session:
        row = community_in(session, facilitators=[fay])
        pin(session, row, site.ids["homes"], actor=COMMAND_LINE)
    address = f"/communities/{row.slug}/library"
    before = [site.get(address + part).text for part in (".csv", "", ".atom")]
    with site.database.writing() as session:
        northford = acting(session, known(session, "Of Northford"))
    secret = publisher(site, restricted=True).brings(mould("For Northford alone"))
    with site.database.writing() as session:
        pin(session, row, secret, actor=northford, note="A secret.")
    assert [site.get(address + part).text for part in (".csv", "")] == before[:2]
    assert "For Northford alone" in site.page(address, ours).words
    for reader in (None, facilitator.client):
        assert "For Northford alone" not in site.page(address, reader).words
        assert "A secret." not in site.get(f"{address}.atom", reader).text
    assert facilitator.page(f"{address}/pins/{secret}").status == 404


def test_facilitators_pin_reject_and_take_back(site: Site, watch: Watch) -> None:
    fay, facilitator = person(site)
    with site.database.writing() as session:
        row = community_in(session, DAMP, facilitators=[fay])
        begin = put_collection(session, row, actor=COMMAND_LINE, name="Where to begin")
    watch.look()
    page, homes, cold = f"/communities/{row.slug}/library/candidates", site.ids["homes"], site.ids["joint"]
    assert "It is about Damp and mould." in facilitator.page(page).words
    given = {f"note-{homes}": NOTE, f"collection-{homes}": begin.id}
    answer = facilitator.posted(page, page, pin=homes, **given)
    assert states(site, row)["homes"] == PINNED
    assert NOTE in site.page(f"/communities/{row.slug}/library").words
    facilitator.posted(page, answer.location, undo="done", done=homes)
    assert states(site, row)["homes"] == WAITING
    facilitator.posted(page, page, reject="chosen", chosen=cold)
    assert states(site, row)["joint"] == REJECTED
    assert facilitator.page(f"{page}?state=rejected").all("//main//h3")[0] == "Joint home visits"
    assert facilitator.send(page, page, pin="chosen").status == 400
    wrong = facilitator.send(page, page, pin=homes, **{f"note-{homes}": "x" * 1001})
    assert (wrong.status, wrong.title[:6]) == (400, "Error:")
    assert "x" * 1001 in wrong.words


def test_a_pin_says_that_its_document_changed_or_was_withdrawn_and_is_put_in_order(site: Site) -> None:
    fay, facilitator = person(site)
    theirs, found = publisher(site), mould("Mould in May")
    with site.database.writing() as session:
        row = community_in(session, facilitators=[fay])
    id = theirs.brings(found)
    with site.database.writing() as session:
        for one in (site.ids["homes"], id):
            pin(session, row, one, actor=COMMAND_LINE)
    address = f"/communities/{row.slug}/library"
    facilitator.posted(f"{address}/pins/{id}", f"{address}/pins/{id}", act="up")
    assert site.page(address).all("//article/h3") == ["Mould in May", "What we learned from forty damp homes"]
    theirs.brings(found, title="Mould in June")
    assert "Changed since it was pinned" in site.page(address).words
    facilitator.posted(f"{address}/pins/{id}", f"{address}/pins/{id}", act="save", note="", collection="")
    assert "Changed since it was pinned" not in site.page(address).words
    theirs.loses(found.native_id)
    assert "Mould in June Withdrawn by its publisher" in site.page(address).words
    facilitator.posted(f"{address}/pins/{id}", f"{address}/pins/{id}", act="out")
    assert site.page(address).all("//article/h3") == ["What we learned from forty damp homes"]


def test_a_search_is_looked_at_kept_paused_and_deleted(site: Site, watch: Watch) -> None:
    fay, facilitator = person(site)
    with site.database.writing() as session:
        row = community_in(session, facilitators=[fay])
    page = f"/communities/{row.slug}/library/searches"
    assert site.get("/search/feed-a-library?q=damp", facilitator.client).location == f"{page}?q=damp"
    assert "1 document today" in facilitator.page(f"{page}?q=forty+damp+homes&type=case-study").words
    assert facilitator.page(f"{page}?q=").status == 200
    facilitator.posted(page, f"{page}?q=forty+damp+homes", asked="q=forty+damp+homes", name="Forty")
    watch.look()
    assert states(site, row) == {"homes": WAITING}
    with site.database.reading() as session:
        id = session.scalars(select(LibrarySearch.id).where(LibrarySearch.community_id == row.id)).one()
    assert facilitator.send(page, f"{page}?q=damp", asked="q=forty+damp+homes", name="Again").status == 400
    facilitator.posted(f"{page}/{id}", page, act="pause")
    assert "paused" in facilitator.page(page).words
    facilitator.posted(f"{page}/{id}", page, act="delete")
    assert states(site, row) == {}


def test_a_document_is_pinned_from_its_page_and_nothing_is_in_an_archived_community(site: Site) -> None:
    fay, facilitator = person(site)
    with site.database.writing() as session:
        row, other = community_in(session, facilitators=[fay]), community_in(session)
    page = site.record("bins", "/pin")
    assert facilitator.page(site.record("bins")).links("//aside")["Pin to a community"] == page
    assert "Pin to a community" not in site.page(site.record("bins")).words
    assert facilitator.send(page, page, where=other.slug).status == 403
    facilitator.posted(page, page, where=row.slug, note=NOTE)
    assert states(site, row) == {"bins": PINNED}
    with site.database.writing() as session:
        archive(session, session.merge(row), actor=COMMAND_LINE)
    candidates = f"/communities/{row.slug}/library/candidates"
    assert facilitator.send(candidates, page, reject=site.ids["bins"]).status == 409
    assert site.page(f"/communities/{row.slug}/library").all("//article/h3") == ["Food waste rounds in winter"]


def test_what_somebody_did_is_told_to_them_and_stays_without_their_name(site: Site) -> None:
    fay, _browser = person(site)
    with site.database.writing() as session:
        row = community_in(session, facilitators=[fay])
        id = session.scalars(select(Person.id).where(Person.name == fay)).one()
        pin(session, row, site.ids["homes"], actor=acting(session, id), note=NOTE)
    with site.database.writing() as session:
        (told,) = export_person(session, id)["documents_in_libraries"]
        assert (told["community"], told["note"]) == (row.name, NOTE)
        forget_person(session, id)
        assert export_person(session, id) == {"documents_in_libraries": [], "searches_of_libraries": []}
    assert NOTE in site.page(f"/communities/{row.slug}/library").words
