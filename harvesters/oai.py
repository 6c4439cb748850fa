"""The walk through an OAI-PMH list, page by page: windows, resumptionTokens, and the ways in which both go wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from federation.record import as_moment, parse_date
from harvesters.answers import GONE
from harvesters.base import Problem, Response, Tools
from harvesters.errors import FetchError, ListError
from harvesters.lists import list_notes, read_list
from harvesters.oaianswers import Answer, Item, answer, as_date
from harvesters.problems import problem

MOST_PAGES: Final = 10_000
"""Pages of one run; the next run goes on behind them."""
_BARREN: Final = 2
_OWN: Final = ("verb", "metadataPrefix", "set", "from", "until", "identifier", "resumptionToken")
_DAY: Final = timedelta(days=1)
_MOMENT: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Place:
    """A repository as it was registered: its base URL with whatever else its query holds, a format and a set."""

    base: str
    prefix: str
    set: str = ""
    own_prefix: str = ""
    """The prefix where the address named one."""

    @classmethod
    def of(cls, address: str, prefix: str) -> "Place":
        """`https://x/oai?key=1&set=practice`: `key` belongs to the base URL, `set` to our requests."""
        parts = urlsplit(address)
        query = parse_qsl(parts.query, keep_blank_values=True)
        own = {name: value for name, value in query if name in _OWN}
        base = urlunsplit(parts._replace(query=urlencode([one for one in query if one[0] not in _OWN]), fragment=""))
        named = own.get("metadataPrefix", "")
        return cls(base, named or prefix, own.get("set", ""), named)

    def moved_to(self, address: str) -> str:
        """What is to be registered where a request was redirected to `address`: its base URL, our set and prefix."""
        if not address:
            return ""
        own = {"metadataPrefix": self.own_prefix, "set": self.set}
        return replace(self, base=Place.of(address, "").base).url(**own)

    def url(self, **arguments: str) -> str:
        """The address of one request; arguments without a value are left out."""
        query = urlencode({name: value for name, value in arguments.items() if value})
        return f"{self.base}{'&' if urlsplit(self.base).query else '?'}{query}" if query else self.base


@dataclass(frozen=True, slots=True)
class Window:
    """One walk and where it stands. `first` is the responseDate of its first page, by the repository's clock."""

    since: str = ""
    first: str = ""
    token: str = ""
    pages: int = 0
    restarted: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the walk, as harvesters.base.Page has it, with items for changes."""

    items: tuple[Item, ...]
    cursor: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    complete: bool = False
    listed: int | None = None
    moved: str = ""


def walk(address: str, cursor: Mapping[str, Any], tools: Tools, prefix: str) -> Iterator[Step]:
    """All pages since the last complete walk (OAI-PMH 2.0 §3.5 flow control, §3.6 errors).

    The cursor: {"since": responseDate of the last complete walk's first page} and, within a walk, "walk": {"since"
    (the argument `from`), "first", "token" (of the next page), "pages", "restarted"}. A token that has expired starts
    the window again, once. ListError when the repository answers with an error or with something else.
    """
    return _Walk(Place.of(address, prefix), cursor, tools).steps()


def identify(place: Place, tools: Tools) -> Answer:
    """What Identify answers (§4.2); ListError where this is no repository."""
    found = _read(tools.http.get(place.url(verb="Identify")), tools)[1]
    if not found.identifies:
        code, message = found.errors[0] if found.errors else ("no answer to Identify", "")
        raise _error(place, code, message)
    return found


@dataclass(slots=True)
class _Seen:
    """What this walk has met: to notice a list that never ends."""

    tokens: set[str] = field(default_factory=set)
    identifiers: set[str] = field(default_factory=set)
    barren: int = 0

    def note(self, items: tuple[Item, ...], token: str) -> bool:
        """Take one page in; whether the list goes in circles."""
        fresh = {one.identifier for one in items} - self.identifiers
        self.identifiers |= fresh
        self.barren = 0 if fresh else self.barren + 1
        looped = token in self.tokens or self.barren >= _BARREN
        self.tokens.add(token)
        return bool(token) and looped


class _Walk:
    def __init__(self, place: Place, cursor: Mapping[str, Any], tools: Tools) -> None:
        self._place, self._tools = place, tools
        self._since = str(cursor.get("since", ""))
        self._seen = _Seen()
        self._moved = ""
        # pycsw wants the prefix beside the token, which §3.5 forbids; asked for only where a repository insists.
        self._insists = False
        self._window = _stored(cursor) or self._begin()

    def steps(self) -> Iterator[Step]:
        while True:
            found = self._page()
            if found is None:
                if self._window.restarted:
                    said = problem("token-expired", where=self._place.base, stage="list", detail="its token expired")
                    # The stale token must not be what the next check begins with.
                    yield Step((), {"since": self._since})
                    raise ListError(said)
                self._window = replace(self._window, token="", restarted=True)
                self._seen = _Seen()
                continue
            step = self._step(found)
            yield step
            if not found.whole:
                raise ListError(problem("broken-list", where=self._place.base, stage="list"))
            if step.complete:
                return

    def _begin(self) -> Window:
        """A new window: from the last walk's beginning, less an overlap, in the repository's granularity (§2.7.1)."""
        granularity = identify(self._place, self._tools).granularity
        if not as_date(self._since):
            return Window()
        moment = as_moment(parse_date(self._since)).astimezone(UTC)
        if "hh" in granularity.lower():
            return Window((moment - _MOMENT).strftime("%Y-%m-%dT%H:%M:%SZ"))
        return Window((moment - _DAY).strftime("%Y-%m-%d"))

    def _page(self) -> Answer | None:
        """The next page; None where its token has expired."""
        token = self._window.token
        try:
            response, found = self._ask()
        except FetchError as error:
            # Some repositories answer a stale token with status 400 or 422 instead of an error of the protocol.
            if token and error.problem.code == "bad-status":
                return None
            raise
        if found is None or (token and _codes(found) & {"badresumptiontoken"}):
            return None
        if _codes(found) & {"badargument"} and self._yield_to_habits():
            return self._page()
        if found.errors:
            raise _error(self._place, *found.errors[0])
        self._moved = self._moved or self._place.moved_to(response.moved)
        return found

    def _ask(self) -> tuple[Response, Answer | None]:
        window, place = self._window, self._place
        if window.token:
            prefix = place.prefix if self._insists else ""
            url = place.url(verb="ListRecords", metadataPrefix=prefix, resumptionToken=window.token)
        else:
            own = {"metadataPrefix": place.prefix, "set": place.set, "from": window.since}
            url = place.url(verb="ListRecords", **own)
        response = self._tools.http.get(url)
        if response.status in GONE and window.token:
            return response, None
        return _read(response, self._tools)

    def _yield_to_habits(self) -> bool:
        """Whether a refused request is worth one other form: the prefix beside the token, or days instead of times."""
        if self._window.token and not self._insists:
            self._insists = True
            return True
        if not self._window.token and "T" in self._window.since:
            self._window = replace(self._window, since=self._window.since[:10])
            return True
        return False

    def _step(self, found: Answer) -> Step:
        window = replace(self._window, first=self._window.first or as_date(found.response_date))
        token = found.token or ""
        problems = _problems(found, self._place.base)
        looped = self._seen.note(found.items, token)
        if looped:
            problems.append(problem("token-loop", where=self._place.base, stage="list", severity="warning"))
        many = window.pages + 1 >= MOST_PAGES and bool(token) and not looped
        if many:
            limit = f"{MOST_PAGES:,}"
            problems.append(
                problem("too-many-pages", where=self._place.base, stage="list", severity="warning", limit=limit)
            )
        ended = found.whole and (not token or looped)
        if ended:
            cursor: dict[str, Any] = {"since": window.first or self._since}
        else:
            pages = 0 if many else window.pages + 1
            # Of a page that broke off the same token is asked again; its whole records are known by then.
            window = replace(window, token=token if found.whole else window.token, pages=pages)
            cursor = {"since": self._since, "walk": _as_json(window)}
        self._window = window
        listed = 0 if found.empty and not window.since else found.size
        return Step(found.items, cursor, tuple(problems), ended or many, listed, self._moved)


def _read(response: Response, tools: Tools) -> tuple[Response, Answer]:
    if response.status in GONE:
        raise ListError(problem("status-404", where=response.url, stage="list", status=response.status))
    found = answer(read_list("oai", response, tools))
    if found.refusal is not None:
        code, detail = found.refusal
        known = code if code in ("wrong-content-html", "not-a-list") else "not-a-list"
        said = problem(known, where=response.url, stage="list", expected="an OAI-PMH answer", detail=detail)
        raise ListError(said)
    return response, found


def _codes(found: Answer) -> set[str]:
    return {code.lower() for code, _ in found.errors}


def _error(place: Place, code: str, message: str) -> ListError:
    detail = f"{code}: {message}" if message else code
    return ListError(problem("oai-error", where=place.base, stage="list", detail=detail[:300]))


def _problems(found: Answer, where: str) -> list[Problem]:
    broken = [
        problem("broken-record", where=one.where or where, stage="record", detail=one.detail, sample=one.sample)
        for one in found.broken
    ]
    return [*list_notes(found.notes, where, "oai"), *broken]


def _stored(cursor: Mapping[str, Any]) -> Window | None:
    found = cursor.get("walk")
    return Window(**found) if isinstance(found, dict) and found.get("token") else None


def _as_json(window: Window) -> dict[str, Any]:
    return {
        "since": window.since,
        "first": window.first,
        "token": window.token,
        "pages": window.pages,
        "restarted": window.restarted,
    }
