"""The sources' pages: state in a sentence, checks, problems, downloads, and what an operator may do."""

import csv
import io

import feedparser
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from tests.hub.sources.checked import Checked, website
from tests.servers.loopback import Answer, Request, serve


@pytest.fixture(scope="module")
def source(checked: Checked) -> str:
    """A source with a good check, and one that met a problem whose words a spreadsheet would run."""
    with website(4) as (pages, _):
        broken = False

        def answer(request: Request) -> Answer:
            if request.path == "/p2" and broken:
                return 200, {"Content-Type": "application/x-thing"}, b"\x00\x01"
            return pages.answer(request)

        with serve(answer) as site:
            made = checked.add(site, name="=Northford pages")
            checked.check(made)
            broken = True
            pages.pages[9] = "One more."
            checked.check(made)
    return made


@pytest.fixture(scope="module")
def visitor(checked: Checked) -> FlaskClient:
    return checked.client()


def test_list_says_how_each_source_is_in_a_sentence(source: str, visitor: FlaskClient) -> None:
    page = visitor.get("/sources").text
    assert "=Northford pages" in page
    assert "Last checked today" in page
    for order in ("organisation", "state", "documents"):
        assert visitor.get(f"/sources?sort={order}").status_code == 200
    assert visitor.get("/sources?page=7").status_code == 302


def test_list_takes_two_statements_however_many_sources(checked: Checked, visitor: FlaskClient) -> None:
    def statements() -> int:
        count = 0

        def counted(*_: object) -> None:
            nonlocal count
            count += 1

        engine = visitor.application.extensions["moothall"]["database"].engine
        event.listen(engine, "before_cursor_execute", counted)
        visitor.get("/sources")
        event.remove(engine, "before_cursor_execute", counted)
        return count

    before = statements()
    with website(1) as (_, one), website(1) as (_, two):
        for site in (one, two):
            checked.check(checked.add(site))
    assert statements() == before


def test_page_has_state_checks_problems_and_whom_to_tell(source: str, visitor: FlaskClient) -> None:
    page = visitor.get(f"/sources/{source}").text
    for words in ("Working", "Web team", "What we hold", "Show as a table", "Download CSV", "Problems, by cause"):
        assert words in page
    assert "Check now" not in page


def test_checks_and_problems_can_be_downloaded(source: str, visitor: FlaskClient) -> None:
    checks = list(csv.DictReader(io.StringIO(visitor.get(f"/sources/{source}/runs.csv").data.decode("utf-8-sig"))))
    assert [row["new"] for row in checks] == ["1", "4"]
    problems = visitor.get(f"/sources/{source}/problems.csv")
    assert problems.mimetype == "text/csv"
    assert list(csv.DictReader(io.StringIO(problems.data.decode("utf-8-sig"))))[0]["cause"]


def test_feed_of_checks_tells_only_news(checked: Checked, visitor: FlaskClient) -> None:
    with website(2) as (_, site):
        source = checked.add(site, name="Quiet pages")
        checked.check(source)
        checked.check(source)
    feed = feedparser.parse(io.BytesIO(visitor.get(f"/sources/{source}.atom").data))
    assert not feed.bozo
    assert [entry.title for entry in feed.entries] == ["Working: 2 new, 0 changed, 0 problems"]


def test_machines_get_the_list_too(source: str, visitor: FlaskClient) -> None:
    found = {one["id"]: one for one in visitor.get("/sources.json").get_json()}
    assert found[source]["kind"] == "sitemap"
    assert found[source]["state"].startswith("Working")


def test_a_check_has_a_page_of_its_own(checked: Checked, source: str, visitor: FlaskClient) -> None:
    run = checked.run(source)
    page = visitor.get(f"/sources/{source}/runs/{run.id}").text
    assert "Visits to the site" in page
    assert run.id not in page.split("<h1>")[1].split("</h1>")[0]
    assert visitor.get(f"/sources/{source}/runs/none").status_code == 404
    assert visitor.get("/sources/none").status_code == 404


def test_every_problem_is_there_with_what_to_do(checked: Checked, visitor: FlaskClient) -> None:
    def answer(request: Request) -> Answer:
        if request.path == "/sitemap.xml":
            urls = "".join(f"<url><loc>http://{request.headers['host']}/{n}.exe</loc></url>" for n in range(60))
            return 200, {"Content-Type": "application/xml"}, f"<urlset>{urls}</urlset>"
        return 200, {"Content-Type": "application/x-thing"}, b"\x00\x01" + request.path.encode()

    with serve(answer) as site:
        source = checked.add(site)
        checked.check(source)
    page = visitor.get(f"/sources/{source}/problems").text
    assert all(f"/{number}.exe" in page for number in range(60))
    assert page.count("What to do:") == 1
    assert "no problem with this cause" in visitor.get(f"/sources/{source}/problems?cause=bomb").text


def test_a_stranger_may_not_start_pause_or_decide(checked: Checked, source: str) -> None:
    app = checked.client().application
    app.config["WTF_CSRF_ENABLED"] = False
    stranger = app.test_client()
    run = checked.run(source).id
    for address in (f"/sources/{source}/check", f"/sources/{source}/pause", f"/sources/{source}/runs/{run}/decide"):
        answer = stranger.post(address)
        assert answer.status_code == 403
        assert "Sign in first" in answer.text
    assert checked.run(source).id == run


def test_the_operator_pauses_resumes_and_checks(checked: Checked, source: str) -> None:
    operator = checked.operator()
    assert "Check now" in operator.get(f"/sources/{source}").text
    operator.post(f"/sources/{source}/pause", data={"paused": "yes"})
    assert "Paused." in operator.get(f"/sources/{source}").text
    operator.post(f"/sources/{source}/pause", data={"paused": "no"})
    assert operator.post(f"/sources/{source}/check").status_code == 303
    assert "Checking now." in operator.get(f"/sources/{source}").text
    again = operator.post(f"/sources/{source}/check")
    assert again.status_code == 409
    assert "is going on already" in again.text


def test_the_operator_decides_about_a_held_check(checked: Checked) -> None:
    operator = checked.operator()
    with website(40) as (pages, site):
        source = checked.add(site)
        checked.check(source)
        pages.pages = {0: pages.pages[0]}
        checked.check(source)
        run = checked.run(source).id
        page = operator.get(f"/sources/{source}/runs/{run}").text
        assert "39 documents would be withdrawn" in page
        assert "Accept: the site changed" in page
        address = f"/sources/{source}/runs/{run}/decide"
        assert operator.post(address, data={"decision": "refuse"}).status_code == 303
        assert operator.post(address, data={"decision": "accept"}).status_code == 409
    assert len(checked.texts(source)) == 40
