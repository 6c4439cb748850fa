"""Dyffryn: a directory listing of PDF, DOCX, ODT and XLSX files, as Apache writes it."""

from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Final

from hub.demo.sites.server import NOTHING, Answer, Site, moment_of
from hub.demo.texts import Text

TYPES: Final = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Dyffryn(Site):
    """Files only; nobody wrote a page."""

    name = "dyffryn"

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        if path == "/dogfennau/":
            return Answer(self._listing().encode(), "text/html;charset=UTF-8")
        text = next((one for one in self.texts if path == self.path_of(one)), None)
        if text is not None:
            body = files("hub.demo").joinpath("files", self.name, file_name(text)).read_bytes()
            return Answer(body, TYPES[text.format], modified=moment_of(text))
        if path == "/robots.txt":
            return NOTHING
        return super().answer(path, query)

    def path_of(self, text: Text) -> str:
        return f"/dogfennau/{file_name(text)}"

    def _listing(self) -> str:
        folder = files("hub.demo").joinpath("files", self.name)
        rows = "".join(
            f'<tr><td><a href="{escape(file_name(text))}">{escape(file_name(text))}</a></td>'
            f'<td align="right">{moment_of(text):%Y-%m-%d %H:%M}  </td>'
            f'<td align="right">{len(folder.joinpath(file_name(text)).read_bytes()) / 1024:.1f}K</td></tr>\n'
            for text in self.texts
        )
        return (
            '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html>\n <head>\n'
            "  <title>Index of /dogfennau</title>\n </head>\n <body>\n<h1>Index of /dogfennau</h1>\n<table>\n"
            '<tr><th><a href="?C=N;O=D">Name</a></th><th><a href="?C=M;O=A">Last modified</a></th>'
            '<th><a href="?C=S;O=A">Size</a></th></tr>\n'
            f'<tr><td><a href="/">Parent Directory</a></td><td>&nbsp;</td><td align="right">  - </td></tr>\n{rows}'
            "</table>\n<address>Apache/2.4.57 (Debian) Server</address>\n</body></html>\n"
        )


def file_name(text: Text) -> str:
    """`03-ailgylchu.docx`."""
    return f"{text.slug}.{text.format}"
