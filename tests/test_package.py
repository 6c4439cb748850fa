"""The package: everything that the program needs is in the wheel, and the wheel runs where nothing else is."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("vocab", "federation", "harvesters", "hub")
LEFT_OUT = Path("hub/theme")
"""What `hub/static/govuk.css` is made from: for who changes it, in the tree."""
KEYS = [
    *("organisations", "sources", "records", "versions", "problems", "tags"),
    *("communities", "indexed", "seconds_to_first_search"),
]


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=env, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the tree, so that nothing that an earlier build left gets into it."""
    copy = tmp_path_factory.mktemp("built") / "moothall"
    unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info", "build", "node_modules")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, copy / name, ignore=unwanted)
    for name in ("tests", "benchmarks", "tools"):
        (copy / name).mkdir()
        (copy / name / "__init__.py").touch()
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy / name)
    # With isolation: what pyproject.toml asks for is enough to build it.
    out = run(sys.executable, "-m", "build", "--wheel", "--outdir", copy / "dist", cwd=copy)
    assert "Warning" not in out, out
    (made,) = (copy / "dist").glob("*.whl")
    return made


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`moothall`, installed from the wheel into a virtual environment of its own."""
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    pip = [folder / "venv" / "bin" / "python", "-m", "pip", "--disable-pip-version-check"]
    run(*pip, "install", "--quiet", "--constraint", ROOT / "constraints.txt", wheel, cwd=folder)
    run(*pip, "check", cwd=folder)
    return folder / "venv" / "bin" / "moothall"


def bare(**more: str) -> dict[str, str]:
    """The environment of somebody who never heard of this tree or its settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MOOTHALL_", "PYTHON", "COV_"))}
    return {**kept, **more}


def test_every_file_of_the_packages_is_in_the_wheel_and_nothing_else(wheel: Path) -> None:
    there = [path.relative_to(ROOT) for name in PACKAGES for path in (ROOT / name).rglob("*") if path.is_file()]
    wanted = {str(path) for path in there if "__pycache__" not in path.parts and LEFT_OUT not in path.parents}
    for kind in (".html", ".css", ".woff2", ".ttl", ".mako", ".docx", ".pdf"):
        assert any(name.endswith(kind) for name in wanted), kind
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name and not name.endswith("/")}
    assert sorted(wanted - held) == [], "these are left out"
    assert sorted(held - wanted) == [], "these do not belong there"


def test_the_wheel_names_its_command_its_licence_and_what_it_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name.partition(".dist-info/")[2]: name for name in archive.namelist() if ".dist-info/" in name}
        assert "licenses/LICENSE" in held
        assert "moothall = hub.cli.__main__:main" in archive.read(held["entry_points.txt"]).decode()
        metadata = archive.read(held["METADATA"]).decode()
    assert "Requires-Python: >=3.11" in metadata
    assert "License: Apache-2.0" in metadata


def test_the_installed_command_answers_from_another_folder(program: Path, tmp_path: Path) -> None:
    assert run(program, "--version", cwd=tmp_path, env=bare()).startswith("moothall, version ")
    assert "doctor" in run(program, "--help", cwd=tmp_path, env=bare())
    assert list(tmp_path.iterdir()) == [], "asking leaves nothing behind"


def test_the_installed_demo_harvests_six_organisations_and_finds_them(program: Path, tmp_path: Path) -> None:
    printed = run(program, "demo", "--once", "--json", cwd=tmp_path, env=bare())
    counts = json.loads(printed)
    print(counts)
    assert list(counts) == KEYS
    assert (counts["organisations"], counts["sources"]) == (6, 6)
    assert counts["records"] >= 90
    # Each document, each community, and what is said in them.
    assert counts["indexed"] > counts["records"] + counts["communities"]
    assert counts["versions"] >= counts["records"]
    assert counts["tags"] > counts["records"]
    assert [path.name for path in tmp_path.iterdir()] == ["moothall-demo"]
    env = bare(MOOTHALL_DATA=str(tmp_path / "moothall-demo"))
    found = json.loads(run(program, "search", "damp and mould", "--json", cwd=tmp_path, env=env))
    assert found["total"] > 0
    again = json.loads(run(program, "demo", "--once", "--json", cwd=tmp_path, env=bare()))
    assert (again["records"], again["indexed"]) == (counts["records"], counts["indexed"]), "a second time adds nothing"
