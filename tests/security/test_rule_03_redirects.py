"""Rule 3: each hop of a redirect is looked at like the first address, and there are five at most."""

import pytest

from harvesters.errors import BlockedError, FetchError
from harvesters.fetch import Session, parse_allow
from tests.security.targets import TIMES
from tests.servers.faulty import Faulty


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("http://10.0.0.1/", "private-address"),
        ("http://169.254.169.254/latest/meta-data/", "private-address"),
        ("http://[::1]/", "private-address"),
        ("//localhost/", "private-address"),
        ("http://10.0.0.1:22/", "closed-port"),
        ("file:///etc/passwd", "bad-redirect"),
        ("gopher://127.0.0.1:6379/_FLUSHALL", "bad-redirect"),
        ("javascript:alert(1)", "bad-redirect"),
        ("http://anna:pw@site.example/", "bad-redirect"),
        ("http://:80/", "bad-redirect"),
    ],
)
def test_redirect_to_what_is_not_public_is_refused(
    server: Faulty, tried: list[str], status: int, to: str, code: str
) -> None:
    port = server.base_url.rpartition(":")[2]
    with (
        Session(user_agent="Moothall/0", times=TIMES, allow=parse_allow([f"127.0.0.1/32:{port}"])) as session,
        pytest.raises(BlockedError) as caught,
    ):
        session.get(server.redirect(to, status))
    assert caught.value.problem.code == code
    assert "anna" not in caught.value.problem.sample
    assert len(tried) == 1, "only the redirecting server was connected to"


def test_five_redirects_are_followed_and_six_are_not(server: Faulty) -> None:
    with Session(user_agent="Moothall/0", times=TIMES, allow=parse_allow(["127.0.0.0/8:*"])) as session:
        assert session.get(server.url("/chain?left=5")).body == b"arrived"
        with pytest.raises(FetchError) as caught:
            session.get(server.url("/chain?left=6"))
    assert caught.value.problem.code == "too-many-redirects"
