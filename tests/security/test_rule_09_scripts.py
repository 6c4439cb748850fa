"""Rule 9: what somebody publishes or types is text; no page of ours runs any of it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html
from sqlalchemy import select

from harvesters.run import harvest
from harvesters.sandbox import Sandbox
from hub.index.engines import open_writer
from hub.index.worker import deliver_all
from hub.indexed import documents_of
from hub.markdown import html_of
from hub.records.keeping import Defaults, Enriched, keep
from hub.records.models import RecordRow
from hub.sources.models import Source
from hub.topics.service import Vocabulary
from tests.functional.browser import Browser, chromium, needs_chromium
from tests.functional.serving import serving
from tests.harvesters.workshop import tools_with
from tests.hub.site import BASE, Site, filled_site
from tests.security.crawl import Crawl
from tests.security.payloads import LINKS, faults, payloads
from tests.servers.loopback import serve

PAYLOADS = payloads()
MARKS = {
    *("main", "p", "a", "strong", "em", "s", "ul", "ol", "li", "blockquote", "code", "pre", "br", "hr"),
    *("h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
"""What Markdown may become."""


def feed() -> str:
    """A JSON feed that has each payload in every text, and each odd link in every address."""
    items = [
        {
            "id": f"n{number}",
            "url": f"https://n.example/{number}?{number % 3 and one or ''}",
            "external_url": LINKS[number % len(LINKS)],
            "title": one,
            "summary": f"weighty {one}",
            "content_html": f"<p>weighty words {one}</p>",
            "tags": [one, f"topic {one}"],
            "authors": [{"name": one, "url": LINKS[number % len(LINKS)]}],
            "language": one,
            "attachments": [{"url": LINKS[number % len(LINKS)], "mime_type": one, "title": one}],
        }
        for number, one in enumerate(PAYLOADS)
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": PAYLOADS[0], "items": items})


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Iterator[Site]:
    """A site that has harvested them all."""
    folder: Path = tmp_path_factory.mktemp("scripts") / "hub"
    with filled_site(folder) as made, serve({"/feed": feed()}) as server, tools_with(sandbox) as tools:
        pages = harvest("feed", server.url("/feed"), {}, lambda ids: {}, tools)
        found = [(change, Enriched("en")) for page in pages for change in page.changes]
        with made.database.writing() as session:
            source = session.scalars(select(Source).order_by(Source.name.desc())).first()
            assert source is not None
            defaults = Defaults(source.organisation_id, contact=PAYLOADS[2])
            keep(session, source_id=source.id, run_id="x", found=found, defaults=defaults)
        deliver_all(made.database, open_writer(made.settings), documents_of(Vocabulary(made.database)))
        made.app.config["WTF_CSRF_ENABLED"] = False
        yield made


def ids(site: Site) -> list[str]:
    with site.database.reading() as session:
        return list(session.scalars(select(RecordRow.id).where(RecordRow.native_id.like("n%"))))


def test_there_are_seven_hundred_and_they_were_kept(site: Site) -> None:
    assert len(PAYLOADS) >= 700
    assert len(ids(site)) >= 700


def test_no_record_s_page_holds_more_than_text(site: Site) -> None:
    wrong = {f"{id}: {one}" for id in ids(site) for one in faults(site.get(f"/records/{id}").text)}
    assert not wrong, sorted(wrong)[:20]


def test_what_is_found_is_text_in_every_answer(site: Site) -> None:
    for page in range(1, 37):
        assert not list(faults(site.get(f"/search?q=weighty&page={page}").text)), page
    for payload in PAYLOADS[::7]:
        answer = site.app.test_client().get(
            "/search", query_string={"q": payload, "organisation": payload}, base_url=BASE
        )
        assert not list(faults(answer.text)), payload
    for address in ("/search.atom?q=weighty", "/search.json?q=weighty", "/search.csv?q=weighty"):
        answer = site.get(address)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "html" not in answer.mimetype


def test_what_is_typed_into_any_form_is_text_when_it_is_shown_again(site: Site) -> None:
    """Each written field of each form that links lead to, as operator and as stranger; then every page once more."""
    vectors = (
        PAYLOADS[0],
        PAYLOADS[2],
        PAYLOADS[25],
        "javascript:alert(1)",
        "x'\"><img src=x onerror=alert(1)>@n.example",
    )
    forms = 0
    for client in (site.operator(), site.app.test_client()):
        seen = Crawl(site, client).walk("/sources/new", "/register", "/sign-in", "/new-password", "/manage")
        for (method, _), form in seen.forms.items():
            if not form.written:
                continue
            forms += 1
            for one in vectors:
                send = client.post if method == "POST" else client.get
                said = {"data": form.filled(one)} if method == "POST" else {"query_string": form.filled(one)}
                answer = send(form.action, base_url=BASE, **said)  # type: ignore[operator]
                assert answer.status_code < 500, form.action
                if answer.mimetype == "text/html" and answer.text:
                    assert not list(faults(answer.text)), (form.action, one)
        for address, answer in Crawl(site, client).walk("/sources/new", "/manage").pages.items():
            if answer.mimetype == "text/html" and answer.text:
                assert not list(faults(answer.text)), address
    assert forms >= 10


def test_what_members_write_is_text_or_markdown_and_nothing_else(written: dict[str, str]) -> None:
    """Each payload as it is and within marks of Markdown, and each odd address as a link."""
    for payload, made in written.items():
        assert not list(faults(f"<title>A page</title><main>{made}</main>")), payload
        assert not {one.tag for one in html.fromstring(f"<main>{made}</main>").iter()} - MARKS, payload


@pytest.mark.server
@needs_chromium
def test_chromium_runs_nothing_that_members_write(written: dict[str, str], browser: Browser) -> None:
    """Without the policy that would stop it."""
    ran: list[str] = []
    with browser.page() as opened:
        opened.page.on("dialog", lambda dialog: (ran.append("ran"), dialog.dismiss()))
        opened.page.set_content("<title>A page</title>" + "".join(written.values()))
    assert not ran


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    """{what somebody wrote: what is stored of it}."""
    marked = [f"[a]({one})" for one in (*LINKS, *PAYLOADS)]
    marked += [shape.format(one) for one in LINKS for shape in ("![a]({})", "<{}>", "[a]\n\n[a]: {}")]
    shape = "**x** {0}\n\n> {0}\n\n- {0}\n\n```{0}\n{0}\n```\n\n| {0} |\n|--|\n| b |"
    shapes = [shape.format(one) for one in PAYLOADS]
    return {text: html_of(text, names=["Ann", PAYLOADS[0]]) for text in (*PAYLOADS, *marked, *shapes)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.server
@needs_chromium
def test_chromium_runs_nothing_of_it(site: Site, browser: Browser) -> None:
    ran: list[str] = []
    operator = site.operator()
    cookies = [{"name": one.key, "value": one.value, "url": "http://127.0.0.1"} for one in operator._cookies.values()]
    addresses = [f"/search?q=weighty&page={page}" for page in range(1, 36, 3)]
    addresses += [f"/records/{id}" for id in ids(site)[::24]]
    addresses += list(Crawl(site, operator).walk("/manage").pages)
    with serving(site.app) as url, browser.page() as opened:
        opened.page.context.add_cookies(cookies)
        opened.page.on("dialog", lambda dialog: (ran.append(opened.page.url), dialog.dismiss()))
        for address in addresses:
            if address.endswith((".atom", ".csv", ".json", ".xml")) or "." in address.rsplit("/", 1)[-1]:
                continue
            opened.page.goto(url + address)
        assert not ran
        refused = [one for one in opened.messages if "Content Security Policy" in one]
        assert not refused, "the policy was not even needed"


@pytest.mark.server
@needs_chromium
def test_chromium_would_run_it_where_it_is_not_escaped(browser: Browser) -> None:
    ran: list[str] = []
    with browser.page() as opened:
        opened.page.on("dialog", lambda dialog: (ran.append("ran"), dialog.dismiss()))
        for one in PAYLOADS[:12]:
            opened.page.set_content(f"<title>A page</title><p>{one}</p>")
    assert len(ran) >= 5
