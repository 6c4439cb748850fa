"""Practice notes on profiles, and their authors under “Whom to ask”."""

from hub.people.models import ACCOUNT, EVERYBODY
from tests.hub.people.shown import show
from tests.hub.site import Site
from tests.hub.writing.written import draft, publish, somebody


def test_whoever_wrote_a_note_and_shows_themselves_is_asked(hub: Site) -> None:
    author, _email, id = somebody(hub, "Rhian Ellis")
    note = draft(author)
    record = publish(author, note)
    assert "Rhian Ellis" not in hub.page(record).links("//section[h2='Whom to ask']")
    with hub.database.writing() as session:
        show(session, id, EVERYBODY)
    assert hub.page(record).links("//section[h2='Whom to ask']")["Rhian Ellis"] == "/people/rhian-ellis"
    assert "They wrote this practice note" in hub.page("/people/rhian-ellis").words
    found = "/people?topic=HOU"
    assert "1 practice note" in hub.page(found).words
    author.posted(f"{note}/named", record, named="no")
    assert "Rhian Ellis" not in hub.page(record).words
    assert "practice note" not in hub.page("/people/rhian-ellis").words
    assert "Rhian" not in hub.page(found).words
    author.posted(f"{note}/named", record, named="yes")
    with hub.database.writing() as session:
        show(session, id, ACCOUNT)
    assert "Rhian Ellis" not in hub.page(record).links("//section[h2='Whom to ask']")
