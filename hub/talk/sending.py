"""Files that come with a form."""

from typing import Any, Final

from flask import request

from hub.errors import BadInput
from hub.languages import gettext as _
from hub.talk.files import LARGEST, MOST, Sent

FIELD: Final = "file"


def receive_uploads(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A form with files may be larger than others: before anything of it is read."""
    if request.mimetype == "multipart/form-data":
        request.max_content_length = MOST * LARGEST + 200_000


def sent_files() -> list[Sent]:
    """The files of this form. BadInput for more than a post may have."""
    given = [one for one in request.files.getlist(FIELD) if one.filename]
    if len(given) > MOST:
        raise BadInput(_("A post has at most %(num)s files.", num=MOST), FIELD)
    return [Sent(one.filename or "", one.stream.read(LARGEST + 1)) for one in given]
