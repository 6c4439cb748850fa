"""Discussions of every kind in a community that is there, for tests of whole pages."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.accounts.service import actors_for
from hub.communities.models import Community
from hub.db import now
from hub.talk.access import Place
from hub.talk.files import Sent, attach
from hub.talk.models import Post
from hub.talk.records import link
from hub.talk.service import Draft, edit, open_thread, reply
from hub.talk.settling import accept, close
from hub.talk.voting import choose, options_of, vote
from tests.hub.communities.made import known
from tests.hub.site import Site

TEXT = """We lend **moisture meters** to tenants.

- Who pays when one is lost?
- @Bo Admin may know, or https://northford.example/a-page-with-a-name-that-is-rather-long-and-cannot-be-broken-anywhere
"""
ANSWER = """## What we do

We pay, up to *three* a year:

> Nobody has lost one yet.

| year | lost |
|------|-----:|
| 2026 | 0 |

```
meter 17: back
```
"""


def fill_talk(site: Site, slug: str, *, facilitator: str, member: str) -> dict[str, str]:
    """One of each kind; {name: id of a thread or post}. Facilitator and member are named as their accounts are."""
    with site.database.writing() as session:
        community = session.scalars(select(Community).where(Community.slug == slug)).one()
        ours, theirs = (_place(session, community, name) for name in (facilitator, member))
        thread = open_thread(session, theirs, Draft("question", "Who insures the meters?", TEXT))
        answer = reply(session, thread, ours, "We do.")
        edit(session, answer, thread, ours, text=ANSWER, seen=1)
        attach(session, answer, thread, ours, Sent("A letter with a long name, for tenants.pdf", b"%PDF-1.4"))
        link(session, thread, theirs, site.ids["homes"])
        thanks: Post = reply(session, thread, theirs, "Thank you.")
        accept(session, answer, thread, theirs)
        idea = open_thread(
            session, theirs, Draft("idea", "One list of surveyors who can be lent out", "Each has time.")
        )
        vote(session, idea, ours)
        ends = now() + timedelta(days=9)
        options = ("Tuesday at noon", "Thursday at four")
        poll = open_thread(session, ours, Draft("poll", "When do we meet?", "Online.", options=options, ends=ends))
        choose(session, poll, theirs, options_of(session, poll)[0].id)
        open_thread(session, ours, Draft("announcement", "The lamps are here", "All forty.", tell=True))
        closed = open_thread(session, theirs, Draft("discussion", "Shall we buy more?", "I think so."))
        close(session, closed, ours, why="Settled at the meeting of May.")
        asked = open_thread(session, theirs, Draft("question", "Does a fan help?", "In a kitchen without a window."))
        return {
            **{"discussion": thread.id, "idea": idea.id, "poll": poll.id, "closed discussion": closed.id},
            **{"answer": answer.id, "post": thanks.id, "unanswered": asked.id},
        }


def _place(session: Session, community: Community, name: str) -> Place:
    id = known(session, name)
    return Place(community, actors_for(session, [id])[id])
