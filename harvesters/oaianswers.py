"""What the reader oai answers, JSON back to values. A child that was taken over could answer anything, so each field
of the wrong type is left empty, and a record that is none is told as broken."""

from dataclasses import dataclass, field, replace
from typing import Any

from federation.record import Record, from_json, parse_date


@dataclass(frozen=True, slots=True)
class Item:
    """One record or header. `record` is None for a tombstone and where the repository sent headers only."""

    identifier: str
    deleted: bool = False
    record: Record | None = None
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Broken:
    """One record that cannot be taken: its identifier or place, why, and how it begins."""

    where: str
    detail: str
    sample: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of a repository. `token` is None where there is no resumptionToken, empty where it closes the list.

    `errors` are (code, message) without noRecordsMatch, which is `empty`; `refusal` is (code, detail) where the answer
    is no OAI-PMH at all. `whole` is false where its end did not arrive.
    """

    response_date: str = ""
    granularity: str = ""
    name: str = ""
    identifies: bool = False
    items: tuple[Item, ...] = ()
    broken: tuple[Broken, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()
    empty: bool = False
    token: str | None = None
    size: int | None = None
    whole: bool = True
    notes: tuple[str, ...] = field(default=())
    refusal: tuple[str, str] | None = None


def answer(value: Any) -> Answer:
    """The answer of the reader oai."""
    found = _mapping(value)
    if "error" in found:
        error = _mapping(found["error"])
        return Answer(refusal=(_text(error, "code"), _text(error, "detail")))
    identify = _mapping(found.get("identify"))
    items, broken = _items(found)
    token = found.get("token")
    return Answer(
        response_date=_text(found, "response_date"),
        granularity=_text(identify, "granularity"),
        name=_text(identify, "name"),
        identifies=bool(identify),
        items=items,
        broken=broken,
        errors=tuple((_text(one, "code"), _text(one, "message")) for one in _mappings(found, "errors")),
        empty=found.get("empty") is True,
        token=token if isinstance(token, str) else None,
        size=found["size"] if isinstance(found.get("size"), int) else None,
        whole=found.get("whole") is True,
        notes=tuple(one for one in _sequence(found, "notes") if isinstance(one, str)),
    )


def _items(found: dict[str, Any]) -> tuple[tuple[Item, ...], tuple[Broken, ...]]:
    items: list[Item] = []
    broken = [
        Broken(_text(one, "where"), _text(one, "detail"), _text(one, "sample")) for one in _mappings(found, "broken")
    ]
    for one in _mappings(found, "records"):
        try:
            items.append(_item(one))
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            broken.append(Broken(_text(one, "identifier"), f"{type(error).__name__}: {error}", _text(one, "raw")))
    return tuple(items), tuple(broken)


def _item(value: dict[str, Any]) -> Item:
    identifier = _text(value, "identifier")
    deleted = value.get("deleted") is True
    made = from_json(value["record"]) if isinstance(value.get("record"), dict) else None
    # The hashes of a record walk all of its values; one of the wrong type would only fail there.
    if made is not None and not all(isinstance(one, str) for one in (made.url, made.title, made.summary, made.text)):
        raise TypeError("a text of it is none")
    return Item(identifier, deleted, replace(made, native_id=identifier) if made else None, _text(value, "raw"))


def as_date(written: str) -> str:
    """`written` where it is a day or a moment of ISO 8601, else empty."""
    try:
        parse_date(written)
    except ValueError:
        return ""
    return written


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _sequence(value: dict[str, Any], name: str) -> list[Any]:
    found = value.get(name)
    return found if isinstance(found, list) else []


def _mappings(value: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [one for one in _sequence(value, name) if isinstance(one, dict)]


def _text(value: dict[str, Any], name: str) -> str:
    found = value.get(name)
    return found if isinstance(found, str) else ""
