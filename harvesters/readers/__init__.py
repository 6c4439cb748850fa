"""From bytes to values, in the sandbox child only. A reader is `read(data, **options) -> dict`, one module a format."""

from typing import Any


class Refusal(Exception):
    """A reader's typed no: `code` is one of harvesters.problems.PROBLEMS, `words` fill its sentences.

    It travels out of the sandbox as JSON and becomes a ReadError there.
    """

    def __init__(self, code: str, detail: str = "", **words: Any) -> None:
        super().__init__(code, detail)
        self.code = code
        self.words: dict[str, Any] = {"detail": detail, **words}
