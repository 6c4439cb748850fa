"""Makes the demo's PDF, DOCX, ODT and XLSX files from its texts: `python tools/demo_files.py`; they are committed."""

import os
import re
import zipfile
from datetime import UTC, datetime, time
from html import escape
from pathlib import Path

from docx import Document
from openpyxl import Workbook
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

from hub.demo.sites.folder import file_name
from hub.demo.texts import Text, texts

OUT = Path(__file__).parent.parent / "hub" / "demo" / "files" / "dyffryn"
ZIP_DATE = (2026, 11, 1, 9, 0, 0)


def main() -> None:
    """Write every file anew; the same texts give the same files, byte for byte."""
    OUT.mkdir(parents=True, exist_ok=True)
    for text in texts("dyffryn"):
        {"pdf": pdf, "docx": docx, "odt": odt, "xlsx": xlsx}[text.format](text, OUT / file_name(text))


def made(text: Text) -> datetime:
    """Nine o'clock of the day of publication."""
    return datetime.combine(text.date, time(9), UTC)


def changed(text: Text) -> datetime:
    """Nine o'clock of the day of the last change."""
    return datetime.combine(text.changed or text.date, time(9), UTC)


def settled(path: Path, text: Text) -> None:
    """Give the parts of a zip package a fixed date, and the package its own date of change: the writers put today's."""
    with zipfile.ZipFile(path) as package:
        parts = [(name, package.read(name)) for name in package.namelist()]
    stamp = changed(text).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(path, "w") as out:
        for name, part in parts:
            if name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, part)
            out.writestr(zipfile.ZipInfo(name, ZIP_DATE), part, compress_type=zipfile.ZIP_DEFLATED)


def pdf(text: Text, path: Path) -> None:
    """A4, with title, author and subject in its information."""
    styles = getSampleStyleSheet()
    for name in ("Title", "Heading2", "BodyText"):
        styles[name].fontName = "Helvetica"
    story = [Paragraph(escape(text.title), styles["Title"]), Paragraph(escape(text.summary), styles["BodyText"])]
    for kind, words in text.blocks:
        style = styles["Heading2" if kind == "h" else "BodyText"]
        story += [Spacer(1, 6), Paragraph(("• " if kind == "li" else "") + escape(words), style)]
    # reportlab takes both of its dates from here; that of the change is as long, so it can be put in afterwards.
    os.environ["SOURCE_DATE_EPOCH"] = str(int(made(text).timestamp()))
    document = SimpleDocTemplate(
        str(path),
        pagesize=A4,
        title=text.title,
        author="Cyngor Dyffryn",
        subject=text.summary,
        lang=text.language,
        keywords=", ".join((text.kind.replace("-", " "), *text.subjects)),
        invariant=1,
    )
    document.build(story)
    stamp = changed(text).strftime("%Y%m%d%H%M%S").encode()
    path.write_bytes(re.sub(rb"(/ModDate \(D:)\d{14}", rb"\g<1>" + stamp, path.read_bytes()))


def docx(text: Text, path: Path) -> None:
    """Word, with core properties."""
    document = Document()
    document.add_heading(text.title, 0)
    document.add_paragraph(text.summary)
    for kind, words in text.blocks:
        if kind == "h":
            document.add_heading(words, 2)
        else:
            document.add_paragraph(words, style="List Bullet" if kind == "li" else None)
    core = document.core_properties
    core.title, core.subject, core.language = text.title, text.summary, text.language
    core.keywords = ", ".join(text.subjects)
    core.comments = ""
    core.category = text.kind.replace("-", " ")
    core.author = "Cyngor Dyffryn"
    core.created, core.modified = made(text).replace(tzinfo=None), changed(text).replace(tzinfo=None)
    document.save(str(path))
    settled(path, text)


def xlsx(text: Text, path: Path) -> None:
    """One sheet of rows, one of notes."""
    book = Workbook()
    data, notes = book.active, book.create_sheet("Notes")
    data.title = "Data"
    notes.append([text.title])
    notes.append([text.summary])
    for kind, words in text.blocks:
        if kind == "row":
            cells = [cell.strip() for cell in words.split("|")]
            if not all(set(cell) <= set("-: ") for cell in cells):
                data.append([float(cell) if re.fullmatch(r"\d+(\.\d+)?", cell) else cell for cell in cells])
        else:
            notes.append([words])
    book.properties.title, book.properties.subject = text.title, text.summary
    book.properties.keywords = ", ".join(text.subjects)
    book.properties.category = text.kind.replace("-", " ")
    book.properties.language = text.language
    book.properties.creator = "Cyngor Dyffryn"
    book.properties.created = made(text).replace(tzinfo=None)
    book.save(path)
    settled(path, text)


def odt(text: Text, path: Path) -> None:
    """OpenDocument text by hand: a content and a meta part."""
    body = "".join(
        f'<text:h text:outline-level="2">{escape(words)}</text:h>'
        if kind == "h"
        else f"<text:p>{escape(words)}</text:p>"
        for kind, words in text.blocks
    )
    spaces = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"'
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.3"><office:body>'
        f'<office:text><text:h text:outline-level="1">{escape(text.title)}</text:h><text:p>{escape(text.summary)}'
        f"</text:p>{body}</office:text></office:body></office:document-content>"
    )
    words = "".join(
        f"<meta:keyword>{escape(word)}</meta:keyword>" for word in (text.kind.replace("-", " "), *text.subjects)
    )
    stamps = [moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in (made(text), changed(text))]
    meta = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-meta {spaces} office:version="1.3"><office:meta>'
        f"<dc:title>{escape(text.title)}</dc:title><dc:subject>{escape(text.summary)}</dc:subject>"
        f"<dc:language>{text.language}</dc:language><dc:creator>Cyngor Dyffryn</dc:creator>{words}"
        f"<meta:creation-date>{stamps[0]}</meta:creation-date><dc:date>{stamps[1]}</dc:date>"
        "</office:meta></office:document-meta>"
    )
    kind = "application/vnd.oasis.opendocument.text"
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest manifest:version="1.3" '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        '<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w") as out:
        parts = {"mimetype": kind, "content.xml": content, "meta.xml": meta, "META-INF/manifest.xml": manifest}
        for name, part in parts.items():
            method = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            out.writestr(zipfile.ZipInfo(name, ZIP_DATE), part, compress_type=method)


if __name__ == "__main__":
    main()
