"""`moothall backup` and `moothall restore`, as an operator types them on two machines."""

from pathlib import Path

from tests.hub.cli.conftest import ENTRIES
from tests.hub.cli.typed import Terminal
from tests.people import settings_in

PAGE = 4096
"""Bytes of a page of SQLite."""


def moved_to(terminal: Terminal, folder: Path) -> Terminal:
    """The same person at a machine where no hub is."""
    terminal.set(data=str(folder))
    return Terminal(settings_in(folder), terminal.monkeypatch, terminal.capsys)


def test_a_restored_hub_searches_and_checks_as_the_old_one(terminal: Terminal, tmp_path: Path) -> None:
    before = terminal.type("check", "--json").value()
    made = terminal.type("backup", str(tmp_path / "backups"), "--json").value()
    assert made["records"] == ENTRIES
    assert made["digest"] == before["digest"]
    there = moved_to(terminal, tmp_path / "there")
    restored = there.type("restore", made["folder"], "--json").value()
    counted = {"records": ENTRIES, "documents": ENTRIES, "digest": before["digest"]}
    assert restored == {**counted, "erased_again": 0, "list_of_erasures": False}
    assert there.type("check", "--json").value() == before
    assert there.type("search", "food", "waste", "--json").value()["total"] == ENTRIES


def test_people_read_what_was_kept_and_what_came_back(terminal: Terminal, tmp_path: Path) -> None:
    said = terminal.type("backup", str(tmp_path / "backups"))
    assert f"holds the hub: {ENTRIES} records, " in said.out
    (folder,) = (tmp_path / "backups").iterdir()
    said = moved_to(terminal, tmp_path / "there").type("restore", str(folder))
    assert (
        f" is back: {ENTRIES} records, {ENTRIES} of them in the index. Every count and hash is as it was." in said.out
    )
    assert "No list of erasures was found" in said.out, "what it would have erased may have come back"


def test_a_second_restore_is_refused_and_says_how_to_go_on(terminal: Terminal, tmp_path: Path) -> None:
    folder = terminal.type("backup", str(tmp_path / "backups"), "--json").value()["folder"]
    there = moved_to(terminal, tmp_path / "there")
    there.type("restore", folder)
    assert "There is a hub in " in (reason := there.type("restore", folder).complaint())
    assert "nothing was changed" in reason


def test_a_broken_database_gives_no_backup_and_says_so(terminal: Terminal, tmp_path: Path) -> None:
    file = terminal.settings.data / "moothall.sqlite"
    content = bytearray(file.read_bytes())
    page = content.rindex(b"Damp and mould") // PAGE * PAGE  # of the topics, which a backup alone reads
    content[page : page + PAGE] = b"\xff" * PAGE
    file.write_bytes(content)
    reason = terminal.type("backup", str(tmp_path / "backups")).complaint()
    assert "cannot be copied" in reason
    assert "malformed" in reason
    assert list((tmp_path / "backups").iterdir()) == []
