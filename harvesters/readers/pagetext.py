"""The main text of a page the plain way: its main element without what frames it. Linear in the page's size."""

import re
from typing import Final

from lxml.html import HtmlElement

from harvesters.readers.markup import text_of

_FRAME: Final = frozenset(["nav", "footer", "aside", "form", "dialog", "menu"])
_ROLES: Final = frozenset(
    ["navigation", "banner", "contentinfo", "search", "complementary", "dialog", "alertdialog", "menu", "menubar"]
)
_NAMES = re.compile(
    r"cookie|consent|gdpr|breadcrumb|skip-?link|skip-?to|share-?(?:this|links|buttons)|social-?(?:links|media)|site-?nav|"
    r"main-?nav|side-?bar|pagination|related-?(?:links|pages)|newsletter-?sign|feedback-?form",
    re.I,
)


def main_text(root: HtmlElement) -> str:
    """What a person reads in the page's main part, headings and list items on lines of their own."""
    main = _main(root)
    return text_of(main, [element for element in main.iter() if element is not main and _is_frame(element, main)])


def _main(root: HtmlElement) -> HtmlElement:
    for tag in root.iter("main"):
        return tag
    for tag in root.iter("div", "section"):
        if (tag.get("role") or "").lower() == "main":
            return tag
    articles = list(root.iter("article"))
    if len(articles) == 1:
        return articles[0]
    return next(root.iter("body"), root)


def _is_frame(element: HtmlElement, main: HtmlElement) -> bool:
    if not isinstance(element.tag, str):
        return False
    named = f"{element.get('class') or ''} {element.get('id') or ''}"
    return (
        element.tag in _FRAME
        # A header within the main part holds its title, one of the whole page the site's name.
        or (element.tag == "header" and main.tag == "body")
        or (element.get("role") or "").lower() in _ROLES
        or element.get("hidden") is not None
        or (element.get("aria-hidden") or "").lower() == "true"
        or (element.tag != "body" and bool(_NAMES.search(named)))
    )
