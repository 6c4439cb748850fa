"""`moothall audit`: proving the log, and writing it out."""

import csv
import io

from hub.audit.log import COLUMNS
from tests.hub.cli.typed import Terminal


def test_the_log_is_proved_and_written_out(terminal: Terminal) -> None:
    found = terminal.type("audit", "verify", "--json").value()
    assert found["broken"] is None
    assert f"The hash of the last is {found['last']}." in terminal.type("audit", "verify").out
    rows = list(csv.reader(io.StringIO(terminal.type("audit", "export").out)))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == found["acts"] + 1
    assert rows[-1][-1] == found["last"]


def test_a_hash_that_was_noted_shows_whether_the_end_was_cut_off(terminal: Terminal) -> None:
    last = terminal.type("audit", "verify", "--json").value()["last"]
    assert terminal.type("audit", "verify", "--noted", last).status == 0
    assert "its end was cut off" in terminal.type("audit", "verify", "--noted", "0" * 64).complaint()
