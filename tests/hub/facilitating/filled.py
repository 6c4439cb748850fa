"""Something in the queue of a community of the filled site: a report, first posts, a request, and what was decided."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.accounts.service import actors_for
from hub.communities.models import Community
from hub.facilitating.deciding import Said, decide
from hub.facilitating.kinds import CHANGE, DECLINE
from hub.facilitating.models import Ruling
from hub.facilitating.rulings import appeal
from hub.facilitating.waiting import Waits, Wanted, scope_of, waiting
from hub.talk.access import Place, opening_of
from hub.talk.models import PostReport
from hub.talk.reports import report_post
from hub.talk.service import Draft, open_thread, reply
from tests.hub.communities.made import known
from tests.hub.site import Site
from tests.people import NAMED


def fill_queue(site: Site, slug: str, *, facilitator: str, member: str) -> dict[str, str]:
    """Have two posts of a member reported: one waits, one was hidden and is appealed against. {name: part of address}.

    Facilitator and member are named as their accounts are.
    """
    with site.database.writing() as session:
        ids = {one: known(session, one) for one in (facilitator, member)}
        actors = {name: actors_for(session, [id])[id] for name, id in ids.items()}
        community = session.scalars(select(Community).where(Community.slug == slug)).one()
        theirs, ours = Place(community, actors[member]), Place(community, actors[facilitator])
        draft = Draft("question", "Who pays for the fans?", "The landlords here say that they never do, and lie.")
        thread = open_thread(session, theirs, draft)
        report_post(session, opening_of(session, thread), ours, reason="unkind", text="It calls them liars.")
        answer = reply(session, thread, theirs, "Ring Mr Hill of 14 Mill Lane, he is always at home.")
        report_post(session, answer, ours, reason="personal")
        scope = scope_of(actors[facilitator])
        found = {one.item: one for one in waiting(session, scope, Wanted(community_id=community.id))}
        (report,) = [one for one in found.values() if one.kind == "report" and _about(session, one) == answer.id]
        said = Said(DECLINE, "personal", "It says where somebody lives.")
        ruling = decide(session, scope, report.key, said, named=NAMED, language="en")
        appeal(session, session.get_one(Ruling, ruling.id), actor=actors[member], words="He agreed to it.")
        asked = next(one for one in found.values() if one.kind == "first")
        change = decide(
            session, scope, asked.key, Said(CHANGE, words="Leave out that they lie."), named=NAMED, language="en"
        )
        left = waiting(session, scope, Wanted(community_id=community.id))
        waits = {one.kind: one.key for one in left}
        return {"decision": ruling.id, "asked": change.id, "waits": waits["candidate"], "reported": waits["report"]}


def _about(session: Session, one: Waits) -> str:
    return session.get_one(PostReport, one.item).post_id
