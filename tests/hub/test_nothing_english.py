"""Every page in a language in which each sentence stands in ⟦…⟧: what of ours stands outside would be English in Welsh.

The catalogue of that language is made here; everything else is the hub as it runs. What may stand outside is named in
DATA and by `data`: what people and sites have written, names of formats, and what is marked as another language.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from babel.support import NullTranslations
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from hub import languages, words
from hub.accounts.models import Person
from hub.mail.models import Mail
from hub.organisations.models import Organisation
from hub.records import cards
from hub.records.models import RecordRow
from hub.sources.models import ProblemRow, Run, Source
from tests.hub.accounts.people import Browser
from tests.hub.site import BASE, Site, filled_site
from tests.security.test_rule_15_matrix import rows

OPEN, CLOSE = "⟦", "⟧"
NAMED = ("aria-label", "title", "alt", "placeholder")

DATA = (
    "Moothall", "English", "Cymraeg", "Nederlands", "Svenska", "Deutsch", "Atom", "JSON", "CSV", "UTC", "PDF",
    "CC BY", "CC BY-SA", "CC BY-NC", "CC BY 4.0", "CC BY-SA 4.0", "CC BY-NC 4.0", "kB", "MB", "GB",
    "Firefox", "Chrome", "Safari", "Edge", "Opera", "Test browser", "Werkzeug", "Operator", "Ann Officer",
)  # fmt: skip
"""Names that are the same in every language."""

UNSEEN = {"script", "style", "code", "pre", "svg"}
BLOCKS = {"li", "p", "h1", "h2", "h3", "dt", "dd", "td", "th", "option", "label", "button", "summary", "div", "a"}
WRITTEN = {"extract", "mono"}
"""Classes of what others have written: the lines of a document under its title, the letters of an organisation."""


class Bracketed(NullTranslations):
    """Says everything in brackets."""

    def ugettext(self, message: str) -> str:
        return f"{OPEN}{message}{CLOSE}"

    def ungettext(self, one: str, more: str, number: int) -> str:
        return f"{OPEN}{one if number == 1 else more}{CLOSE}"


def forget() -> None:
    """What was said before the catalogue was another one."""
    for kept in (languages._said, languages._marked, languages._counting, cards._hit_words, words._ago):
        kept.cache_clear()


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with filled_site(tmp_path_factory.mktemp("bracketed") / "hub") as made, pytest.MonkeyPatch.context() as patch:
        real = languages._translations
        patch.setattr(languages, "_translations", lambda code: Bracketed() if code == "cy" else real(code))
        forget()
        made.app.config["WTF_CSRF_ENABLED"] = False
        fill(made)
        yield made
    forget()


def fill(site: Site) -> None:
    """A check that waits, one that failed, and problems: what a well hub does not show."""
    filled = {"where": "https://northford.example/x", "status": 404}
    with site.database.writing() as session:
        one, two = session.scalars(select(Source).order_by(Source.name))
        last = session.scalars(select(Run).where(Run.source_id == two.id)).one()
        for code, severity in (("status-404", "error"), ("no-licence", "notice")):
            session.add(
                ProblemRow(
                    run_id=last.id, source_id=two.id, code=code, what="English", fix="English", stage="list",
                    severity=severity, words=filled,
                )
            )  # fmt: skip
        why = {"template": "{gone} of {living} documents would be removed", "words": {"gone": "3", "living": "4"}}
        said = {"code": "held", "words": {"where": "", "detail": why}}
        held = {"why": "English", "said": why, "gone": [site.ids["homes"]], "changed": 0}
        session.add(Run(id="held", source_id=one.id, slot="2", state="held", message="English", said=said, held=held))


class Data:
    """What sites and people have written, the longest first; looked for once in a line, as most lines come often."""

    def __init__(self, found: set[str]) -> None:
        longest = sorted(filter(None, found), key=len, reverse=True)
        address = r"https?://\S+|[\w.+-]+@[\w.-]+|\b[\w.-]+\.(?:example|invalid|uk)\b[\w/-]*"
        self._pattern = re.compile("|".join([address, *(rf"\b{re.escape(one)}" for one in longest)]))
        self._exact = {one.strip() for one in found}
        self._known: dict[str, str] = {}

    def without(self, line: str) -> str:
        """The line without data."""
        if line.strip() in self._exact or not re.search(r"[^\W\d_]{2}", line):
            return ""
        if line not in self._known:
            self._known[line] = self._pattern.sub(" ", line)
        return self._known[line]


@pytest.fixture(scope="module")
def data(hub: Site) -> Data:
    """All of it."""
    found: set[str] = set(DATA)
    with hub.database.reading() as session:
        for row in session.scalars(select(Organisation)):
            found |= {row.name, row.area, row.about, row.contact_name, row.slug, *row.other_names, *row.domains}
        for source in session.scalars(select(Source)):
            found |= {source.name, source.contact}
        for record in session.scalars(select(RecordRow)):
            found |= {record.title, record.summary, record.contact, record.licence_text, record.rights, record.type}
            found |= {record.withdrawn_reason, *record.subjects, *record.creators, record.title[:57]}
        found |= set(session.scalars(select(Person.name)))
    vocabulary = hub.app.extensions["moothall"]["vocabulary"]
    found |= {label.value for concept in vocabulary.scheme for label in concept.labels}
    found |= {note.value for concept in vocabulary.scheme for note in concept.notes}
    return Data(found)


def outside(root: Any, data: Data) -> list[str]:
    """The words of a page that stand in no brackets and are no data."""
    pieces: list[str] = []

    def walk(node: Any, ours: bool) -> None:
        if not isinstance(node.tag, str):
            pieces.append(node.tail or "")
            return
        theirs = node.tag in UNSEEN or WRITTEN & set(node.get("class", "").split())
        if node.tag in BLOCKS:
            pieces.append("\n")
        ours = ours and not theirs and node.get("lang") in (None, "cy")
        if ours:
            pieces.extend(f"\n{node.get(name)}\n" for name in NAMED if node.get(name))
            pieces.append(node.text or "")
        for child in node:
            walk(child, ours)
            if not ours and isinstance(child.tag, str):
                pieces.pop()
        pieces.append(("\n" if node.tag in BLOCKS else "") + (node.tail or ""))

    for part in (root.find("head/title"), root.find("body")):
        walk(part, True)
    return left("".join(pieces), data)


def left(text: str, data: Data) -> list[str]:
    """What is outside of all brackets, without data."""
    found, depth = [], 0
    for piece in re.split(f"([{OPEN}{CLOSE}])", text):
        if piece in (OPEN, CLOSE):
            depth += 1 if piece == OPEN else -1
            assert depth >= 0, text
            found.append("\n")
        elif not depth:
            found.append("\n".join(data.without(line) for line in piece.split("\n")))
    assert depth == 0, text
    return [line.strip() for line in "".join(found).split("\n") if re.search(r"[^\W\d_]{2}", line)]


def address(site: Site, rule: str) -> str:
    """A rule's address, with things that exist."""
    with site.database.reading() as session:
        source = session.scalars(select(Source.id).order_by(Source.name.desc())).first()
        run = session.scalars(select(Run.id).where(Run.source_id == source)).first()
    values = {"<slug>": "northford-city", "<notation>": "HOU.1", "<run_id>": run or "", "<secret>": "none"}
    for name, value in values.items():
        rule = rule.replace(name, value)
    rule = rule.replace("/sources/<id>", f"/sources/{source}").replace("/records/<id>", site.record("homes"))
    return re.sub(r"<[^>]*>", "none", rule)


def clients(site: Site) -> list[FlaskClient]:
    """A stranger, a member, the operator; all of them read Welsh."""
    ann = Browser.at(site)
    ann.member("ann@northford.example")
    found = [site.app.test_client(), ann.client, site.operator()]
    for client in found:
        client.set_cookie(languages.COOKIE, "cy", domain="127.0.0.1")
    return found


def rules(app: Flask) -> list[str]:
    known = {rule.rule for rule in app.url_map.iter_rules()}
    return [route for route in dict.fromkeys(route for route, _ in rows()) if route.partition(" ")[2] in known]


MORE = (
    "/search?q=mould", "/search?q=zzzz&sector=fire&from=x", "/search?q=visits&page=2", "/search?q=damp+zebra",
    "/topics?view=a-z", "/topics?q=mould", "/topics/HOU", "/organisations?q=north", "/organisations?q=zzz",
    "/organisations/quietshire", "/sources/new/found?organisation=northford-city", "/nothing",
    "/manage/people?q=Ann+Officer", "/manage/people?q=Quietshire",
)  # fmt: skip


def test_no_page_says_anything_of_ours_in_english(hub: Site, data: Data) -> None:
    found: dict[str, list[str]] = {}
    looked = 0
    with hub.database.reading() as session:
        held = session.scalars(select(Run).where(Run.state == "held")).one()
        more = [*MORE, f"/sources/{held.source_id}", f"/sources/{held.source_id}/runs/held", hub.record("fair"),
                hub.record("joint"), hub.record("homes", "/versions")]  # fmt: skip
    asked = [(one.partition(" ")[0], address(hub, one.partition(" ")[2])) for one in rules(hub.app)]
    asked = [one for one in asked if one[1] != "/sign-out"] + [("GET", one) for one in more]
    stranger, member, operator = clients(hub)
    for client, wanted in ((stranger, ("GET",)), (member, ("GET",)), (operator, ("GET", "POST"))):
        for method, where in [one for one in asked if one[0] in wanted]:
            answer = client.open(where, method=method, base_url=BASE)
            if answer.mimetype == "text/html" and answer.status_code not in (301, 302, 303, 308):
                looked += 1
                if wrong := outside(html.fromstring(answer.text), data):
                    found.setdefault(f"{method} {where}", wrong)
    assert looked > 150
    assert not found, "\n".join(f"{where}: {words}" for where, words in found.items())


@pytest.mark.parametrize("where", ["/search.csv", "/sources/<id>/runs.csv", "/organisations/<slug>/months.csv"])
def test_heads_of_tables_are_said_too(hub: Site, where: str) -> None:
    client = hub.app.test_client()
    first = hub.get(f"{address(hub, where)}?lang=cy", client).text.splitlines()[0].lstrip("\ufeff")
    assert all(word.strip().startswith(OPEN) for word in first.split(",")), first


@pytest.mark.parametrize("where", ["/search.atom", "/organisations/<slug>.atom", "/sources/<id>.atom"])
def test_feeds_are_said_in_the_language_of_their_address(hub: Site, where: str) -> None:
    title = re.search("<title>(.*?)</title>", hub.get(f"{address(hub, where)}?lang=cy").text)
    assert title is not None
    assert title[1].startswith(OPEN), title


def test_every_mail_to_somebody_is_in_their_language(hub: Site, data: Data) -> None:
    gwen = Browser.at(hub)
    gwen.client.set_cookie(languages.COOKIE, "cy", domain="127.0.0.1")
    email = "gwen@dyffryn.example"
    for _ in range(2):
        gwen.client.post(
            "/register", base_url=BASE, data={"name": "Gwen", "email": email, "password": "wombat trellis gravy"}
        )
    elsewhere = Browser.at(hub)
    elsewhere.client.post("/new-password", base_url=BASE, data={"email": email})
    elsewhere.client.post("/confirm", base_url=BASE, data={"email": email})
    mails = gwen.mails(email)
    assert len(mails) >= 3
    with hub.database.reading() as session:
        for mail in session.scalars(select(Mail).where(Mail.recipient == email)):
            assert mail.language == "cy"
            assert not left(f"{mail.subject}\n{mail.text}".replace("Gwen", ""), data), mail.text
