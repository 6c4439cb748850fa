"""The error tree of the harvesters: each error carries one Problem, and says whether trying again can help."""

from harvesters.base import Problem


class HarvestError(Exception):
    """Base of all: `problem` is the sentence for people, `permanent` says that trying again later will not help."""

    permanent = False

    def __init__(self, problem: Problem, retry_after: float | None = None) -> None:
        super().__init__(f"{problem.what} {problem.fix}")
        self.problem = problem
        self.retry_after = retry_after
        """Seconds after which the other side asked us to come back, where it said so."""


class FetchError(HarvestError):
    """An address could not be fetched: refused, unreachable, too slow, too large, a bad status."""


class BlockedError(FetchError):
    """We may not go there: a private address, robots.txt, a firewall in front of the site."""

    permanent = True


class ReadError(HarvestError):
    """Bytes arrived but cannot be read as what they should be (wrong format, bomb, encrypted, crash of the reader)."""

    permanent = True


class ListError(HarvestError):
    """The list itself (feed, sitemap, OAI-PMH answer) is not one, so the run cannot go on."""
