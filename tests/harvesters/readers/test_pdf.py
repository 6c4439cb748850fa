"""The reader pdf."""

import io

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

from harvesters.problems import PROBLEMS
from harvesters.readers import Refusal, answers
from harvesters.readers.pdf import read


def document(*paragraphs: str, **said: str) -> bytes:
    out = io.BytesIO()
    style = getSampleStyleSheet()["BodyText"]
    SimpleDocTemplate(out, pagesize=A4, invariant=1, **said).build([Paragraph(one, style) for one in paragraphs])
    return out.getvalue()


def test_text_and_information() -> None:
    long = "This sentence is long enough to be broken by the page into several lines, " * 4 + "and it ends here."
    found = read(
        document(long, "Second.", title="Damp homes", subject="What we did", keywords="case study, damp", lang="cy")
    )
    assert answers.document(found).title == "Damp homes"
    assert found["summary"] == "What we did"
    assert (found["subjects"], found["type"]) == (["case study", "damp"], "case-study")
    assert found["language"] == "cy"
    assert found["issued"].startswith("2000-01-01")
    assert found["text"] == f"{long}\n\nSecond."
    assert found["notes"] == []


@pytest.mark.parametrize("title", ["", "untitled", "Microsoft Word - draft v2.doc", "final.pdf"])
def test_title_that_tells_nothing_gives_way_to_the_first_line(title: str) -> None:
    found = read(document("Damp homes in winter", title=title))
    assert found["title"] == "Damp homes in winter"
    assert found["notes"] == ["no-title"]


def test_scan_is_noted() -> None:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.setTitle("Minutes of May")
    canvas.rect(100, 100, 200, 200, fill=1)
    canvas.save()
    found = read(out.getvalue())
    assert found["title"] == "Minutes of May"
    assert "scanned-pdf" in found["notes"]
    assert set(found["notes"]) <= set(PROBLEMS)


def test_encrypted_file_is_refused() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, encrypt=StandardEncryption("secret", canPrint=0))
    canvas.drawString(100, 100, "hidden")
    canvas.save()
    with pytest.raises(Refusal, match="encrypted"):
        read(out.getvalue())


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"%PDF-1.7\ngarbage" * 50, b"<html>"])
def test_broken_file_is_unreadable(data: bytes) -> None:
    with pytest.raises(Refusal, match="unreadable"):
        read(data)


def test_junk_before_the_header_does_no_harm() -> None:
    assert "Words" in read(b"\r\n\r\n" + document("Words"))["text"]


def test_many_pages_are_cut() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pageCompression=1)
    for number in range(1003):
        canvas.drawString(100, 100, f"Page {number} has some words")
        canvas.showPage()
    canvas.save()
    found = read(out.getvalue())
    assert "cut-text" in found["notes"]
    assert "Page 999 " in found["text"]
    assert "Page 1001 " not in found["text"]
