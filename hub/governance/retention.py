"""How long anything is kept, and why: one table, shown on the privacy page and enforced every night (nights.py)."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from hub.accounts.models import AddressChange, Attempt, Invitation, Spent, WebSession
from hub.alerts.models import AlertRun, Delivery, Digest, UnsubscribeToken
from hub.communities.models import CommunityInvitation
from hub.facilitating.personal import forget_rulings
from hub.governance.outdated import (
    LETTERS,
    LINKS,
    NOTICES,
    TRIES,
    Forget,
    Old,
    deleted,
    ended_sessions,
    forget_accounts,
    forget_names,
    old_checks,
    old_mails,
    old_names,
    old_problems,
    old_reporters,
    old_reporters_of_posts,
    old_rulings,
    old_texts,
    passed,
    unconfirmed,
)
from hub.languages import N_
from hub.mail.models import Mail
from hub.moderation.personal import forget_reporters
from hub.notices.models import Happening, Notice
from hub.people.models import Letter
from hub.records.service import forget_texts
from hub.sources.models import ProblemRow, Run
from hub.talk.models import MailTaken, ReplyAddress
from hub.talk.personal import forget_reporters as forget_reporters_of_posts


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: what is kept how long and why, and what is done then. `old` finds it, `forget` does it."""

    key: str
    what: str
    kept: str
    why: str
    then: str
    old: Old
    forget: Forget


RULES: Final = (
    Rule(
        "sign-ins",
        N_("Sign-ins and links to sign in, with the name of the browser"),
        N_("until you sign out or they expire"),
        N_("so that you stay signed in, and can end it from elsewhere"),
        N_("deleted the night after"),
        ended_sessions,
        deleted(WebSession.hashed),
    ),
    Rule(
        "tries",
        N_("Tries to sign in, counted by a hash of the address and of the network"),
        N_("an hour"),
        N_("so that nobody can guess passwords"),
        N_("deleted"),
        *passed(Attempt.id, Attempt.at, TRIES),
    ),
    Rule(
        "answered challenges",
        N_("Answers of passkeys, as hashes"),
        N_("some minutes"),
        N_("so that none is used twice"),
        N_("deleted"),
        *passed(Spent.hashed, Spent.expires),
    ),
    Rule(
        "accounts never confirmed",
        N_("Accounts whose address was never confirmed"),
        N_("28 days"),
        N_("so that a mail may be found late"),
        N_("deleted, with everything in them"),
        unconfirmed,
        forget_accounts,
    ),
    Rule(
        "invitations",
        N_("Invitations, with the address of who is invited"),
        N_("seven days"),
        N_("as long as their link works"),
        N_("deleted"),
        *passed(Invitation.id, Invitation.expires),
    ),
    Rule(
        "invitations to communities",
        N_("Invitations to communities, with the address of who is invited"),
        N_("seven days"),
        N_("as long as their link works"),
        N_("deleted"),
        *passed(CommunityInvitation.id, CommunityInvitation.expires),
    ),
    Rule(
        "changes of address",
        N_("Addresses that somebody wants to change to"),
        N_("a day"),
        N_("as long as their link works"),
        N_("deleted"),
        *passed(AddressChange.person_id, AddressChange.expires),
    ),
    Rule(
        "mails",
        N_("Mails that were sent or could not be, with their text and address"),
        N_("30 days; the one that confirms the end of an account until it is sent"),
        N_("so that it can be found out why one did not arrive"),
        N_("deleted"),
        old_mails,
        deleted(Mail.id),
    ),
    Rule(
        "notices",
        N_("Notices: what happened to you in the hub"),
        N_("90 days"),
        N_("so that you find again what somebody wrote to you"),
        N_("deleted; what was written stays where it stands"),
        *passed(Notice.id, Notice.at, NOTICES),
    ),
    Rule(
        "happenings",
        N_("What was written where people follow, as it is told to them"),
        N_("90 days"),
        N_("so that it is told once"),
        N_("deleted; what was written stays where it stands"),
        *passed(Happening.id, Happening.at, NOTICES),
    ),
    Rule(
        "deliveries",
        N_("What was delivered to you of what you follow, and why"),
        N_("90 days"),
        N_("so that you are told of everything once, and can ask why"),
        N_("deleted; what it was stays where it stands"),
        lambda moment: select(Delivery.id).where(Delivery.at < moment - NOTICES),
        deleted(Delivery.id),
    ),
    Rule(
        "digests",
        N_("That a mail was made of what you follow, without its words"),
        N_("90 days"),
        N_("so that no mail is made twice"),
        N_("deleted"),
        lambda moment: select(Digest.id).where(Digest.created < moment - NOTICES),
        deleted(Digest.id),
    ),
    Rule(
        "alert runs",
        N_("That the mails of a day were made, and how many"),
        N_("90 days"),
        N_("so that no mail is made twice"),
        N_("deleted"),
        lambda moment: select(AlertRun.slot).where(AlertRun.started < moment - NOTICES),
        deleted(AlertRun.slot),
    ),
    Rule(
        "links that stop mails",
        N_("Links that stop mails, as hashes"),
        N_("a year"),
        N_("so that the link works in an old mail, too"),
        N_("deleted"),
        lambda moment: select(UnsubscribeToken.hashed).where(UnsubscribeToken.created < moment - LINKS),
        deleted(UnsubscribeToken.hashed),
    ),
    Rule(
        "letters",
        N_("Letters that people write to each other through the hub"),
        N_("a year"),
        N_("so that both find again what was said, and can answer"),
        N_("deleted for both"),
        *passed(Letter.id, Letter.created, LETTERS),
    ),
    Rule(
        "reporters",
        N_("Name and address of who has reported a document"),
        N_("a year after the answer, or until the account is closed"),
        N_("so that the answer reaches them, and can be questioned"),
        N_("erased; the report and its answer stay"),
        old_reporters,
        forget_reporters,
    ),
    Rule(
        "reporters of posts",
        N_("Who has reported a post in a community"),
        N_("a year after the answer, or until the account is closed"),
        N_("so that the answer reaches them, and can be questioned"),
        N_("erased; the report and its answer stay"),
        old_reporters_of_posts,
        forget_reporters_of_posts,
    ),
    Rule(
        "addresses for answers",
        N_("The addresses by which you answer in discussions by mail"),
        N_("90 days after the last mail that named one"),
        N_("as long as you may answer to it"),
        N_("deleted; what was published stays where it stands"),
        *passed(ReplyAddress.id, ReplyAddress.expires),
    ),
    Rule(
        "mails that came in",
        N_("That a mail with an answer came in, as a hash"),
        N_("90 days"),
        N_("so that none is published twice"),
        N_("deleted; what was published stays where it stands"),
        *passed(MailTaken.hashed, MailTaken.at, NOTICES),
    ),
    Rule(
        "names in the log",
        N_("Who did what: the name, the account and the network, in the log of acts"),
        N_("two years, or until the account is closed"),
        N_("so that misuse can be followed up"),
        N_("erased; that it was done, and when, stays"),
        old_names,
        forget_names,
    ),
    Rule(
        "names in the queue",
        N_("Decisions of the moderation queue: who decided, and about whom"),
        N_("two years, or until the account is closed"),
        N_("so that one can appeal, and misuse can be followed up"),
        N_("erased; that it was decided, when and why stays"),
        old_rulings,
        forget_rulings,
    ),
    Rule(
        "withdrawn documents",
        N_("Text and original of documents that their publisher has withdrawn"),
        N_("30 days"),
        N_("so that a slip of the publisher can be undone"),
        N_("emptied; title and dates stay, so that links say what has happened"),
        old_texts,
        forget_texts,
    ),
    Rule(
        "problems of checks",
        N_("Problems that checks of sources have met, with samples of the pages"),
        N_("90 days, and those of each source's last check"),
        N_("so that their cause can be found"),
        N_("deleted"),
        old_problems,
        deleted(ProblemRow.id),
    ),
    Rule(
        "checks",
        N_("Checks of sources: when, and how many documents"),
        N_("a year, and the last 30 of each source"),
        N_("so that one sees how a source has been doing"),
        N_("deleted"),
        old_checks,
        deleted(Run.id),
    ),
)
"""The table. Searches are not in it, for nobody's searches are kept."""
