"""From a row of the outbox to a message: headers, plain text, and simple HTML made of it."""

import html
import re
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from typing import Any, Final
from urllib.parse import urlsplit

from hub.mail.models import Mail

_LINK: Final = re.compile(r"https?://[^\s<>\"“”]*[^\s<>\"“”.,;:!?')\]]")
_PARAGRAPHS: Final = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")

STYLE: Final = "font: 16px/1.5 Arial, sans-serif; color: #0b0c0c; max-width: 38em"


class WholeLine(UnstructuredHeader):
    """A header that is one line however long it is: an address in it that is broken or encoded leads nowhere."""

    def fold(self: Any, *, policy: Policy) -> str:
        """The line."""
        return f"{self.name}: {self}{policy.linesep}"


def _policy() -> Policy:
    registry = HeaderRegistry()
    for name in ("list-unsubscribe", "message-id"):
        registry.map_to_type(name, WholeLine)  # type: ignore[arg-type]
    return SMTP.clone(header_factory=registry)


POLICY: Final = _policy()


def message_id(id: str, base_url: str) -> str:
    """`<id@host>`: the same for the same row, whoever sends it and however often."""
    host = urlsplit(base_url).hostname or "localhost"
    return f"<{id}@{f'[IPv6:{host}]' if ':' in host else host}>"


def message_of(mail: Mail, sender: Address, base_url: str) -> EmailMessage:
    """What the relay is given; `base_url` is where people reach the hub."""
    message = EmailMessage(policy=POLICY)
    message["From"] = sender
    message["To"] = Address(addr_spec=mail.recipient)
    if mail.reply_to:
        message["Reply-To"] = Address(addr_spec=mail.reply_to)
    message["Subject"] = mail.subject
    message["Date"] = mail.created
    message["Message-ID"] = message_id(mail.id, base_url)
    # RFC 3834: nobody's out-of-office note is to answer.
    message["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    # Seven bits, so that no relay on the way has to change it.
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html or html_of(mail.text, mail.language), subtype="html", cte="quoted-printable")
    if mail.language:
        # Last, for what is set before belongs to the plain text alone.
        message["Content-Language"] = mail.language
    return message


def html_of(text: str, language: str = "") -> str:
    """A page of paragraphs with its links made clickable; everything is escaped, and nothing is loaded from afar."""
    parts = _PARAGRAPHS.split(text.replace("\r\n", "\n").strip())
    body = "\n".join(f"<p>{_linked(part).replace(chr(10), '<br>' + chr(10))}</p>" for part in parts if part.strip())
    lang = f' lang="{html.escape(language)}"' if language else ""
    return f'<!doctype html>\n<html{lang}><meta charset="utf-8"><body style="{STYLE}">\n{body}\n</body></html>\n'


def _linked(text: str) -> str:
    made, end = [], 0
    for found in _LINK.finditer(text):
        address = html.escape(found[0])
        made += [html.escape(text[end : found.start()]), f'<a href="{address}">{address}</a>']
        end = found.end()
    return "".join([*made, html.escape(text[end:])])
