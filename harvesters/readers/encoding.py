"""Bytes to text, whatever the label says: what the bytes are beats what is declared about them."""

import codecs
import html
import re
from html.entities import html5
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LATIN: Final = ("ascii", "utf-8", "iso8859-1", "cp1252", "latin-1", "iso8859-15")
_XML_LABEL = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})")
_META_LABEL = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.I)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_BARE = re.compile(r"&(?!#?\w{1,32};)")
_XML_ENTITIES: Final = frozenset(("amp", "lt", "gt", "quot", "apos"))


def decode(data: bytes, charset: str = "") -> tuple[str, bool]:
    """The text of `data`, and whether it had to be mended; `charset` is what the HTTP header says.

    A byte order mark wins; then UTF-8, if the bytes are that (no other text of length happens to be); then a declared
    charset that is not of the Latin family; then Windows-1252, which is what broken labels hide in our countries.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(name, "replace")
            return text, "\ufffd" in text
    declared = _declared(data, charset)
    if declared.startswith(("utf-16", "utf-32")) and b"\x00" in data[:200]:
        return data.decode(declared, "replace"), False
    try:
        return data.decode("utf-8"), False
    except UnicodeDecodeError:
        pass
    if declared and declared not in _LATIN:
        try:
            return data.decode(declared), False
        except (UnicodeDecodeError, LookupError):
            pass
    if _mostly_utf_8(data):
        return data.decode("utf-8", "replace"), True
    return data.decode("cp1252", "replace").replace("\ufffd", ""), declared in ("", "utf-8", "ascii")


def xml_text(data: bytes, charset: str = "") -> tuple[str, bool]:
    """`decode`, less what XML forbids: control characters, bare ampersands, entities of HTML; and no declaration."""
    text, mended = decode(data, charset)
    text = text.lstrip("\ufeff \t\r\n")
    # What stands before the first tag is a supplier's warning or blank line; the declaration no longer tells the truth.
    if "<" in text[:2000]:
        text = text[text.index("<") :]
    text = re.sub(r"\A<\?xml[^>]{0,300}\?>", "", text)
    whole, illegal = _ILLEGAL.subn("", text)
    escaped, bare = _escaped(_ENTITY.sub(_plain_entity, whole))
    return escaped, mended or illegal + bare > 0


def _escaped(text: str) -> tuple[str, int]:
    # A bare ampersand is an error outside CDATA sections, and a plain character within.
    parts: list[str] = []
    count = position = 0
    while position < len(text):
        start = text.find("<![CDATA[", position)
        start = len(text) if start < 0 else start
        outside, found = _BARE.subn("&amp;", text[position:start])
        end = text.find("]]>", start)
        position = len(text) if end < 0 else end + 3
        parts += [outside, text[start:position]]
        count += found
    return "".join(parts), count


def _plain_entity(found: re.Match[str]) -> str:
    if found[1] in _XML_ENTITIES:
        return found[0]
    character = html5.get(f"{found[1]};")
    # An entity such as &LT; stands for a character that XML needs escaped.
    return html.escape(character) if character else found[0]


def _declared(data: bytes, charset: str) -> str:
    head = data[:2048]
    label = _XML_LABEL.search(head) or _META_LABEL.search(head)
    for written in (charset, label[1].decode("ascii", "ignore") if label else ""):
        try:
            return codecs.lookup(written).name if written else ""
        except LookupError:
            continue
    return ""


def _mostly_utf_8(data: bytes) -> bool:
    # Sequences that are valid UTF-8 against lone high bytes; one broken byte must not cost all the accents.
    high = len(re.findall(rb"[\x80-\xff]", data))
    whole = re.findall(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}", data)
    return sum(map(len, whole)) * 2 > high
