"""What a thread may be: the kinds, in the words that people read."""

from dataclasses import dataclass
from typing import Final

from hub.languages import N_

QUESTION: Final = "question"
DISCUSSION: Final = "discussion"
IDEA: Final = "idea"
POLL: Final = "poll"
ANNOUNCEMENT: Final = "announcement"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: what it is called, what it is for, what one does to begin one, and what its first post is called."""

    name: str
    purpose: str
    begin: str
    text: str


KINDS: Final[dict[str, Kind]] = {
    QUESTION: Kind(
        N_("Question"),
        N_("You want to know something. One of the answers can be marked as the one that solved it."),
        N_("Ask a question"),
        N_("Your question"),
    ),
    DISCUSSION: Kind(
        N_("Discussion"),
        N_("You want to talk something over."),
        N_("Start a discussion"),
        N_("What it is about"),
    ),
    IDEA: Kind(
        N_("Idea"),
        N_("You propose something. Members vote for what they want."),
        N_("Propose an idea"),
        N_("Your idea"),
    ),
    POLL: Kind(
        N_("Poll"),
        N_("You want to know what most think. Everybody chooses one answer, until a day that you set."),
        N_("Start a poll"),
        N_("What it is about"),
    ),
    ANNOUNCEMENT: Kind(
        N_("Announcement"),
        N_("You tell the members something. For facilitators."),
        N_("Announce something"),
        N_("Your announcement"),
    ),
}
