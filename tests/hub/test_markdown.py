"""Markdown: what people write becomes HTML by rules that no text gets round."""

import time
from types import SimpleNamespace

import pytest
from lxml import html

from hub.errors import BadInput
from hub.markdown import LONGEST, SANITISER, extract_of, html_of, is_link, plain_of, require_short, written


def test_what_people_write_is_shown_as_they_mean_it() -> None:
    said = html_of("Two *visits*, **one** form:\n\n- damp\n- heat\n\n| a | b |\n|--:|:-:|\n| 1 | 2 |\n\n`x<y` ~~no~~")
    root = html.fromstring(f"<div>{said}</div>")
    assert [one.tag for one in root] == ["p", "ul", "table", "p"]
    assert "style" not in said
    assert "<code>x&lt;y</code> <s>no</s>" in said


def test_headings_begin_where_the_page_wants_them_and_skip_nothing() -> None:
    assert html_of("### A\n# B\n### C\n###### D\n## E", base=3) == (
        "<h3>A</h3>\n<h3>B</h3>\n<h4>C</h4>\n<h5>D</h5>\n<h4>E</h4>\n"
    )


def test_addresses_are_links_that_tell_search_engines_nothing() -> None:
    said = html_of("See https://x.example/a_b?c=1&d. And [me](mailto:a@b.example), `https://code.example`.")
    root = html.fromstring(f"<div>{said}</div>")
    assert [one.get("href") for one in root.iter("a")] == ["https://x.example/a_b?c=1&d", "mailto:a@b.example"]
    assert {one.get("rel") for one in root.iter("a")} == {"nofollow ugc noopener"}


NO_LINKS = (
    *("javascript:alert(1)", "JavaScript:alert(1)", "java\tscript:x", "vbscript:x", "data:text/html,x", "http:x"),
    *("/sign-out", "//evil.example", "#x", "https://", "mailto:", " ", "file:///etc/passwd"),
)


@pytest.mark.parametrize("address", NO_LINKS)
def test_other_addresses_are_no_links(address: str) -> None:
    assert not is_link(address)
    assert "<a" not in html_of(f"[a]({address}) [b](<{address}>) <{address}>\n\n[c]\n\n[c]: {address}")


def test_no_picture_and_no_tag_of_theirs_is_left() -> None:
    said = html_of("![x](https://evil.example/x.png) <b>b</b> <img src=x> <!-- c -->\n\n<div>\n\nx\n\n</div>")
    assert {one.tag for one in html.fromstring(f"<div>{said}</div>").iter()} == {"div", "p", "a"}


def test_names_stand_out_where_they_are_meant() -> None:
    names = ["Ann Officer", "Ann Officer (Northford City)"]
    said = html_of(
        "@ann officer, @Ann Officer (Northford City), @Ann Officers, [@Ann Officer](https://x.example)", names=names
    )
    assert said.count("<strong>") == 2
    assert "<strong>@Ann Officer (Northford City)</strong>" in said


def test_plain_text_for_the_index_has_no_signs() -> None:
    text = "# Title\n\nTwo *visits*\nand [a link](https://x.example).\n\n```\ncode\n```\n- one"
    assert plain_of(text) == "Title\nTwo visits\nand a link.\ncode\none"
    assert extract_of(text, 12) == "Title Two …"


def test_what_is_too_long_is_said_and_what_fools_eyes_is_taken_out() -> None:
    assert require_short(" a\u202eb\r\n\0 ", "text") == "ab"
    with pytest.raises(BadInput, match="20,000"):
        require_short("x" * (LONGEST + 1), "text")


def test_what_older_rules_made_is_made_anew() -> None:
    old = SimpleNamespace(text="*new*", html="<script>old</script>", sanitiser=SANITISER - 1)
    assert written(old) == "<p><em>new</em></p>\n"
    assert written(SimpleNamespace(text="x", html="<p>kept</p>", sanitiser=SANITISER)) == "<p>kept</p>"


HOSTILE = (
    *(
        "[" * LONGEST,
        "<" * LONGEST,
        "`" * LONGEST,
        "> " * (LONGEST // 2),
        "- " * (LONGEST // 2),
        "[a](" * (LONGEST // 4),
    ),
    *("*a_ " * (LONGEST // 4), "https://" * (LONGEST // 8), "@Ann " * (LONGEST // 5)),
    ("|a" * 100 + "\n" + "|-" * 100 + "\n") * 40,
)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:6].strip())
def test_hostile_texts_take_no_time(text: str) -> None:
    began = time.process_time()
    html_of(text, names=["Ann Officer"])
    assert time.process_time() - began < 3
