"""`moothall record`: taking documents down from the command line."""

from tests.hub.cli.typed import Terminal


def test_a_document_is_taken_down_and_that_is_lifted(terminal: Terminal) -> None:
    found = terminal.type("search", "ward 1", "--json").value()
    assert found
    with_address = terminal.type("record", "take-down", "not an address", "--reason", "copyright", "--why", "So.")
    assert "Give the address of the document" in with_address.complaint()
    assert terminal.type("record", "take-downs").out == "Nothing is taken down.\n"
    address = "https://northford.example/never"
    given = ("record", "take-down", address, "--reason", "personal-data", "--why", "A name in it.", "--json")
    done = terminal.type(*given).value()
    assert done["documents"] == []
    (listed,) = terminal.type("record", "take-downs", "--json").value()
    assert (listed["decision"], listed["addresses"]) == (done["decision"], ["northford.example/never"])
    assert terminal.type("record", "lift", done["decision"]).out == "Lifted: 0 documents.\n"
    assert "no such take-down" in terminal.type("record", "lift", done["decision"]).complaint()
