"""What providers of OpenID Connect answer about themselves, by the browser and in ID tokens, and whether we believe it.

What is not believed is a ProviderError: a sentence for whoever signs in, and what to do for whoever has set it up.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey, import_key

from hub.accounts.providers import Client
from hub.db import is_text
from hub.errors import ProviderError
from hub.languages import gettext as _

ALGORITHMS: Final = ("RS256", "ES256")
"""Signatures that count. Neither `none` nor one made with a secret that is no secret."""

SKEW: Final = 120
"""Seconds that a provider's clock may differ from ours."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Who somebody is, as a provider says. `verified`: it says that it has made sure of the address."""

    subject: str
    email: str = ""
    verified: bool = False
    name: str = ""


def judge_discovery(client: Client, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a provider says about itself (OpenID Connect Discovery 1.0 §3), if it can do what we need."""
    if told.get("issuer") != client.issuer:
        said = str(told.get("issuer"))[:200]
        raise nonsense(_("It calls itself “%(said)s”. Enter that as its address, letter by letter.", said=said))
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not isinstance(told.get(name), str):
            raise nonsense(_("It does not say its “%(name)s”.", name=name))
    schemes = ("https://", "http://") if client.issuer.startswith("http://") else ("https://",)
    if not told["authorization_endpoint"].startswith(schemes):
        raise nonsense(_("Its page for signing in has no address that begins with https://."))
    needed = {
        "response_types_supported": {"code"},
        "code_challenge_methods_supported": {"S256"},
        "id_token_signing_alg_values_supported": set(ALGORITHMS),
    }
    for name, some in needed.items():
        if isinstance(told.get(name), list) and not some & {str(one) for one in told[name]}:
            wanted = ", ".join(sorted(some))
            raise nonsense(_("It cannot do what we need (%(name)s: %(wanted)s).", name=name, wanted=wanted))
    return told


def key_set(found: Mapping[str, Any]) -> KeySet:
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
        raise nonsense(_("It publishes no key that we could check signatures with."))
    return KeySet(keys)


def judge_answer(client: Client, told: Mapping[str, Any], answer: Mapping[str, str]) -> None:
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
        raise refused(error if error != "invalid_grant" else "?")
    if not answer.get("code"):
        raise nonsense(_("It sends people back without a code."))


def verified(decode: Callable[[], jwt.Token], client: Client, nonce: str) -> dict[str, Any]:
    """The claims of an ID token that is signed by this provider, for us, for this journey, and is good now.

    `decode` reads it with the provider's keys.
    """
    try:
        read = decode()
        named: Any = {
            "iss": {"essential": True, "value": client.issuer},
            "aud": {"essential": True, "value": client.client_id},
        }
        params = {"nonce": nonce, "client_id": client.client_id}
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


def claims_of(found: Mapping[str, Any]) -> Claims:
    """Who somebody is, by the claims about them."""
    subject = found.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not is_text(subject):
        raise nonsense(_("It does not say who it is (“sub”)."))
    email, name = found.get("email"), found.get("name")
    said = found.get("email_verified")
    return Claims(
        subject,
        email.strip().lower()[:300] if isinstance(email, str) and is_text(email) else "",
        said is True or said == "true",
        name if isinstance(name, str) and is_text(name) else "",
    )


def whole(found: Any) -> Mapping[str, Any]:
    """It, if it is an object; what is no object is nonsense."""
    if not isinstance(found, dict):
        raise nonsense(_("What it answers is not what OpenID Connect has there."))
    return found


def unreachable(code: str, todo: str) -> ProviderError:
    """It is away, too slow, or where we do not go."""
    sentence = _("Your organisation's sign-in cannot be reached at the moment. Try again in a few minutes.")
    return ProviderError(code, sentence, todo)


def nonsense(todo: str) -> ProviderError:
    """It says what OpenID Connect does not have there."""
    sentence = _("Your organisation's sign-in gives an answer that we do not understand.")
    return ProviderError("nonsense", sentence, todo)


def refused(code: str) -> ProviderError:
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
