"""OAI-PMH 2.0, reading: an answer's bytes to JSON. It runs in the sandbox only; the other direction is oaiprovider.py.

Repositories break the protocol in many ways, so elements are found by their local names in any case, and an answer
that is not well-formed is mended as far as whole records can be read from it.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from federation.dublincore import fields_of
from federation.names import is_organisation, leave_out, parts_of
from federation.record import Hop, Record, clean, clean_line, parse_date, to_json

LARGEST_RECORD: Final = 2 << 20
"""Bytes of one record above which it is set aside."""
MOST_SUBJECTS: Final = 500
AUTHORS: Final = ("creator", "contributor", "author")

_RAW: Final = 65536
_ALL_RAW: Final = 2 << 20
"""Bytes of original records that one answer carries along; the sandbox caps the whole answer."""
_DEEPEST: Final = 20
"""Hops that are read from a record's provenance."""
_HTML = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.I)
_ROOT = re.compile(rb"<(?:[\w.-]+:)?oai-pmh[\s>]", re.I)
_END = re.compile(r"</(?:[\w.-]+:)?oai-pmh\s*>", re.I)
_START = re.compile(r"<(?:[\w.-]+:)?oai-pmh(?:\s[^<>]*)?>", re.I)
_RECORD = re.compile(r"<((?:[\w.-]+:)?record)(?=[\s>])", re.I)
_IDENTIFIER = re.compile(r"<(?:[\w.-]+:)?identifier[^>]*>\s*([^<]{1,500}?)\s*<", re.I)
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{1,8})|(\d{1,9}));", re.I)
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LABEL = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})")
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,300}\?>")


def read(data: bytes, **_: Any) -> dict[str, Any]:
    """One answer of a repository as JSON values (OAI-PMH 2.0 §2, §3, §4).

    `response_date` (text), `verb`, `errors` [{code, message}] without noRecordsMatch, `empty` (noRecordsMatch),
    `identify` {name, base_url, granularity, deleted, earliest} or None, `formats` [{prefix, schema, namespace}],
    `sets` [{spec, name}], `records` [{identifier, datestamp, deleted, sets, record (federation.record JSON) or None,
    raw}], `broken` [{where, detail, sample}] for records that cannot be taken, `token` (None when there is no element,
    empty when it closes the list), `size` and `cursor` of the list or None, `whole` (the answer arrived to its end) and
    `notes` (codes of problems). For what is no OAI-PMH answer {"error": {code, detail}}: `wrong-content-html` or
    `not-a-list`.
    """
    head = data[:20_000]
    page, root = _HTML.search(head), _ROOT.search(head)
    if page and (not root or page.start() < root.start()):
        return {"error": {"code": "wrong-content-html", "detail": ""}}
    if not root and b"\x00" not in head[:200]:
        start = clean_line(head[:60].decode("utf-8", "replace"))
        detail = f"it begins with “{start}”" if start else "it is empty"
        return {"error": {"code": "not-a-list", "detail": detail}}
    try:
        return _Answer(_parse(data)).json()
    except etree.XMLSyntaxError:
        pass
    text, whole = _mended(data)
    try:
        return _Answer(_parse(text.encode())).json() | {"notes": ["broken-list"]}
    except etree.XMLSyntaxError as error:
        return _salvaged(text, whole, clean_line(str(error))[:200])


def _parse(data: bytes, recover: bool = False) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=recover,
        remove_comments=True,
        remove_pis=True,
    )
    return etree.fromstring(data, parser)


def _mended(data: bytes) -> tuple[str, bool]:
    """The text from its root to the root's end without what XML forbids, and whether that end is there."""
    label = _LABEL.search(data[:300])
    name = label[1].decode("ascii") if label else "utf-8"
    try:
        text = data.decode(name, "replace")
    except LookupError:
        text = data.decode("utf-8", "replace")
    text = _DECLARATION.sub("", text.lstrip("\ufeff"))
    start = _START.search(text)
    ends = list(_END.finditer(text))
    # PHP notices stand before the root or behind its end.
    text = text[start.start() if start else 0 : ends[-1].end() if ends else len(text)]
    return _REFERENCE.sub(_legal_reference, _ILLEGAL.sub("", text)), bool(ends)


def _legal_reference(found: re.Match[str]) -> str:
    number = int(found[1], 16) if found[1] else int(found[2])
    return found[0] if number <= 0x10FFFF and not _ILLEGAL.match(chr(number)) else ""


def _salvaged(text: str, whole: bool, detail: str) -> dict[str, Any]:
    """What can be had of an answer that is not XML: each record that is well-formed by itself, and the frame."""
    start = _START.search(text)
    opening = start[0] if start else "<OAI-PMH>"
    name = re.match(r"<([\w.:-]+)", opening)
    closing = f"</{name[1] if name else 'OAI-PMH'}>"
    frame: list[str] = []
    answer = _Answer(None)
    position = 0
    for begin, end in _spans(text):
        frame.append(text[position:begin])
        position = end
        answer.take_alone(opening, text[begin:end], closing, begin)
    frame.append(text[position:])
    # A record without an end stays in the frame, where records are not looked for.
    mended: etree._Element | None = _parse("".join(frame).encode(), recover=True)
    if mended is None:
        return {"error": {"code": "not-a-list", "detail": detail}}
    answer.read_frame(mended)
    return answer.json() | {"notes": ["broken-list"], "whole": whole}


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each record that has an end before the next one begins."""
    folded = text.lower()
    opening = _RECORD.search(text)
    while opening:
        following = _RECORD.search(text, opening.end())
        closing = f"</{opening[1].lower()}>"
        end = folded.find(closing, opening.end(), following.start() if following else len(text))
        if end >= 0:
            yield opening.start(), end + len(closing)
        opening = following


class _Answer:
    """What an answer holds, gathered from its tree."""

    def __init__(self, root: etree._Element | None) -> None:
        self.records: list[dict[str, Any]] = []
        self.broken: list[dict[str, str]] = []
        self._raw = 0
        self._frame: dict[str, Any] = {}
        if root is not None:
            self.read_frame(root)
            for element in _containers(root):
                self._take(element)

    def json(self) -> dict[str, Any]:
        return {**self._frame, "records": self.records, "broken": self.broken, "whole": True, "notes": []}

    def read_frame(self, root: etree._Element) -> None:
        """Everything but the records."""
        top = {_local(child): child for child in reversed(root)}
        errors = [{"code": _attribute(one, "code"), "message": _text(one)} for one in _children(root, "error")]
        verbs = [name for name in top if name.startswith(("list", "get", "identify"))]
        container = top[verbs[0]] if verbs else None
        token = _first(container, "resumptiontoken")
        self._frame = {
            "response_date": _text(top.get("responsedate")),
            "verb": verbs[0] if verbs else "",
            "errors": [one for one in errors if one["code"].lower() != "norecordsmatch"],
            "empty": any(one["code"].lower() == "norecordsmatch" for one in errors),
            "identify": _identify(top["identify"]) if "identify" in top else None,
            "formats": [
                _named(one, prefix="metadataprefix", schema="schema", namespace="metadatanamespace")
                for one in _children(container, "metadataformat")
            ],
            "sets": [_named(one, spec="setspec", name="setname") for one in _children(container, "set")],
            "token": None if token is None else _text(token),
            "size": _number(token, "completelistsize"),
            "cursor": _number(token, "cursor"),
        }

    def take_alone(self, opening: str, text: str, closing: str, offset: int) -> None:
        """One record out of a broken answer, if it is well-formed between the tags of the root (its prefixes)."""
        try:
            self._take(next(_all(_parse(f"{opening}{text}{closing}".encode()), "record")))
        except (etree.XMLSyntaxError, StopIteration) as error:
            named = _IDENTIFIER.search(text)
            where = clean_line(named[1]) if named else f"character {offset}"
            self._set_aside(where, f"it is not well-formed XML: {clean_line(str(error))[:150]}", text)

    def _take(self, element: etree._Element) -> None:
        header = element if _local(element) == "header" else _first(element, "header")
        identifier = clean_line(_text(_first(header, "identifier")))
        original = etree.tostring(element, encoding="unicode", with_tail=False)
        if header is None or not identifier:
            self._set_aside("", "it has no identifier", original)
            return
        if len(original) > LARGEST_RECORD:
            self._set_aside(identifier, f"it is larger than {LARGEST_RECORD >> 20} MB", original)
            return
        self._add(element, header, identifier, original)

    def _add(self, element: etree._Element, header: etree._Element, identifier: str, original: str) -> None:
        deleted = _attribute(header, "status").lower() == "deleted"
        written = _text(_first(header, "datestamp"))
        sets = [clean_line(_text(one)) for one in _children(header, "setspec")]
        metadata = _first(element, "metadata") if element is not header else None
        if element is not header and not deleted and (metadata is None or not len(metadata)):
            self._set_aside(identifier, "it has no metadata", original)
            return
        record = None
        if metadata is not None and not deleted:
            record = _record(element, metadata, identifier, written, sets)
            original = leave_out(original, _people(metadata))
            if len(record.subjects) > MOST_SUBJECTS:
                self._set_aside(identifier, f"it has more than {MOST_SUBJECTS} subjects", original)
                return
        self._raw += min(len(original), _RAW)
        self.records.append(
            {
                "identifier": identifier,
                "datestamp": written,
                "deleted": deleted,
                "sets": sets,
                "record": to_json(record) if record else None,
                "raw": original[:_RAW] if self._raw <= _ALL_RAW else "",
            }
        )

    def _set_aside(self, where: str, detail: str, sample: str) -> None:
        self.broken.append({"where": where, "detail": detail, "sample": clean(sample)[:300]})


def _containers(root: etree._Element) -> Iterator[etree._Element]:
    """The records of a page; headers where the page holds no more (ListIdentifiers)."""
    for child in root:
        if _local(child) in ("listrecords", "getrecord"):
            yield from _children(child, "record")
        elif _local(child) == "listidentifiers":
            yield from _children(child, "header")


def _people(metadata: etree._Element) -> list[str]:
    """Names of persons among creators and contributors, which nobody needs to know."""
    told = [_text(one).strip() for one in metadata.iter() if isinstance(one.tag, str) and _local(one) in AUTHORS]
    return [part for name in told if name and not is_organisation(name) for part in parts_of(name)]


def _record(
    element: etree._Element, metadata: etree._Element, identifier: str, written: str, sets: list[str]
) -> Record:
    values: dict[str, list[str]] = {}
    for one in metadata.iter():
        if isinstance(one.tag, str) and not len(one) and (text := clean(_text(one))):
            values.setdefault(_local(one), []).append(text)
    try:
        moment = parse_date(written)
    except ValueError:
        moment = None
    said = [_attribute(one, "ref") for one in _all(element, "rightsreference")]
    rights = [*values.get("rights", []), *[one for one in said if one]]
    return fields_of(values | {"rights": rights}, identifier, moment, tuple(sets), tuple(_hops(element)))


def _hops(element: etree._Element) -> list[Hop]:
    """The way of a record, its origin first (openarchives.org, guidelines-provenance)."""
    outer = next((one for about in _children(element, "about") for one in _all(about, "origindescription")), None)
    found: list[Hop] = []
    while outer is not None and len(found) < _DEEPEST:
        values = _named(outer, hub="baseurl", identifier="identifier", datestamp="datestamp")
        found.append(Hop(**values, harvested=_attribute(outer, "harvestdate")))
        outer = _first(outer, "origindescription")
    return found[::-1]


def _identify(element: etree._Element) -> dict[str, str]:
    return _named(
        element,
        name="repositoryname",
        base_url="baseurl",
        granularity="granularity",
        deleted="deletedrecord",
        earliest="earliestdatestamp",
    )


def _named(element: etree._Element, **names: str) -> dict[str, str]:
    return {key: clean_line(_text(_first(element, name))) for key, name in names.items()}


def _local(element: etree._Element) -> str:
    # Entities that were not resolved and comments have a function for a tag.
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _children(element: etree._Element | None, name: str) -> list[etree._Element]:
    return [] if element is None else [child for child in element if _local(child) == name]


def _first(element: etree._Element | None, name: str) -> etree._Element | None:
    return next(iter(_children(element, name)), None)


def _all(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (one for one in element.iter() if _local(one) == name)


def _text(element: etree._Element | None) -> str:
    return "" if element is None else "".join(str(part) for part in element.itertext()).strip()


def _attribute(element: etree._Element, name: str) -> str:
    found = (str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2].lower() == name)
    return clean_line(next(found, ""))


def _number(element: etree._Element | None, name: str) -> int | None:
    written = "" if element is None else _attribute(element, name)
    return int(written) if written.isascii() and written.isdigit() and len(written) < 12 else None
