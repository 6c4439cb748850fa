"""Messages: their headers, their two texts, and what foreign text cannot do in them."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from typing import cast

import pytest

from hub.mail.message import html_of, message_id, message_of
from hub.mail.models import Mail

SENDER = Address("Hwb Gwybodaeth Dyffryn, ŵŷ", addr_spec="hub@hub.example")
TEXT = "Bore da Aisha,\n\nMae 3 nodyn newydd.\nGweler https://hub.example/s?q=damp&x=1.\n"


def written(**given: object) -> bytes:
    values = {
        "id": "01900000-0000-7000-8000-000000000000",
        "recipient": "aisha@northford.example",
        "subject": "Eich wythnos: 3 nodyn newydd ŵ",
        "text": TEXT,
        "html": "",
        "language": "cy",
        "unsubscribe": "",
        "created": datetime(2026, 11, 24, 9, 12, tzinfo=UTC),
    }
    return message_of(Mail(**{**values, **given}), SENDER, "https://hub.example/x").as_bytes()


def read(content: bytes) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(content, policy=default))


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None
    return str(cast(EmailMessage, found).get_content()).replace("\r\n", "\n")


def test_headers_are_those_of_a_mail_that_a_program_sends() -> None:
    message = read(written())
    assert message["From"] == str(SENDER)
    assert message["To"] == "aisha@northford.example"
    assert message["Subject"] == "Eich wythnos: 3 nodyn newydd ŵ"
    assert message["Date"].datetime == datetime(2026, 11, 24, 9, 12, tzinfo=UTC)
    assert message["Message-ID"] == "<01900000-0000-7000-8000-000000000000@hub.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "cy"
    assert message.get_content_type() == "multipart/alternative"
    assert [one.get_content_type() for one in message.iter_parts()] == ["text/plain", "text/html"]
    assert part(message, "plain") == TEXT
    assert "List-Unsubscribe" not in message


def test_no_language_is_no_header() -> None:
    assert "Content-Language" not in read(written(language=""))


@pytest.mark.parametrize("length", [10, 60, 70, 200, 850])
def test_unsubscribing_takes_one_click_however_long_the_address_is(length: int) -> None:
    address = "https://hub.example/stop/" + "k" * length
    content = written(unsubscribe=address)
    assert f"\r\nList-Unsubscribe: <{address}>\r\n".encode() in content
    message = read(content)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_every_line_fits_and_is_seven_bits_with_the_right_ends() -> None:
    content = written(text="Glo " * 500 + "ŵ\n\n.\n\n" + "x" * 3000, recipient="a" * 64 + "@" + "b.c" * 60 + ".example")
    assert content.isascii()
    lines = content.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(map(len, lines)) <= 998
    assert read(content)["To"] == "a" * 64 + "@" + "b.c" * 60 + ".example"


def test_html_that_is_given_is_sent_as_it_is() -> None:
    assert part(read(written(html="<p>Bore da</p>\n")), "html") == "<p>Bore da</p>\n"


def test_the_host_of_a_message_id_is_that_of_the_hub() -> None:
    assert message_id("x", "http://127.0.0.1:8000") == "<x@127.0.0.1>"
    assert message_id("x", "http://[::1]:8000") == "<x@[IPv6:::1]>"


def test_simple_html_has_paragraphs_and_links() -> None:
    made = html_of(TEXT, "cy")
    assert '<html lang="cy">' in made
    assert "<p>Bore da Aisha,</p>" in made
    assert '<a href="https://hub.example/s?q=damp&amp;x=1">https://hub.example/s?q=damp&amp;x=1</a>.</p>' in made
    assert "<p>Mae 3 nodyn newydd.<br>\nGweler <a " in made


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=https://x.example/track.png>",
        '"><a href="https://x.example">here</a>',
        "https://x.example/\"onmouseover='alert(1)'",
        "https://x.example/'><img src=x>",
        "javascript:alert(1)",
        "&lt;script&gt;",
    ],
)
def test_foreign_text_is_text_and_loads_nothing(text: str) -> None:
    made = html_of(f"Before {text} after")
    body = made[made.index("<p>") : made.index("</body>")]
    tags = set(re.findall(r"<[^>]*>", body))
    assert all(re.fullmatch(r"</?p>|</a>|<a href=\"https://x\.example/?[^\"<>' ]*\">", tag) for tag in tags), tags
    assert part(read(written(text=text)), "plain").strip() == text
