"""The guard: a run that would remove or change too much waits for a person (foundations.md §10)."""

from collections.abc import Sequence
from statistics import median

from harvesters.sentences import Counted, Sentence

MOST_CHANGED = 0.6
FEWEST_KNOWN = 20
FEWEST_SEEN = 0.5


def too_many_changed(*, changed: int, known_seen: int) -> str:
    """Why this run must wait, judged as it goes; empty when it need not."""
    if known_seen >= FEWEST_KNOWN and changed > MOST_CHANGED * known_seen:
        return Sentence(
            "{changed} of the {known} documents that we knew would change", changed=changed, known=known_seen
        )
    return ""


def too_many_gone(*, gone: int, living: int) -> str:
    """Why these deletions must wait; empty when they need not. `living` counts before the deletion."""
    if gone > max(20, 0.1 * living):
        return Sentence("{gone} of {living} documents would be removed", gone=gone, living=living)
    return ""


def too_few_seen(*, seen: int, gone: int, earlier: Sequence[int]) -> str:
    """Why a run that saw much less than the last five must wait; only where something would be removed by it."""
    if gone and earlier and seen < FEWEST_SEEN * median(earlier):
        holds, before = Counted(seen, "document"), int(median(earlier))
        return Sentence("the list holds {holds}, and {before} before", holds=holds, before=before)
    return ""
