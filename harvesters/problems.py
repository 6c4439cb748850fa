"""The catalogue of problems: code -> (what happened, how to fix it), in sentences for a content officer."""

from typing import Any, Final, Literal

from harvesters.base import Problem
from harvesters.sentences import Sentence

PROBLEMS: Final[dict[str, tuple[str, str]]] = {
    # reaching the site
    "bad-address": (
        "{where} is not a web address.",
        "Give the whole address, beginning with https:// or http://.",
    ),
    "password-in-address": (
        "{where} has a user name or a password in it.",
        "Give the address without them; the hub reads what is public.",
    ),
    "closed-port": (
        "{where} names port {port}, which we do not visit.",
        "Give an address on the usual ports 80 or 443. An operator can allow another port in MOOTHALL_FETCH_ALLOW.",
    ),
    "unknown-host": (
        "There is no site named {host}.",
        "Check the spelling of the address; if the site has moved, enter the new address.",
    ),
    "no-name-lookup": (
        "The name {host} could not be looked up just now.",
        "Nothing to do if it happens once; we try again by ourselves.",
    ),
    "private-address": (
        "{host} is an address inside a private network, so we did not connect to it.",
        "Give the public address of the site. An operator can allow a private network in MOOTHALL_FETCH_ALLOW.",
    ),
    "not-encrypted": (
        "{where} is not encrypted, and secrets travel on this way.",
        "Give an address that begins with https://.",
    ),
    "redirect-refused": (
        "{where} sends us on to another address, where secrets must not go.",
        "Enter the address that answers itself.",
    ),
    "no-connection": (
        "We could not connect to {host}.",
        "Check that the site is up and lets visitors in from outside; we try again by ourselves.",
    ),
    "tls": (
        "The secure connection to {host} failed: {detail}.",
        "Ask whoever runs the site to send its whole certificate chain with a certificate that is valid for this name.",
    ),
    "too-slow": (
        "{where} did not answer completely within {seconds} seconds.",
        "Check that the address answers quickly in a browser; we try again by ourselves.",
    ),
    "out-of-time": (
        "There was no time left to look at {where}.",
        "Try again; if it stays like this, the site answers too slowly.",
    ),
    "too-large": (
        "{where} is larger than {limit}.",
        "Split the list or publish a smaller file; an operator can raise the limit for one source.",
    ),
    "too-many-redirects": (
        "{where} sends us round in more than five redirects.",
        "Enter the address that the site ends at in a browser.",
    ),
    "bad-redirect": (
        "{where} redirects to an address that is not a web address.",
        "Mend the redirect on the site, or enter the final address.",
    ),
    "bad-answer": (
        "{host} does not answer like a web server: {detail}.",
        "Check the address and the port.",
    ),
    "status-401": (
        "{where} asks for a user name and a password (status {status}).",
        "Publish the list without a password, or give the public address.",
    ),
    "blocked-by-firewall": (
        "{host} refuses our visits (status {status}).",
        "Ask whoever runs the site to let in the user agent “{agent}”.",
    ),
    "status-404": (
        "There is nothing at {where} (status {status}).",
        "Check the address in a browser; if the list has moved, enter the new address.",
    ),
    "status-429": (
        "{host} says that we ask too often (status {status}).",
        "Nothing to do: we come back later, when the site says so.",
    ),
    "status-5xx": (
        "{host} has a fault of its own (status {status}).",
        "Tell whoever runs the site if it lasts; we try again by ourselves.",
    ),
    "bad-status": (
        "{where} answers with status {status}, which we do not understand.",
        "Check the address in a browser.",
    ),
    "robots-refused": (
        "The site's robots.txt asks us not to read {where}.",
        "Allow the user agent “{agent}” in robots.txt if the page should be found through the hub.",
    ),
    "robots-unreachable": (
        "{host} could not show its robots.txt, so we did not read its pages.",
        "Mend /robots.txt on the site, or remove it; we try again by ourselves.",
    ),
    "moved": (
        "The list has moved for good to {detail}.",
        "Nothing to do: we use the new address from now on.",
    ),
    # the list
    "wrong-content-html": (
        "{where} is a web page, not {expected}.",
        "Enter the address of the list itself.{detail}",
    ),
    "not-a-list": (
        "{where} is not {expected}: {detail}.",
        "Open the address in a browser and check what it shows.",
    ),
    "empty-list": (
        "The list at {where} has no entries.",
        "Check that the site still publishes it. Nothing that we hold is removed.",
    ),
    "broken-list": (
        "The list at {where} breaks its format; we read what could be read.",
        "Ask the site's supplier to check it with a validator.",
    ),
    "cut-list": (
        "The list at {where} has more than {limit} entries; we read the first ones.",
        "Publish it in pages, or as a sitemap.",
    ),
    "duplicate-id": (
        "Two entries have the same identifier “{where}”; we kept the first.",
        "Give each entry an identifier (guid, id) of its own.",
    ),
    "no-id": (
        "An entry has neither an identifier nor an address, so we could not keep it.",
        "Give each entry a link or an identifier.",
    ),
    "no-url": (
        "The entry “{where}” has no web address, so people could not open it; we left it out.",
        "Give each entry a link that begins with https:// or http://.",
    ),
    "too-much": (
        "The entry “{where}” has {detail}, more than we take; we left it out.",
        "Check it for a fault of the system that made it.",
    ),
    "part-missing": (
        "A part of the list, {where}, could not be read ({detail}).",
        "Mend that part, or take it out of the list. Nothing that we hold is removed until then.",
    ),
    "other-site": (
        "The list names {detail} on other sites; we left them out.",
        "List only pages of the site itself, or register the other site as a source of its own.",
    ),
    "broken-record": (
        "The record “{where}” could not be read: {detail}.",
        "Ask whoever runs the repository to mend it.",
    ),
    "token-expired": (
        "The list broke off in the middle ({detail}); we start it again next time.",
        "Nothing to do unless it happens every time; then tell whoever runs the repository.",
    ),
    "token-loop": (
        "The list repeats itself without an end, so we stopped.",
        "Tell whoever runs the repository that its resumptionToken never ends.",
    ),
    "oai-error": (
        "The repository answers with an error: {detail}.",
        "Check the address and the settings of the repository.",
    ),
    "too-many-pages": (
        "The list has more pages than we read in one check ({limit}).",
        "We go on at the next check.",
    ),
    # one document
    "gone": ("{where} is gone from the site (status {status}).", "Nothing to do if that was meant."),
    "unreadable": (
        "{where} could not be read: {detail}.",
        "Open the file yourself; if it opens, save it again in a common format (PDF, DOCX, ODT, HTML).",
    ),
    "unknown-format": (
        "{where} is of a format that we do not read ({detail}).",
        "Publish it as a web page, PDF, DOCX, ODT, XLSX, PPTX or plain text.",
    ),
    "encrypted": ("{where} is protected by a password.", "Publish a version without a password."),
    "scanned-pdf": (
        "{where} is a scanned PDF without text, so only its title can be found.",
        "Publish the original Word file too, or run text recognition before uploading.",
    ),
    "bomb": (
        "{where} unpacks to far more than its size, so we did not open it.",
        "Save the file again; if it stays like this, have it checked for damage.",
    ),
    "reader-crashed": (
        "{where} made our reader stop ({detail}); nothing else was harmed.",
        "Save the file again in a common format; tell the hub's operator if it stays like this.",
    ),
    "reader-too-slow": (
        "{where} took longer to read than we allow ({seconds} seconds).",
        "Publish it in smaller parts.",
    ),
    "answer-too-large": (
        "{where} holds more text than we read from one document ({limit}).",
        "Publish it in smaller parts.",
    ),
    "empty-document": (
        "{where} holds no text that we can read.",
        "Check that the text is in the page itself and not only in a picture or a script.",
    ),
    "broken-date": (
        "A date of {where} cannot be read, so we left it out.",
        "Publish dates in the form 2026-11-24.",
    ),
    "cut-text": ("{where} is very long; we kept its beginning.", "Nothing to do."),
    "no-title": (
        "{where} has no title; we show its first words.",
        "Give each document a title.",
    ),
    "bad-json-ld": (
        "The schema.org data in {where} is not valid JSON, so we did without.",
        "Ask the site's supplier to check the page with a schema.org validator.",
    ),
    "bad-link": (
        "{where} has a link that is not a web address, so we dropped the link.",
        "Link with https:// or http://.",
    ),
    "no-licence": (
        "No licence is stated, so the hub shows title, summary, a short extract and the link only.",
        "State a licence on the site, or set one for the whole source.",
    ),
    "held": (
        "This check would have removed or changed too much ({detail}), so it waits for a person.",
        "Look at the list. Accept it if the site really changed, refuse it if the site had a fault.",
    ),
    "taken-down": (
        "A document of this list was taken down from this hub, so it was not collected again.",
        "Nothing to do. If it may be shown again, ask the people who run the hub to lift that.",
    ),
    "hidden": (
        "A document of this list is hidden while a report about it is looked into, so it was left as it is.",
        "Answer the report: it is on the page of your organisation's reports.",
    ),
    "worker-stopped": (
        "The check ended because its worker stopped; what it had read is kept.",
        "Nothing to do: the next check goes on from there.",
    ),
    "not-indexed": (
        "The search index refused the document: {detail}.",
        "Tell the hub's operator.",
    ),
    "fault": (
        "Something went wrong on our side ({detail}).",
        "Tell the hub's operator; the check is tried again.",
    ),
}

DETAILS: Final = (
    *("a feed", "a sitemap", "a folder listing", "an OAI-PMH answer"),
    "it has no metadata",
    "its token expired",
    "it is an ordinary web page",
    "it is JSON, but not a JSON Feed",
    "its headers are larger than we take",
    "its answer breaks off before the end",
    "it closes the connection without an answer",
    "what it sends is not HTTP",
    "the site broke the handshake off",
    "the site does not speak it",
    "the sandbox is closed",
    "it ended without an answer",
    "its answer is not JSON",
    "it gave no answer",
)
"""What may stand for `detail` or `expected` in the sentences, where it is one of ours and not a program's."""


def problem(
    code: str,
    *,
    where: str = "",
    stage: Literal["list", "fetch", "read", "record"] = "record",
    severity: Literal["error", "warning", "notice"] = "error",
    sample: str = "",
    **words: Any,
) -> Problem:
    """The Problem `code` with its sentences filled in; KeyError when the catalogue has no such code."""
    what, fix = PROBLEMS[code]
    words["where"] = where
    return Problem(code, Sentence(what, **words), Sentence(fix, **words), where, stage, severity, sample[:300])
