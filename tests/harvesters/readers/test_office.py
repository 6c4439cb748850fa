"""The readers office and sheet: packages are looked at before they are opened, and read with all their parts."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime

import pytest
from docx import Document as Word
from openpyxl import Workbook

from harvesters.problems import PROBLEMS
from harvesters.readers import Refusal, answers, office, sheet

SPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"'
)
SLIDE = (
    '<p:sld xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><p:txBody>{}</p:txBody></p:sld>'
)


def package(parts: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, part in parts.items():
            made.writestr(name, part)
    return out.getvalue()


def word() -> bytes:
    made = Word()
    made.add_heading("Damp homes", 0)
    made.add_paragraph("What we did.")
    for item in ("one", "two"):
        made.add_paragraph(item, style="List Bullet")
    made.add_table(1, 2).cell(0, 1).text = "In a cell"
    made.sections[0].header.paragraphs[0].text = "Cyngor Dyffryn"
    made.sections[0].footer.paragraphs[0].text = "Page foot"
    core = made.core_properties
    core.title, core.subject, core.language, core.keywords, core.category = (
        "Damp",
        "Summary",
        "cy-GB",
        "damp; heat",
        "report",
    )
    core.comments = ""
    core.created = core.modified = datetime(2026, 11, 24, 9)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_docx_with_headers_lists_and_properties() -> None:
    found = office.read(word())
    assert answers.document(found).title == "Damp"
    assert found["text"].startswith("Damp homes\n\nWhat we did.\n\none\ntwo\n\nIn a cell")
    assert "Cyngor Dyffryn" in found["text"]
    assert "Page foot" in found["text"]
    assert (found["summary"], found["language"], found["type"]) == ("Summary", "cy", "report")
    assert found["subjects"] == ["damp", "heat"]
    assert found["issued"] == found["modified"] == "2026-11-24T09:00:00+00:00"
    assert found["notes"] == []


def odt(
    meta: str = "<dc:title>Gofal</dc:title><meta:keyword>gofal</meta:keyword><dc:date>2026-11-24T09:00:00</dc:date>",
) -> bytes:
    body = (
        "<text:tracked-changes><text:p>deleted words</text:p></text:tracked-changes><text:h>Heading</text:h>"
        "<text:p>A<text:s/>b<text:tab/>c <text:span>in <text:a>span</text:a></text:span> end"
        "<text:note><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>The footnote</text:p></text:note-body>"
        "</text:note><office:annotation><text:p>a comment</text:p></office:annotation></text:p>"
        "<text:list><text:list-item><text:p>one</text:p></text:list-item>"
        "<text:list-item><text:p>two</text:p></text:list-item>"
        "</text:list>"
    )
    return package(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {SPACES}><office:body><office:text>{body}</office:text>"
            "</office:body>"
            "</office:document-content>",
            "styles.xml": f"<office:document-styles {SPACES}><style:master-page><style:header>"
            "<text:p>Top</text:p></style:header>"
            "</style:master-page></office:document-styles>",
            "meta.xml": f"<office:document-meta {SPACES}><office:meta>{meta}</office:meta></office:document-meta>",
        }
    )


def test_odt_with_footnotes_but_without_comments_and_deletions() -> None:
    found = office.read(odt())
    text = found["text"]
    assert "Heading" in text
    assert "A b c in span end" in text
    assert text.count("The footnote") == 1
    assert "one\ntwo" in text
    assert "Top" in text
    assert "comment" not in text
    assert "deleted" not in text
    assert (found["title"], found["subjects"]) == ("Gofal", ["gofal"])
    assert found["modified"] == "2026-11-24T09:00:00+00:00"


def test_broken_date_of_a_property_is_noted() -> None:
    found = office.read(odt("<dc:date>soon</dc:date>"))
    assert sorted(found["notes"]) == ["broken-date", "no-title"]
    assert set(found["notes"]) <= set(PROBLEMS)


def test_pptx_slides_in_their_order_with_notes() -> None:
    def slide(words: str) -> str:
        return SLIDE.format(f"<a:p><a:r><a:t>{words}</a:t></a:r></a:p>")

    found = office.read(
        package(
            {
                "ppt/slides/slide10.xml": slide("Tenth"),
                "ppt/slides/slide2.xml": slide("Second"),
                "ppt/notesSlides/notesSlide1.xml": slide("Say this"),
            }
        )
    )
    assert found["text"] == "Second\n\nTenth\n\nSay this"
    assert found["title"] == "Second"


def test_odp_is_read() -> None:
    content = (
        f"<office:document-content {SPACES}><office:body><office:presentation><text:p>Slide words</text:p>"
        "</office:presentation></office:body></office:document-content>"
    )
    assert office.read(package({"content.xml": content}))["text"] == "Slide words"


@pytest.mark.parametrize("read", [office.read, sheet.read])
def test_zip_bomb_is_refused_before_it_is_opened(read: Callable[[bytes], object]) -> None:
    bomb = package({"word/document.xml": b"0" * (40 << 20)})
    assert len(bomb) < 100_000
    with pytest.raises(Refusal, match="bomb"):
        read(bomb)


def test_three_million_empty_paragraphs_are_within_the_limits() -> None:
    with pytest.raises(Refusal, match="bomb"):
        office.read(package({"word/document.xml": b"<w>" + b"<p/>" * 3_000_000 + b"</w>"}))


def test_forged_sizes_are_unreadable() -> None:
    data = bytearray(package({"word/document.xml": "<w/>" + " " * 5000}))
    directory = data.rindex(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    with pytest.raises(Refusal, match="unreadable"):
        office.read(bytes(data))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "unreadable"),
        (b"PK\x03\x04broken", "unreadable"),
        (package({"a.txt": "x"}), "unknown-format"),
        (package({"word/document.xml": "<w><p>"}), "unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2000, "unknown-format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (package({"content.xml": "x", "META-INF/manifest.xml": "<m><manifest:encryption-data/></m>"}), "encrypted"),
    ],
)
def test_other_packages_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        office.read(data)


def book() -> bytes:
    made = Workbook()
    first = made.active
    assert first is not None
    first.title = "Data"
    first.append(["Ward", "Visits", "When"])
    first.append(["North", 12, datetime(2026, 11, 24)])
    first.append(["South", 1.5, None])
    made.create_sheet("Notes").append(["Counted by hand"])
    made.properties.title, made.properties.category = "Visits by ward", "dataset"
    made.properties.keywords, made.properties.language = "visits, wards", "en"
    made.properties.created = made.properties.modified = datetime(2026, 11, 24, 9)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_xlsx_rows_are_lines() -> None:
    found = sheet.read(book())
    assert found["text"] == "Data\nWard\tVisits\tWhen\nNorth\t12\t2026-11-24\nSouth\t1.5\n\nNotes\nCounted by hand"
    assert (found["title"], found["type"], found["language"]) == ("Visits by ward", "dataset", "en")
    assert found["subjects"] == ["visits", "wards"]
    assert found["notes"] == []


def test_long_sheet_is_cut() -> None:
    made = Workbook(write_only=True)
    rows = made.create_sheet("Data")
    for number in range(21_000):
        rows.append([number, f"row number {number}"])
    out = io.BytesIO()
    made.save(out)
    assert "cut-text" in sheet.read(out.getvalue())["notes"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "unreadable"),
        (b"PK\x03\x04broken", "unreadable"),
        (package({"a.txt": "x"}), "unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2000, "unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    ],
)
def test_other_sheets_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        sheet.read(data)
