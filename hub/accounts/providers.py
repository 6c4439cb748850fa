"""The own sign-in of an organisation as its operator sets it: kept, found for an address, and never shown whole."""

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from harvesters.addresses import BadAddress, tidy
from hub.accounts.members import organisation_at
from hub.accounts.models import Provider
from hub.accounts.sealing import Broken, seal, unseal
from hub.audit.service import note_act
from hub.db import alone, require_storable
from hub.errors import BadInput, ProviderError
from hub.languages import gettext as _
from hub.organisations.models import Organisation
from hub.policy import Actor

PURPOSE: Final = "client secret"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How an organisation's sign-in is to be. An empty `secret` leaves the one that is kept."""

    issuer: str
    client_id: str
    secret: str = field(default="", repr=False)
    enabled: bool = False
    only: bool = False
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class Client:
    """Who this hub is at a provider, and to which address people come back from it."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    redirect: str


def provider_of(session: Session, organisation_id: str) -> Provider | None:
    """The organisation's sign-in, on or off; None where nobody has set one."""
    return session.scalar(select(Provider).where(Provider.organisation_id == organisation_id))


def set_provider(
    session: Session, *, actor: Actor, organisation: Organisation, wanted: Wanted, key: str, plain: bool = False
) -> Provider:
    """Keep how the organisation signs in. BadInput for what cannot be; `plain` allows http (inside own networks)."""
    alone(session, f"provider {organisation.id}")
    row = provider_of(session, organisation.id)
    require_storable(Provider, {"issuer": wanted.issuer, "client_id": wanted.client_id})
    _judge(organisation, wanted, plain=plain, kept=row is not None and row.issuer == wanted.issuer)
    if row is None:
        row = Provider(organisation_id=organisation.id, sealed="")
        session.add(row)
    row.issuer, row.client_id = wanted.issuer, wanted.client_id
    row.enabled, row.only, row.trusted = wanted.enabled, wanted.only, wanted.trusted
    if wanted.secret:
        row.sealed = seal(key, PURPOSE, wanted.secret)
    session.flush()
    note_act(
        session,
        actor=actor,
        action="set sign-in",
        thing=f"organisation {organisation.slug}",
        issuer=row.issuer,
        enabled=row.enabled,
        only=row.only,
        trusted=row.trusted,
        secret="new" if wanted.secret else "as before",
    )
    return row


def _judge(organisation: Organisation, wanted: Wanted, *, plain: bool, kept: bool) -> None:
    try:
        address = tidy(wanted.issuer)
    except BadAddress as error:
        raise BadInput(_("Enter the provider's address, beginning with https://."), "issuer") from error
    if address != wanted.issuer or "?" in address or not (plain or address.startswith("https://")):
        raise BadInput(_("Enter the provider's address as it gives it, beginning with https://."), "issuer")
    if not wanted.client_id:
        raise BadInput(_("Enter the client ID that the provider has given to this hub."), "client_id")
    if not wanted.secret and not kept:
        # A secret that belongs to one provider is not told to another.
        raise BadInput(_("Enter the client secret that this provider has given to this hub."), "secret")
    if len(wanted.secret) > 500:
        raise BadInput(_("The client secret is too long: 500 characters at most."), "secret")
    if wanted.enabled and not organisation.domains:
        sentence = _("Say first at which domains the people of %(name)s have their addresses.", name=organisation.name)
        raise BadInput(sentence, "enabled")
    if wanted.only and not wanted.enabled:
        raise BadInput(_("While it is off, people need another way to sign in. Turn it on, or untick this."), "only")


def client_of(row: Provider, organisation: Organisation, *, key: str, base_url: str) -> Client:
    """Who we are there. ProviderError where the secret cannot be read any more."""
    try:
        secret = unseal(key, PURPOSE, row.sealed)
    except Broken as error:
        raise ProviderError(
            "secret unreadable",
            _("The sign-in of %(name)s cannot be used at the moment.", name=organisation.name),
            _("The hub's secret key has changed since the client secret was kept. Enter the client secret again."),
        ) from error
    return Client(row.issuer, row.client_id, secret, redirect_of(organisation, base_url))


def redirect_of(organisation: Organisation, base_url: str) -> str:
    """The address to which this organisation's provider sends people back; each has its own."""
    return f"{base_url.rstrip('/')}/sign-in/organisation/{organisation.slug}/back"


def offered(session: Session) -> list[Organisation]:
    """The organisations whose sign-in is on, by name."""
    wanted = select(Organisation).join(Provider, Provider.organisation_id == Organisation.id)
    return list(session.scalars(wanted.where(Provider.enabled.is_(True)).order_by(func.lower(Organisation.name))))


def offered_at(session: Session, email: str) -> tuple[Organisation, Provider] | None:
    """Whose sign-in people with this address use; None where that is off, or the address is nobody's."""
    organisation = organisation_at(session, email)
    row = provider_of(session, organisation.id) if organisation else None
    return (organisation, row) if organisation and row and row.enabled else None


def required_at(session: Session, email: str) -> Organisation | None:
    """The organisation whose sign-in is the only way in for this address; None where a password does."""
    if not session.scalar(select(Provider.id).where(Provider.only.is_(True), Provider.enabled.is_(True)).limit(1)):
        return None
    found = offered_at(session, email)
    return found[0] if found and found[1].only else None
