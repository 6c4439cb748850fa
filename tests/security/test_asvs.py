"""The table of OWASP ASVS 5.0 (docs/asvs.md) is whole, and what it names is there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs" / "asvs.md").read_text()

CHAPTERS: dict[str, str] = {
    "V1": "1.1-2 2.1-9 3.1-11 4.1-3 5.1-2",
    "V2": "1.1-3 2.1-3 3.1-4 4.1-1",
    "V3": "2.1-2 3.1-4 4.1-6 5.1-5 7.1-2",
    "V4": "1.1-3 2.1-1 3.1-2 4.1-4",
    "V5": "1.1-1 2.1-3 3.1-2 4.1-3",
    "V6": "1.1-3 2.1-12 3.1-4 4.1-4 5.1-5 6.1-3 8.1-4",
    "V7": "1.1-3 2.1-4 3.1-2 4.1-5 5.1-2 6.1-2",
    "V8": "1.1-2 2.1-3 3.1-1 4.1-1",
    "V9": "1.1-3 2.1-4",
    "V10": "1.1-2 2.1-2 3.1-4 4.1-11 5.1-5 6.1-2 7.1-3",
    "V11": "1.1-2 2.1-3 3.1-3 4.1-4 5.1-1 6.1-1",
    "V12": "1.1-3 2.1-2 3.1-4",
    "V13": "1.1-1 2.1-5 3.1-2 4.1-5",
    "V14": "1.1-2 2.1-4 3.1-3",
    "V15": "1.1-3 2.1-3 3.1-7",
    "V16": "1.1-1 2.1-5 3.1-4 4.1-3 5.1-3",
    "V17": "1.1-1 2.1-4 3.1-2",
}
"""Chapter -> its requirements of levels 1 and 2 by section, as in the CSV of version 5.0.0 (github.com/OWASP/ASVS,
5.0/docs_en). Those of level 3 stand behind the others of their section, with no gap."""

LEVEL_1 = 70
LEVEL_2 = 183
MOST_OPEN = 17
"""How many may be open: this number may only go down."""

ROW = re.compile(r"^\| (V[\d.]+) \| ([12]) \| ([^|]+) \| ([^|]+) \|$", re.M)
STATUS = re.compile(r"^(tested by|written in|operator:|not applicable because|open:) \S")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
NAMED = re.compile(r"`?((?:docs|hub|tests|harvesters)/[\w/]+\.(?:md|py))")
HEADING = re.compile(r"(docs/\w+\.md), \*([^*]+)\*")


def expected() -> list[str]:
    """Every number, in the order of the standard."""
    found = []
    for chapter, sections in CHAPTERS.items():
        for one in sections.split():
            section, _, reach = one.partition(".")
            first, last = (int(number) for number in reach.split("-"))
            found += [f"{chapter}.{section}.{number}" for number in range(first, last + 1)]
    return found


@cache
def names_in(path: str) -> set[str]:
    """The names of the tests of a file."""
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def rows() -> list[tuple[str, str, str, str]]:
    """(number, level, in short, status)."""
    return [(row[0], row[1], row[2], row[3]) for row in ROW.findall(TABLE)]


def test_every_requirement_of_both_levels_stands_there_once() -> None:
    assert [one for one, _, _, _ in rows()] == expected()
    levels = [level for _, level, _, _ in rows()]
    assert (levels.count("1"), levels.count("2")) == (LEVEL_1, LEVEL_2)


def test_each_has_a_status() -> None:
    for number, _, words, status in rows():
        assert STATUS.match(status), number
        assert words.strip(), number
        if status.startswith("tested by"):
            assert TEST.search(status), number
        if status.startswith(("operator", "written in")):
            assert HEADING.search(status), number


def test_every_test_that_is_named_exists() -> None:
    for path, name in TEST.findall(TABLE):
        assert name in names_in(path), f"{path}::{name}"


def test_every_file_and_heading_that_is_named_exists() -> None:
    for path in NAMED.findall(TABLE):
        assert (ROOT / path).is_file(), path
    for path, heading in HEADING.findall(TABLE):
        assert f"\n## {heading}\n" in (ROOT / path).read_text(), f"{path}: {heading}"


def test_the_open_ones_get_fewer() -> None:
    still = [number for number, _, _, status in rows() if status.startswith("open:")]
    assert len(still) <= MOST_OPEN, still


@pytest.mark.parametrize("kind", ["tested by", "written in", "operator:", "not applicable because", "open:"])
def test_the_sums_are_right(kind: str) -> None:
    column = ["tested by", "written in", "operator:", "not applicable because", "open:"].index(kind)
    (total,) = re.findall(r"^\| all \| (\d+) \|(.+)\|$", TABLE, re.M)
    assert int(total[0]) == LEVEL_1 + LEVEL_2
    assert int(total[1].split("|")[column]) == sum(status.startswith(kind) for _, _, _, status in rows())
