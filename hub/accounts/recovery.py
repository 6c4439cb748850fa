"""Recovery codes: ten that work once each, for who has lost phone and key."""

import secrets
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hub.accounts.keys import Keys
from hub.accounts.models import RecoveryCode

NUMBER: Final = 10
SIGNS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without those that look like another."""

LENGTH: Final = 12
"""59 bits: nobody guesses one through a form that takes five tries in a quarter of an hour."""


def make_codes(session: Session, person_id: str, keys: Keys) -> list[str]:
    """New ones; the old ones work no more. They are to be shown once: only hashes are kept."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = ["".join(secrets.choice(SIGNS) for _ in range(LENGTH)) for _ in range(NUMBER)]
    session.add_all(RecoveryCode(person_id=person_id, hashed=_hash(keys, person_id, code)) for code in codes)
    return ["-".join(code[at : at + 4] for at in range(0, LENGTH, 4)) for code in codes]


def use_code(session: Session, person_id: str, typed: str, keys: Keys) -> bool:
    """Use a code up; whether there was one. Of two who try the same at once, one has it."""
    here = RecoveryCode.person_id == person_id
    gone = session.execute(delete(RecoveryCode).where(here, RecoveryCode.hashed == _hash(keys, person_id, typed)))
    return int(getattr(gone, "rowcount", 0)) == 1


def good_codes(session: Session, person_id: str, typed: list[str], keys: Keys) -> list[str]:
    """Those of some codes that are this person's and unused."""
    held = set(session.scalars(select(RecoveryCode.hashed).where(RecoveryCode.person_id == person_id)))
    return [code for code in typed if _hash(keys, person_id, code) in held]


def codes_left(session: Session, person_id: str) -> int:
    """How many are unused."""
    counted = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.person_id == person_id)
    return session.scalar(counted) or 0


def _hash(keys: Keys, person_id: str, typed: str) -> str:
    code = "".join(sign for sign in typed.lower() if sign.isalnum())
    return keys.hashed(f"{person_id} {code}")
