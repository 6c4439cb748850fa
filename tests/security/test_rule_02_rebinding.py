"""Rule 2: a name is what its addresses are, at the moment of each connection."""

from collections.abc import Callable, Sequence

import pytest

from harvesters.errors import BlockedError
from harvesters.fetch import Session, look_up, parse_allow
from tests.security.targets import TIMES
from tests.servers.loopback import serve


def answers(*given: Sequence[str]) -> Callable[[str, int], Sequence[str]]:
    """A resolver that gives these answers one after the other, and the last one for ever."""
    left = list(given)
    return lambda host, port: left.pop(0) if len(left) > 1 else left[0]


@pytest.mark.parametrize(
    "given", [["8.8.8.8", "127.0.0.1"], ["127.0.0.1", "8.8.8.8"], ["2606:4700::1111", "::1"], ["8.8.8.8", "fe80::1%lo"]]
)
def test_name_with_one_private_address_among_public_ones_is_refused(tried: list[str], given: list[str]) -> None:
    with (
        Session(user_agent="Moothall/0", times=TIMES, resolve=answers(given)) as session,
        pytest.raises(BlockedError) as caught,
    ):
        session.get("http://site.example/")
    assert caught.value.problem.code == "private-address"
    assert tried == []


def test_name_that_turns_to_loopback_after_a_public_answer_is_refused(tried: list[str]) -> None:
    """DNS rebinding: public at the first look, 127.0.0.1 at the second, and a second look for every connection."""
    with serve({"/": b"public"}, host="127.0.0.2") as public:
        port = int(public.base_url.rpartition(":")[2])
        with serve({"/": b"secret"}, port=port) as secret:
            # 127.0.0.2 plays the public address here, as it is the only one that is allowed.
            session = Session(
                user_agent="Moothall/0",
                times=TIMES,
                allow=parse_allow([f"127.0.0.2/32:{port}"]),
                resolve=answers(["127.0.0.2"], ["127.0.0.1"]),
            )
            with session:
                assert session.get(f"http://site.example:{port}/").body == b"public"
                # The open connection still leads to the checked address.
                assert session.get(f"http://site.example:{port}/").body == b"public"
                session.close()
                with pytest.raises(BlockedError) as caught:
                    session.get(f"http://site.example:{port}/")
            assert caught.value.problem.code == "private-address"
            assert secret.connections == 0
    assert tried == [f"('127.0.0.2', {port})"]


def test_name_is_looked_up_once_a_connection_so_there_is_nothing_to_rebind_between() -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return look_up("127.0.0.1", port)

    with (
        serve({"/": b"here"}) as site,
        Session(user_agent="Moothall/0", allow=parse_allow(["127.0.0.0/8:*"]), resolve=resolve) as session,
    ):
        port = site.base_url.rpartition(":")[2]
        for _ in range(3):
            session.get(f"http://site.example:{port}/")
        assert site.connections == 1
    assert asked == ["site.example"]
