"""Rule 12: a picture that is sent is drawn anew or refused; nothing that came is ever served as it came."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.hub.site import BASE, Site, filled_site
from tests.security.crawl import Crawl

SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>"
HTML = b"<!doctype html><script>alert(1)</script>"


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "navy").save(out, "PNG")
    return out.getvalue()


REFUSED = {
    "an SVG": (SVG, "logo.svg", "image/svg+xml"),
    "an SVG that is named otherwise": (SVG, "logo.png", "image/png"),
    "an SVG as XML": (b"<?xml version='1.0'?>" + SVG, "logo.xml", "text/xml"),
    "a page": (HTML, "logo.html", "text/html"),
    "a page that is named otherwise": (HTML, "logo.png", "image/png"),
    "a page that begins as a picture": (png()[:8] + HTML, "logo.png", "image/png"),
    "a picture that is cut off": (png()[:60], "logo.png", "image/png"),
    "a program": (b"MZ" + bytes(500), "logo.exe", "application/octet-stream"),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("uploads") / "hub"
    with filled_site(folder) as made:
        made.app.config["WTF_CSRF_ENABLED"] = False
        yield made


def send(site: Site, content: bytes, name: str, kind: str) -> tuple[int, str]:
    """Send the form of the hub with this file; what came, and the address of the logo that pages show."""
    operator = site.operator()
    form = next(one for one in Crawl(site, operator).walk("/manage/hub").forms.values() if one.action == "/manage/hub")
    data = {name_: value for name_, value in form.held if name_ not in ("logo", "without_logo")}
    answer = operator.post("/manage/hub", data={**data, "logo": (io.BytesIO(content), name, kind)}, base_url=BASE)
    (shown,) = site.page("/").all("//header//img/@src")
    return answer.status_code, shown


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_picture_is_refused_and_served_nowhere(site: Site, what: str) -> None:
    assert send(site, *REFUSED[what]) == (400, "/static/mark.svg")


def test_what_was_hidden_behind_a_picture_is_gone(site: Site) -> None:
    status, shown = send(site, png() + HTML + SVG, "../../x.svg", "image/svg+xml")
    assert status == 303
    answer = site.get(shown)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert b"alert" not in answer.data
    assert Image.open(io.BytesIO(answer.data)).format == "PNG"


def test_there_is_no_other_way_to_send_a_file(site: Site) -> None:
    """A new one belongs into this test."""
    seen = Crawl(site, site.operator()).walk("/manage", "/manage/hub", "/sources/new")
    pages = {address: answer.text for address, answer in seen.pages.items() if answer.mimetype == "text/html"}
    assert {address.partition("?")[0] for address, text in pages.items() if 'type="file"' in text} == {"/manage/hub"}
