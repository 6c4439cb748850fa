"""Every database's quirk stays in hub/db.py and the migrations: nothing else names one."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMES = re.compile(r"sqlite|postgres|psycopg|dialect|pragma|\bpg_|on_conflict|advisory", re.I)
QUIRKS = ("hub/db.py", "hub/migrations/")

OTHERS = {
    "hub/dumps.py": "the copy of a whole database is made by its own programs",
    "hub/config.py": "addresses that settings may have",
    "hub/tasks/courier.py": "the queue has a file or a server of its own, which huey speaks with",
    "harvesters/kinds/folder.py": "endings of foreign files",
    "harvesters/confinement.py": "what the sandbox may not do",
}
"""Modules that speak of something else by the same names."""


def named(path: Path) -> Iterator[str]:
    """Every name and every text of a module that names a kind of database; comments and docstrings may."""
    tree = ast.parse(path.read_text())
    said = {
        id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
    }
    for one in ast.walk(tree):
        words: list[object] = []
        if isinstance(one, ast.Name):
            words = [one.id]
        elif isinstance(one, ast.Attribute):
            words = [one.attr]
        elif isinstance(one, ast.keyword):
            words = [one.arg]
        elif isinstance(one, ast.alias):
            words = [one.name]
        elif isinstance(one, ast.ImportFrom):
            words = [one.module]
        elif isinstance(one, ast.Constant) and id(one) not in said:
            words = [one.value]
        yield from (word for word in words if isinstance(word, str) and NAMES.search(word))


def test_no_module_but_one_knows_what_kind_of_database_it_speaks_with() -> None:
    found: dict[str, set[str]] = {}
    for package in ("vocab", "federation", "harvesters", "hub"):
        for path in (ROOT / package).rglob("*.py"):
            name = str(path.relative_to(ROOT))
            if not name.startswith(QUIRKS) and name not in OTHERS:
                found[name] = set(named(path))
    assert {name: words for name, words in found.items() if words} == {}


def test_it_would_be_found(tmp_path: Path) -> None:
    module = tmp_path / "leaky.py"
    module.write_text(
        '"""SQLite is named here, which does no harm."""\n'
        "from sqlalchemy.dialects.postgresql import insert\n"
        'Index("x", sqlite_where=1)\n'
        'session.execute("PRAGMA x")\n'
        'if session.get_bind().dialect.name == "sqlite": pass\n'
    )
    assert set(named(module)) == {"sqlalchemy.dialects.postgresql", "sqlite_where", "PRAGMA x", "dialect", "sqlite"}
