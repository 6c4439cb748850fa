"""Rule 33: nothing of the data folder is ever served, whatever it is called and however the address is written."""

import pytest

from tests.hub.site import BASE, Site, site

__all__ = ["site"]

WAYS = (
    "/{}",
    "/static/{}",
    "/static/../{}",
    "/static/%2e%2e/{}",
    "/static/..%2f{}",
    "/static//{}",
    "//{}",
    "/.well-known/{}",
)


@pytest.mark.parametrize("way", WAYS)
def test_no_file_of_the_hub_is_served(site: Site, way: str) -> None:
    names = {path.name for path in site.settings.data.rglob("*") if path.is_file()}
    assert {"secret-key"} <= names
    for name in (*names, "backup.zip", "moothall.sqlite", ".git/config", ".env", "etc/passwd", "hub/config.py"):
        answer = site.app.test_client().get(way.format(name), base_url=BASE)
        assert answer.status_code in (308, 404), (name, answer.status_code)
        assert site.settings.secret() not in answer.text
