"""Rules 16 to 18: who may not see a thing gets the same bytes with and without it, at every address and in every mail.

Two hubs stand side by side, the same but for what Northford keeps for itself. Everybody who is not of Northford asks
both the same questions, and must not be able to tell which is which. Northford's people can, or this would prove
nothing. The addresses come from the app's own map: a new route is asked too, and one whose parameters nobody has given
values fails the test.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from typing import Final
from urllib.parse import quote, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from hub.accounts.service import held_by
from hub.alerts.digests import KEY
from hub.index.opensearch.address import read_address
from hub.mail.models import Mail
from hub.sources.models import Run, Source
from tests.contract.engines import forget_prefix
from tests.hub.site import BASE, Site
from tests.security.hidden import AFTERWARDS, CANARY, MEMBER, PLACE, RECORDS, RUN, SOURCE, TOPIC, UNKNOWN, Two, two
from tests.security.hidden_circles import CLOSED, THERE

STRANGERS: Final = (
    "a stranger",
    "somebody without an organisation",
    "an officer of Eastmere",
    "a content officer of Eastmere",
    "a site moderator",
)
MEMBERS: Final = ("an officer of Northford", "the operator")

SLIP: Final = CANARY[:-1]
SEARCHES: Final = (
    "",
    f"q={CANARY}",
    f"q={SLIP}",
    f"q={CANARY}+mould",
    f"q=mould+-{CANARY}",
    f"q=%22{CANARY}+and+mould%22",
    f"q=bats+OR+{CANARY}",
    "q=mould",
    "q=damp+mould+homes",
    "q=mould&words=only",
    "q=hens",
    "q=v%C3%A4glag",
    "q=damp&sort=newest",
    "organisation=northford-city",
    "organisation=quietshire",
    "organisation=unknown",
    "sector=council",
    "type=evaluation",
    f"topic={TOPIC}",
    f"topic={TOPIC}&q=mould",
    "type=community",
    "type=question&q=mould",
    f"type=meeting&q={CANARY}",
    "topic=HOU.1",
    "topic=NONE",
    "language=sv",
    "from=2020-01-01&q=mould",
    "all=organisation",
    "page=2",
    "page=3",
)
"""What is asked of every kind of search."""

TYPED: Final = (CANARY[:4], CANARY, f"{CANARY} and", "mou", "northf", "eg", "vint", TOPIC)

SEARCHED: Final = ("/search", "/search.json", "/search.atom", "/search.csv", "/search/restricted")
FOLLOWED: Final = {"community": "communities", "thread": "discussions"}

QUERIES: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(SEARCHED, SEARCHES),
    "/communities": ("", "sort=name", "sort=active", "sort=members", f"q={CANARY}", f"topic={TOPIC}"),
    "/my/alerts/why": tuple(f"record={one}" for one in ("", AFTERWARDS, RECORDS[0])),
    "/people": ("", f"q={CANARY}", "topic=HOU.1", "organisation=northford-city"),
    "/communities/new": ("", "name=Private+circle", f"name={CANARY}+circle"),
    "/suggest.json": tuple(f"q={quote(one)}{more}" for one in TYPED for more in ("", "&format=opensearch")),
    "/organisations": ("", "sort=documents", "sort=newest", "q=north", f"q={CANARY}", "sector=council"),
    "/topics": ("", "view=a-z", "q=lib", f"q={CANARY}"),
    "/sources": ("", "sort=state", "sort=documents", "page=2"),
    "/sources/new/settings": (
        f"organisation=eastmere-fire-and-rescue&kind=feed&address={quote(PLACE)}&name=x&checked=yes",
        f"organisation=northford-city&kind=feed&address={quote(PLACE)}&name=x&checked=yes",
    ),
    "/sources/new/found": ("organisation=eastmere-fire-and-rescue&address=http%3A%2F%2F127.0.0.1%3A9%2F",),
    "/manage/take-downs/new": (f"what={quote(PLACE)}", *(f"what={one}" for one in (RECORDS[0], UNKNOWN))),
}
"""{route: what follows its question mark}; nothing for the others."""

IDS: Final = (*RECORDS, AFTERWARDS, UNKNOWN)


def values(both: Two, rule: str) -> list[dict[str, str]] | None:
    """The values of a route's parameters that are asked for; None where nobody has thought of them."""
    site, ids = both.without, both.ids
    with site.database.reading() as session:
        sources = [SOURCE, UNKNOWN, *session.scalars(select(Source.id).order_by(Source.id))]
        runs = [RUN, UNKNOWN, *session.scalars(select(Run.id).order_by(Run.id))]
    slugs = ("northford-city", "eastmere-fire-and-rescue", "quietshire", "unknown")
    shown = [site.ids[name] for name in ("homes", "joint", "alarms", "bins", "fair")]
    circles, hidden = [*ids["communities"], "unknown"], (ids["communities"][-1], CLOSED)
    inside = {
        part: [
            {"slug": slug, name: one, "edition": "1"}
            for slug, one in [*zip(hidden, ids[part][-2:], strict=True), (THERE, ids[part][-1]), (THERE, none)]
        ]
        for part, name, none in (
            *(("wiki", "name", "none"), ("events", "id", UNKNOWN)),
            *(("collections", "id", UNKNOWN), ("pins", "record_id", UNKNOWN)),
        )
    }
    table: dict[str, list[dict[str, str]]] = {
        **{f"/communities/<slug>/{part}/<": given for part, given in inside.items() if part in ("wiki", "events")},
        **{f"/communities/<slug>/library/{part}/<": inside[part] for part in ("collections", "pins")},
        "/communities/": [{"slug": slug} for slug in circles],
        **{f"/{part}/": [{"id": id} for id in (*ids[part], UNKNOWN)] for part in ("discussions", "posts", "files")},
        **dict.fromkeys(("/notes/", "/my/letters/"), [{"id": UNKNOWN}]),
        "/moderation/decisions/": [{"id": id} for id in (*ids["decisions"], UNKNOWN)],
        "/moderation/items/": [{"key": f"first.{id}"} for id in (*ids["waiting"], f"{UNKNOWN}.{UNKNOWN}")],
        "/people/": [{"handle": one} for one in (*ids["people"], "nobody")],
        "/records/": [{"id": id} for id in (*IDS, *shown)],
        "/sources/<id>/runs/": [{"id": source, "run_id": run} for source in sources for run in runs],
        # Of one that is shown the preview would visit its site.
        "/sources/<id>/edit/preview": [{"id": id} for id in (SOURCE, UNKNOWN)],
        "/sources/<id>/told/": [{"id": id, "secret": "none"} for id in sources],
        "/sources/": [{"id": id} for id in sources],
        "/organisations/<slug>/reports/": [{"slug": slug, "id": UNKNOWN} for slug in slugs],
        "/organisations/": [{"slug": slug} for slug in slugs],
        "/topics/": [{"notation": one} for one in (TOPIC, "HOU", "HOU.1", "WAS", "NONE")],
        "/manage/people/": [{"id": id} for id in (MEMBER, UNKNOWN)],
        "/static/": [{"filename": "moothall.css"}],
        "/logo/": [{"hashed": "none"}],
        **{
            f"/{name}/": [{"secret": "none", "token": "none", "slug": "northford-city"}]
            for name in ("join", "sign-in", "confirm", "new-password", "account/address", "reports")
        },
        **dict.fromkeys(("/community-invitations/", "/calendars/", "/unsubscribe/"), [{"secret": "none"}]),
    }
    return next((given for start, given in table.items() if rule.startswith(start)), None)


def addresses(both: Two) -> list[str]:
    """Every address that can be read, of every route that there is."""
    found = []
    for rule in sorted(both.without.app.url_map.iter_rules(), key=lambda one: one.rule):
        if "GET" not in (rule.methods or ()):
            continue
        given = values(both, rule.rule) if rule.arguments else [{}]
        assert given, f"{rule.rule}: say in `values` what is asked for, of what is hidden and of what is not"
        for one in given:
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda match, one=one: one[match[1]], rule.rule)
            found += [f"{path}?{query}" if query else path for query in QUERIES.get(rule.rule, ("",))]
    found += [f"{path}?community={slug}" for path in SEARCHED for slug in (*both.ids["communities"], "unknown")]
    found += [f"/my/follow?kind={kind}&key={id}" for kind, part in FOLLOWED.items() for id in both.ids[part]]
    return list(dict.fromkeys(found))


CHANCE: Final = (
    (re.compile(r'(name="csrf_token" value=")[^"]+'), r"\1"),  # drawn for each form
    (re.compile(r'(<svg class="qr").*?</svg>|(<code class="spelled">)[^<]+|(name="sealed" value=")[^"]+'), ""),
    # the secret of a new app for codes
    (re.compile(r'(name="until" value=")[^"]+'), r"\1"),  # when My hub was shown
    (re.compile(r"(cursor=)[\w~-]+"), r"\1"),  # names a list that is kept, sealed
    (re.compile(r"(</id>\s*<updated>)[^<]+(?=(?:(?!<entry>).)*\Z)", re.S), r"\1"),  # a feed without entries is of now
)
"""All that may differ from one answer to the next, and why."""


def said(answer: TestResponse) -> tuple[int, list[tuple[str, str]], str]:
    """Status, headers and body, without what is drawn by chance."""
    headers = [(name, "" if name == "Set-Cookie" else value) for name, value in answer.headers if name != "Date"]
    body = answer.get_data(as_text=True)
    answer.close()
    for pattern, instead in CHANCE:
        body = pattern.sub(instead, body)
    headers = [(name, value if name != "Content-Length" else "") for name, value in headers]
    return answer.status_code, headers, body


def plain(answer: TestResponse, asked: Mapping[str, str]) -> tuple[int, list[tuple[str, str]], str]:
    """The same, without the ids that were asked for: the address of a page stands in it."""
    status, headers, body = said(answer)
    for name, id in asked.items():
        headers = [(one, value.replace(id, name)) for one, value in headers]
        body = body.replace(id, name)
    return status, headers, body


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    with two(tmp_path_factory.mktemp("two")) as made:
        yield made


@pytest.fixture(scope="module")
def on_server(tmp_path_factory: pytest.TempPathFactory, opensearch_node: str) -> Iterator[Two]:
    place = read_address(opensearch_node)
    names = ("without", "having")
    with two(
        tmp_path_factory.mktemp("served"), [f"opensearch://{place.host}:{place.port}?prefix={one}" for one in names]
    ) as made:
        yield made
    for one in names:
        forget_prefix(one)


def require_the_same(both: Two, who: str, address: str) -> None:
    """Ask both hubs, and look for the canary in what was not asked for with it.

    A minute may end between the two questions: what differs is asked once more, and is then the same or a leak.
    """
    clients = both.clients(who)
    without, having = (said(client.get(address, base_url=BASE)) for client in clients)
    if having != without:
        without, having = (said(client.get(address, base_url=BASE)) for client in clients)
    assert having[:2] == without[:2], f"{who} can tell at {address}"
    told = "\n".join(unified_diff(without[2].splitlines(), having[2].splitlines(), n=0))
    assert having == without, f"{who} can tell at {address}:\n{told}"
    assert having[0] < 500, f"{address}: {having[2][:500]}"
    if SLIP not in address.lower():
        assert CANARY not in f"{having[1]}{having[2]}".lower(), f"{who} is told at {address}"


@pytest.mark.parametrize("who", STRANGERS)
def test_nobody_else_can_tell_at_any_address(embedded: Two, who: str) -> None:
    every = addresses(embedded)
    assert len(every) > 150
    for address in every:
        require_the_same(embedded, who, address)


@pytest.mark.server
@pytest.mark.parametrize("who", ["a stranger", "a content officer of Eastmere"])
def test_nobody_else_can_tell_from_a_search_on_a_server(on_server: Two, who: str) -> None:
    parts = ("/search", "/suggest", "/topics", "/organisations", "/records")
    every = [one for one in addresses(on_server) if one == "/" or one.startswith(parts)]
    assert len(every) > 100
    for address in every:
        require_the_same(on_server, who, address)


@pytest.mark.parametrize("who", STRANGERS)
def test_what_is_hidden_is_filtered_as_what_is_not_there(embedded: Two, who: str) -> None:
    _, client = embedded.clients(who)
    pages = ("", ".json", "/versions", "/raw", "/report")
    asked = [(f"/records/{{id}}{page}", id) for id in RECORDS for page in pages]
    pages = ("", ".atom", "/problems", "/problems.csv", "/runs.csv", f"/runs/{RUN}", "/edit", "/edit/preview")
    asked += [(f"/sources/{{id}}{page}", SOURCE) for page in pages]
    ids, circle = embedded.ids, embedded.ids["communities"][-1]
    pages = ("", "/about", "/join", "/members", "/discussions", "/library", "/wiki", "/events", "/events.ics", "/edit")
    asked += [(f"/communities/{{id}}{page}", circle) for page in pages]
    asked += [(f"{page}?community={{id}}", circle) for page in (*SEARCHED, "/communities")]
    asked += [(f"/discussions/{{id}}{page}", ids["discussions"][-1]) for page in ("", "/close", "/poll.csv")]
    asked += [(f"/posts/{{id}}{page}", ids["posts"][-1]) for page in ("", "/history", "/report", "/edit")]
    asked += [("/files/{id}", ids["files"][-1]), (f"/communities/{CLOSED}/events/{{id}}", ids["events"][-1])]
    for address, id in asked:
        hidden, unknown = (
            plain(client.get(address.format(id=one), base_url=BASE), {"id": one}) for one in (id, UNKNOWN)
        )
        assert hidden == unknown, f"{who} can tell at {address}"


def test_what_is_sent_to_something_hidden_is_answered_as_if_it_were_not_there(embedded: Two) -> None:
    app, ids = embedded.having.app, embedded.ids
    hidden_there = {"circle": ids["communities"][-1], "thread": ids["discussions"][-1], "post": ids["posts"][-1]}
    app.config["WTF_CSRF_ENABLED"] = False
    try:
        for who in STRANGERS:
            _, client = embedded.clients(who)
            for path, form in (
                ("/sources/{source}/check", {}),
                ("/sources/{source}/pause", {"paused": "yes"}),
                ("/sources/{source}/edit", {"name": "Mine"}),
                ("/sources/{source}/runs/{run}/decide", {"decision": "accept"}),
                ("/records/{record}/report", {"reason": "wrong", "text": "It is all wrong."}),
                ("/communities/{circle}/join", {}),
                ("/communities/{circle}/ask", {"words": "Who are you?"}),
                ("/discussions/{thread}/reply", {"text": "I know."}),
                ("/posts/{post}/report", {"reason": "rude"}),
                ("/my/follow", {"kind": "community", "key": "{circle}"}),
                ("/my/follow", {"kind": "thread", "key": "{thread}"}),
            ):
                hidden, unknown = (
                    plain(client.post(path.format(**given), data=filled(form, given), base_url=BASE), given)
                    for given in (
                        {"source": SOURCE, "run": RUN, "record": RECORDS[0], **hidden_there},
                        {"source": UNKNOWN, "run": UNKNOWN, "record": UNKNOWN, **dict.fromkeys(hidden_there, UNKNOWN)},
                    )
                )
                assert hidden[0] in (403, 404), path
                assert hidden == unknown, f"{who} can tell by sending to {path}"
    finally:
        app.config["WTF_CSRF_ENABLED"] = True


def filled(form: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """The form with the ids that are asked for."""
    return {name: value.format(**given) for name, value in form.items()}


def test_no_mail_tells_anybody_else(embedded: Two) -> None:
    with embedded.without.database.reading() as session:
        before = set(session.scalars(select(Mail.id)))
    with embedded.having.database.reading() as session:
        mails = [one for one in session.scalars(select(Mail)) if one.id not in before and not one.key.startswith(KEY)]
    told = {mail.recipient for mail in mails}
    assert {f"new-{CANARY}@northford.example", "standards@northford.example"} <= told, "the members are told"
    assert all(one.endswith("@northford.example") for one in told), told


def test_what_people_follow_is_mailed_to_nobody_else(embedded: Two) -> None:
    """Everybody follows the same: only those who may read what is hidden are told anything else."""
    without, having = (digests(site) for site in (embedded.without, embedded.having))
    for who in STRANGERS[1:]:
        told = digests_to(embedded, without, who)
        assert told, f"{who} is told of what is not hidden"
        assert told == digests_to(embedded, having, who), f"{who} can tell by mail"
    officer, operator = MEMBERS
    assert CANARY not in str(digests_to(embedded, without, officer)).lower()
    assert CANARY in str(digests_to(embedded, having, officer)).lower()
    assert digests_to(embedded, having, operator) == [], "who has no address gets no mail"


def digests(site: Site) -> dict[str, list[tuple[str, str]]]:
    """{person: subjects and texts of the mails of what they follow}, without the secrets in them."""
    found: dict[str, list[tuple[str, str]]] = {}
    with site.database.reading() as session:
        for mail in session.scalars(select(Mail).where(Mail.key.startswith(KEY)).order_by(Mail.subject, Mail.text)):
            text = re.sub(r"(/unsubscribe/)\S+", r"\1", mail.text)
            found.setdefault(mail.person_id, []).append((mail.subject, text))
    return found


def digests_to(both: Two, told: Mapping[str, list[tuple[str, str]]], who: str) -> list[tuple[str, str]]:
    """Those to one of our readers."""
    with both.without.database.reading() as session:
        held = held_by(session, both.sessions[who])
    assert held is not None
    return told.get(held.actor.person_id, [])


@pytest.mark.parametrize("who", MEMBERS)
@pytest.mark.parametrize("engine", ["embedded", pytest.param("on_server", marks=pytest.mark.server)])
def test_members_find_it(request: pytest.FixtureRequest, engine: str, who: str) -> None:
    both: Two = request.getfixturevalue(engine)
    site = both.having
    _, client = both.clients(who)
    found = site.page(f"/search?q={CANARY}+mould", client)
    ours = found.all("//section[contains(@class, 'ours')]//h3")
    assert f"Mould and {CANARY} in damp homes" in ours
    whole = site.page(f"/search/restricted?q={CANARY}", client)
    published, of_circles = 4, 2 * 5 + 1
    assert whole.total == published + of_circles
    assert site.page(f"/search/restricted?q={CANARY}&type=evaluation", client).total == 1
    for type, count in {"question": 2, "poll": 2, "announcement": 2, "page": 2, "meeting": 2, "community": 1}.items():
        assert site.page(f"/search/restricted?q={CANARY}&type={type}", client).total == count, type
    hidden = both.ids["communities"][-1]
    assert site.page(f"/search/restricted?q={CANARY}&community={hidden}", client).total == 6
    for address in [f"/communities/{hidden}", *(f"/discussions/{id}" for id in both.ids["discussions"][-2:])]:
        assert CANARY in site.page(address, client).words, address
    for address in ("/communities", "/events", f"/communities/{hidden}/events.ics", f"/communities/{hidden}/library"):
        assert CANARY in site.get(address, client).text.replace("\r\n ", ""), address
    assert CANARY in site.page(f"/records/{RECORDS[0]}", client).title
    for more in (".json", "/versions"):
        assert CANARY in site.get(f"/records/{RECORDS[0]}{more}", client).text
    assert site.get(f"/records/{RECORDS[4]}", client).status_code == 410
    for address in (f"/sources/{SOURCE}", "/sources", "/sources.json", f"/sources/{SOURCE}/problems.csv"):
        assert CANARY in site.get(address, client).text
    assert CANARY in site.page("/organisations/northford-city", client).words


@pytest.mark.parametrize("address", ["/search?q=mould", "/search?q=hens", "/search", "/search?q=damp&page=1"])
def test_members_see_the_same_public_results(embedded: Two, address: str) -> None:
    """Their own panel stands below; without it the page is that of somebody without an organisation.

    But for how many belong to their private community.
    """
    site = embedded.having
    member, other = (main_of(site, embedded.clients(who)[1], address) for who in (MEMBERS[0], STRANGERS[1]))
    assert 'class="panel ours"' in member
    assert 'class="panel ours"' not in other
    of_members = r'\s*<section class="panel ours".*?</section>\s*|<span aria-hidden="true">·</span> \d+ members?\s'
    assert re.sub(of_members, "\n", member, flags=re.S).split() == re.sub(of_members, "\n", other).split()


def main_of(site: Site, client: FlaskClient, address: str) -> str:
    """What stands between header and footer."""
    text = site.get(address, client).text
    return text[text.index("<main") : text.index("</main>")]


def test_the_page_of_a_public_copy_says_nothing_of_a_hidden_one(embedded: Two) -> None:
    site = embedded.having
    for who in (*STRANGERS, *MEMBERS):
        page = site.page(f"/records/{AFTERWARDS}", embedded.clients(who)[1])
        assert "Also published by" not in page.words
    assert urlsplit(PLACE).hostname not in site.get("/search.json").text
