"""What ASVS asks of headers, cookies and passwords, over https as a hub is reached in earnest."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from flask_security import hash_password, verify_password
from sqlalchemy import func, select

from hub import accounts
from hub.accounts.app_codes import new_secret
from hub.accounts.models import Person
from hub.accounts.passwords import LONGEST, faults
from tests.hub.site import Site, empty_site

BASE = "https://hub.example"
KINDS = {
    "/": "text/html; charset=utf-8",
    "/nothing": "text/html; charset=utf-8",
    "/search.json": "application/json",
    "/search.csv": "text/csv; charset=utf-8",
    "/search.atom": "application/atom+xml; charset=utf-8",
    "/static/moothall.css": "text/css; charset=utf-8",
}
"""Address -> the type of what is answered there."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("https") / "hub"
    with empty_site(folder, base_url=BASE, trusted_hosts="hub.example") as made:
        yield made


@pytest.fixture
def client(hub: Site) -> FlaskClient:
    return hub.app.test_client()


@pytest.mark.parametrize("address", KINDS)
def test_every_answer_has_the_headers_and_says_what_it_is(client: FlaskClient, address: str) -> None:
    with client.get(address, base_url=BASE) as answer:
        headers = answer.headers
    assert headers["Content-Type"] == KINDS[address]
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    for rule in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):
        assert rule in headers["Content-Security-Policy"]
    assert "'unsafe" not in headers["Content-Security-Policy"]
    assert not [name for name, _ in headers if name.lower().startswith("access-control-")]


def test_cookies_of_forms_are_bound_to_this_host_and_to_https(client: FlaskClient) -> None:
    cookies = client.get("/sign-in", base_url=BASE).headers.getlist("Set-Cookie")
    assert [one.partition("=")[0] for one in cookies] == ["__Host-moothall-form"]
    for one in cookies:
        parts = {part.strip().lower() for part in one.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= parts
        assert not [part for part in parts if part.startswith("domain")]


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT"])
def test_other_methods_do_nothing(client: FlaskClient, method: str) -> None:
    assert client.open("/sign-in", method=method, base_url=BASE).status_code in (400, 405)


@pytest.mark.parametrize("address", ["/static/", "/static", "/.git/config", "/static/../app.py", "/secret-key"])
def test_no_folder_is_listed_and_nothing_of_the_code_is_served(client: FlaskClient, address: str) -> None:
    assert client.get(address, base_url=BASE).status_code == 404


def test_a_new_hub_has_nobody_in_it(hub: Site) -> None:
    with hub.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 0


@pytest.mark.parametrize("address", ["/sign-in", "/register"])
def test_a_password_is_masked_and_may_come_from_a_manager(client: FlaskClient, address: str) -> None:
    page = client.get(address, base_url=BASE).text
    (field,) = [one for one in page.split("<input") if 'name="password"' in one]
    assert 'type="password"' in field
    assert 'autocomplete="current-password"' in field or 'autocomplete="new-password"' in field
    assert "onpaste" not in page
    assert "maxlength" not in field.partition(">")[0]


@pytest.mark.parametrize("password", ["password123", "qwertyuiop", "1234567890", "iloveyou12", "Passw0rd!!"])
def test_a_common_password_is_refused(password: str) -> None:
    assert faults(password, [])


@pytest.mark.parametrize("password", ["moothall-2026", "northford1", "annofficer1", "ann.officer.26"])
def test_what_is_known_of_person_and_hub_is_no_password(password: str) -> None:
    assert faults(password, ["Ann Officer", "ann.officer@northford.example", "Moothall", "Northford"])


@pytest.mark.parametrize(
    "password",
    [
        "wombat trellis gravy",
        "ΩμέγαΔέλταΣίγμα",
        " ".join(["wombat", "trellis", "gravy", "moraine"] * 3),
        "тихая река 漢字 😀 moraine",
    ],
)
def test_any_signs_do_and_64_of_them_too(password: str) -> None:
    assert len(password) <= LONGEST
    assert faults(password, []) == []


def test_accounts_draw_chance_from_the_system_alone() -> None:
    for path in (Path(accounts.__file__).parent).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {"random", "numpy"} & {one.partition(".")[0] for one in names}, path
    assert len({new_secret() for _ in range(100)}) == 100
    assert {len(new_secret()) for _ in range(5)} == {32}


def test_a_password_is_kept_as_argon2_and_checked_whole(hub: Site) -> None:
    long = "wombat trellis gravy " * 9
    with hub.app.app_context():
        kept = hash_password(long)
        assert kept.startswith("$argon2id$")
        assert verify_password(long, kept)
        assert not verify_password(long[:-2] + "!", kept)
        assert not verify_password(long[:-1], kept)
        assert not verify_password(long.upper(), kept)
