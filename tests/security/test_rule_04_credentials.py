"""Rule 4: nothing secret goes to another site, and the environment has no say in where we go."""

from pathlib import Path

import pytest

from harvesters.fetch import Session
from tests.security.fetching import failing, session
from tests.servers.faulty import Faulty
from tests.servers.loopback import serve

__all__ = ["session"]


def test_nothing_but_our_own_headers_is_carried_to_the_next_site(session: Session, server: Faulty) -> None:
    with serve({"/": b"here"}) as other:
        session.get(server.redirect(other.url("/")))
        session.get(server.redirect(server.url("/echo")))
        sent = [*other.seen, *server.seen]
        assert len(sent) == 4
        assert all("cookie" not in request.headers and "authorization" not in request.headers for request in sent)
        session.get(server.url("/echo"))
        assert "cookie" not in server.seen[-1].headers


def test_password_in_an_address_is_refused_and_never_shown(session: Session, server: Faulty) -> None:
    error = failing(session, server.url("/echo").replace("http://", "http://anna:geheim@"))
    assert error.problem.code == "password-in-address"
    assert "geheim" not in repr(error.problem)
    assert server.connections == 0


def test_no_proxy_and_no_password_of_the_environment_is_used(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("default login anna password geheim\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HOME", str(tmp_path))
    with serve({"*": b"proxied"}) as proxy, serve({"/": b"direct"}) as site:
        for name in ("http_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.base_url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert session.get(site.url("/")).body == b"direct"
        assert "authorization" not in site.seen[0].headers
        assert (proxy.seen, proxy.connections) == ([], 0)
