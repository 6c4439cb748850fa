"""How often somebody may try: counted in the database, so that it holds across processes and machines.

Counted by account and by network (security.md rule 34), for every way in.
"""

import ipaddress
import logging
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hub.accounts.models import Attempt
from hub.accounts.sealing import digest
from hub.db import Database, alone, now
from hub.errors import TooMany
from hub.languages import N_
from hub.languages import gettext as _

log = logging.getLogger(__name__)

WINDOW: Final = timedelta(minutes=15)
BY_ACCOUNT: Final = 5
"""Tries for one address in a window; the next is refused."""

BY_NETWORK: Final = 50
"""Tries from one network: a council stands behind one address."""

SENTENCE: Final = N_("There were too many tries. Wait a quarter of an hour, or ask for a new password.")


def admit(database: Database, what: str, account: str, address: str, most: int = BY_ACCOUNT) -> None:
    """Count one try at `what`. TooMany when there were enough, of this account or from this network.

    The try is counted before it is made, so that a hundred at once are a hundred.
    """
    keys = ((digest(account.strip().lower()), most), (digest(network_of(address)), max(most, BY_NETWORK)))
    with database.writing() as session:
        alone(session, "attempts")
        full = any(_count(session, what, key) >= enough for key, enough in keys)
        if not full:
            session.add_all(Attempt(what=what, key=key) for key, _ in keys)
    if full:
        log.warning("Too many tries at “%s” from %s", what, network_of(address))
        raise TooMany(_(SENTENCE))


def forget(session: Session, what: str, account: str) -> None:
    """What was tried for this account is forgotten: the right person came in."""
    session.execute(delete(Attempt).where(Attempt.what == what, Attempt.key == digest(account.strip().lower())))


def forget_tries(session: Session, account: str) -> None:
    """Everything that was tried for this account is forgotten, with the account."""
    session.execute(delete(Attempt).where(Attempt.key == digest(account.strip().lower())))


def network_of(address: str) -> str:
    """What one party holds: an IPv4 address, or the /64 of an IPv6 one; the text itself where it is neither."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    mapped = getattr(found, "ipv4_mapped", None)
    if found.version == 4 or mapped:
        return str(mapped or found)
    return str(ipaddress.ip_network((found, 64), strict=False))


def _count(session: Session, what: str, key: str) -> int:
    counted = select(func.count()).select_from(Attempt)
    return session.scalar(counted.where(Attempt.what == what, Attempt.key == key, Attempt.at > now() - WINDOW)) or 0
