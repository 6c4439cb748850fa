"""What there is to collect at an address that a person pasted: the list itself, or those that page and site name."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin, urlsplit

from harvesters.announced import sitemaps_in
from harvesters.base import Proposal, Response, Signs, Tools
from harvesters.errors import FetchError, HarvestError
from harvesters.identity import host_of
from harvesters.kinds import KINDS
from harvesters.lists import fetch_list, read_list
from harvesters.readers import answers
from harvesters.readers.sniff import reader_for
from harvesters.sentences import Sentence

MOST_VISITS: Final = 8
"""Addresses that are looked at for one that was pasted."""
MOST_FEEDS: Final = 3
MOST_SITEMAPS: Final = 2
NOTHING: Final = Sentence("We found no feed, sitemap, repository or folder of files there.")
WHAT_TO_DO: Final = (
    "Ask whoever runs the site for the address of its feed or of its sitemap, and enter that. The address of a folder "
    "of files or of a repository (OAI-PMH) does as well."
)
_LIKE_OAI: Final = re.compile(r"(?:/|[?&._-])oai(?:2|-?pmh|_pmh|/|\?|\.|$)|[?&]verb=", re.I)
_OF_COMMENTS: Final = re.compile(r"/comments/(?:feed|default)|[?&]feed=comments", re.I)
_SCHEME: Final = re.compile(r"^[a-z][a-z0-9+.-]*://", re.I)
_NOT_SECURE: Final = frozenset({"tls", "no-connection", "bad-answer", "too-slow", "closed-port"})
"""What goes wrong where a site speaks http alone."""


@dataclass(frozen=True, slots=True)
class Visit:
    """An address that was looked at and offers nothing to collect, with why."""

    address: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of looking. `itself` says what lies at the address where that is no list; `missed` are not looked at.

    `finds` has what lies there itself first. `visits` are those that offer nothing.
    """

    address: str
    itself: str = ""
    finds: tuple[Proposal, ...] = ()
    visits: tuple[Visit, ...] = ()
    missed: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """The whole in one or two sentences."""
        if not self.finds:
            return tuple(filter(None, (self.itself, NOTHING)))
        if not self.itself:
            return (Sentence("This address can be collected as it is."),)
        leads = Sentence("It or its site leads to this:"), Sentence("It or its site leads to these:")
        return self.itself, leads[len(self.finds) > 1]

    @property
    def sentence(self) -> str:
        """The same in one line."""
        return " ".join(self.sentences)


def look(typed: str, tools: Tools) -> Looked:
    """Look at the address and, where it is no list itself, at what its page and its site name: MOST_VISITS at most.

    HarvestError says why the address itself cannot be had. What cannot be had of the rest is one of `visits`, and what
    there was no time for one of `missed`.
    """
    response = _first(addresses_of(typed), tools)
    looking = _Looking(tools)
    own = looking.recognise(response)
    if own is not None:
        return Looked(response.url, finds=(own,))
    itself, signs = _described(response, tools)
    looking.follow(_candidates(response, signs))
    return Looked(response.url, itself, tuple(looking.finds), tuple(looking.visits), tuple(looking.missed))


def addresses_of(typed: str) -> tuple[str, ...]:
    """The addresses that may be meant: `northford.example` is tried with https, then with http."""
    written = typed.strip().strip("<>\"'“”").strip()
    if written.lower().startswith("feed:"):
        written = written[5:].removeprefix("//")
    if _SCHEME.match(written) or not re.search(r"[.:]", written):
        return (written,)
    return f"https://{written}", f"http://{written}"


def _first(addresses: tuple[str, ...], tools: Tools) -> Response:
    """The answer of the first of these that answers; the error of the first where none does."""
    try:
        return _answer(addresses[0], tools)
    except FetchError as error:
        if len(addresses) == 1 or error.problem.code not in _NOT_SECURE:
            raise
        try:
            return _answer(addresses[1], tools)
        except HarvestError:
            raise error from None


def _answer(address: str, tools: Tools) -> Response:
    """The answer at an address; a repository may answer nothing at all to whoever does not say what is wanted."""
    try:
        return fetch_list(address, tools)
    except HarvestError as error:
        if not _LIKE_OAI.search(address) or error.problem.code not in ("status-404", "bad-status", "status-5xx"):
            raise
        try:
            return fetch_list(_identify(address), tools)
        except HarvestError:
            raise error from None


def _identify(address: str) -> str:
    return f"{address.partition('?')[0]}?verb=Identify"


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An address that may be a list; `guessed` where nobody named it as one, so that robots.txt is asked first."""

    address: str
    guessed: bool = False
    robots: bool = False


@dataclass(slots=True)
class _Looking:
    """One look: what was found, what was not, and what there was no time for."""

    tools: Tools
    finds: list[Proposal] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def recognise(self, response: Response) -> Proposal | None:
        """What the answer is itself, by the first kind that knows it. HarvestError where the list is broken."""
        for kind in KINDS.values():
            if found := kind.recognise(response, self.tools):
                return found
        return None

    def follow(self, candidates: Iterator[_Candidate]) -> None:
        """Look at one after the other."""
        waiting, seen = deque(candidates), set[str]()
        while waiting:
            one = waiting.popleft()
            if one.address in seen:
                continue
            if len(seen) >= MOST_VISITS - 1:
                self.missed.append(one.address)
                continue
            seen.add(one.address)
            waiting.extend(self._visit(one))

    def _visit(self, one: _Candidate) -> list[_Candidate]:
        """Look at one address; more that it names."""
        root = urljoin(one.address, "/sitemap.xml")
        try:
            response = fetch_list(one.address, self.tools, crawl=one.guessed)
            if one.robots:
                named = sitemaps_in(response)[:MOST_SITEMAPS]
                if not named:
                    self.visits.append(Visit(one.address, Sentence("It names no sitemap.")))
                return [_Candidate(address) for address in named] or [_Candidate(root, guessed=True)]
            found = self.recognise(response)
        except HarvestError as error:
            if error.problem.code == "out-of-time":
                self.missed.append(one.address)
            else:
                self.visits.append(Visit(one.address, error.problem.what))
            return [_Candidate(root, guessed=True)] if one.robots else []
        if found is None:
            self.visits.append(Visit(one.address, Sentence("It is no list that we can read.")))
        elif (found.kind, found.address) not in {(known.kind, known.address) for known in self.finds}:
            self.finds.append(found)
        return []


def _described(response: Response, tools: Tools) -> tuple[str, Signs]:
    """What an answer that is no list is, in a sentence, and what it tells of lists."""
    if _is_robots(response):
        said = Sentence("This is the robots.txt of {host}, which speaks to programs.", host=host_of(response.url))
        return said, Signs()
    reader = reader_for(response.media_type, response.url, response.body[:4096])
    if reader == "html":
        try:
            signs = answers.signs(read_list("signs", response, tools))
        except HarvestError:
            signs = Signs()
        if signs.title:
            return Sentence("This is a web page named “{title}”, not a feed.", title=signs.title), signs
        return Sentence("This is a web page, not a feed."), signs
    if "/wp-json" in response.url:
        return Sentence("This is the programming interface of a WordPress site."), Signs(system="wordpress")
    if "/api/3/" in response.url or "/api/action/" in response.url:
        return Sentence("This is the programming interface of a CKAN site."), Signs(system="ckan")
    if reader in ("pdf", "office", "sheet", "text"):
        return Sentence("This is a single document, not a list of documents."), Signs()
    if response.media_type:
        return Sentence("This is something that we cannot read ({type}).", type=response.media_type), Signs()
    return Sentence("This is something that we cannot read (no type is given)."), Signs()


def _is_robots(response: Response) -> bool:
    return urlsplit(response.url).path.lower() == "/robots.txt"


def _candidates(response: Response, signs: Signs) -> Iterator[_Candidate]:
    """Where to look, best first: what is announced, what looks like it among the links, what the system has."""
    announced = [one for one in signs.feeds if not _OF_COMMENTS.search(one)][:MOST_FEEDS]
    yield from (_Candidate(one) for one in announced)
    linked = [one for one in signs.linked_feeds if one not in announced and not _OF_COMMENTS.search(one)]
    yield from (_Candidate(one, guessed=True) for one in linked[: MOST_FEEDS - len(announced)])
    if signs.system == "wordpress" and not announced:
        place = response.url.partition("/wp-json")[0] if "/wp-json" in response.url else urljoin(response.url, "/")
        yield _Candidate(f"{place.rstrip('/')}/feed/", guessed=True)
    if signs.system == "ckan":
        yield _Candidate(urljoin(response.url, "/feeds/dataset.atom"), guessed=True)
    repositories = [response.url] if _LIKE_OAI.search(response.url) else list(signs.repositories[:1])
    yield from (_Candidate(_identify(one), guessed=True) for one in repositories)
    yield from (_Candidate(one, guessed=True) for one in signs.sitemaps[:1])
    yield _Candidate(urljoin(response.url, "/robots.txt"), robots=True)
