"""The error tree of the hub. Each error carries a sentence for a person; web and command line map it once.

HubError                 500 / exit 1
├── BadInput             400   what was given cannot be used
├── NotFound             404   there is no such thing, or it may not be known
├── NotAllowed           403   the actor may not do this
├── Conflict             409   somebody or something else is at it
├── Gone                 410   it was there, and is kept no longer
├── TooMany              429   it was tried too often
├── Busy                 503   the one writer's place is taken for the moment
└── Unavailable          503   a part of the hub is down
    ├── IndexUnavailable
    └── ProviderError    502   an organisation's own sign-in does not do what it should
"""


class HubError(Exception):
    """Base of all: `str(error)` is a whole sentence; `permanent` says that trying again unchanged will not help."""

    status = 500
    permanent = True


class BadInput(HubError):
    """What was given cannot be used; `field` names the form field or option it came in, where there is one."""

    status = 400

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class NotFound(HubError):
    """There is no such thing, or the actor may not know of it."""

    status = 404


class NotAllowed(HubError):
    """The actor may not do this."""

    status = 403


class Conflict(HubError):
    """The thing is in a state, or in hands, that do not allow this now."""

    status = 409
    permanent = False


class Gone(HubError):
    """It was kept for a time, and that is over; begin again."""

    status = 410


class TooMany(HubError):
    """It was tried too often in a short time; wait, and try again."""

    status = 429
    permanent = False


class Busy(HubError):
    """The one writer's place is taken for the moment; try again."""

    status = 503
    permanent = False


class Unavailable(HubError):
    """A part of the hub is down; the rest goes on."""

    status = 503
    permanent = False


class IndexUnavailable(Unavailable):
    """The search index is missing or broken; `moothall index rebuild` makes it again from the database."""


class ProviderError(Unavailable):
    """An organisation's own sign-in does not do what it should.

    `code` is a word for the log, `todo` says to whoever has set it up what to do; nothing secret is in any of them.
    """

    status = 502

    def __init__(self, code: str, sentence: str, todo: str = "") -> None:
        super().__init__(sentence)
        self.code, self.todo = code, todo
