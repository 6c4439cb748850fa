"""The settings of mail: taken apart, refused in words, and their password never shown."""

import pytest

from hub.config import Settings, read_settings
from hub.errors import BadInput
from hub.mail.relay import Relay, read_relay

SENDER = "Our hub <hub@hub.example>"


def settings(url: str, **more: str) -> Settings:
    return read_settings(mail_url=url, **{"mail_from": SENDER, "base_url": "https://hub.example", **more})


def read(url: str, **more: str) -> Relay:
    found = read_relay(settings(url, **more))
    assert found is not None
    return found


def test_without_an_address_there_is_no_relay() -> None:
    assert read_relay(settings("")) is None


@pytest.mark.parametrize(
    ("url", "place", "tls"),
    [
        ("smtp://relay.example", "relay.example:587", "starttls"),
        ("smtp://relay.example:25", "relay.example:25", "starttls"),
        ("smtp://relay.example?tls=no", "relay.example:25", "no"),
        ("smtp://10.1.2.3?tls=starttls", "10.1.2.3:587", "starttls"),
        ("smtps://relay.example", "relay.example:465", "implicit"),
        ("smtps://relay.example:4650/", "relay.example:4650", "implicit"),
        ("smtp://localhost", "localhost:25", "no"),
        ("smtp://127.0.0.1:2525", "127.0.0.1:2525", "no"),
        ("smtp://[::1]:2525", "[::1]:2525", "no"),
        ("smtp://localhost?tls=starttls", "localhost:587", "starttls"),
    ],
)
def test_tls_is_demanded_unless_the_relay_is_this_machine_or_somebody_said_no(url: str, place: str, tls: str) -> None:
    found = read(url)
    assert (found.place, found.tls) == (place, tls)


def test_user_and_password_may_hold_any_sign() -> None:
    found = read("smtp://hub%40northford:s%2Fc%3Aret%40@relay.example:587")
    assert (found.user, found.password) == ("hub@northford", "s/c:ret@")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("relay.example", "neither smtp:// nor smtps://"),
        ("https://u:hunter2@relay.example", "neither smtp:// nor smtps://"),
        ("smtp://u:hunter2@", "names no host"),
        ("smtp://u:hunter2@relay.example:port", "cannot be read"),
        ("smtp://u:hunter2@[relay", "cannot be read"),
        ("smtp://u:hunter2@relay.example/inbox", r"only `\?tls=` may follow"),
        ("smtp://u:hunter2@relay.example?ssl=1", r"only `\?tls=` may follow"),
        ("smtp://u:hunter2@relay.example?tls", "cannot be read"),
        ("smtp://u:hunter2@relay.example?tls=maybe", "is `starttls` or `no`"),
        ("smtps://u:hunter2@relay.example?tls=no", "TLS from the first byte"),
        ("smtp://u:hünter2@relay.example", "ASCII"),
        ("smtp://u@relay.example", "without a password"),
        ("smtp://:hunter2@relay.example", "without a user"),
    ],
)
def test_what_cannot_be_used_is_said_without_the_password(url: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as refused:
        read(url)
    assert "MOOTHALL_MAIL_URL cannot be used: " in str(refused.value)
    assert "nter2" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(("sender", "said"), [("", "is not set"), ("nobody", "cannot be used: “nobody” is no mail")])
def test_a_relay_needs_a_sender(sender: str, said: str) -> None:
    with pytest.raises(BadInput, match=f"MOOTHALL_MAIL_FROM {said}"):
        read("smtp://localhost", mail_from=sender)


def test_the_password_is_not_shown_with_the_settings_nor_with_the_relay() -> None:
    url = "smtp://u:hunter2@relay.example"
    assert "hunter2" not in repr(settings(url))
    assert "hunter2" not in repr(read(url)) + read(url).place


@pytest.mark.parametrize(
    ("base_url", "greeting"),
    [
        ("https://hub.example/x", "hub.example"),
        ("http://127.0.0.1:8000", "[127.0.0.1]"),
        ("http://[::1]:8000", "[IPv6:::1]"),
    ],
)
def test_we_name_ourselves_by_the_address_of_the_hub(base_url: str, greeting: str) -> None:
    assert read("smtp://localhost", base_url=base_url).greeting == greeting
