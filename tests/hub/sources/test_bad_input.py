"""Each kind of bad input becomes one problem with what, where and how to mend it; nothing that is stored is lost."""

import gzip
import io
import zipfile
from collections.abc import Iterator

import pytest
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select

from hub.sources.models import ProblemRow
from tests.hub.sources.checked import HTML, XML, Checked, checked_hub
from tests.servers.loopback import Answer, Request, serve

GOOD = (
    "<item><title>Good</title><link>/good</link><guid isPermaLink='false'>good</guid>"
    "<description>Fine.</description><content:encoded>Fine words about bins.</content:encoded></item>"
)
OCTETS = {"Content-Type": "application/octet-stream"}


def rss(*items: str) -> Answer:
    space = "xmlns:content='http://purl.org/rss/1.0/modules/content/'"
    body = f"<rss version='2.0' {space}><channel>{''.join(items)}</channel></rss>"
    return 200, {"Content-Type": "application/rss+xml"}, body


def scanned() -> bytes:
    """A PDF page with a drawing and no text."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.setTitle("A plan of the site")
    canvas.rect(50, 50, 400, 600, fill=1)
    canvas.save()
    return out.getvalue()


def bomb() -> bytes:
    """A Word file of 100 KB that unpacks to 200 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("word/document.xml", b"<w>" + b" " * 200_000_000)
    return out.getvalue()


def listing(*names: str) -> Answer:
    rows = "".join(f'<a href="{name}">{name}</a>  2026-10-01 10:00  1K\n' for name in names)
    return (
        200,
        HTML,
        f"<html><head><title>Index of /f</title></head><body><h1>Index of /f</h1><pre>{rows}</pre></body></html>",
    )


class Case:
    """One bad input: what kind of source it is, what its site answers after a good start, and the problem expected."""

    def __init__(self, code: str, kind: str, path: str, good: dict[str, Answer], bad: dict[str, Answer]) -> None:
        self.code, self.kind, self.path, self.good, self.bad = code, kind, path, good, bad


FEED_GOOD: dict[str, Answer] = {"/feed": rss(GOOD)}
MAP_GOOD: dict[str, Answer] = {
    "/robots.txt": (200, {"Content-Type": "text/plain"}, "User-agent: *\nDisallow: /private/\n"),
    "/sitemap.xml": (200, XML, "<urlset><url><loc>/good</loc></url></urlset>"),
    "/good": (200, HTML, "<title>Good</title><main><p>Fine words about bins.</p></main>"),
}
MAP_TWO = "<urlset><url><loc>/good</loc></url><url><loc>/private/plan</loc></url></urlset>"
FILES_GOOD: dict[str, Answer] = {
    "/f/": listing("good.txt"),
    "/f/good.txt": (200, {"Content-Type": "text/plain"}, "Fine"),
}

CASES = {
    "a wrong address": Case("status-404", "feed", "/feed", FEED_GOOD, {"/feed": (404, {}, b"")}),
    "a page instead of a feed": Case(
        "wrong-content-html", "feed", "/feed", FEED_GOOD, {"/feed": (200, HTML, "<html><p>Hi")}
    ),
    "an empty feed": Case("empty-list", "feed", "/feed", FEED_GOOD, {"/feed": rss()}),
    "a broken date": Case(
        "broken-date",
        "feed",
        "/feed",
        FEED_GOOD,
        {"/feed": rss(GOOD, GOOD.replace("ood", "new").replace("<desc", "<pubDate>yesterday</pubDate><desc"))},
    ),
    "robots.txt that refuses a page": Case(
        "robots-refused",
        "sitemap",
        "/sitemap.xml",
        MAP_GOOD,
        {
            **MAP_GOOD,
            "/sitemap.xml": (200, XML, MAP_TWO),
        },
    ),
    "a file that unpacks to a bomb": Case(
        "bomb",
        "folder",
        "/f/",
        FILES_GOOD,
        {**FILES_GOOD, "/f/": listing("good.txt", "bomb.docx"), "/f/bomb.docx": (200, OCTETS, bomb())},
    ),
    "a list that unpacks to a bomb": Case(
        "bomb",
        "feed",
        "/feed",
        FEED_GOOD,
        {"/feed": (200, {"Content-Type": "text/xml", "Content-Encoding": "gzip"}, gzip.compress(b" " * 200_000_000))},
    ),
    "a scanned PDF": Case(
        "scanned-pdf",
        "folder",
        "/f/",
        FILES_GOOD,
        {**FILES_GOOD, "/f/": listing("good.txt", "plan.pdf"), "/f/plan.pdf": (200, OCTETS, scanned())},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_one_problem_and_nothing_is_lost(checked: Checked, name: str) -> None:
    case = CASES[name]
    answers = dict(case.good)

    def answer(request: Request) -> Answer:
        return answers.get(request.path, (404, {}, b""))

    with serve(answer) as site:
        source = checked.add(site, case.kind, case.path)
        assert checked.check(source).new == 1
        before = checked.texts(source)
        answers.clear()
        answers.update(case.bad)
        checked.check(source)
    with checked.parts.database.reading() as session:
        run = checked.run(source)
        problems = list(session.scalars(select(ProblemRow).where(ProblemRow.run_id == run.id)))
    assert [one.code for one in problems] == [case.code]
    problem = problems[0]
    assert problem.code == case.code
    assert site.base_url in problem.where
    assert problem.what.endswith(".")
    assert problem.fix.endswith(".")
    assert before.items() <= checked.texts(source).items()
    assert run.state != "running"
    page = checked.client().get(f"/sources/{source}").text
    assert problem.fix.split("“")[0].replace("'", "&#39;")[:60] in page


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checked]:
    """A hub that may not fetch from private networks, as hubs are."""
    with checked_hub(tmp_path_factory.mktemp("guarded") / "hub", fetch_allow="") as made:
        yield made


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://127.0.0.1/feed", "private-address"),
        ("http://10.0.0.1/feed", "private-address"),
        ("http://[::1]/feed", "private-address"),
        ("http://127.0.0.1:9999/feed", "closed-port"),
    ],
)
def test_a_private_address_is_never_visited(guarded: Checked, address: str, code: str) -> None:
    source = guarded.add_address(address)
    result = guarded.check(source)
    assert len(result.failed) == 1
    assert guarded.codes(source) == [code]
    assert guarded.run(source).state == "blocked"
    assert "MOOTHALL_FETCH_ALLOW" in guarded.client().get(f"/sources/{source}").text
