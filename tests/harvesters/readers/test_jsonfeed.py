"""JSON Feed 1.1, which the reader feed tells by its first character."""

import json
from typing import Any

from harvesters.readers.feed import read


def feed(**more: Any) -> bytes:
    item = {
        "id": 7,
        "url": "/a",
        "title": "A",
        "content_html": "<p>one</p><p>two</p>",
        "date_published": "2026-11-24T09:00:00+01:00",
        "date_modified": "soon",
        "tags": ["policy", "waste"],
        "authors": [{"name": "Waste team"}],
        "attachments": [{"url": "/a.pdf", "mime_type": "application/pdf", "size_in_bytes": 5}, {"url": "javascript:x"}],
    }
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": "T", "language": "en-GB", "items": [item], **more}
    ).encode()


def test_json_feed_is_read() -> None:
    found = read(feed(next_url="/older.json"), base_url="https://j.example/feed.json")
    assert (found["title"], found["language"], found["next"]) == ("T", "en", "https://j.example/older.json")
    entry = found["entries"][0]
    assert (entry["id"], entry["url"]) == ("7", "https://j.example/a")
    assert entry["text"] == "one\n\ntwo"
    assert (entry["issued"], entry["modified"]) == ("2026-11-24T08:00:00+00:00", "")
    assert entry["notes"] == ["broken-date"]
    assert entry["type"] == "policy"
    assert entry["contact"] == "Waste team"
    assert entry["files"] == [{"url": "https://j.example/a.pdf", "type": "application/pdf", "size": 5}]


def test_items_that_are_none_are_left_out_with_a_notice() -> None:
    found = read(feed(items=[1, None, {"id": "x", "content_text": "Words only"}]))
    assert [entry["title"] for entry in found["entries"]] == ["Words only"]
    assert found["notes"] == ["broken-list"]
