"""Rule 27: one message is one line, whatever somebody typed into it."""

import json
import logging

from hub.logs import JsonLines, OneLine

TYPED = (
    "bob\nINFO admin signed in",
    "bob\r\nINFO",
    "bob\x1b[2J\x1b[1;1H",
    "bob\u2028INFO",
    "bob\x85INFO",
    "bob\x00INFO",
    "bob\u202egnp.exe",
    'bob", "level": "error',
)


def record(message: str) -> logging.LogRecord:
    return logging.LogRecord("hub.app", logging.WARNING, __file__, 1, "Refused a value at %s", (message,), None)


def test_a_json_line_is_one_line_with_its_own_fields_alone() -> None:
    for typed in TYPED:
        line = JsonLines().format(record(typed))
        assert len(line.splitlines()) == 1, typed
        said = json.loads(line)
        assert (said["level"], said["logger"]) == ("warning", "hub.app")
        assert typed.encode() in said["message"].encode()


def test_a_plain_line_cannot_be_made_two_and_says_nothing_to_a_terminal() -> None:
    for typed in TYPED:
        line = OneLine().format(record(typed))
        assert len(line.splitlines()) == 1, typed
        assert "\x1b" not in line
        assert "\x00" not in line
