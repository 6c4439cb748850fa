"""The guard's limits, one by one."""

import pytest

from hub.sources.guard import too_few_seen, too_many_changed, too_many_gone


@pytest.mark.parametrize(
    ("gone", "living", "held"), [(20, 100, False), (21, 100, True), (25, 250, False), (26, 250, True)]
)
def test_more_than_twenty_and_ten_percent_gone_waits(gone: int, living: int, held: bool) -> None:
    assert bool(too_many_gone(gone=gone, living=living)) is held


@pytest.mark.parametrize(("changed", "known", "held"), [(19, 19, False), (12, 20, False), (13, 20, True)])
def test_more_than_sixty_percent_changed_of_at_least_twenty_waits(changed: int, known: int, held: bool) -> None:
    assert bool(too_many_changed(changed=changed, known_seen=known)) is held


def test_half_of_what_was_seen_before_waits_only_when_something_would_go() -> None:
    assert too_few_seen(seen=4, gone=5, earlier=[10, 10, 9])
    assert too_few_seen(seen=1, gone=5, earlier=[10]) == "the list holds 1 document, and 10 before"
    assert not too_few_seen(seen=4, gone=0, earlier=[10, 10, 9])
    assert not too_few_seen(seen=5, gone=5, earlier=[10, 10, 9])
    assert not too_few_seen(seen=5, gone=5, earlier=[])
