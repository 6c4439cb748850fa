"""What is refused is in the log of the process: a right that somebody has not, a limit that was reached."""

from collections.abc import Iterator

import pytest

from hub.accounts.limits import BY_ACCOUNT, admit
from hub.errors import TooMany
from tests.hub.site import Site, empty_site


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with empty_site(tmp_path_factory.mktemp("refusals") / "hub") as made:
        yield made


def test_a_right_that_somebody_has_not_is_logged(hub: Site, caplog: pytest.LogCaptureFixture) -> None:
    assert hub.get("/manage/people").status_code == 403
    assert "Refused to a stranger: GET manage.listing" in caplog.text


def test_a_limit_that_is_reached_is_logged_without_the_address(hub: Site, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(BY_ACCOUNT):
        admit(hub.database, "sign in", "ann@northford.example", "2001:db8:7::1")
    assert not caplog.records
    with pytest.raises(TooMany):
        admit(hub.database, "sign in", "ann@northford.example", "2001:db8:7::1")
    assert "Too many tries at “sign in” from 2001:db8:7::/64" in caplog.text
    assert "ann@" not in caplog.text
