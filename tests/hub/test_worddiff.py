"""The words that changed: what was put in and taken out, ends of lines where they count, and never for minutes."""

import time

from hub.worddiff import difference


def pieces(before: str, after: str, **more: bool) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in difference(before, after, **more)]


def test_words_that_were_taken_out_and_put_in() -> None:
    assert pieces("we fixed nine homes", "we fixed\nten cold homes") == [
        ("same", "we fixed"),
        ("out", "nine"),
        ("in", "ten cold"),
        ("same", "homes"),
    ]
    assert pieces("", "all new") == [("in", "all new")]
    assert pieces("one\n  two", "one two") == [("same", "one two")]


def test_what_is_far_from_a_change_is_left_out() -> None:
    far = " ".join(f"w{number}" for number in range(40))
    assert [kind for kind, _ in pieces(f"{far} old {far}", f"{far} new {far}")] == [
        *("gap", "same", "out", "in", "same", "gap"),
    ]


def test_ends_of_lines_count_where_people_set_them() -> None:
    assert pieces("one two", "one\n\ntwo", lines=True) == [("same", "one"), ("in", "\n \n"), ("same", "two")]


def test_texts_of_few_words_are_compared_in_a_moment() -> None:
    begun = time.monotonic()
    difference("a b " * 10_000, "b a " * 10_000)
    assert time.monotonic() - begun < 5
