"""All that the site has: its addresses with things that exist, its pages, and the forms that stand on them."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from hub.sources.models import Run, Source
from tests.hub.site import BASE, Site

WRITTEN = frozenset({"text", "search", "email", "url", "tel", "textarea", "password"})
"""Kinds of fields into which people write."""
EACH = 3
"""Pages of one route that are looked at."""


@dataclass(frozen=True)
class Form:
    """A form as a page shows it: what it holds, and into which fields one writes."""

    page: str
    action: str
    method: str
    held: tuple[tuple[str, str], ...]
    written: tuple[str, ...]

    def filled(self, value: str) -> dict[str, list[str]]:
        """What is sent when this is written into every field."""
        sent: dict[str, list[str]] = {}
        for name, held in self.held:
            sent.setdefault(name, []).append(value if name in self.written else held)
        return sent


@dataclass
class Crawl:
    """What a reader comes to by links alone, a few pages of each route."""

    site: Site
    client: FlaskClient
    pages: dict[str, TestResponse] = field(default_factory=dict)
    forms: dict[tuple[str, str], Form] = field(default_factory=dict)

    def walk(self, *starts: str) -> "Crawl":
        """Follow links from the home page and `starts`."""
        waiting, seen = deque(["/", *starts]), dict[str, int]()
        while waiting:
            address = waiting.popleft()
            route = self.route(address)
            if route is None or address in self.pages or seen.get(route, 0) >= EACH:
                continue
            seen[route] = seen.get(route, 0) + 1
            answer = self.pages[address] = self.site.get(address, self.client)
            if answer.mimetype == "text/html" and answer.text.strip():
                root = html.fromstring(answer.text)
                waiting.extend(self._links(address, root))
                for form in forms(address, root):
                    to = self.route(form.action, form.method)
                    if to is not None:
                        self.forms.setdefault((form.method, to), form)
        return self

    def route(self, address: str, method: str = "GET") -> str | None:
        """The rule that answers; None for none and for files."""
        try:
            rule, _ = self.site.app.url_map.bind("127.0.0.1").match(
                urlsplit(address).path, method=method, return_rule=True
            )
        except HTTPException:
            return None
        return None if rule.endpoint == "static" else rule.rule

    def _links(self, address: str, root: html.HtmlElement) -> Iterator[str]:
        for link in root.xpath("//a/@href | //link[@rel='alternate']/@href"):
            to = urlsplit(urljoin(f"{BASE}{address}", link))
            # The same page in the other language would take the place of another page.
            if to.netloc == urlsplit(BASE).netloc and "lang=" not in to.query:
                yield f"{to.path}?{to.query}" if to.query else to.path


def forms(address: str, root: html.HtmlElement) -> Iterator[Form]:
    """The forms of a page."""
    for form in root.xpath("//form"):
        held: list[tuple[str, str]] = []
        written: list[str] = []
        for one in form.xpath(".//input[@name] | .//textarea[@name] | .//select[@name] | .//button[@name]"):
            kind = one.get("type", "text") if one.tag == "input" else one.tag
            if kind == "checkbox" and one.get("checked") is None:
                continue
            if kind == "radio" and one.get("checked") is None and any(name == one.get("name") for name, _ in held):
                continue
            value = one.text if one.tag == "textarea" else one.get("value")
            if one.tag == "select":
                value = (one.xpath("./option[@selected]/@value") or one.xpath("./option/@value") or [""])[0]
            held.append((one.get("name"), value or ""))
            if kind in WRITTEN:
                written.append(one.get("name"))
        action = urljoin(f"{BASE}{address}", form.get("action") or "")
        yield Form(address, action.removeprefix(BASE), form.get("method", "get").upper(), tuple(held), tuple(written))


def addresses(site: Site) -> dict[str, str]:
    """{rule: an address of it where something is}, of every route that can be read, but for files."""
    with site.database.reading() as session:
        source = session.scalars(select(Source.id).order_by(Source.name.desc())).first()
        run = session.scalars(select(Run.id).where(Run.source_id == source)).first()
    parts = {
        "slug": "northford-city",
        "notation": "HOU",
        "run_id": run or "none",
        "secret": "none",
        "token": "none",
    }
    found: dict[str, str] = {}
    for rule in site.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        here = dict(parts)
        kind = rule.rule.split("/")[1]
        here["id"] = {"sources": source, "discussions": site.ids.get("poll")}.get(kind, site.ids.get("homes")) or "none"
        address = rule.rule
        for part in rule.rule.split("<")[1:]:
            name = part.partition(">")[0]
            address = address.replace(f"<{name}>", here.get(name, "none"))
        found[rule.rule] = address
    return found
