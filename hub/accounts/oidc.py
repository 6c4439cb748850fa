"""OpenID Connect as the hub speaks it: the authorization code flow with PKCE, through the guarded way out.

Nothing here knows people or tables: it asks a provider who somebody is, and believes only what is signed for us, now,
for this one journey (OpenID Connect Core 1.0 §3.1, RFC 7636, RFC 9207; hub/accounts/provider_answers.py judges it).
Tokens are neither kept nor logged.
"""

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from cachetools import TTLCache
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet

from harvesters.errors import FetchError
from harvesters.fetch import Allowed, Caps, FetchTimes, guard
from hub.accounts.provider_answers import (
    ALGORITHMS,
    Claims,
    claims_of,
    judge_answer,
    judge_discovery,
    key_set,
    nonsense,
    refused,
    unreachable,
    verified,
    whole,
)
from hub.accounts.providers import Client
from hub.languages import gettext as _

KEEP: Final = 600
"""Seconds for which we believe what a provider said about itself."""

MOST: Final = 200
"""Providers that are remembered."""

PAUSE: Final = 15
"""Seconds for which nobody waits again for a provider that did not answer: the site's threads are for everybody."""

LARGEST: Final = 500_000
"""Bytes of the largest answer that we read."""

SCOPES: Final = "openid email profile"


@dataclass(frozen=True, slots=True)
class Trip:
    """What belongs to one journey to a provider and back: none of it is used twice."""

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


def new_trip() -> Trip:
    """Fresh random values."""
    return Trip(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))


class Providers:
    """Talks to providers, and remembers for a while what they say about themselves. Any thread may use it."""

    def __init__(self, guarded: Callable[[Any], None]) -> None:
        self._guarded = guarded
        self._told: TTLCache[str, Mapping[str, Any]] = TTLCache(MOST, KEEP)
        self._keys: TTLCache[str, KeySet] = TTLCache(MOST, KEEP)
        self._away: TTLCache[str, tuple[str, str]] = TTLCache(MOST, PAUSE)
        self._lock = threading.Lock()

    def address(self, client: Client, trip: Trip, hint: str = "") -> str:
        """Where the browser goes. ProviderError when the provider does not say where, or cannot do what we need."""
        told = self._about(client)
        with self._session(client, told) as session:
            hints = {"login_hint": hint} if hint else {}
            given = {"state": trip.state, "nonce": trip.nonce, "code_verifier": trip.verifier, **hints}
            there = told["authorization_endpoint"]
            url, _state = self._asking(client, lambda: session.create_authorization_url(there, **given))
        return str(url)

    def look(self, client: Client) -> None:
        """Ask the provider about itself anew, and for its keys. ProviderError with what is wrong and what to do."""
        self.forget()
        self._signing_keys(client, self._about(client))

    def forget(self) -> None:
        """What providers said about themselves is asked anew."""
        with self._lock:
            for kept in (self._told, self._keys, self._away):
                kept.clear()

    def finish(self, client: Client, trip: Trip, answer: Mapping[str, str]) -> Claims:
        """Who came back, by what the browser brought (`code` or `error`, `iss`) and what the provider then says."""
        told = self._about(client)
        judge_answer(client, told, answer)
        with self._session(client, told) as session:
            token = self._token(client, session, told, trip, answer["code"])
            claims = verified(lambda: self._decode(client, told, token), client, trip.nonce)
            if not claims.get("email") and told.get("userinfo_endpoint"):
                more = self._userinfo(client, session, told, claims["sub"])
                kept = {name: value for name, value in claims.items() if not name.startswith("email")}
                claims = {**more, **kept}
        return claims_of(claims)

    def _session(self, client: Client, told: Mapping[str, Any]) -> OAuth2Session:
        methods = told.get("token_endpoint_auth_methods_supported")
        post = isinstance(methods, list) and "client_secret_post" in methods and "client_secret_basic" not in methods
        session = OAuth2Session(
            client.client_id,
            client.secret,
            scope=SCOPES,
            redirect_uri=client.redirect,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_post" if post else "client_secret_basic",
        )
        self._guarded(session)
        return session

    def _about(self, client: Client) -> Mapping[str, Any]:
        with self._lock:
            told = self._told.get(client.issuer)
        if told is None:
            address = f"{client.issuer.rstrip('/')}/.well-known/openid-configuration"
            told = judge_discovery(client, self._ask(client, address))
            with self._lock:
                self._told[client.issuer] = told
        return told

    def _signing_keys(self, client: Client, told: Mapping[str, Any]) -> KeySet:
        with self._lock:
            keys = self._keys.get(client.issuer)
        if keys is None:
            keys = key_set(self._ask(client, told["jwks_uri"]))
            with self._lock:
                self._keys[client.issuer] = keys
        return keys

    def _ask(self, client: Client, address: str) -> Mapping[str, Any]:
        with self._session(client, {}) as session:
            wanted = {"Accept": "application/json"}
            answer = self._asking(client, lambda: session.get(address, withhold_token=True, headers=wanted))
            if answer.status_code != 200:
                status = answer.status_code
                raise nonsense(_("It answers %(address)s with status %(status)s.", address=address, status=status))
            return whole(self._asking(client, answer.json))

    def _token(self, client: Client, session: OAuth2Session, told: Mapping[str, Any], trip: Trip, code: str) -> str:
        given = {"grant_type": "authorization_code", "code": code, "code_verifier": trip.verifier}
        try:
            token = self._asking(client, lambda: session.fetch_token(told["token_endpoint"], **given))
        except OAuthError as error:
            raise refused(str(error.error or "")) from None
        found = token.get("id_token")
        if not isinstance(found, str):
            raise nonsense(_("Its answer holds no ID token."))
        return found

    def _decode(self, client: Client, told: Mapping[str, Any], token: str) -> jwt.Token:
        try:
            return jwt.decode(token, self._signing_keys(client, told), algorithms=list(ALGORITHMS))
        except InvalidKeyIdError:
            # It may have changed its keys since we asked.
            with self._lock:
                self._keys.pop(client.issuer, None)
            return jwt.decode(token, self._signing_keys(client, told), algorithms=list(ALGORITHMS))

    def _userinfo(
        self, client: Client, session: OAuth2Session, told: Mapping[str, Any], subject: str
    ) -> Mapping[str, Any]:
        """What the provider tells beside the ID token; nothing where it speaks of somebody else (Core 1.0 §5.3.2)."""
        answer = self._asking(client, lambda: session.get(told["userinfo_endpoint"]))
        found = whole(self._asking(client, answer.json)) if answer.status_code == 200 else {}
        return found if found.get("sub") == subject else {}

    def _asking(self, client: Client, ask: Callable[[], Any]) -> Any:
        """What is answered; ProviderError for a provider that is away, too slow, forbidden, or talks nonsense."""
        with self._lock:
            away = self._away.get(client.issuer)
        if away is not None:
            raise unreachable(*away)
        try:
            return ask()
        except FetchError as error:
            problem = error.problem
            if problem.code in ("too-slow", "no-connection"):
                with self._lock:
                    self._away[client.issuer] = problem.code, f"{problem.what} {problem.fix}"
            raise unreachable(problem.code, f"{problem.what} {problem.fix}") from None
        except OAuthError:
            raise
        except (ValueError, OSError, TypeError, AttributeError, RecursionError):
            # Authlib and requests say so of an answer that is no JSON, or has status 500; it may hold tokens.
            raise nonsense(_("What it answers is not what OpenID Connect has there.")) from None


def guarded(allow: tuple[Allowed, ...], agent: str, times: FetchTimes) -> Callable[[Any], None]:
    """What has every request of a session go through harvesters/fetch.py."""
    return lambda session: guard(session, user_agent=agent, allow=allow, times=times, caps=Caps(list=LARGEST))
