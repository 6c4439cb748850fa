"""Rule 10: an address is http, https or mailto, or it is no link."""

import json

import pytest

from harvesters.readers.links import web_address
from harvesters.run import harvest
from harvesters.sandbox import Sandbox
from tests.harvesters.workshop import tools_with
from tests.security.payloads import LINKS
from tests.servers.loopback import serve


@pytest.mark.parametrize("written", LINKS)
def test_what_is_no_web_address_is_dropped(written: str) -> None:
    for base in ("", "https://n.example/news/"):
        made = web_address(written, base)
        assert made == "" or made.startswith(("https://evil.example/", "http://evil.example/", "https://n.example/")), (
            made
        )
        assert "javascript:" not in made.lower() or made.startswith("https://n.example/")


def test_no_record_keeps_one(sandbox: Sandbox) -> None:
    items = [
        {"id": f"n{number}", "url": one, "title": "A", "attachments": [{"url": one, "mime_type": "text/plain"}]}
        for number, one in enumerate(LINKS)
    ]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "N", "items": items})
    with serve({"/feed": body}) as site, tools_with(sandbox) as tools:
        pages = list(harvest("feed", site.url("/feed"), {}, lambda ids: {}, tools))
    records = [change.record for page in pages for change in page.changes if change.record]
    assert records
    for record in records:
        for address in (record.url, *(one.url for one in record.files)):
            assert address.startswith(("http://", "https://")), address
