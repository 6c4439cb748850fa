"""DOCX, ODT, PPTX and ODP: text by zip and lxml, with headers, footers, footnotes and speakers' notes."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from lxml import etree

from federation.record import clean
from harvesters.readers import Refusal
from harvesters.readers.markup import local, tidy
from harvesters.readers.packages import Package, properties, streamed

LONGEST_TEXT: Final = 1_000_000
_WORD: Final = r"word/(?:footnotes|endnotes|header\d*|footer\d*)\.xml"
_SLIDES: Final = (r"ppt/slides/slide\d+\.xml", r"ppt/notesSlides/notesSlide\d+\.xml")
_OOXML_BREAKS: Final = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_ODF_BREAKS: Final = {"tab": "\t", "line-break": "\n", "s": " "}
_ODF_SILENT: Final = frozenset(("annotation", "tracked-changes", "note-citation"))
Block = tuple[str, bool]
"""Text of a paragraph, and whether it is an item of a list."""


def read(data: bytes, **_: Any) -> dict[str, Any]:
    """The answer harvesters.base.Document as JSON. Refusal: as of packages.Package, or `unknown-format`."""
    package = Package(data)
    said = properties(package)
    text, cut = joined(_blocks(package))
    notes = [*said["notes"], *(["cut-text"] if cut else []), *([] if text else ["empty-document"])]
    if not said["title"]:
        said["title"] = next((line for line in text.splitlines() if line.strip()), "")[:150]
        notes.append("no-title")
    return {**said, "text": text, "notes": notes}


def _blocks(package: Package) -> Iterator[Block]:
    if main := package.part("word/document.xml"):
        yield from _ooxml(main)
        for name in package.matching(_WORD):
            yield from _ooxml(package.part(name))
    elif slides := [name for pattern in _SLIDES for name in package.matching(pattern)]:
        for name in slides:
            yield from _ooxml(package.part(name))
    elif content := package.part("content.xml"):
        yield from _odf(content, ("text", "presentation", "drawing", "chart"))
        if styles := package.part("styles.xml"):
            yield from _odf(styles, ("header", "footer"))
    else:
        raise Refusal("unknown-format", "a package that is neither Word, PowerPoint nor OpenDocument")


def joined(blocks: Iterable[Block]) -> tuple[str, bool]:
    """Paragraphs with an empty line between them, items of a list without; cut at a million characters (then true).

    The same header on every page is said once.
    """
    parts: list[str] = []
    length, last_item = 0, False
    for text, item in blocks:
        if not (line := clean(text).strip()) or (parts and parts[-1] == line):
            continue
        if parts:
            parts.append("\n" if item and last_item else "\n\n")
        parts.append(line)
        length += len(line) + 2
        last_item = item
        if length > LONGEST_TEXT:
            return tidy("".join(parts))[:LONGEST_TEXT], True
    return tidy("".join(parts)), False


def _ooxml(part: bytes) -> Iterator[Block]:
    words: list[str] = []
    item = False
    for element in streamed(part):
        name = local(element)
        if name == "t":
            words.append(element.text or "")
        elif name in _OOXML_BREAKS:
            words.append(_OOXML_BREAKS[name])
        elif name == "numpr":
            item = True
        elif name in ("pstyle",):
            item = item or "list" in " ".join(element.attrib.values()).lower()
        elif name == "p":
            yield "".join(words), item
            words, item = [], False
            _forget(element)


def _odf(part: bytes, wanted: tuple[str, ...]) -> Iterator[Block]:
    for element in streamed(part):
        if local(element) not in ("p", "h"):
            continue
        above = {local(one) for one in element.iterancestors()}
        if above.intersection(wanted) and not above & _ODF_SILENT:
            yield "".join(_odf_words(element)), "list-item" in above
        # A note's paragraphs end before the one that they stand in: what was read must not come again with that.
        tail = element.tail
        element.clear()
        element.tail = tail


def _odf_words(element: etree._Element) -> Iterator[str]:
    yield (element.text or "").replace("\n", " ")
    for child in element:
        name = local(child)
        if name in _ODF_BREAKS:
            yield _ODF_BREAKS[name]
        elif name not in _ODF_SILENT:
            yield from _odf_words(child)
        yield (child.tail or "").replace("\n", " ")


def _forget(element: etree._Element) -> None:
    # Read and done: a document of three million paragraphs must not stand in memory whole.
    element.clear()
    while (before := element.getprevious()) is not None and (parent := element.getparent()) is not None:
        parent.remove(before)
