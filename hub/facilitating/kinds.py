"""The words of the queue: what waits in it, what may be done about that, and on which ground."""

from datetime import timedelta
from typing import Final

from hub.languages import N_
from hub.talk.reports import REASONS
from vocab.tagger import FLOOR

REPORT: Final = "report"
APPEAL: Final = "appeal"
CHANGED: Final = "changed"
FIRST: Final = "first"
REQUEST: Final = "request"
CANDIDATE: Final = "candidate"
TAG: Final = "tag"

KINDS: Final[dict[str, str]] = {
    REPORT: N_("Reports"),
    APPEAL: N_("Appeals"),
    CHANGED: N_("Changed as asked"),
    FIRST: N_("First posts"),
    REQUEST: N_("Requests to join"),
    CANDIDATE: N_("Documents for the library"),
    TAG: N_("Doubtful topics"),
}
"""What waits -> what people see."""

ONE_OF: Final[dict[str, str]] = {
    REPORT: N_("Report"),
    APPEAL: N_("Appeal"),
    CHANGED: N_("Changed as asked"),
    FIRST: N_("First post"),
    REQUEST: N_("Request to join"),
    CANDIDATE: N_("Document for the library"),
    TAG: N_("Doubtful topic"),
}
"""The same of one."""

AWAITED: Final = (REPORT, APPEAL, CHANGED, FIRST, REQUEST)
"""Those for which a person waits. They are counted in the navigation, and go to the site moderators when they are late;
documents and topics wait as long as it takes."""

POSTS: Final = (REPORT, CHANGED, FIRST)
"""Those that are about a post."""

ACCEPT: Final = "accept"
CHANGE: Final = "change"
DECLINE: Final = "decline"
PASS: Final = "pass"
HIDE: Final = "hide"

ACTS: Final[dict[str, str]] = {
    ACCEPT: N_("Accepted"),
    CHANGE: N_("A change was asked for"),
    DECLINE: N_("Declined"),
    PASS: N_("Passed on"),
    HIDE: N_("Hidden until it is settled"),
}
"""What was done, as the log says it."""

BUTTONS: Final[dict[str, dict[str, str]]] = {
    REPORT: {
        ACCEPT: N_("Accept: the post stays"),
        CHANGE: N_("Ask for a change"),
        DECLINE: N_("Decline: hide the post"),
        PASS: N_("Pass on"),
        HIDE: N_("Hide until this is settled"),
    },
    APPEAL: {
        ACCEPT: N_("Accept: reverse the decision"),
        DECLINE: N_("Decline: the decision stands"),
        PASS: N_("Pass on"),
    },
    CHANGED: {
        ACCEPT: N_("Accept the change"),
        CHANGE: N_("Ask for another change"),
        DECLINE: N_("Decline: hide the post"),
        PASS: N_("Pass on"),
    },
    FIRST: {
        ACCEPT: N_("Accept"),
        CHANGE: N_("Ask for a change"),
        DECLINE: N_("Decline: hide the post"),
        PASS: N_("Pass on"),
    },
    REQUEST: {
        ACCEPT: N_("Accept: let them in"),
        CHANGE: N_("Ask them something"),
        DECLINE: N_("Decline"),
        PASS: N_("Pass on"),
    },
    CANDIDATE: {
        ACCEPT: N_("Accept: pin it"),
        CHANGE: N_("Ask its publisher for a change"),
        DECLINE: N_("Decline for good"),
        PASS: N_("Pass on"),
    },
    TAG: {ACCEPT: N_("Accept: the topic is right"), DECLINE: N_("Decline: take the topic away")},
}
"""Kind -> act -> its button."""

WORDED: Final[dict[str, tuple[str, ...]]] = {
    REPORT: (CHANGE, DECLINE),
    APPEAL: (ACCEPT, DECLINE),
    CHANGED: (CHANGE, DECLINE),
    FIRST: (CHANGE, DECLINE),
    REQUEST: (CHANGE, DECLINE),
    CANDIDATE: (CHANGE,),
    TAG: (),
}
"""Acts for which one says why to whom they concern."""

GROUNDS: Final[dict[str, str]] = {
    "rules": N_("It breaks the rules of the community"),
    **{reason: words for reason, words in REASONS.items() if reason != "other"},
}
"""Why a post may be hidden."""

REFUSALS: Final[dict[str, str]] = {
    "not-for": N_("The community is for other people"),
    "unknown": N_("We cannot tell who asks"),
    "full": N_("Nobody else is let in at the moment"),
}
"""Why somebody may not be let in."""

ALL_GROUNDS: Final = {**GROUNDS, **REFUSALS}

TARGET: Final = timedelta(hours=48)
"""Within which what people wait for should be decided; after it that goes to the site moderators."""

APPEALS: Final = timedelta(days=183)
"""How long one may appeal (DSA Art. 20: at least six months)."""

DOUBTFUL: Final = 1.5 * FLOOR
"""A suggested topic with a lower score is shown to a person."""


def grounds_of(kind: str) -> dict[str, str]:
    """On what a decline of this kind may stand; nothing for what concerns nobody."""
    if kind in POSTS:
        return GROUNDS
    return REFUSALS if kind == REQUEST else {}
