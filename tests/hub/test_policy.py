"""Policies: every route declares one. Who gets what stands in tests/security/matrix.txt."""

from pathlib import Path

import pytest
from flask import Blueprint

from hub import app as app_module
from hub.policy import ANONYMOUS, can
from hub.wsgi import build
from tests.hub.site import empty_site
from tests.people import AISHA, DEV


def test_a_route_without_a_policy_stops_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forgetful = Blueprint("forgetful", __name__)
    forgetful.add_url_rule("/forgotten", view_func=lambda: "no policy")
    with empty_site(tmp_path / "hub") as site:
        monkeypatch.setattr(app_module, "BLUEPRINTS", (*app_module.BLUEPRINTS, forgetful))
        with pytest.raises(RuntimeError, match="/forgotten .* declares no policy"):
            build(site.settings)


def test_can_is_one_function_over_written_actions() -> None:
    assert can(ANONYMOUS, "read")
    assert can(DEV, "run sources")
    assert not can(AISHA, "run sources")
    with pytest.raises(KeyError):
        can(DEV, "rule the world")
