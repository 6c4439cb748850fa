"""OpenID Connect as the hub speaks it: the authorization code flow with PKCE, through the guarded way out.

Nothing here knows people or tables: it asks a provider who somebody is, and believes only what is signed for us, now,
for this one journey (OpenID Connect Core 1.0 §3.1, RFC 7636, RFC 9207). Tokens are neither kept nor logged.
"""

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from cachetools import TTLCache
from joserfc import jwt
from joserfc.errors import ClaimError, ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey, import_key

from harvesters.errors import FetchError
from harvesters.fetch import Allowed, Caps, FetchTimes, guard
from hub.accounts.providers import Client
from hub.db import is_text
from hub.errors import ProviderError
from hub.languages import gettext as _

ALGORITHMS: Final = ("RS256", "ES256")
"""Signatures that count. Neither `none` nor one made with a secret that is no secret."""

SKEW: Final = 120
"""Seconds that a provider's clock may differ from ours."""

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


@dataclass(frozen=True, slots=True)
class Claims:
    """Who somebody is, as a provider says. `verified`: it says that it has made sure of the address."""

    subject: str
    email: str = ""
    verified: bool = False
    name: str = ""


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
            url, _state = session.create_authorization_url(
                told["authorization_endpoint"],
                state=trip.state,
                nonce=trip.nonce,
                code_verifier=trip.verifier,
                **hints,
            )
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
        _judge_answer(client, told, answer)
        with self._session(client, told) as session:
            token = self._token(client, session, told, trip, answer["code"])
            claims = self._verified(client, told, trip, token)
            if not claims.get("email") and told.get("userinfo_endpoint"):
                more = self._userinfo(client, session, told, claims["sub"])
                kept = {name: value for name, value in claims.items() if not name.startswith("email")}
                claims = {**more, **kept}
        return _claims(claims)

    def _session(self, client: Client, told: Mapping[str, Any]) -> OAuth2Session:
        methods = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        basic = "client_secret_basic" in methods or "client_secret_post" not in methods
        session = OAuth2Session(
            client.client_id,
            client.secret,
            scope=SCOPES,
            redirect_uri=client.redirect,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if basic else "client_secret_post",
        )
        self._guarded(session)
        return session

    def _about(self, client: Client) -> Mapping[str, Any]:
        with self._lock:
            told = self._told.get(client.issuer)
        if told is None:
            address = f"{client.issuer.rstrip('/')}/.well-known/openid-configuration"
            told = _judge_discovery(client, self._ask(client, address))
            with self._lock:
                self._told[client.issuer] = told
        return told

    def _signing_keys(self, client: Client, told: Mapping[str, Any]) -> KeySet:
        with self._lock:
            keys = self._keys.get(client.issuer)
        if keys is None:
            keys = _key_set(self._ask(client, told["jwks_uri"]))
            with self._lock:
                self._keys[client.issuer] = keys
        return keys

    def _ask(self, client: Client, address: str) -> Mapping[str, Any]:
        with self._session(client, {}) as session:
            wanted = {"Accept": "application/json"}
            answer = self._asking(client, lambda: session.get(address, withhold_token=True, headers=wanted))
            if answer.status_code != 200:
                status = answer.status_code
                raise _nonsense(_("It answers %(address)s with status %(status)s.", address=address, status=status))
            return _object(self._asking(client, answer.json))

    def _token(self, client: Client, session: OAuth2Session, told: Mapping[str, Any], trip: Trip, code: str) -> str:
        given = {"grant_type": "authorization_code", "code": code, "code_verifier": trip.verifier}
        try:
            token = self._asking(client, lambda: session.fetch_token(told["token_endpoint"], **given))
        except OAuthError as error:
            raise _refused(str(error.error or "")) from None
        found = token.get("id_token")
        if not isinstance(found, str):
            raise _nonsense(_("Its answer holds no ID token."))
        return found

    def _verified(self, client: Client, told: Mapping[str, Any], trip: Trip, token: str) -> dict[str, Any]:
        """The claims of an ID token that is signed by this provider, for us, for this trip, and is good now."""
        try:
            read = self._decode(client, told, token)
            named: Any = {
                "iss": {"essential": True, "value": client.issuer},
                "aud": {"essential": True, "value": client.client_id},
            }
            params = {"nonce": trip.nonce, "client_id": client.client_id}
            claims = CodeIDToken(read.claims, read.header, options=named, params=params)
            claims.validate(leeway=SKEW)
        except ExpiredTokenError:
            raise _clocks() from None
        except ClaimError as error:
            raise _clocks() if error.claim in ("iat", "nbf", "exp") else _wrong_claim(str(error.claim)) from None
        except (JoseError, ValueError, TypeError, RecursionError):
            raise ProviderError(
                "bad signature",
                _("What your organisation's sign-in says is not signed as it should be, so nobody was signed in."),
                _("The provider must sign ID tokens with RS256 or ES256, by a key that it publishes."),
            ) from None
        return dict(claims)

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
        found = _object(self._asking(client, answer.json)) if answer.status_code == 200 else {}
        return found if found.get("sub") == subject else {}

    def _asking(self, client: Client, ask: Callable[[], Any]) -> Any:
        """What is answered; ProviderError for a provider that is away, too slow, forbidden, or talks nonsense."""
        with self._lock:
            away = self._away.get(client.issuer)
        if away is not None:
            raise _unreachable(*away)
        try:
            return ask()
        except FetchError as error:
            problem = error.problem
            if problem.code in ("too-slow", "no-connection"):
                with self._lock:
                    self._away[client.issuer] = problem.code, f"{problem.what} {problem.fix}"
            raise _unreachable(problem.code, f"{problem.what} {problem.fix}") from None
        except OAuthError:
            raise
        except (ValueError, OSError, TypeError, AttributeError, RecursionError):
            # Authlib and requests say so of an answer that is no JSON, or has status 500; it may hold tokens.
            raise _nonsense(_("What it answers is not what OpenID Connect has there.")) from None


def guarded(allow: tuple[Allowed, ...], agent: str, times: FetchTimes) -> Callable[[Any], None]:
    """What has every request of a session go through harvesters/fetch.py."""
    return lambda session: guard(session, user_agent=agent, allow=allow, times=times, caps=Caps(list=LARGEST))


def _object(found: Any) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise _nonsense(_("What it answers is not what OpenID Connect has there."))
    return found


def _unreachable(code: str, todo: str) -> ProviderError:
    sentence = _("Your organisation's sign-in cannot be reached at the moment. Try again in a few minutes.")
    return ProviderError(code, sentence, todo)


def _nonsense(todo: str) -> ProviderError:
    sentence = _("Your organisation's sign-in gives an answer that we do not understand.")
    return ProviderError("nonsense", sentence, todo)


def _clocks() -> ProviderError:
    return ProviderError(
        "clock",
        _("Your organisation's sign-in and this hub disagree about the time. Try again; if it stays, tell the hub."),
        _("Set the clock of this machine and that of the provider: they differ by more than two minutes."),
    )


def _wrong_claim(claim: str) -> ProviderError:
    return ProviderError(
        f"claim {claim}",
        _("What your organisation's sign-in says is not for this sign-in, so nobody was signed in. Start again."),
        _("The ID token's “%(claim)s” is not what we asked for. Check the address and the client ID.", claim=claim),
    )


def _refused(code: str) -> ProviderError:
    """What it means that the provider gives no token (RFC 6749 §5.2)."""
    shown = code if code.replace("_", "").isalpha() and len(code) < 40 else "?"
    if code == "invalid_grant":
        return ProviderError(
            "invalid_grant",
            _("This sign-in was used already or took too long. Start again."),
            _("If it is always so: the redirect address at the provider must be the one shown here."),
        )
    return ProviderError(
        shown,
        _("Your organisation's sign-in does not accept this hub at the moment. Tell whoever runs the hub."),
        _("The provider answers “%(code)s”. Enter client ID and client secret again.", code=shown),
    )


def _judge_answer(client: Client, told: Mapping[str, Any], answer: Mapping[str, str]) -> None:
    """What the browser brought back, before anything is asked for it (RFC 9207 §2.4)."""
    promised = told.get("authorization_response_iss_parameter_supported") is True
    if answer.get("iss", None if promised else client.issuer) != client.issuer:
        raise _wrong_claim("iss")
    error = answer.get("error", "")
    if error == "access_denied":
        raise ProviderError(
            "access_denied",
            _("You were not signed in: your organisation's sign-in was cancelled, or does not let you in here."),
            _("If somebody should get in, let them use this hub at the provider."),
        )
    if error:
        raise _refused(error if error != "invalid_grant" else "?")
    if not answer.get("code"):
        raise _nonsense(_("It sends people back without a code."))


def _judge_discovery(client: Client, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a provider says about itself (OpenID Connect Discovery 1.0 §3), if it can do what we need."""
    if told.get("issuer") != client.issuer:
        said = str(told.get("issuer"))[:200]
        raise _nonsense(_("It calls itself “%(said)s”. Enter that as its address, letter by letter.", said=said))
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not isinstance(told.get(name), str):
            raise _nonsense(_("It does not say its “%(name)s”.", name=name))
    schemes = ("https://", "http://") if client.issuer.startswith("http://") else ("https://",)
    if not told["authorization_endpoint"].startswith(schemes):
        raise _nonsense(_("Its page for signing in has no address that begins with https://."))
    needed = {
        "response_types_supported": {"code"},
        "code_challenge_methods_supported": {"S256"},
        "id_token_signing_alg_values_supported": set(ALGORITHMS),
    }
    for name, some in needed.items():
        if isinstance(told.get(name), list) and not some & {str(one) for one in told[name]}:
            wanted = ", ".join(sorted(some))
            raise _nonsense(_("It cannot do what we need (%(name)s: %(wanted)s).", name=name, wanted=wanted))
    return told


def _key_set(found: Mapping[str, Any]) -> KeySet:
    """The keys that may sign what we believe: public ones, of a kind that we use, of the first hundred."""
    listed = found.get("keys")
    keys: list[Any] = []
    for one in listed[:100] if isinstance(listed, list) else ():
        try:
            if one.get("use", "sig") == "sig" and isinstance(key := import_key(one), RSAKey | ECKey):
                keys.append(key)
        except (JoseError, ValueError, TypeError, AttributeError, KeyError):
            continue
    if not keys:
        raise _nonsense(_("It publishes no key that we could check signatures with."))
    return KeySet(keys)


def _claims(found: Mapping[str, Any]) -> Claims:
    subject = found.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not is_text(subject):
        raise _nonsense(_("It does not say who it is (“sub”)."))
    email, name = found.get("email"), found.get("name")
    said = found.get("email_verified")
    return Claims(
        subject,
        email.strip().lower()[:300] if isinstance(email, str) and is_text(email) else "",
        said is True or said == "true",
        name if isinstance(name, str) and is_text(name) else "",
    )
