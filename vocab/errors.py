"""The error tree of the vocabulary: each error carries one sentence for the person who gave us the file."""


class VocabularyError(Exception):
    """Base of all: `str(error)` is a sentence for people, `permanent` says that trying again will not help."""

    permanent = True


class SchemeError(VocabularyError):
    """Bytes or JSON that cannot be turned into a scheme. Subclasses say why."""


class UnknownFormat(SchemeError):
    """We neither read nor write the format that was asked for."""


class TooLarge(SchemeError):
    """The file is over the size that we read of its format."""


class BrokenFile(SchemeError):
    """The bytes do not follow the format that they are said to have."""


class RemoteContext(SchemeError):
    """A JSON-LD file that can only be understood with something from the web, which we never fetch."""


class NoScheme(SchemeError):
    """The file is well-formed but holds no concept scheme, or not the one that was asked for."""


class TaggerNotLoaded(VocabularyError):
    """The tagger was asked for before its labels were loaded."""
