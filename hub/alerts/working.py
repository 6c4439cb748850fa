"""Telling people: what happened reaches those who follow where it did, and mails are made of what is for somebody."""

import logging
from dataclasses import dataclass, field

from hub.alerts.happenings import tell_of
from hub.alerts.running import Telling, run_due, run_immediate
from hub.alerts.searches import Means
from hub.alerts.searching import waiting
from hub.errors import Busy, IndexUnavailable

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Done:
    """What was done at one call: how many happenings were told, and {period: mails}."""

    happenings: int = 0
    mails: dict[str, int] = field(default_factory=dict)


def tell(telling: Telling, means: Means) -> Done:
    """Do all of it; harmless when several do it at once. What the index must answer may wait."""
    done = Done()
    try:
        done.happenings = _tell_waiting(telling, means)
    except (IndexUnavailable, Busy) as error:
        log.warning("What was written waits for the index before anybody hears of it: %s", error)
    at_once = run_immediate(telling)
    done.mails = {**({"immediately": at_once} if at_once else {}), **run_due(telling)}
    return done


def _tell_waiting(telling: Telling, means: Means) -> int:
    """Tell of all that waits; says how many. What somebody else is telling of at this moment is left to them."""
    told = 0
    while some := waiting(telling.database, means):
        scheme = telling.vocabulary.scheme
        now_told = sum(tell_of(telling.database, scheme, id, searches) for id, searches in some.items())
        if not now_told:
            break
        told += now_told
    return told
