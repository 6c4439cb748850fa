"""Signing in by a one-time link."""

import pytest
from sqlalchemy import select

from hub.accounts.models import WebSession
from hub.accounts.service import actor_of, end_session, held_by, make_link, use_link
from hub.errors import NotAllowed
from tests.people import World


def test_a_link_opens_one_session_and_only_once(hub: World) -> None:
    with hub.database.writing() as session:
        secret = make_link(session, seconds=60)
        opened = use_link(session, secret=secret, seconds=60)
        assert "operator" in actor_of(session, opened).roles
    with hub.database.writing() as session, pytest.raises(NotAllowed, match="used or is too old"):
        use_link(session, secret=secret, seconds=60)


def test_an_old_link_opens_nothing(hub: World) -> None:
    with hub.database.writing() as session:
        secret = make_link(session, seconds=-1)
        with pytest.raises(NotAllowed):
            use_link(session, secret=secret, seconds=60)


def test_a_link_is_no_session(hub: World) -> None:
    with hub.database.writing() as session:
        assert actor_of(session, make_link(session, seconds=60)).roles == frozenset()


def test_signing_out_ends_the_session_on_the_server(hub: World) -> None:
    with hub.database.writing() as session:
        opened = use_link(session, secret=make_link(session, seconds=60), seconds=60)
        held = held_by(session, opened)
        assert held
        end_session(session, held.hashed)
        assert not actor_of(session, opened).roles


def test_only_hashes_are_stored(hub: World) -> None:
    with hub.database.writing() as session:
        secret = make_link(session, seconds=60)
        stored = session.scalar(select(WebSession.hashed))
        assert stored
        assert secret not in stored
