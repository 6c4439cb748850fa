"""One record from a loopback server to the page: published, collected, tagged, found, changed, withdrawn."""

from pathlib import Path

import pytest

from hub.cli.harvest import harvest_now
from hub.cli.init import make_hub
from hub.organisations.service import add_organisation
from hub.policy import COMMAND_LINE
from hub.sources.service import add_source
from hub.wsgi import build
from tests.people import settings_in
from tests.servers.loopback import serve

SITEMAP = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>"""
PAGE = """<!doctype html><html lang="en"><head><title>{title}</title>
<meta name="description" content="Sending two people to each damp home cut repeat visits by a third.">
<script type="application/ld+json">{{"@context":"https://schema.org","@type":"Article","headline":"{title}",
"datePublished":"2026-11-19","license":"https://creativecommons.org/licenses/by/4.0/","genre":"practice note"}}</script>
</head><body><nav><a href="/">Home</a> <a href="/careers">Careers and vacancies</a></nav><main><h1>{title}</h1>
<p>In January our complaints about damp and mould doubled, and we had one surveyor for two hundred and forty homes.</p>
<p>{body}</p><p>Two people, one visit, one form. Bring the cover of the fan and a screwdriver, and leave a number.</p>
</main><footer>Cookies and privacy</footer></body></html>"""


@pytest.mark.server
def test_a_record_from_its_site_to_the_page(tmp_path: Path, database_url: str) -> None:
    pages = {
        "/damp": PAGE.format(
            title="What we learned from forty damp homes", body="Mould was reported in 31 of 40 homes."
        ),
        "/bins": PAGE.format(title="Food waste rounds", body="Collecting food waste weekly filled 40 lorries."),
    }

    def sitemap(_: object) -> tuple[int, dict[str, str], str]:
        urls = "".join(f"<url><loc>{site.base_url}{path}</loc></url>" for path in pages)
        return 200, {"Content-Type": "application/xml"}, SITEMAP.format(urls)

    def answer(request) -> object:
        if request.path == "/sitemap.xml":
            return sitemap(request)
        if request.path in pages:
            return 200, {"Content-Type": "text/html; charset=utf-8"}, pages[request.path]
        return 404, {}, b""

    settings = settings_in(tmp_path / "hub", database_url=database_url)
    with serve(answer) as site:
        parts = make_hub(settings)
        with parts.database.writing() as session:
            organisation = add_organisation(
                session, actor=COMMAND_LINE, name="Northford City", sector="council", contact_name="Housing standards"
            )
            source = add_source(
                session,
                actor=COMMAND_LINE,
                organisation=organisation,
                kind="sitemap",
                address=site.url("/sitemap.xml"),
            ).id
        assert harvest_now(parts, [source]).new == 2
        app = build(settings)
        client = app.test_client()

        found = client.get("/search?q=mould").text
        assert "What we learned from forty damp homes" in found
        assert "<mark>" in found
        address = found.split('href="/records/')[1].split('"')[0]
        page = client.get(f"/records/{address}").text
        for words in ("Housing standards", "CC BY", "19 November 2026", "Damp and mould", "one surveyor"):
            assert words in page
        for words in ("Careers and vacancies", "Cookies and privacy"):
            assert words not in page
        notation = page.split('href="/topics/')[1].split('"')[0]
        assert "forty damp homes" in client.get(f"/topics/{notation}").text
        assert "forty damp homes" in client.get("/search.atom?q=mould").text
        assert "forty damp homes" in client.get("/").text

        again = harvest_now(parts, [source])
        assert (again.extracted, again.index_writes, again.unchanged) == (0, 0, 2)

        pages["/damp"] = pages["/damp"].replace("31 of 40", "32 of 40")
        assert harvest_now(parts, [source]).changed == 1
        changes = client.get(f"/records/{address}/versions").text
        assert "<del>" in changes
        assert "<ins>" in changes

        del pages["/damp"]
        assert harvest_now(parts, [source]).deleted == 1
        gone = client.get(f"/records/{address}")
        assert gone.status_code == 410
        assert "forty damp homes" not in client.get("/search?q=mould").text
        app.extensions["moothall"]["database"].close()
        parts.close()
