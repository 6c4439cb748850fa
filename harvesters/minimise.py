"""What a record must not hold of persons, whatever its source says.

Whom to ask is an office, and nobody who has asked for information is named.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from federation.names import LEFT_OUT, is_organisation, leave_out, office_contact
from federation.record import Record

_TITLE: Final = r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Dame|Lord|Lady|Cllr|Councillor|Mevrouw|Heer|Herr|Frau)\.?"
_NO_NAME: Final = r"(?!(?:Dear|Annwyl|Geachte|Date|Dyddiad|Datum|Thank|Diolch|Reference|Ref|We|You|Your|The|This|I)\b)"
_BIG: Final = rf"{_NO_NAME}(?<![\w'’.-])[A-ZÀ-Ý][\w'’.-]{{0,40}}+"
_NAME: Final = rf"(?:{_TITLE}[ \t]+)?{_BIG}(?:[ \t]+(?:(?:van|de|der|den|von|ap|ab|ferch)\b|{_BIG})){{0,3}}"
"""A word of a name begins where a word does, has an end, and is not tried a second time: the texts are anybody's."""

_FIELDS: Final = (
    *("name of applicant", "name of the applicant", "name of requester", "name of the requester", "name of requestor"),
    *("applicant", "applicants name", "applicant's name", "requester", "requesters name", "requester's name"),
    *("requestor", "requestor's name", "requested by", "request from", "from"),
    *("ceisydd", "enw'r ceisydd", "gofynnwyd gan", "cais gan"),
    *("verzoeker", "naam verzoeker", "naam van de verzoeker", "aanvrager", "sökande", "antragsteller"),
)
"""What stands before the colon in the line of a name, in our languages."""

_FIELD: Final = "|".join(one.replace("'", "['’]").replace(" ", r"[ \t]+") for one in _FIELDS)
_HELLO: Final = r"Dear|Annwyl|Geachte(?:[ \t]+(?:heer|mevrouw))?|Beste|Hej|Sehr[ \t]+geehrter?"
_GOODBYE: Final = (
    r"Yours[ \t]+(?:sincerely|faithfully|truly)|Kind[ \t]+regards|Regards|Yn[ \t]+gywir|Cofion|"
    r"(?:Met[ \t]+v|V)riendelijke[ \t]+groet"
)

_PATTERNS: Final = tuple(
    re.compile(one)
    for one in (
        rf"(?m)^(?P<before>[ \t>*|-]*(?i:{_FIELD})[ \t]*[:–|][ \t]*)(?P<name>{_NAME}|[^\n]+)",
        rf"(?P<before>\b(?:{_HELLO})[ \t]+)(?P<name>{_NAME})(?=[ \t]*[,:\n]|$)",
        rf"(?P<before>\b(?:[Rr]equest(?:ed)?|[Aa]sked|[Cc]ais|[Vv]erzoek)[ \t]+(?:made[ \t]+)?"
        rf"(?:from|by|gan|van|door)[ \t]+)(?P<name>{_NAME})",
        rf"(?P<before>)(?P<name>{_NAME})"
        rf"(?=[ \t]+(?:has[ \t]+)?(?:made|sent)[ \t]+th(?:is|e|eir)\b[^\n]{{0,40}}request\b)",
        rf"(?P<before>\b(?:{_GOODBYE})[ \t]*(?:,[ \t]*)?\n\s*)(?P<name>{_NAME})(?=[ \t]*(?:\n|$))",
    )
)
"""Where names of those who have asked stand in what is published of an answer."""

_ASKED: Final = re.compile(
    r"\bfoi\b|freedom[ -]of[ -]information|\beir\b|environmental[ -]information|disclosure[ -]log|whatdotheyknow"
    r"|rhyddid[ -](?:o[ -])?(?:g|w)ybodaeth|\bwoo\b|\bwob\b|informationsfreiheit",
    re.IGNORECASE,
)
"""How answers to requests for information call themselves, in a title or an address."""

MOST_NAMES: Final = 200
"""Names of one record that are looked for in its other places too."""


def minimised(record: Record) -> tuple[Record, list[str]]:
    """The record without persons whom nobody needs to know, and the words that were left out of it."""
    dropped: list[str] = []
    contact = office_contact(record.contact)
    if contact != record.contact:
        dropped += [part.strip() for part in re.split(r"[,;()]", record.contact) if part.strip() not in contact]
    if _is_answer(record):
        leave = _leaver(dropped)
        title, summary, text = leave(record.title), leave(record.summary), leave(record.text)
        # Who is named in one place is named in others too.
        title, summary, text = (leave_out(one, _bare(dropped)) for one in (title, summary, text))
        record = replace(record, title=title, summary=summary, text=text)
    return replace(record, contact=contact), dropped


def without(raw: bytes, dropped: list[str]) -> bytes:
    """The item as it came, with the words that were left out of the record left out here too.

    Nothing of an item that names more people than are looked for.
    """
    if not dropped:
        return raw
    if len(set(dropped)) > MOST_NAMES:
        return b""
    return leave_out(raw.decode(errors="surrogateescape"), _bare(dropped)).encode(errors="surrogateescape")


def _is_answer(record: Record) -> bool:
    return record.type == "foi" or bool(_ASKED.search(f"{record.title} {record.url}"))


def _leaver(dropped: list[str]) -> Callable[[str], str]:
    def leave_out_name(found: re.Match[str]) -> str:
        name = found["name"].strip()
        if not name or LEFT_OUT in name or is_organisation(name):
            return found[0]
        dropped.append(name)
        return f"{found['before']}{LEFT_OUT}"

    def leave(text: str) -> str:
        for pattern in _PATTERNS:
            text = pattern.sub(leave_out_name, text)
        return text

    return leave


def _bare(names: list[str]) -> list[str]:
    """Names with and without what stands before them, once each."""
    first = list(dict.fromkeys(names))[:MOST_NAMES]
    return list(dict.fromkeys([*first, *(re.sub(rf"^{_TITLE}[ \t]+", "", name) for name in first)]))
