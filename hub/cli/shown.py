"""How commands speak: JSON for programs, sentences and progress for people."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from itertools import count
from typing import Any

import click

from hub.config import Settings, read_settings
from hub.readiness import require_ready
from hub.workshop import Workshop

as_json = click.option("--json", "json_", is_flag=True, help="Print the result as one JSON object or list.")


def show(value: Any, *, json_: bool, words: Callable[[], str]) -> None:
    """Print `value` as JSON, or what `words` makes of it."""
    if json_:
        click.echo(json.dumps(_plain(value), default=str, ensure_ascii=False))
    else:
        click.echo(words())


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


@contextmanager
def workshop(settings: Settings | None = None) -> Iterator[Workshop]:
    """The hub's parts, closed at the end; refuses when its database is not ready."""
    made = Workshop(settings or read_settings())
    try:
        require_ready(made.database)
        yield made
    finally:
        made.close()


@contextmanager
def progress(label: str, length: int | None = None) -> Iterator[Callable[[int], None]]:
    """A bar (or, with no length, a counter) on the error stream; call it with how many are done so far.

    Nothing where no person looks: the error stream of a script holds errors.
    """
    shown = 0
    bar: Any = click.progressbar(
        None if length else count(),
        length=length,
        label=label,
        file=sys.stderr,
        show_pos=True,
        show_percent=bool(length),
        hidden=not sys.stderr.isatty(),
    )

    def tell(done: int) -> None:
        nonlocal shown
        if done > shown:
            bar.update(done - shown)
            shown = done

    with bar:
        yield tell


def table(rows: Sequence[tuple[str, ...]], headings: tuple[str, ...]) -> str:
    """Columns as wide as their widest cell; a sentence when there are no rows is the caller's."""
    widths = [max(len(row[column]) for row in [headings, *rows]) for column in range(len(headings))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [headings, *rows]
    )
