"""Passkeys (WebAuthn): what a browser is asked to do with one, and what its answer proves.

A challenge is signed, not stored: looking at a page writes nothing. It is noted when it is answered, and answered once.
"""

import ipaddress
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    options_to_json_dict,
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from federation.record import clean_line
from hub.accounts.keys import Keys
from hub.accounts.models import Passkey, Person, Spent
from hub.accounts.sealing import digest
from hub.config import Settings
from hub.db import locking, now
from hub.errors import BadInput
from hub.languages import gettext as _

GOOD_FOR: Final = timedelta(minutes=30)
"""How long a page may stay open before its passkey button is pressed."""

WAIT: Final = 300_000
"""Milliseconds that a browser waits for a finger."""

TRANSPORTS: Final = frozenset(one.value for one in AuthenticatorTransport)
LONGEST: Final = 20_000
"""Characters of an answer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form with a passkey's button holds: options for the browser, and our challenge, signed."""

    options: str
    token: str


@dataclass(frozen=True, slots=True)
class Party:
    """Who asks, to a browser: the host that passkeys are bound to, and the site's origin."""

    host: str
    origin: str


def party_of(settings: Settings) -> Party | None:
    """This hub; None where browsers know no passkeys: at a number instead of a name, or without TLS."""
    parts = urlsplit(settings.base_url)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
        return None
    except ValueError:
        pass
    if parts.scheme != "https" and host != "localhost":
        return None
    return Party(host, f"{parts.scheme}://{parts.netloc}")


def ask_to_make(party: Party, hub: str, person: Person, held: tuple[Passkey, ...], keys: Keys) -> Asked:
    """Have a browser make a passkey for this person, on a device that has none of theirs yet."""
    challenge = secrets.token_bytes(32)
    options = generate_registration_options(
        rp_id=party.host,
        rp_name=hub,
        user_id=person.id.encode(),
        user_name=person.email or person.name,
        user_display_name=person.name,
        challenge=challenge,
        timeout=WAIT,
        exclude_credentials=_described(held),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return _asked(options, challenge, keys, f"make {person.id}")


def ask_to_prove(party: Party, keys: Keys, person_id: str = "", held: tuple[Passkey, ...] = ()) -> Asked:
    """Have a browser prove who is there: with any passkey and whoever it is, or with one of this person's."""
    challenge = secrets.token_bytes(32)
    options = generate_authentication_options(
        rp_id=party.host,
        challenge=challenge,
        timeout=WAIT,
        allow_credentials=_described(held) or None,
        user_verification=UserVerificationRequirement.DISCOURAGED if held else UserVerificationRequirement.REQUIRED,
    )
    return _asked(options, challenge, keys, f"prove {person_id}")


def made(session: Session, *, party: Party, person_id: str, name: str, token: str, answer: str, keys: Keys) -> Passkey:
    """The new passkey that a browser answered with, not stored yet. BadInput for an answer that proves nothing."""
    called = clean_line(name)[:60]
    if not called:
        raise BadInput(_("Give it a name by which you know it again, as “My phone”."), "name")
    challenge = _spend(session, token, f"make {person_id}", keys)
    try:
        credential = parse_registration_credential_json(_whole(answer))
        proof = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
        )
    except Exception as error:  # what parses foreign bytes raises of every kind
        raise _refused() from error
    id = bytes_to_base64url(proof.credential_id)
    public = bytes_to_base64url(proof.credential_public_key)
    if len(id) > 1400 or len(public) > 4000 or session.scalar(select(Passkey.id).where(Passkey.hashed == digest(id))):
        raise _refused()
    transports = [one.value for one in credential.response.transports or () if one.value in TRANSPORTS]
    return Passkey(
        name=called,
        hashed=digest(id),
        credential=id,
        public=public,
        uses=proof.sign_count,
        transports=transports,
        alone=proof.user_verified,
    )


def proven(
    session: Session, *, party: Party, token: str, answer: str, keys: Keys, person_id: str = ""
) -> tuple[Passkey, Person]:
    """The passkey that a browser answered with, and whose it is; its use is noted.

    Without `person_id` it must have asked who is there (a finger, a face, a PIN), so that it stands for a password and
    a second factor in one. BadInput for an answer that proves nothing.
    """
    challenge = _spend(session, token, f"prove {person_id}", keys)
    try:
        credential = parse_authentication_credential_json(_whole(answer))
        id = bytes_to_base64url(credential.raw_id)
    except Exception as error:  # what parses foreign bytes raises of every kind
        raise _refused() from error
    row = session.scalar(locking(select(Passkey).where(Passkey.hashed == digest(id))))
    if row is None or (person_id and row.person_id != person_id):
        raise BadInput(_("This passkey belongs to no account here. It may have been removed."), "passkey")
    handle = credential.response.user_handle
    if handle and handle != row.person_id.encode():
        raise _refused()
    try:
        proof = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            credential_public_key=base64url_to_bytes(row.public),
            credential_current_sign_count=row.uses,
            require_user_verification=not person_id,
        )
    except Exception as error:  # what parses foreign bytes raises of every kind
        raise _refused() from error
    row.uses, row.used = proof.new_sign_count, now()
    return row, session.get_one(Person, row.person_id)


def _described(held: tuple[Passkey, ...]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(one.credential),
            transports=[AuthenticatorTransport(name) for name in one.transports if name in TRANSPORTS] or None,
        )
        for one in held
    ]


def _asked(options: Any, challenge: bytes, keys: Keys, purpose: str) -> Asked:
    return Asked(json.dumps(options_to_json_dict(options)), keys.sign(bytes_to_base64url(challenge), purpose))


def _spend(session: Session, token: str, purpose: str, keys: Keys) -> bytes:
    """The challenge of a form, which is answered now and never again."""
    challenge = keys.signed(token, purpose, int(GOOD_FOR.total_seconds()))
    if challenge is None:
        raise BadInput(_("The page was open for too long. Try again."), "passkey")
    try:
        with session.begin_nested():
            session.add(Spent(hashed=digest(challenge), expires=now() + GOOD_FOR))
    except IntegrityError as error:
        raise BadInput(_("This was sent before. Try again."), "passkey") from error
    return base64url_to_bytes(challenge)


def _whole(answer: str) -> str:
    if not answer or len(answer) > LONGEST:
        raise ValueError("no answer of a browser")
    return answer


def _refused() -> BadInput:
    return BadInput(_("The passkey did not prove who you are. Try again, or sign in another way."), "passkey")
