"""What an operator copies: units, image and compose file call commands and settings that exist."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from hub.cli.__main__ import COMMANDS
from hub.config import Settings

ROOT = Path(__file__).parent.parent
FILES = sorted(one for one in (ROOT / "deploy").rglob("*") if one.is_file())
UNITS = [one for one in FILES if one.suffix == ".service"]
SETTINGS = {f"MOOTHALL_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("file", [*FILES, ROOT / "docs" / "operate.md"], ids=lambda one: one.name)
def test_every_setting_named_is_one(file: Path) -> None:
    assert set(re.findall(r"\bMOOTHALL_[A-Z_]+", file.read_text())) <= SETTINGS


@pytest.mark.parametrize("file", [*FILES, ROOT / "docs" / "operate.md"], ids=lambda one: one.name)
def test_every_command_named_is_one(file: Path) -> None:
    text = file.read_text()
    called = re.findall(r"(?:^|bin/|`)moothall ([a-z]+)\b", text, re.M) + re.findall(
        r"^ +command: \[([a-z]+)", text, re.M
    )
    called += re.findall(r'CMD \["([a-z]+)"', text)
    assert set(called) <= set(COMMANDS)
    assert called or file.suffix == ".env"


@pytest.mark.parametrize("unit", UNITS, ids=lambda one: one.name)
def test_units_are_ones_that_systemd_takes(unit: Path, tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not here: whether systemd takes the units was not looked at.")
    program = tmp_path / "moothall"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    copy = tmp_path / unit.name.replace("@", "@1")
    copy.write_text(unit.read_text().replace("/opt/moothall/bin/moothall", str(program)))
    done = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
