"""Rule 11: attributes that a script library would obey are stripped from what others wrote, though we use none."""

from pathlib import Path

import pytest

from harvesters.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
PAGE = (
    '<!doctype html><title>A page</title><main><p>Words of a page <a hx-get="/admin/delete" hx-trigger="load" '
    'data-hx-post="/x" x-on:click="alert(1)" v-html="x" ng-app onclick="alert(1)">about bins</a> that is long enough '
    "to be read as the text of a page, which takes some words more than these.</p></main>"
)


@pytest.mark.parametrize("reader", ["html", "text"])
def test_nothing_of_them_is_left(sandbox: Sandbox, reader: str) -> None:
    told = str(sandbox.read(reader, PAGE.encode(), url="https://n.example/a"))
    if reader == "html":
        assert "about bins" in told
        assert "<" not in told
        for name in ("hx-get", "hx-trigger", "data-hx", "x-on", "v-html", "ng-app", "onclick"):
            assert name not in told


def test_no_page_of_ours_loads_such_a_library() -> None:
    for path in (ROOT / "hub/static").rglob("*.js"):
        text = path.read_text()
        for name in ("htmx", "alpine", "innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "document.write"):
            assert name not in text, path
    for path in (ROOT / "hub/templates").rglob("*.html"):
        assert "hx-" not in path.read_text(), path
