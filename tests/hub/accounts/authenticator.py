"""Devices in software: one that holds a passkey (WebAuthn, ES256, no attestation), and an app for codes."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from passlib.totp import TOTP
from sqlalchemy import update
from webauthn.helpers import bytes_to_base64url

from hub.accounts.models import CodeApp
from tests.hub.accounts.people import PASSWORD, Browser
from tests.hub.site import Page, Site

SECOND = "/sign-in/second-factor"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Device:
    """Holds one passkey, and answers what a browser would pass on; `verifies` by a finger, a face or a PIN."""

    host: str = "localhost"
    origin: str = "http://localhost:8000"
    verifies: bool = True
    uses: int = 0
    handle: str = ""
    id: bytes = field(default_factory=lambda: os.urandom(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, page: Page, path: str = "//form[@data-options]") -> dict[str, str]:
        """What the script would put into the form of this page for a new passkey."""
        (form,) = page.root.xpath(path)
        options = json.loads(form.get("data-options"))
        self.handle = options["user"]["id"]
        point = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        about = bytes(16) + len(self.id).to_bytes(2) + self.id + cbor2.dumps(public)
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._data(ATTESTED) + about})
        response = {
            "attestationObject": bytes_to_base64url(attested),
            "clientDataJSON": bytes_to_base64url(self._client("webauthn.create", options["challenge"])),
            "transports": ["internal", "hybrid"],
        }
        return self._filled(form, response)

    def prove(self, page: Page, path: str = "//form[@data-options]") -> dict[str, str]:
        """The same for a page that asks for a passkey."""
        (form,) = page.root.xpath(path)
        options = json.loads(form.get("data-options"))
        self.uses += 1
        client, data = self._client("webauthn.get", options["challenge"]), self._data(0)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        response = {
            "authenticatorData": bytes_to_base64url(data),
            "clientDataJSON": bytes_to_base64url(client),
            "signature": bytes_to_base64url(signature),
            "userHandle": self.handle,
        }
        return self._filled(form, response)

    def _client(self, type: str, challenge: str) -> bytes:
        return json.dumps({"type": type, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _data(self, more: int) -> bytes:
        flags = PRESENT | more | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.uses.to_bytes(4)

    def _filled(self, form: Any, response: dict[str, Any]) -> dict[str, str]:
        id = bytes_to_base64url(self.id)
        answer = {"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {}}
        return {"token": form.xpath("input[@name='token']/@value")[0], "answer": json.dumps(answer)}


def code(secret: str) -> str:
    """What an app shows now."""
    return str(TOTP(key=secret, format="base32").generate().token)


def later(site: Site) -> None:
    """Half a minute goes by: the last code was one before the one that the app shows now."""
    with site.database.writing() as session:
        session.execute(update(CodeApp).values(counter=CodeApp.counter - 2))


def set_up(browser: Browser) -> tuple[str, list[str]]:
    """An app with codes: its secret, and the recovery codes that come with it."""
    page = browser.page("/account/second-factor/app")
    (secret,) = page.all("//code[@class='spelled']")
    (sealed,) = page.root.xpath("//input[@name='sealed']/@value")
    done = browser.send("/account/second-factor/app", code=code(secret), sealed=sealed)
    assert done.heading == "Your app is set up."
    later(browser.site)
    return secret, done.all("//ul[contains(@class, 'recovery')]//code")


def half_signed_in(site: Site, email: str, there: str = "") -> Browser:
    """Somebody who has given the password, and is asked for more."""
    made = Browser.at(site)
    answer = made.send(f"/sign-in?next={there}" if there else "/sign-in", email=email, password=PASSWORD)
    assert answer.answer.location.startswith(SECOND)
    assert not made.signed_in
    return made
