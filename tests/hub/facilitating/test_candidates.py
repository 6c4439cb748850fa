"""Documents in the queue: they come after what people wait for, and what a publisher is asked can be taken back."""

import pytest
from sqlalchemy import select

from hub.errors import Conflict
from hub.facilitating.deciding import Said, decide
from hub.facilitating.kinds import CANDIDATE, CHANGE, FIRST
from hub.facilitating.models import Ruling
from hub.facilitating.undoing import undo
from hub.facilitating.waiting import scope_of, waiting
from hub.jobs import Watch
from hub.moderation.models import Report
from hub.moderation.reports import answer
from hub.talk.access import Place
from hub.talk.service import Draft, open_thread
from tests.hub.communities.made import acting, known
from tests.hub.library.conftest import watch
from tests.hub.library.shelves import DAMP, community_in
from tests.hub.site import Site, site
from tests.people import NAMED

__all__ = ["site", "watch"]


def test_documents_come_last_and_what_their_publisher_is_asked_can_be_taken_back(site: Site, watch: Watch) -> None:
    for name in ("Leila of the queue", "Marta of the queue"):
        site.person(name)
    with site.database.writing() as session:
        row = community_in(session, DAMP, facilitators=["Leila of the queue"], members=["Marta of the queue"])
    watch.look()
    with site.database.writing() as session:
        leila, marta = (acting(session, known(session, f"{one} of the queue")) for one in ("Leila", "Marta"))
        open_thread(session, Place(row, marta), Draft("question", "Who pays?", "For the fans."))
        first, *documents = waiting(session, scope_of(leila))
        assert first.kind == FIRST
        assert {one.kind for one in documents} == {CANDIDATE}
        for answered in (False, True):
            said = Said(CHANGE, words="The table on page 3 is upside down.")
            ruling = decide(session, scope_of(leila), documents[0].key, said, named=NAMED, language="en")
            assert len(waiting(session, scope_of(leila))) == len(documents)
            report = session.scalars(select(Report)).one()
            if answered:
                answer(session, report, actor=leila, outcome="corrected", text="It is not any more.", named=NAMED)
                with pytest.raises(Conflict):
                    undo(session, session.get_one(Ruling, ruling.id), actor=leila)
            else:
                undo(session, session.get_one(Ruling, ruling.id), actor=leila)
                assert session.scalars(select(Report)).all() == []
                assert len(waiting(session, scope_of(leila))) == len(documents) + 1
