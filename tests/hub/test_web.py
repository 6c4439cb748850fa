"""What views share: downloads, pages of a list, addresses."""

import codecs
import csv
import io
from collections.abc import Iterator

import pytest
from flask import Flask

from hub.web import address_with, csv_table, paging


@pytest.fixture
def app() -> Iterator[Flask]:
    made = Flask(__name__)
    with made.test_request_context("/search?q=damp&sector=fire&sector=police&page=3&empty="):
        yield made


def test_cells_that_a_spreadsheet_would_run_are_made_text(app: Flask) -> None:
    rows = [("=1+1", "+44", "-5", "@me"), ("\tx", "\rx", "plain", -5)]
    answer = csv_table("numbers", ("a", "b", "c", "d"), rows)
    assert answer.headers["Content-Disposition"] == "attachment; filename=numbers.csv"
    assert answer.get_data().startswith(codecs.BOM_UTF8), "Excel takes it for the letters of its own country otherwise"
    found = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline="")))
    assert found == [["a", "b", "c", "d"], ["'=1+1", "'+44", "'-5", "'@me"], ["'\tx", "'\rx", "plain", "-5"]]


@pytest.mark.parametrize(
    ("total", "pages", "numbers"), [(0, None, []), (25, 3, [1, 2, 3]), (400, 40, [1, 2, 3, 4, None, 40])]
)
def test_a_page_that_there_is_not_is_none(app: Flask, total: int, pages: int | None, numbers: list[int | None]) -> None:
    where = paging(total, 10)
    assert (where.pages if where else None) == pages
    assert (where.numbers if where else []) == numbers


def test_no_list_goes_beyond_fifty_pages(app: Flask) -> None:
    where = paging(100_000, 10)
    assert where
    assert where.pages == 50
    assert where.first == 21


def test_an_address_is_changed_in_one_parameter_and_keeps_the_others(app: Flask) -> None:
    assert address_with(page=None) == "/search?q=damp&sector=fire&sector=police"
    assert address_with(sector=["fire"], page=None) == "/search?q=damp&sector=fire"
    assert address_with(q="a & b", sector=None, page=1) == "/search?page=1&q=a+%26+b"
