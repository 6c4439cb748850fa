"""Settings: documented, and refused in words."""

import re
from pathlib import Path

import pytest

from hub.config import Settings, environment, make_secret, read_settings
from hub.errors import BadInput

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_documentation_lists_every_setting() -> None:
    documented = set(re.findall(r"`MOOTHALL_([A-Z_]+)` \|", DOCS.read_text()))
    assert documented == {name.upper() for name in Settings.model_fields}


def test_every_setting_has_one_line_of_help() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_children_get_the_same_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read_settings(data=tmp_path, name="Test hub", times="short")
    for name, value in environment(settings).items():
        if name.startswith("MOOTHALL_"):
            monkeypatch.setenv(name, value)
    assert read_settings() == settings


def test_the_secret_key_is_for_its_owner_only_and_made_once(tmp_path: Path) -> None:
    make_secret(tmp_path)
    settings = read_settings(data=tmp_path)
    first = settings.secret()
    make_secret(tmp_path)
    assert settings.secret() == first
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


def test_a_missing_secret_key_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="moothall init"):
        read_settings(data=tmp_path).secret()
