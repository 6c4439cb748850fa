"""Starting the six sites, and registering them with a hub as an operator would."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import Database
from hub.demo.sites import SITES, Member
from hub.demo.sites.server import Site
from hub.errors import Unavailable
from hub.organisations.models import Organisation
from hub.organisations.service import add_organisation, slug_of
from hub.policy import COMMAND_LINE
from hub.sources.models import Source
from hub.sources.service import add_source

EVERY = 900
"""Seconds between two checks of a demo's source."""


@contextmanager
def start_sites(ports: Mapping[str, int]) -> Iterator[dict[str, Site]]:
    """The six servers, on the ports that they had before (their addresses are what the hub knows)."""
    with ExitStack() as stack:
        sites = {}
        for name, member in SITES.items():
            try:
                sites[name] = stack.enter_context(member.site(ports.get(name, 0)))
            except OSError as error:
                raise Unavailable(
                    f"Port {ports.get(name)} of the made-up {member.name} is taken: is the demo running already? "
                    "If not, `moothall demo --reset` begins anew."
                ) from error
        yield sites


def register(database: Database, sites: Mapping[str, Site]) -> list[str]:
    """Organisations and sources, those that are missing; the ids of all six sources."""
    with database.writing() as session:
        for name, member in SITES.items():
            slug = slug_of(member.name)
            if session.scalar(select(Organisation.id).where(Organisation.slug == slug)) is None:
                organisation = _organisation(session, member, sites[name])
                add_source(
                    session,
                    actor=COMMAND_LINE,
                    organisation=organisation,
                    kind=member.kind,
                    address=sites[name].base + member.path,
                    name=member.source,
                    language=member.language,
                    contact=member.contact_name,
                    interval=EVERY,
                )
        return list(session.scalars(select(Source.id).order_by(Source.created)))


def _organisation(session: Session, member: Member, site: Site) -> Organisation:
    return add_organisation(
        session,
        actor=COMMAND_LINE,
        name=member.name,
        sector=member.sector,
        website=site.base,
        area=member.area,
        about=member.about,
        other_names=member.other_names,
        contact_name=member.contact_name,
        contact_email=member.contact_email,
        contact_phone=member.contact_phone,
        licence_uri=member.licence,
        fictional=True,
    )


def free_port(wanted: int) -> int:
    """`wanted`, or the next port of this machine that nobody listens on."""
    for port in range(wanted, wanted + 50):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Unavailable(f"No port between {wanted} and {wanted + 49} is free. Give one with --port.")
