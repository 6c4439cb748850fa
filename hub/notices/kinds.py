"""What a notice or a happening says: one sentence of each kind, in the language of who reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hub.languages import N_
from hub.languages import gettext as _

TO_YOU: Final = "to you"
REQUESTS: Final = "requests"
ANNOUNCEMENTS: Final = "announcements"
EVENTS: Final = "events"

GROUPS: Final[dict[str, tuple[str, str]]] = {
    TO_YOU: (N_("Replies and mentions"), N_("Somebody answers you, names you, or writes to you through the hub.")),
    REQUESTS: (N_("Requests and decisions"), N_("Somebody waits for you, or what you asked for was decided.")),
    ANNOUNCEMENTS: (N_("Announcements"), N_("What facilitators tell everybody in a community of yours.")),
    EVENTS: (N_("Meetings"), N_("Meetings of your communities, and changes of them.")),
}
"""Group -> (what people see, what is in it). How often one is mailed is set for each."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`says` may name %(who)s, %(community)s and words of the row, as %(title)s."""

    group: str
    says: str


KINDS: Final[dict[str, Kind]] = {
    "reply": Kind(TO_YOU, N_("%(who)s replied to you in “%(title)s”")),
    "answer": Kind(TO_YOU, N_("%(who)s answered your question “%(title)s”")),
    "accepted": Kind(TO_YOU, N_("%(who)s accepted your answer to “%(title)s”")),
    "mention": Kind(TO_YOU, N_("%(who)s mentioned you in “%(title)s”")),
    "comment": Kind(TO_YOU, N_("%(who)s commented on “%(title)s”")),
    "contact": Kind(TO_YOU, N_("%(who)s wrote to you through the hub")),
    "note from thread": Kind(TO_YOU, N_("%(who)s made a practice note of “%(title)s”")),
    "join request": Kind(REQUESTS, N_("%(who)s asks to join %(community)s")),
    "let in": Kind(REQUESTS, N_("You belong to %(community)s now")),
    "not let in": Kind(REQUESTS, N_("Your request to join %(community)s was declined")),
    "invited": Kind(REQUESTS, N_("%(who)s invites you to %(community)s")),
    "facilitator": Kind(REQUESTS, N_("You facilitate %(community)s now")),
    "removed": Kind(REQUESTS, N_("You do not belong to %(community)s any more")),
    "to moderate": Kind(REQUESTS, N_("%(community)s: “%(title)s” waits for you")),
    "change asked": Kind(REQUESTS, N_("%(who)s asks for a change of “%(title)s”")),
    "decided": Kind(REQUESTS, N_("It was decided about “%(title)s”")),
    "report hidden": Kind(REQUESTS, N_("A post that you reported in “%(title)s” is hidden")),
    "report asked": Kind(REQUESTS, N_("The author of a post that you reported in “%(title)s” was asked for a change")),
    "report stays": Kind(REQUESTS, N_("A post that you reported in “%(title)s” stays as it is")),
    "escalated": Kind(REQUESTS, N_("Something that a community has not decided waits for the site moderators")),
    "to review": Kind(REQUESTS, N_("“%(title)s” is to be reviewed")),
    "quiet": Kind(REQUESTS, N_("%(community)s has been quiet for a while")),
    "hand over": Kind(REQUESTS, N_("%(community)s looks for somebody who facilitates it")),
    "archived": Kind(REQUESTS, N_("%(community)s was archived")),
    "announcement": Kind(ANNOUNCEMENTS, N_("Announcement in %(community)s: “%(title)s”")),
    "event": Kind(EVENTS, N_("New meeting in %(community)s: “%(title)s”")),
    "event changed": Kind(EVENTS, N_("The meeting “%(title)s” has changed")),
    "event cancelled": Kind(EVENTS, N_("The meeting “%(title)s” does not take place")),
    "notes wanted": Kind(EVENTS, N_("The meeting “%(title)s” is over. Write down what came of it")),
}
"""What may happen to a person."""

HAPPENINGS: Final[dict[str, str]] = {
    "thread": N_("New discussion in %(community)s: “%(title)s”"),
    "question": N_("New question in %(community)s: “%(title)s”"),
    "idea": N_("New idea in %(community)s: “%(title)s”"),
    "poll": N_("New poll in %(community)s: “%(title)s”"),
    "announcement": N_("Announcement in %(community)s: “%(title)s”"),
    "reply": N_("%(who)s wrote in “%(title)s”"),
    "accepted": N_("“%(title)s” has an accepted answer"),
    "note": N_("New practice note: “%(title)s”"),
    "page": N_("The page “%(title)s” of %(community)s was changed"),
    "event": N_("New meeting in %(community)s: “%(title)s”"),
    "event changed": N_("The meeting “%(title)s” has changed"),
    "pin": N_("New in the library of %(community)s: “%(title)s”"),
}
"""What may happen where people follow."""


def sentence(what: str, *, who: str | None, community: str, words: Mapping[str, Any]) -> str:
    """What a row says, in the language we speak. `who` is None for somebody whose account is closed."""
    says = KINDS[what].says if what in KINDS else HAPPENINGS.get(what, "%(title)s")
    return _filled(says, who, community, words)


def happening_sentence(what: str, *, who: str | None, community: str, words: Mapping[str, Any]) -> str:
    """The same of a happening."""
    return _filled(HAPPENINGS.get(what, "%(title)s"), who, community, words)


def _filled(says: str, who: str | None, community: str, words: Mapping[str, Any]) -> str:
    filled = {"title": "", **words, "who": who or _("A former member"), "community": community}
    return _(says) % filled
