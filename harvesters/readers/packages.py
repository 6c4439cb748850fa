"""Zip packages (OOXML, OpenDocument): looked at before anything is unpacked, and what they say of themselves."""

import re
import struct
import zipfile
from io import BytesIO
from typing import Any, Final
from zlib import error as DeflateError

from lxml import etree

from federation.record import clean_line, type_of
from harvesters.readers import Refusal
from harvesters.readers.dates import iso
from harvesters.readers.links import language_code
from harvesters.readers.markup import SAFE_XML, local, xml_root

MOST_UNPACKED: Final = 100 << 20
MOST_RATIO: Final = 100
RATIO_FROM: Final = 1 << 20
"""The ratio counts from here on: a short part of equal rows packs well and is no bomb."""
MOST_PARTS: Final = 20_000
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PART: Final = "EncryptedPackage".encode("utf-16-le")
_JUNK: Final = frozenset(
    [
        "untitled",
        "document1",
        "presentation1",
        "book1",
        "workbook1",
        "title",
        "word",
        "document",
        "powerpoint",
        "presentation",
        "pdf",
    ]
) | {"word document", "powerpoint presentation", "slide 1", "no slide title", "(anonymous)"}
_FILE_NAME = re.compile(
    r"^(?:microsoft (?:word|powerpoint|excel) - .*|\S+\.(?:docx?|pdf|odt|pptx?|xlsx?|indd|qxd|rtf|pub))$", re.I
)


class Package:
    """A zip package that is safe to open. Refusal: `bomb`, `encrypted`, `unreadable`, `unknown-format` (old Office)."""

    def __init__(self, data: bytes) -> None:
        if data.startswith(OLE):
            raise Refusal("encrypted") if _ENCRYPTED_PART in data else Refusal("unknown-format", "an old Office format")
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
            parts = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, struct.error, NotImplementedError) as error:
            raise Refusal("unreadable", f"the package is damaged ({error})") from None
        size = sum(part.file_size for part in parts)
        if size > MOST_UNPACKED or len(parts) > MOST_PARTS or (size > RATIO_FROM and size > MOST_RATIO * len(data)):
            raise Refusal("bomb")
        if any(part.flag_bits & 1 for part in parts):
            raise Refusal("encrypted")
        self.names = [part.filename for part in parts]
        # OpenDocument encrypts its parts, and says so in the manifest alone.
        if b"encryption-data" in self.part("META-INF/manifest.xml"):
            raise Refusal("encrypted")

    def part(self, name: str) -> bytes:
        """The bytes of one part, empty where there is none; Refusal `unreadable` when it is damaged."""
        if name not in self.names:
            return b""
        try:
            return self._zip.read(name)
        except (zipfile.BadZipFile, DeflateError, EOFError, OSError, RuntimeError, ValueError) as error:
            raise Refusal("unreadable", f"the package is damaged ({error})") from None

    def matching(self, pattern: str) -> list[str]:
        """Names of parts that match, in the order of the numbers in them."""
        found = [name for name in self.names if re.fullmatch(pattern, name)]
        return sorted(dict.fromkeys(found), key=lambda name: [int(digits) for digits in re.findall(r"\d+", name)])


def properties(package: Package) -> dict[str, Any]:
    """What core.xml (OOXML) or meta.xml (OpenDocument) say, as fields of a Document; broken properties are left out."""
    part = package.part("docProps/core.xml") or package.part("meta.xml")
    try:
        root = xml_root(part) if part else None
    except Refusal:
        root = None
    said: dict[str, list[str]] = {}
    for element in root.iter() if root is not None else ():
        if (name := local(element)) and (text := clean_line(element.text or "")):
            said.setdefault(name, []).append(text)
    return fields_of(said)


def fields_of(said: dict[str, list[str]]) -> dict[str, Any]:
    """Properties by their local names (title, subject, created …) as fields of a Document, with `notes`."""

    def first(*names: str) -> str:
        return next((text for name in names for text in said.get(name, ())), "")

    keywords = [clean_line(word) for text in said.get("keywords", []) for word in re.split(r"[,;]", text)]
    words = [word for word in dict.fromkeys([*said.get("keyword", []), *keywords]) if word]
    written = {"issued": first("created", "creation-date"), "modified": first("modified", "date")}
    dates = {name: iso(text) for name, text in written.items()}
    return {
        "title": telling_title(first("title")),
        "summary": first("description", "subject")[:2000],
        "language": language_code(first("language")),
        "type": type_of(first("category"), *words),
        "subjects": words[:200],
        **dates,
        "notes": ["broken-date"] if any(text and not dates[name] for name, text in written.items()) else [],
    }


def telling_title(title: str) -> str:
    """`title`, or nothing where a program filled it in: a file name, "Microsoft Word - …", "untitled"."""
    title = clean_line(title)[:1000]
    return "" if title.casefold() in _JUNK or _FILE_NAME.match(title) else title


def streamed(part: bytes) -> Any:
    """End events of a part, element by element, by a parser that resolves nothing; Refusal `unreadable` when broken."""
    steps = etree.iterparse(BytesIO(part), events=("end",), **SAFE_XML)
    try:
        for _, element in steps:
            yield element
    except etree.XMLSyntaxError as error:
        raise Refusal("unreadable", str(error)[:200]) from None
