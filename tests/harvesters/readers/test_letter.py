"""The reader of mails: what somebody writes themselves, in the manner of the programs that people use."""

import pytest

from harvesters.readers import Refusal
from harvesters.readers.letter import answer_in, read
from harvesters.readers.mark import MARK

OURS = f"{MARK}\n\nMarta Nowak replied to you in “Who insures the meters?”"
QUOTED = "\n".join(f"> {line}" for line in OURS.splitlines())

SAID = "We do.\n\nAsk *Cyngor Dyffryn*."
HUB = "Damp Hub <hub@hub.example>"
HEADERS = f"From: {HUB}\nSent: 27 November 2026 09:12\nTo: Owen\nSubject: x\n\n{OURS}"
MANNERS = {
    "gmail": f"On Fri, 27 Nov 2026 at 09:12, {HUB} wrote:\n\n{QUOTED}\n",
    "gmail, broken line": f"On Fri, 27 Nov 2026 at 09:12, The Damp and Mould Hub\n<hub@hub.example> wrote:\n\n{QUOTED}",
    "outlook": f"________________________________\n{HEADERS}",
    "outlook without a rule": HEADERS,
    "old outlook": f"-----Original Message-----\nFrom: Damp Hub\n\n{OURS}",
    "apple": f"Sent from my iPhone\n\n> On 27 Nov 2026, at 09:12, {HUB} wrote:\n> \n{QUOTED}\n",
    "welsh": f"Ar Gwe, 27 Tach 2026 am 09:12 ysgrifennodd {HUB}:\n{QUOTED}",
    "signed": "-- \nOwen Hughes\nSurveyor, 01632 960 001\nThis mail is confidential.",
    "only the mark": OURS,
}


@pytest.mark.parametrize("text", MANNERS.values(), ids=MANNERS)
def test_what_is_answered_to_and_signatures_are_left_out(text: str) -> None:
    assert answer_in(f"{SAID}\n\n{text}") == SAID


def test_what_is_quoted_in_between_stays() -> None:
    text = "> Who pays?\n\nWe do.\n\n> From when on?\n\nOn Monday I wrote:\nsince May.\n"
    assert answer_in(text) == text.strip()


def test_a_page_alone_is_read_as_its_words() -> None:
    mail = (
        b"From: Owen <Owen@Post.example>\nTo: Hub <reply+abc@hub.example>\nMessage-ID: <1@post>\n"
        b"Subject: =?utf-8?q?Re:_=C5=B5?=\n"
        b"Content-Type: text/html; charset=iso-8859-1\n\n<style>p{}</style><p>We d\xf6.<br>Both.</p>"
        b"<script>alert(1)</script><blockquote>Who?</blockquote>"
    )  # fmt: skip
    found = read(mail)
    assert found == {
        "from": "owen@post.example", "to": ["reply+abc@hub.example"], "message_id": "<1@post>", "subject": "Re: ŵ",
        "text": "We dö.\nBoth.", "automatic": False, "files": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "header", ["Auto-Submitted: auto-replied", "Precedence: bulk", "Return-Path: <>", "X-Autoreply: yes"]
)
def test_what_no_person_wrote_is_known(header: str) -> None:
    assert read(f"From: a@b.example\n{header}\n\nI am away.".encode())["automatic"]


def test_what_is_no_mail_is_refused_and_odd_ones_do_no_harm() -> None:
    with pytest.raises(Refusal):
        read(b"\x00\xff" * 100)
    for odd in (
        b"From: a@b\nTo: " + b"<" * 5000 + b"\n\nText",
        b"From: a@b\nContent-Type: text/plain; charset=no-such\n\nText",
        b"From: a@b\nContent-Transfer-Encoding: base64\n\n====",
        b"From: a@b\nContent-Type: multipart/mixed; boundary=x\n\n" + b"--x\nContent-Type: text/html\n\n" * 3000,
        b"From: a@b\n\n" + b"On " * 50_000 + b"\n" + b"> " * 50_000,
    ):
        assert read(odd)["from"] == "a@b"
