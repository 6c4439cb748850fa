"""The folders of the embedded index: numbered versions, a pointer to the current one, and the one writer's lock."""

import fcntl
import os
import re
import shutil
from pathlib import Path
from typing import Final

from hub.errors import Busy, IndexUnavailable
from hub.languages import gettext as _

POINTER: Final = "current"
LOCK: Final = "write.lock"
_NAME: Final = re.compile(r"[0-9a-f]{8}-\d{6}")


class Folders:
    """`root/current` names the folder in use; names are `<fingerprint>-<number>`, numbers only grow."""

    def __init__(self, root: Path, fingerprint: str) -> None:
        self.root = root
        self._fingerprint = fingerprint

    def current(self) -> str:
        """The name of the current index; IndexUnavailable when there is none, or one of another shape."""
        try:
            name = (self.root / POINTER).read_text("ascii")
        except (OSError, ValueError) as error:
            raise IndexUnavailable(_("There is no search index. `moothall index rebuild` makes it.")) from error
        if not name.startswith(f"{self._fingerprint}-"):
            raise IndexUnavailable(_("The search index has an older shape. `moothall index rebuild` makes a new one."))
        return name

    def make(self) -> str:
        """The name of a new, empty folder; nothing points to it yet."""
        numbers = [int(path.name[9:]) for path in self._all()]
        name = f"{self._fingerprint}-{max(numbers, default=0) + 1:06d}"
        (self.root / name).mkdir(parents=True)
        return name

    def switch(self, name: str) -> None:
        """Point to `name` at one stroke: a reader sees the old pointer or the new one, after a power cut too."""
        new = self.root / f"{POINTER}.new"
        with new.open("w", encoding="ascii") as file:
            file.write(name)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, self.root / POINTER)
        handle = os.open(self.root, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def keep(self, *names: str) -> None:
        """Remove every version but these: what interrupted rebuilds left, and what nobody reads any more."""
        for path in self._all():
            if path.name not in names:
                shutil.rmtree(path, ignore_errors=True)

    def size(self, name: str) -> int:
        """Bytes on disk. A file that a merge removes while we look counts nothing."""
        total = 0
        for path in (self.root / name).iterdir():
            try:
                total += path.stat().st_size
            except FileNotFoundError:
                continue
        return total

    def _all(self) -> list[Path]:
        return [path for path in self.root.iterdir() if _NAME.fullmatch(path.name)] if self.root.is_dir() else []


class Lock:
    """The one writer's place among all processes. The system frees it when its process dies, however it dies."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._handle: int | None = None

    @property
    def held(self) -> bool:
        """Whether it is ours."""
        return self._handle is not None

    def take(self) -> None:
        """Take the place, or Busy at once. Harmless when it is ours already."""
        if self._handle is not None:
            return
        self._root.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._root / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            raise Busy(_("Another process is writing to the search index. Try again in a moment.")) from error
        self._handle = handle

    def give_back(self) -> None:
        """Free the place. Harmless when it is not ours."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
