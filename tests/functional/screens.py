"""A hub in which there is something to see on every screen, the readers who see different ones, and all its addresses.

A screen is a route that answers a GET with HTML. Those without a part in angle brackets are found by themselves; the
others stand in PLACES, with addresses where something is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.accounts.models import Joining, Membership, Person
from hub.accounts.service import make_link
from hub.alerts.models import Delivery
from hub.alerts.unsubscribing import make_token
from hub.communities.access import PRIVATE
from hub.communities.invitations import invite
from hub.communities.membership import join
from hub.communities.models import Community
from hub.communities.service import archive
from hub.db import new_id, now
from hub.events.service import Arranged, arrange, cancel, say
from hub.jobs import Watch
from hub.library.searching import add_search
from hub.library.service import pin, put_collection, reject
from hub.mail.models import Mail
from hub.moderation.models import Report
from hub.notices.following import DAILY, SEARCH, TOPIC, WEEKLY, follow
from hub.notices.service import About, notify
from hub.organisations.service import find_organisation
from hub.people.letters import Named as LettersNamed
from hub.people.letters import write
from hub.people.models import ACCOUNT, NOBODY
from hub.policy import ADMIN, COMMAND_LINE, MEMBER, OFFICER, OPERATOR, SITE_MODERATOR, Actor
from hub.sources.models import WAITING, Source
from hub.sources.notices import Named
from hub.sources.told import secret_of
from hub.workshop import Workshop
from hub.writing.wiki import Written, begin_page, change_page
from tests.hub.accounts.people import Browser
from tests.hub.communities.made import acting, known, made
from tests.hub.facilitating.filled import fill_queue
from tests.hub.people.shown import accepted, show, shown_person
from tests.hub.site import Site, filled_site
from tests.hub.sources.checked import Checked, website
from tests.hub.talk.filled import fill_talk
from tests.hub.writing.written import NOTE, draft, publish
from tests.servers.loopback import Answer, Request, serve
from tests.servers.town import NO_LINK, Town
from tests.vocab.loaded import common

PLACES: Final[dict[str, tuple[str, ...]]] = {
    "/": ("/",),
    "/search": ("/search", "/search?q=damp+mould", "/search?q=xylophone&sector=fire", "/search?q=damp&from=notadate"),
    "/topics": ("/topics", "/topics?view=a-z", "/topics?q=zzzz"),
    "/topics/<notation>": ("/topics/HOU", "/topics/NONE"),
    "/organisations": ("/organisations", "/organisations?q=zzzz"),
    "/organisations/<slug>": ("/organisations/northford-city", "/organisations/quietshire"),
    "/organisations/<slug>/edit": ("/organisations/northford-city/edit",),
    "/organisations/<slug>/people": ("/organisations/northford-city/people", "/organisations/quietshire/people"),
    "/organisations/<slug>/reports": ("/organisations/northford-city/reports", "/organisations/quietshire/reports"),
    "/organisations/<slug>/reports/<id>": (
        "/organisations/northford-city/reports/{open report}",
        "/organisations/northford-city/reports/{answered report}",
    ),
    "/organisations/<slug>/hand-over": (
        "/organisations/northford-city/hand-over",
        "/organisations/quietshire/hand-over",
    ),
    "/communities": ("/communities", "/communities?q=zzzz", "/communities?state=archived"),
    "/communities/<slug>": (
        *("/communities/damp-and-mould", "/communities/safeguarding-leads", "/communities/flood-of-2019"),
        "/communities/none",
    ),
    "/communities/<slug>/about": ("/communities/damp-and-mould/about", "/communities/safeguarding-leads/about"),
    "/communities/<slug>/members": (
        "/communities/damp-and-mould/members",
        "/communities/damp-and-mould/members?q=zzzz",
    ),
    "/communities/<slug>/discussions": (
        *("/communities/damp-and-mould/discussions", "/communities/safeguarding-leads/discussions"),
        "/communities/flood-of-2019/discussions",
    ),
    "/communities/<slug>/discussions/new": (
        "/communities/damp-and-mould/discussions/new",
        *(f"/communities/damp-and-mould/discussions/new?kind={kind}" for kind in ("question", "poll", "announcement")),
    ),
    "/discussions/<id>": (
        *("/discussions/{discussion}", "/discussions/{idea}", "/discussions/{poll}", "/discussions/{unanswered}"),
        *("/discussions/{closed discussion}", "/discussions/none"),
    ),
    "/discussions/<id>/close": ("/discussions/{unanswered}/close",),
    "/posts/<id>/edit": ("/posts/{answer}/edit",),
    "/posts/<id>/history": ("/posts/{answer}/history",),
    "/posts/<id>/report": ("/posts/{post}/report",),
    "/posts/<id>/hide": ("/posts/{post}/hide",),
    "/communities/<slug>/wiki": ("/communities/damp-and-mould/wiki", "/communities/safeguarding-leads/wiki"),
    "/communities/<slug>/wiki/new": ("/communities/damp-and-mould/wiki/new",),
    "/communities/<slug>/wiki/<name>": ("/communities/damp-and-mould/wiki/lending-lamps",),
    "/communities/<slug>/wiki/<name>/edit": ("/communities/damp-and-mould/wiki/lending-lamps/edit",),
    "/communities/<slug>/wiki/<name>/history": ("/communities/damp-and-mould/wiki/lending-lamps/history",),
    "/communities/<slug>/wiki/<name>/compare": ("/communities/damp-and-mould/wiki/lending-lamps/compare",),
    "/communities/<slug>/wiki/<name>/versions/<edition>": (
        "/communities/damp-and-mould/wiki/lending-lamps/versions/1",
    ),
    "/communities/<slug>/library": (
        *("/communities/damp-and-mould/library", "/communities/safeguarding-leads/library"),
        "/communities/flood-of-2019/library",
    ),
    "/communities/<slug>/library/collections/<id>": (
        "/communities/damp-and-mould/library/collections/{collection}",
        "/communities/damp-and-mould/library/collections/others",
    ),
    "/communities/<slug>/library/candidates": (
        "/communities/damp-and-mould/library/candidates?done={alarms}",
        "/communities/damp-and-mould/library/candidates?state=rejected",
        "/communities/safeguarding-leads/library/candidates",
    ),
    "/communities/<slug>/library/pins/<record_id>": ("/communities/damp-and-mould/library/pins/{homes}",),
    "/communities/<slug>/library/collections": ("/communities/damp-and-mould/library/collections?id={collection}",),
    "/communities/<slug>/library/searches": (
        "/communities/damp-and-mould/library/searches?q=mould",
        "/communities/safeguarding-leads/library/searches",
    ),
    "/search/feed-a-library": ("/search/feed-a-library?q=mould",),
    "/records/<id>/pin": ("/records/{homes}/pin", "/records/{alarms}/pin"),
    "/communities/<slug>/events": (
        *("/communities/damp-and-mould/events", "/communities/damp-and-mould/events?past=yes"),
        "/communities/safeguarding-leads/events",
    ),
    "/communities/<slug>/events/new": ("/communities/damp-and-mould/events/new",),
    "/communities/<slug>/events/<id>": (
        *("/communities/damp-and-mould/events/{meeting}", "/communities/damp-and-mould/events/{past meeting}"),
        "/communities/damp-and-mould/events/{cancelled meeting}",
    ),
    "/communities/<slug>/events/<id>/edit": ("/communities/damp-and-mould/events/{meeting}/edit",),
    "/events": ("/events", "/events?past=yes"),
    "/communities/<slug>/join": ("/communities/damp-and-mould/join", "/communities/safeguarding-leads/join"),
    "/communities/<slug>/leave": ("/communities/damp-and-mould/leave",),
    "/communities/<slug>/ask": ("/communities/damp-and-mould/ask",),
    "/communities/<slug>/requests": ("/communities/safeguarding-leads/requests",),
    "/communities/<slug>/edit": ("/communities/damp-and-mould/edit", "/communities/flood-of-2019/edit"),
    "/communities/new": ("/communities/new", "/communities/new?name=Damp+homes&topic=HOU", "/communities/new?name="),
    "/communities/<slug>/moderation": ("/communities/damp-and-mould/moderation",),
    "/communities/<slug>/newsletter": (
        *("/communities/damp-and-mould/newsletter", "/communities/flood-of-2019/newsletter"),
    ),
    "/communities/<slug>/health": ("/communities/damp-and-mould/health", "/communities/safeguarding-leads/health"),
    "/moderation": ("/moderation", "/moderation?kind=tag", "/moderation?kind=report&age=week"),
    "/moderation/items/<key>": (
        *("/moderation/items/{waits}", "/moderation/items/{waits}?act=accept", "/moderation/items/{waits}?act=pass"),
        *("/moderation/items/{reported}", "/moderation/items/{reported}?act=decline"),
    ),
    "/moderation/decisions/<id>": ("/moderation/decisions/{decision}", "/moderation/decisions/{asked}"),
    "/community-invitations/<secret>": ("/community-invitations/{community}", "/community-invitations/none"),
    "/people": ("/people", "/people?topic={notation}&sort=answers", "/people?q=zzzz"),
    "/people/<handle>": ("/people/owen-hughes", "/people/none"),
    "/people/<handle>/write": ("/people/owen-hughes/write",),
    "/my/letters/<id>": ("/my/letters/{letter}",),
    "/records/<id>": (
        "/records/{record of note}",
        "/records/{homes}",
        "/records/{bwyd}",
        "/records/{fair}",
        "/records/{alarms}",
        "/records/none",
    ),
    "/records/<id>/versions": ("/records/{homes}/versions",),
    "/records/<id>/report": ("/records/{homes}/report",),
    "/reports/<secret>": ("/reports/{secret of open report}", "/reports/{secret of answered report}", "/reports/none"),
    "/sources/<id>": ("/sources/{held}", "/sources/{unread}", "/sources/{waiting}", "/sources/{never checked}"),
    "/sources/<id>/edit": ("/sources/{held}/edit",),
    "/sources/<id>/edit/preview": ("/sources/{held}/edit/preview?{news}",),
    "/sources/<id>/told": ("/sources/{held}/told",),
    "/sources/<id>/told/<secret>": ("/sources/{held}/told/{told}",),
    "/sources/<id>/problems": ("/sources/{unread}/problems", "/sources/{never checked}/problems"),
    "/sources/<id>/runs/<run_id>": ("/sources/{held}/runs/{held run}", "/sources/{unread}/runs/{unread run}"),
    "/my": ("/my", "/my?all=yes"),
    "/my/follow": ("/my/follow?q=damp&type=case-study", "/my/follow?kind=topic&key={topic}", "/my/follow?q="),
    "/my/alerts/preview": ("/my/alerts/preview", "/my/alerts/preview?period=weekly"),
    "/my/alerts/why": ("/my/alerts/why", "/my/alerts/why?record={homes}", "/my/alerts/why?record={cold}"),
    "/unsubscribe/<secret>": ("/unsubscribe/{unsubscribe}", "/unsubscribe/none"),
    "/notes/<id>": ("/notes/{draft note}", "/notes/{note}"),
    "/notes/<id>/edit": ("/notes/{draft note}/edit", "/notes/{note}/edit"),
    "/sources/new/found": ("/sources/new/found?organisation=northford-city&address={town}", "/sources/new/found"),
    "/sources/new/preview": ("/sources/new/preview?{news}",),
    "/sources/new/settings": ("/sources/new/settings?{news}", "/sources/new/settings?{news}&every=never&checked=yes"),
    "/organisations/<slug>/sign-in": ("/organisations/northford-city/sign-in",),
    "/join/<secret>": ("/join/{invitation}", "/join/none"),
    "/confirm/<token>": ("/confirm/{confirmation}", "/confirm/none"),
    "/new-password/<token>": ("/new-password/{reset}",),
    "/sign-in/<secret>": ("/sign-in/{link}",),
    "/account/address/<secret>": ("/account/address/{address change}",),
    "/manage/people": ("/manage/people", "/manage/people?q=zzzz"),
    "/manage/people/<id>/erase": ("/manage/people/{newcomer}/erase",),
    "/manage/take-downs/new": ("/manage/take-downs/new?what=/records/{joint}", "/manage/take-downs/new?what=nothing"),
}
"""Route -> its addresses, with {names} of what the hub below holds. A query shows another state of the screen."""

ELSEWHERE: Final[dict[str, str]] = {
    "/sign-in/second-factor": "test_factors.py",
    "/account/second-factor/passkey": "test_factors.py",
    "/sign-in/organisation/go": "test_organisation_sign_in.py",
    "/sign-in/organisation/<slug>/back": "test_organisation_sign_in.py",
    "/sign-in/organisation/prove": "test_organisation_sign_in.py",
    "/sign-in/organisation/prove/<secret>": "test_organisation_sign_in.py",
    "/sign-in/organisation/refused": "test_organisation_sign_in.py",
}
"""Route -> the file beside this one in which a browser sees it: screens half-way to somewhere."""

FILES: Final = (
    ".csv",
    ".ics",
    ".json",
    ".atom",
    ".xml",
    ".css",
    ".png",
    "/raw",
    "<path:filename>",
    "/posts/<id>",
    "/files/<id>",
)
"""How routes end that answer with something else than a page."""


LAMPS: Final = """# What it takes

We lend ten lamps to tenants who send pictures, **for two weeks**.

| lamp | costs |
|---|---|
| small | 4 pounds |

- Ask [Housing](https://northford.example/) first
- Write down who has one
"""


@dataclass(frozen=True)
class Screens:
    """The hub, its readers (name -> the secret of their session, empty for a stranger), and what {names} stand for."""

    site: Site
    readers: dict[str, str]
    things: dict[str, str]

    def addresses(self) -> dict[str, str]:
        """{address: the route it belongs to}. AssertionError for a route that PLACES should have and has not."""
        found = {}
        for rule in self.site.app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.rule.endswith(FILES) or rule.rule in ELSEWHERE:
                continue
            missing = f"{rule.rule} is no screen of the gate: give it addresses in tests/functional/screens.py"
            assert rule.rule in PLACES or "<" not in rule.rule, missing
            for place in PLACES.get(rule.rule, (rule.rule,)):
                found[self.filled(place)] = rule.rule
        return found

    def filled(self, place: str) -> str:
        """The address with its {names} filled in."""
        for name, value in self.things.items():
            place = place.replace(f"{{{name}}}", value)
        assert "{" not in place, place
        return place


@contextmanager
def screens(folder: Path) -> Iterator[Screens]:
    """The hub with its readers, as long as the town whose news are previewed is there."""
    with filled_site(folder) as site, serve(Town(items=NO_LINK).answer) as town:
        things = dict(site.ids)
        things["town"] = town.url("/")
        things["news"] = urlencode({"organisation": "northford-city", "kind": "feed", "address": town.url("/news.rss")})
        things |= _sources(site)
        readers = {
            "stranger": Browser.at(site),
            "officer": _reader(site, "Ann Officer", OFFICER),
            "organisation admin": _reader(site, "Bo Admin", ADMIN),
            "site moderator": _reader(site, "Cai Moderator", role=SITE_MODERATOR),
            "operator": _reader(site, "Dev Operator", role=OPERATOR),
        }
        things |= _reports(site, readers)
        things |= _links(site, readers)
        things |= _notes(readers["officer"])
        things |= _communities(site)
        things |= _people(site)
        things |= _library(site)
        things |= _alerts(site)
        things |= fill_queue(site, "damp-and-mould", facilitator="Bo Admin", member="Ann Officer")
        things |= fill_talk(site, "damp-and-mould", facilitator="Bo Admin", member="Ann Officer")
        yield Screens(site, {name: reader.secret for name, reader in readers.items()}, things)


def _reader(site: Site, name: str, membership: str = "", role: str = "person") -> Browser:
    email = f"{name.partition(' ')[0].lower()}@northford.example"
    browser = Browser.at(site).known(email, role)
    with site.database.writing() as session:
        person = session.scalars(select(Person).where(Person.email == email)).one()
        person.name = name
        if membership:
            northford = find_organisation(session, "northford-city").id
            session.add(Membership(person_id=person.id, organisation_id=northford, role=membership))
    return browser


def _sources(site: Site) -> dict[str, str]:
    """A held one, one with problems, one that waits for the operator and one that was never checked."""
    parts = Workshop(site.settings)
    checked = Checked(parts)
    try:
        with website(20) as (pages, place):
            held = checked.add(place, name="Held pages")
            checked.check(held)
            pages.pages = {0: pages.pages[0]}
            checked.check(held)
        with serve(_broken) as place:
            unread = checked.add(place, name="Unreadable files with a rather long name for a source")
            checked.check(unread)
        never = checked.add_address("https://never.example/feed", name="Never checked")
        waiting = checked.add_address("https://waiting.example/feed", name="Waits for the operator")
        runs = checked.run(held).id, checked.run(unread).id
    finally:
        checked.close()
    with site.database.writing() as session:
        # The held one belongs to whoever the readers know.
        northford = find_organisation(session, "northford-city").id
        source = session.get_one(Source, held)
        source.organisation_id, source.tell_email = northford, "web@northford.example"
        told = secret_of(source, Named("Moothall", site.settings.base_url, site.settings.secret()))
        session.execute(update(Source).where(Source.id == waiting).values(approval=WAITING))
    return {
        **{"held": held, "held run": runs[0], "unread": unread, "unread run": runs[1]},
        **{"never checked": never, "waiting": waiting, "told": told},
    }


def _broken(request: Request) -> Answer:
    if request.path == "/sitemap.xml":
        urls = "".join(f"<url><loc>http://{request.headers['host']}/{n}.pdf</loc></url>" for n in range(6))
        return 200, {"Content-Type": "application/xml"}, f"<urlset>{urls}</urlset>"
    return 200, {"Content-Type": "application/pdf"}, b"%PDF-1.4 broken " + request.path.encode() * 20


def _reports(site: Site, readers: dict[str, Browser]) -> dict[str, str]:
    """One report that is answered, one that waits; and a record that is taken down."""
    admin, moderator = readers["organisation admin"], readers["site moderator"]
    found = {}
    for name, record in (("answered", "homes"), ("open", "joint")):
        given = {"reason": "wrong", "text": "The number of homes is wrong: it was 31 of 40."}
        answer = Browser.at(site).posted(site.record(record, "/report"), **given)
        found[f"secret of {name} report"] = _last(answer.headers["Location"])
        with site.database.reading() as session:
            id = session.scalars(select(Report.id).order_by(Report.created.desc(), Report.id.desc())).first()
        found[f"{name} report"] = id or ""
        if name == "answered":
            page, text = f"/organisations/northford-city/reports/{id}", "It was 31 of 40. We have put it right."
            admin.posted(f"{page}/answer", page, outcome="corrected", text=text)
    taken = {"what": site.record("bins"), "ground": "copyright", "facts": "The photographer has asked for it."}
    moderator.posted("/manage/take-downs", f"/manage/take-downs/new?what={taken['what']}", **taken)
    return found


def _communities(site: Site) -> dict[str, str]:
    """An open one, a private one that somebody wants to join, and one that is archived."""
    with site.database.writing() as session:
        ann, bo = (
            session.scalars(select(Person.id).where(Person.name == one)).one() for one in ("Ann Officer", "Bo Admin")
        )
        facilitator = acting(session, bo)
        damp = made(session, "Damp and mould", actor=facilitator, members=[ann], concepts=list(common().concepts)[:2])
        member = acting(session, ann)
        page = begin_page(session, damp, Written("Lending lamps", LAMPS, "begun"), actor=member)
        again = Written("Lending lamps", LAMPS.replace("ten lamps", "forty lamps"), "numbers of 2026")
        change_page(session, damp, page, again, seen=1, actor=facilitator)
        private = made(session, "Safeguarding leads", PRIVATE, actor=facilitator)
        join(session, private, actor=acting(session, ann), words="I lead on it at Northford.")
        archive(session, made(session, "Flood of 2019", actor=facilitator), actor=facilitator)
        address = {"address": "/community-invitations/{}", "hub": "Moothall"}
        email = "guest@community.example"
        invite(session, private, actor=facilitator, email=email, role=MEMBER, **address)
        text = session.scalars(select(Mail.text).where(Mail.recipient == email)).one()
        meetings = _meetings(session, damp, member)
    return {**meetings, "community": text.partition("/community-invitations/")[2].split()[0]}


def _meetings(session: Session, damp: Community, member: Actor) -> dict[str, str]:
    """One to come, one that is over, and one that does not take place."""
    found = {}
    for name, days in (("meeting", 9), ("past meeting", -9), ("cancelled meeting", 30)):
        begins = now().replace(hour=13, minute=30) + timedelta(days=days)
        link = "https://meet.example/a-long-address-of-a-meeting-that-has-no-place-to-break?pwd=abcdefghijklmnop"
        told = (begins, begins + timedelta(hours=1), "Europe/London", "Online", link, "Bring **numbers**.")
        row = arrange(session, damp, Arranged(f"Call: lending lamps ({name})", *told), actor=member)
        found[name] = row.id
        if days > 0:
            say(session, damp, row, answer="yes", actor=member)
    cancel(session, damp, row, why="The lamps are late.", actor=member)
    return found


def _library(site: Site) -> dict[str, str]:
    """A library with a pin in a collection, one in none, something that waits and something that is rejected."""
    with site.database.writing() as session:
        row = session.scalars(select(Community).where(Community.slug == "damp-and-mould")).one()
        add_search(session, row, actor=COMMAND_LINE, name="Mould", asked="q=mould")
    workshop = Workshop(site.settings)
    try:
        Watch(workshop).look()
    finally:
        workshop.close()
    with site.database.writing() as session:
        collection = put_collection(session, row, actor=COMMAND_LINE, name="Where to begin", about="Read these first.")
        note = "The clearest account of what it costs to send two people."
        pin(session, row, site.ids["homes"], actor=COMMAND_LINE, note=note, collection_id=collection.id)
        pin(session, row, site.ids["bwyd"], actor=COMMAND_LINE)
        reject(session, row, site.ids["alarms"], actor=COMMAND_LINE)
    return {"collection": collection.id}


def _people(site: Site) -> dict[str, str]:
    """Somebody who shows all of himself, has answered a question, and has written to the officer."""
    concepts = common().concepts
    with site.database.writing() as session:
        damp = session.scalars(select(Community).where(Community.slug == "damp-and-mould")).one()
        ann = known(session, "Ann Officer")
        about = "I have run three rounds of visits.\n\n- Ask me about meters\n- and about insurance"
        more = {"job": "Private rented housing officer", "about": about, "languages": "English, Welsh"}
        owen = shown_person(session, "Owen Hughes", topics=tuple(concepts)[:3], may_write=ACCOUNT, **more)
        show(session, ann, ACCOUNT, job="Housing strategy", may_write=ACCOUNT, only={"job": NOBODY})
        join(session, damp, actor=acting(session, owen))
        accepted(session, damp, ann, owen, "Who insures the meters that tenants borrow?")
        accepted(session, damp, owen, ann, "How long does a lamp live?")
        words = {"subject": "Your lamps", "text": "Where do you buy them?", "with_address": True}
        named = LettersNamed("Moothall", "http://127.0.0.1")
        letter = write(session, actor=acting(session, owen), person_id=ann, **words, named=named)
        return {"letter": letter.id, "notation": concepts[next(iter(concepts))].notation}


def _links(site: Site, readers: dict[str, Browser]) -> dict[str, str]:
    """The secrets that mails carry, and somebody who waits to be let in."""
    members, guest, newcomer = "/organisations/northford-city/people", "guest@else.example", "new@northford.example"
    another, known = "another@northford.example", "ann@northford.example"
    readers["organisation admin"].posted(f"{members}/invite", members, email=guest, role=OFFICER)
    readers["officer"].posted("/account/address", email=another)
    stranger = Browser.at(site)
    stranger.register(newcomer, name="Newcomer")
    stranger.posted("/new-password", email=known)
    with site.database.writing() as session:
        id = session.scalars(select(Person.id).where(Person.email == newcomer)).one()
        session.add(Joining(person_id=id, organisation_id=find_organisation(session, "northford-city").id))
        link = make_link(session, seconds=3600)
    mailed = {"invitation": guest, "address change": another, "confirmation": newcomer, "reset": known}
    return {"link": link, "newcomer": id, **{name: _last(stranger.link(to)) for name, to in mailed.items()}}


def _notes(author: Browser) -> dict[str, str]:
    """A note that is published, with changes that are not, and a draft with nearly nothing in it."""
    found = {"draft note": _last(draft(author, what="", why="", happened="", again="", topics=""))}
    note = draft(author)
    record = publish(author, note)
    (seen,) = author.page(f"{note}/edit").all("//input[@name='seen']/@value")
    author.posted(f"{note}/edit", **{**NOTE, "title": "Reporting damp by post", "seen": seen})
    return {**found, "note": _last(note), "record of note": _last(record)}


def _last(address: str) -> str:
    return address.rpartition("/")[2]


def _alerts(site: Site) -> dict[str, str]:
    """What an officer follows, what came of it, and what happened to them."""
    topic = next(one for one in common().concepts.values() if one.notation == "HOU")
    with site.database.writing() as session:
        names = ("Ann Officer", "Bo Admin")
        ann, bo = (session.scalars(select(Person).where(Person.name == one)).one() for one in names)
        follow(session, person_id=ann.id, kind=TOPIC, key=topic.uri)
        search = {"kind": SEARCH, "key": "q=damp+mould", "name": "Damp and mould", "frequency": WEEKLY}
        saved = follow(session, person_id=ann.id, **search)
        why = [{"follow": saved.id, "kind": SEARCH, "key": saved.key, "name": saved.name}]
        for name in ("homes", "fans"):
            given = {"thing": "record", "thing_id": site.ids[name], "record_id": site.ids[name], "why": why}
            session.add(Delivery(person_id=ann.id, **given))
        about = About("post", new_id(), "/about")
        notify(session, person_id=ann.id, what="reply", about=about, by=Actor(bo.name, bo.id), title="Lending lamps")
        return {"topic": topic.uri, "unsubscribe": make_token(session, person_id=ann.id, purpose=DAILY)}
