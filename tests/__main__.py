"""Every test in two parts: what may run beside others, three at a time, then what must be alone.

With words of its own, as in `make test ARGS=tests/vocab`, it is pytest with these words and nothing else.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.gaps import GAPS

TOGETHER = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder", "-m", "not alone")
"""Three, for a machine with two cores, because there is always one that waits; a file's tests stay in one process, and
those that need the search server. In the order of their names: the server's and the browser's, which are few and long,
come first, so that nobody waits for them at the end."""
ALONE = ("-m", "alone")


def pytest(*words: str, **environment: str) -> int:
    """How pytest ended."""
    return subprocess.run([sys.executable, "-m", "pytest", *words], env={**os.environ, **environment}).returncode


def main(words: list[str]) -> int:
    """0 when every test passed, else how the first part that failed ended. The second runs all the same."""
    if words:
        return pytest(*words)
    with tempfile.TemporaryDirectory(prefix="moothall-tests-") as folder:
        ended = [pytest(*part, **{GAPS: str(Path(folder) / "gaps")}) for part in (TOGETHER, ALONE)]
    return next((code for code in ended if code), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
