"""What people write, as Markdown, made into HTML that is safe to show: by rules, never by trust.

There is no raw HTML and no picture from elsewhere; a link leads to http, https or mailto and tells search engines
nothing. What is made is stored beside its source with SANITISER, so that a newer one makes it anew.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from federation.record import clean, clean_line
from hub.errors import BadInput
from hub.languages import gettext as _

SANITISER: Final = 1
"""The number of these rules: it is stored with what they made, and grows whenever they change."""

LONGEST: Final = 20_000
"""Characters of a text where nothing else is said."""

DEPTH: Final = 12
"""How deep lists and quotes may stand in each other; what is deeper is left out."""

SCHEMES: Final = ("http", "https", "mailto")
REL: Final = "nofollow ugc noopener"

_ADDRESS: Final = re.compile(r"https?://[^\s<>\"“”`|\\^{}]*[^\s<>\"“”`|\\^{}.,;:!?'’)\]*_~]")


class Written(Protocol):
    """Something with its Markdown, the HTML made of it, and the number of the rules that made it."""

    @property
    def text(self) -> Any: ...
    @property
    def html(self) -> Any: ...
    @property
    def sanitiser(self) -> Any: ...


def require_short(text: str, field: str, longest: int = LONGEST) -> str:
    """The text without what fools eyes; BadInput when it is too long."""
    kept = clean(text.replace("\r\n", "\n")).strip()
    if len(kept) > longest:
        raise BadInput(_("Say it in at most %(num)s characters.", num=f"{longest:,}"), field)
    return kept


def html_of(text: str, *, base: int = 4, names: Sequence[str] = ()) -> str:
    """Safe HTML. Its highest headings are `base` (1 to 6); each `@name` of the `names` stands out."""
    tokens = _parsed(text)
    _lower_headings(tokens, base)
    for token in tokens:
        token.attrs.pop("style", None)
        if token.type == "fence":
            token.info = ""
        if token.children is not None:
            token.children = list(_inline(token.children, _wanted(names)))
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def plain_of(text: str) -> str:
    """The same as plain text: for the index, extracts and mails."""
    parts: list[str] = []
    for token in _parsed(text):
        if token.type in ("fence", "code_block"):
            parts.append(token.content.strip())
        elif token.children is not None:
            words = "".join(_word(one) for one in token.children)
            if words.strip():
                parts.append(words.strip())
    return "\n".join(parts)


def extract_of(text: str, longest: int = 240) -> str:
    """The beginning of it, in one line."""
    line = clean_line(plain_of(text))
    return line if len(line) <= longest else line[:longest].rsplit(" ", 1)[0] + " …"


def written(thing: Written, base: int = 4) -> Markup:
    """What is shown of it, as a template wants it: as stored, or made anew where the rules are newer."""
    return Markup(thing.html if thing.sanitiser == SANITISER else html_of(thing.text, base=base))


def preview_of(text: str) -> Markup:
    """What is shown of a text that is not stored yet."""
    return Markup(html_of(text))


def is_link(address: str) -> bool:
    """Whether a link may lead there: the whole address of a page, or of somebody's mail."""
    address = address.strip()
    if address != clean(address) or any(sign.isspace() for sign in address):
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme in SCHEMES and (bool(host) if parts.scheme != "mailto" else "@" in parts.path)


def _made() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": DEPTH})
    made.enable(["table", "strikethrough"])
    made.disable(["html_block", "html_inline", "image"])
    made.validateLink = is_link  # type: ignore[method-assign,assignment]
    return made


_MARKDOWN: Final = _made()


def _parsed(text: str) -> list[Token]:
    return _MARKDOWN.parse(clean(text))


def _word(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return "\n"
    return token.content if token.type in ("text", "code_inline") else ""


def _lower_headings(tokens: list[Token], base: int) -> None:
    """Headings begin at `base`, and none is more than one step below the one before."""
    above: list[int] = []
    for opened, closed in zip(tokens, tokens[2:], strict=False):
        if opened.type != "heading_open":
            continue
        level = int(opened.tag[1])
        while above and above[-1] >= level:
            above.pop()
        above.append(level)
        opened.tag = closed.tag = f"h{min(6, base + len(above) - 1)}"


def _wanted(names: Sequence[str]) -> re.Pattern[str] | None:
    if not names:
        return None
    longest = sorted(set(names), key=len, reverse=True)
    return re.compile("@(?:" + "|".join(re.escape(one) for one in longest) + r")(?!\w)", re.IGNORECASE)


def _inline(children: Sequence[Token], names: re.Pattern[str] | None) -> Iterator[Token]:
    """The same with bare addresses as links, and names that stand out; inside a link there is neither."""
    inside, dropped = 0, 0
    for token in children:
        if token.type == "link_open":
            inside += 1
            address = str(token.attrs["href"])
            if not is_link(address):
                dropped += 1
                continue
            token.attrs = {"href": address, "rel": REL}
        elif token.type == "link_close":
            inside -= 1
            # Links do not stand in each other.
            if dropped:
                dropped -= 1
                continue
        if token.type == "text" and not inside:
            yield from _linked(token.content, names)
        else:
            yield token


def _linked(text: str, names: re.Pattern[str] | None) -> Iterator[Token]:
    end = 0
    for found in _ADDRESS.finditer(text):
        if not is_link(found[0]):
            continue
        yield from _named(text[end : found.start()], names)
        yield Token("link_open", "a", 1, attrs={"href": found[0], "rel": REL})
        yield Token("text", "", 0, content=found[0])
        yield Token("link_close", "a", -1)
        end = found.end()
    yield from _named(text[end:], names)


def _named(text: str, names: re.Pattern[str] | None) -> Iterator[Token]:
    end = 0
    for found in names.finditer(text) if names else ():
        yield Token("text", "", 0, content=text[end : found.start()])
        yield Token("strong_open", "strong", 1)
        yield Token("text", "", 0, content=found[0])
        yield Token("strong_close", "strong", -1)
        end = found.end()
    yield Token("text", "", 0, content=text[end:])
