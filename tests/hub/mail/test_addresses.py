"""What may stand in the headers of a mail."""

import pytest

from hub.errors import BadInput
from hub.mail.addresses import mail_address, named, sender_address, web_address


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("aisha@northford.example", "aisha@northford.example"),
        (" web.team+hub@Northford.example ", "web.team+hub@Northford.example"),
        ("o'neill@northford.example", "o'neill@northford.example"),
        ("root@localhost", "root@localhost"),
        ("kontakt@malmö.example", "kontakt@xn--malm-8qa.example"),
        ("a" * 64 + "@northford.example", "a" * 64 + "@northford.example"),
    ],
)
def test_addresses_are_kept_as_they_go_over_the_wire(given: str, kept: str) -> None:
    assert mail_address(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        "aisha",
        "@northford.example",
        "aisha@",
        "aisha bell@northford.example",
        "aisha@north ford.example",
        "aisha@northford..example",
        "aisha@-northford.example",
        "a..b@northford.example",
        "aïsha@northford.example",
        "Aisha <aisha@northford.example>",
        "aisha@northford.example, dev@northford.example",
        "aisha@northford.example\r\nBcc: dev@northford.example",
        "aisha@northford.example\n",
        "aisha\0@northford.example",
        "aisha\u2028@northford.example",
        "a" * 65 + "@northford.example",
        "aisha@" + "a." * 130 + "example",
        "aisha@" + "ä" * 100_000,
    ],
)
def test_what_is_no_address_is_refused_in_one_line(given: str) -> None:
    with pytest.raises(BadInput, match="is no mail address") as refused:
        mail_address(given)
    assert str(refused.value).isprintable()
    assert refused.value.field == "recipient"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("hub@northford.example", "Our hub <hub@northford.example>"),
        ("Northford Hub <hub@northford.example>", "Northford Hub <hub@northford.example>"),
        ('"Hub, Northford" <hub@northford.example>', '"Hub, Northford" <hub@northford.example>'),
    ],
)
def test_a_sender_has_a_name(given: str, shown: str) -> None:
    assert str(named(sender_address(given), "Our\n hub")) == shown


@pytest.mark.parametrize("given", ["Hub <hub>", "Hub <hub@x.example>\r\nBcc: x@y.example", "<>", "nobody"])
def test_a_sender_without_an_address_is_refused(given: str) -> None:
    with pytest.raises(BadInput):
        sender_address(given)


def test_an_address_of_a_page_can_stand_in_a_header() -> None:
    assert web_address("https://hub.example/stop?key=a%20b") == "https://hub.example/stop?key=a%20b"
    for wrong in ("stop", "javascript:alert(1)", "mailto:a@b.example", "https://", "https://hub.example/a b"):
        with pytest.raises(BadInput, match="not a web address"):
            web_address(wrong)
    for wrong in (
        "https://hub.example/>\r\nX: y",
        "https://hub.example/a>, <mailto:x",
        "https://hub.example/ö",
        "https://[hub/",
    ):
        with pytest.raises(BadInput, match="not a web address"):
            web_address(wrong)
