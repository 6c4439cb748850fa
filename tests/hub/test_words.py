"""How values read on a page."""

import pytest

from hub.words import file_kind, many


@pytest.mark.parametrize(
    ("type", "words"),
    [
        ("application/pdf", "PDF"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word document"),
        ("application/vnd.oasis.opendocument.text", "OpenDocument text"),
        ("Text/Plain; charset=utf-8", "text"),
        ("application/x-unheard-of", "application/x-unheard-of"),
        ("", ""),
    ],
)
def test_kinds_of_files_are_called_what_people_call_them(type: str, words: str) -> None:
    assert file_kind(type) == words


@pytest.mark.parametrize(("value", "words"), [(0, "0 sources"), (1, "1 source"), (1200, "1,200 sources")])
def test_one_is_not_more(value: int, words: str) -> None:
    assert many(value, "source") == words
