"""Providers of OpenID Connect on loopback: oidc-provider-mock as a process of its own, and one of ours that lies.

with provider() as there:
    there.knows("ann", email="ann@northford.example", email_verified=True)
    back = there.sign_in(address_of_its_page, "ann")
"""

import base64
import hmac
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from tests.hub.tasks.waiting import until
from tests.servers.loopback import Answer, Request, Site, serve

CLIENT = "moothall-here"


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_BROWSER = urllib.request.build_opener(_Stay)


@dataclass(frozen=True)
class Provider:
    """The real one, and its process."""

    issuer: str
    process: "subprocess.Popen[bytes]"

    def knows(self, subject: str, **claims: object) -> None:
        """Put somebody into its directory."""
        body = json.dumps(claims).encode()
        asked = urllib.request.Request(
            f"{self.issuer}/users/{subject}", body, {"Content-Type": "application/json"}, method="PUT"
        )
        _BROWSER.open(asked, timeout=10).close()

    def sign_in(self, page: str, subject: str) -> str:
        """Sign in as somebody on its page; where it sends the browser."""
        try:
            _BROWSER.open(page, urlencode({"sub": subject}).encode(), timeout=10).close()
        except HTTPError as answer:
            with answer:
                return answer.headers["Location"] or f"{answer.code} {answer.read()[:500]!r}"
        raise AssertionError("it sends nobody back")


@contextmanager
def provider(*options: str) -> Iterator[Provider]:
    """A running oidc-provider-mock."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *options]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    made = Provider(f"http://127.0.0.1:{port}", process)
    try:
        assert until(lambda: _answers(made.issuer))
        yield made
    finally:
        process.terminate()
        process.wait(10)


def _answers(issuer: str) -> bool:
    try:
        urllib.request.urlopen(f"{issuer}/.well-known/openid-configuration", timeout=1).close()
    except OSError:
        return False
    return True


KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
CURVE = ECKey.generate_key("P-256", {"kid": "curve", "use": "sig"})
STRANGE = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
"""Has the name of the published key, and is another."""


@dataclass
class Liar:
    """Ours: it behaves well until it is told otherwise."""

    issuer: str = ""
    nonce: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    """What the ID token says otherwise; None takes a claim away."""
    about: dict[str, Any] = field(default_factory=dict)
    """What it says about itself otherwise."""
    sign: str = "RS256"
    """`RS256`, `ES256`, `none`, `HS256` (its public key is the secret), `stranger` (another key), `unknown` (kid)."""
    answers: dict[str, Answer] = field(default_factory=dict)
    """Path -> another answer than the right one."""
    userinfo: dict[str, Any] = field(default_factory=dict)
    published: list[Any] = field(default_factory=lambda: [KEY, CURVE])
    hanging: str = ""
    """The path at which it says nothing."""
    release: threading.Event = field(default_factory=threading.Event)
    site: Site = field(default_factory=lambda: Site(""))

    def reset(self) -> None:
        """Behave well again."""
        fresh = Liar()
        for name in ("nonce", "claims", "about", "sign", "answers", "userinfo", "published", "hanging"):
            setattr(self, name, getattr(fresh, name))
        self.site.seen.clear()

    def answer(self, request: Request) -> Answer:
        """What it says at a path."""
        if request.path == self.hanging:
            self.release.wait(20)
        if request.path in self.answers:
            return self.answers[request.path]
        match request.path:
            case "/.well-known/openid-configuration":
                return _json(self._about())
            case "/keys":
                return _json({"keys": [key.as_dict(private=False) for key in self.published]})
            case "/token":
                return _json({"access_token": "secret-access", "token_type": "Bearer", "id_token": self.token()})
            case "/userinfo":
                return _json(self.userinfo)
        return 404, {}, b""

    def _about(self) -> dict[str, Any]:
        plain = {"issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/page"}
        more = {"token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys"}
        return {**plain, **more, "userinfo_endpoint": f"{self.issuer}/userinfo", **self.about}

    def token(self) -> str:
        """An ID token."""
        moment = int(time.time())
        plain = {"iss": self.issuer, "aud": CLIENT, "sub": "ann", "nonce": self.nonce, "iat": moment}
        address = {"email": "liar@northford.example", "email_verified": True, "name": "Ann Officer"}
        said = {**plain, "exp": moment + 300, **address, **self.claims}
        said = {name: value for name, value in said.items() if value is not None}
        if self.sign == "none":
            return _unsafe({"alg": "none"}, said, b"")
        if self.sign == "HS256":
            return _unsafe({"alg": "HS256", "kid": "one"}, said, KEY.as_pem(private=False))
        if self.sign == "ES256":
            return jwt.encode({"alg": "ES256", "kid": "curve"}, said, CURVE)
        name = {"unknown": "two"}.get(self.sign, "one")
        return jwt.encode({"alg": "RS256", "kid": name}, said, STRANGE if self.sign == "stranger" else KEY)


def _unsafe(header: dict[str, str], claims: dict[str, Any], secret: bytes) -> str:
    """A token as no library makes it: not signed at all, or with a secret that everybody can read."""
    parts = [base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=") for one in (header, claims)]
    signature = hmac.digest(secret, b".".join(parts), "sha256") if secret else b""
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


def _json(value: object) -> Answer:
    return 200, {"Content-Type": "application/json"}, json.dumps(value).encode()


@contextmanager
def liar() -> Iterator[Liar]:
    """A running provider of ours."""
    made = Liar()
    with serve(made.answer) as site:
        made.site, made.issuer = site, site.base_url
        try:
            yield made
        finally:
            made.release.set()
