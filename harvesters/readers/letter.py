"""A mail (RFC 5322) that somebody sends to answer: who wrote it, to which addresses, and what they say themselves."""

import re
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses
from html.parser import HTMLParser
from typing import Any, Final

from federation.record import clean, clean_line
from harvesters.readers import Refusal
from harvesters.readers.mark import MARKED

LONGEST: Final = 100_000
"""Characters of a text: what is longer is no answer."""

PARTS: Final = 200
ADDRESSES: Final = 100
TO: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")

_QUOTED: Final = re.compile(r"^[ \t]*>")
_SIGNATURE: Final = re.compile(r"^-- ?$")
_RULE: Final = re.compile(
    r"^[ \t]*(_{10,}|-{2,} ?(Original Message|Neges Wreiddiol|Forwarded message) ?-{2,})[ \t]*$", re.IGNORECASE
)
_WROTE: Final = re.compile(
    r"^[ \t]*(On|Ar|Am|Le|El|Op|Den) .{4,300}"
    r"(wrote|ysgrifennodd.{0,200}|schrieb.{0,200}|a écrit|escribió|schreef.{0,200})[ \t]*:[ \t]*$"
)
_HEADER: Final = re.compile(r"^[ \t]*\*?(From|Oddi wrth|Von|De|Van)\*?:\*? .{1,300}$")
_HEADERS: Final = re.compile(r"^[ \t]*\*?(Sent|Date|To|Subject|Anfonwyd|Dyddiad|At|Pwnc|Gesendet|An|Betreff)\*?:\*? ")
_PHONE: Final = re.compile(
    r"^[ \t]*(Sent from my |Sent from Outlook|Sent from Mail for |Get Outlook for |Anfonwyd o ).{0,100}$"
)


def read(data: bytes, **_: Any) -> dict[str, Any]:
    """What a mail says. Refusal `unreadable` for what is none.

    {"from": address, "to": [addresses], "message_id", "subject", "text": the answer alone, "automatic": whether no
    person wrote it, "files": how many were attached}
    """
    message = BytesParser(policy=policy.default).parsebytes(data)
    senders = _addresses(message, "From")
    if not senders:
        raise Refusal("unreadable", "it does not say who wrote it")
    parts = list(_parts(message))
    plain = next((_text(part) for part in parts if _is(part, "text/plain")), None)
    if plain is None:
        plain = next((_without_tags(_text(part)) for part in parts if _is(part, "text/html")), "")
    return {
        "from": senders[0],
        "to": [address for name in TO for address in _addresses(message, name)][:ADDRESSES],
        "message_id": clean_line(_header(message, "Message-ID"))[:1000],
        "subject": clean_line(_header(message, "Subject"))[:300],
        "text": answer_in(clean(plain.replace("\r\n", "\n"))[:LONGEST]),
        "automatic": _automatic(message),
        "files": sum(part.get_content_disposition() == "attachment" for part in parts),
    }


def answer_in(text: str) -> str:
    """What somebody wrote themselves: without what they answer to, and without their signature."""
    lines = text.splitlines()
    end = next((number for number in range(len(lines)) if _ends(lines, number)), len(lines))
    kept = lines[:end]
    while kept and (not kept[-1].strip() or _QUOTED.match(kept[-1]) or _PHONE.match(kept[-1]) or _wrote(kept)):
        kept.pop()
    return "\n".join(line.rstrip() for line in kept).strip()


def _ends(lines: list[str], number: int) -> bool:
    """Whether what a person wrote ends before this line."""
    line = lines[number]
    if MARKED.search(line) or _SIGNATURE.match(line) or _RULE.match(line):
        return True
    following = lines[number + 1] if number + 1 < len(lines) else ""
    if _HEADER.match(line) and _HEADERS.match(following):
        return True
    # Some break the line in which they say who wrote what follows.
    said = _WROTE.match(line) or _WROTE.match(f"{line.rstrip()} {following.strip()}")
    after = lines[number + 1 : number + 5]
    return bool(said) and (any(_QUOTED.match(one) for one in after) or any(map(MARKED.search, lines[number:])))


def _wrote(lines: list[str]) -> bool:
    return bool(_WROTE.match(lines[-1]))


def _automatic(message: EmailMessage) -> bool:
    said = _header(message, "Auto-Submitted").strip().lower()
    bulk = _header(message, "Precedence").strip().lower() in ("bulk", "junk", "auto_reply")
    report = message.get_content_type() == "multipart/report"
    nobody = _header(message, "Return-Path").strip() == "<>"
    return (said not in ("", "no")) or bulk or report or nobody or message["X-Autoreply"] is not None


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message[name] or "")
    except (ValueError, IndexError, AttributeError, TypeError):
        # The parser of the standard library trips over some headers.
        return ""


def _addresses(message: EmailMessage, name: str) -> list[str]:
    try:
        given = [str(one) for one in message.get_all(name, [])]
    except (ValueError, IndexError, AttributeError, TypeError):
        return []
    return [clean_line(address)[:254].lower() for _, address in getaddresses(given[:ADDRESSES]) if "@" in address]


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    for number, part in enumerate(message.walk()):
        if number >= PARTS:
            return
        if not part.is_multipart():
            yield part


def _is(part: EmailMessage, type: str) -> bool:
    return part.get_content_type() == type and part.get_content_disposition() != "attachment"


def _text(part: EmailMessage) -> str:
    data = part.get_payload(decode=True)
    content = data if isinstance(data, bytes) else b""
    try:
        return content.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


class _Words(HTMLParser):
    """The words of a page: a new line for each block, nothing of what is quoted."""

    BLOCKS: Final = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote"})
    UNSEEN: Final = frozenset({"script", "style", "head", "title", "blockquote"})

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.UNSEEN:
            self.hidden.append(tag)
        if tag in self.BLOCKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.hidden:
            del self.hidden[self.hidden.index(tag) :]
        if tag in ("p", "div"):
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(re.sub(r"\s+", " ", data))


def _without_tags(page: str) -> str:
    reader = _Words()
    reader.feed(page)
    reader.close()
    return re.sub(r"\n[ \t\n]*\n", "\n\n", "".join(reader.words))
