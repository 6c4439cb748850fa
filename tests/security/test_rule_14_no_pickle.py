"""Rule 14: what is stored or sent is JSON; nothing that could run code is ever read back."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = {"pickle", "cPickle", "dill", "shelve", "marshal", "jsonpickle", "joblib", "yaml"}
CALLED = {"eval", "exec", "compile", "__import__"}


def modules() -> list[Path]:
    """Every module that we ship."""
    return [path for folder in ("vocab", "federation", "harvesters", "hub") for path in (ROOT / folder).rglob("*.py")]


def test_no_module_imports_what_unpickles() -> None:
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not {name.partition(".")[0] for name in names} & FORBIDDEN, path


def test_no_module_runs_text() -> None:
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in CALLED, f"{path}:{node.lineno}"
