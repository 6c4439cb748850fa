"""`moothall organisation sign-in`: the secret comes from a file or a prompt, and is never shown."""

from pathlib import Path

import click
import pytest

from hub.accounts.providers import client_of, provider_of
from hub.db import Database
from hub.organisations.service import find_organisation
from tests.hub.cli.typed import Terminal

SECRET = "s3cret of the client"
SET = ("organisation", "sign-in", "northford-city", "--issuer", "https://login.northford.example", "--client-id", "us")


def kept(terminal: Terminal) -> str:
    """The secret that is kept."""
    database = Database(terminal.settings.database)
    with database.reading() as session:
        organisation = find_organisation(session, "northford-city")
        row = provider_of(session, organisation.id)
        assert row
        assert SECRET not in row.sealed
        found = client_of(row, organisation, key=terminal.settings.secret(), base_url="http://x")
    database.close()
    return found.secret


def test_it_is_set_with_a_secret_from_a_file(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    terminal.type("organisation", "domains", "northford-city", "northford.example")
    said = terminal.type(*SET, "--secret-file", str(file), "--on")
    assert "People sign in at https://login.northford.example." in said.out
    assert "/sign-in/organisation/northford-city/back" in said.out
    assert SECRET not in said.out + said.err
    assert kept(terminal) == SECRET
    value = terminal.type("organisation", "sign-in", "northford-city", "--only", "--trust", "--json").value()
    assert (value["on"], value["only"], value["trusted"]) == (True, True, True)
    assert kept(terminal) == SECRET, "who says nothing of the secret keeps it"
    assert "is off" in terminal.type("organisation", "sign-in", "northford-city", "--off", "--not-only").out


def test_it_is_asked_for_where_no_file_is_named(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []
    monkeypatch.setattr(click, "prompt", lambda text, **how: asked.append(how) or SECRET)
    assert "is off" in terminal.type(*SET).out
    assert asked == [{"hide_input": True}]
    assert kept(terminal) == SECRET
    terminal.type("organisation", "sign-in", "northford-city", "--client-id", "other")
    assert len(asked) == 1
    terminal.type("organisation", "sign-in", "northford-city", "--issuer", "https://new.northford.example")
    assert len(asked) == 2, "a secret is not told to another provider"


def test_what_cannot_be_is_a_sentence(terminal: Terminal, tmp_path: Path) -> None:
    assert "cannot be read" in terminal.type(*SET, "--secret-file", str(tmp_path / "none")).complaint()
    (tmp_path / "secret").write_text(SECRET)
    file = ("--secret-file", str(tmp_path / "secret"))
    assert "at which domains" in terminal.type(*SET, *file, "--on").complaint()
    assert "beginning with https://" in terminal.type(*SET[:3], "--issuer", "ftp://x", *file).complaint()
    assert "There is no sign-in of its own." in terminal.type(*SET[:3]).out
