"""Logs are one line a message, whatever stands in it."""

import json
import logging

import pytest

from hub.config import read_settings
from hub.errors import BadInput
from hub.logs import JsonLines, OneLine, Sparing


def record(message: str, error: Exception | None = None) -> logging.LogRecord:
    info = (type(error), error, None) if error else None
    return logging.LogRecord("hub.jobs", logging.WARNING, __file__, 1, message, (), info)


def test_a_json_line_says_when_who_and_what() -> None:
    said = json.loads(JsonLines().format(record("Søren\nINFO admin signed in", ValueError("x"))))
    assert (said["level"], said["logger"]) == ("warning", "hub.jobs")
    assert said["message"] == "Søren\nINFO admin signed in"
    assert "ValueError: x" in said["exception"]
    assert said["time"].endswith("+00:00")
    assert "\n" not in JsonLines().format(record("bob\nINFO admin"))


def test_a_plain_line_cannot_be_made_two() -> None:
    line = OneLine().format(record("bob\nINFO admin\x1b[2J"))
    assert "\n" not in line
    assert "\x1b" not in line
    assert line.endswith("bob\\nINFO admin\\x1b[2J")


def test_another_form_of_logs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOOTHALL_LOG", "xml")
    with pytest.raises(BadInput, match="MOOTHALL_LOG"):
        read_settings()


def test_the_same_line_comes_once_a_minute_and_says_how_often() -> None:
    now = [0.0]
    sparing = Sparing(lambda: now[0])

    def passed(text: str) -> str:
        record = logging.LogRecord("hub.search", logging.WARNING, "", 0, "Away: %s", (text,), None)
        return record.getMessage() if sparing.filter(record) else ""

    assert passed("down") == "Away: down"
    assert passed("down") == ""
    assert passed("slow") == "Away: slow", "another line is no repetition"
    now[0] = 59.0
    assert passed("down") == ""
    now[0] = 60.0
    assert passed("down") == "Away: down (And 2 times more since it was last said.)"
    now[0] = 120.0
    assert passed("down") == "Away: down"
