"""Texts that run a script wherever a page takes them for more than text, and what a page looks like that does not."""

import itertools
import re
from collections.abc import Iterator
from html import escape
from urllib.parse import quote, urlsplit

from lxml import html

BREAKS = ("", '">', "'>", "</title>", "</textarea>", "</script>", "-->", "]]>", "</option></select>", "\n\n", "<!--")
"""Ways out of where a text may stand."""
VECTORS = (
    "<script>{}</script>",
    "<script src=data:,{}></script>",
    "<img src=x onerror={}>",
    "<svg onload={}>",
    "<svg><script>{}</script></svg>",
    "<svg><animate onbegin={} attributeName=x dur=1s>",
    "<iframe srcdoc='<script>parent.{}</script>'></iframe>",
    "<iframe src=javascript:{}></iframe>",
    "<body onload={}>",
    "<details open ontoggle={}>",
    "<input autofocus onfocus={}>",
    "<video><source onerror={}></video>",
    "<math><mtext><img src=x onerror={}></mtext></math>",
    "<object data=javascript:{}></object>",
    "<embed src=javascript:{}>",
    "<a href=javascript:{}>a</a>",
    "<form action=javascript:{}><button>b</button></form>",
    "<meta http-equiv=refresh content='0;url=javascript:{}'>",
    "<base href=//evil.example/>{}",
    "<link rel=stylesheet href=//evil.example/{}>",
    "<style>@import '//evil.example/{}';</style>",
    "<template><script>{}</script></template>",
    "<noscript><p title='</noscript><img src=x onerror={}>'>",
    "{{{{constructor.constructor('{}')()}}}}",
    "<a hx-get=/manage hx-trigger=load data-hx-get=/manage>{}</a>",
)
CALL = "alert(1)"


def _upper(text: str) -> str:
    return re.sub(r"<(/?)([a-z]+)", lambda found: f"<{found[1]}{found[2].upper()}", text)


def payloads() -> tuple[str, ...]:
    """Some seven hundred of them."""
    plain = [break_ + vector.format(CALL) for break_, vector in itertools.product(BREAKS, VECTORS)]
    alone = [vector.format(CALL) for vector in VECTORS]
    spelled = [
        *(_upper(one) for one in plain),
        *(escape(one) for one in alone),
        *(escape(escape(one)) for one in alone),
        *(quote(one) for one in alone),
        *("".join(f"&#{ord(sign)};" for sign in one) for one in alone),
        *(one.replace("<", "\uff1c").replace(">", "\uff1e") for one in alone),
        *(one.replace("<", "<\x00") for one in alone),
        *(one.replace("javascript:", "java\tscript:").replace("alert", "al\u200bert") for one in alone),
        *(one.replace(" on", "/on").replace("=", " =\n") for one in alone),
    ]
    return tuple(dict.fromkeys([*plain, *spelled]))


LINKS = (
    *(
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "java\nscript:alert(1)",
        " javascript:alert(1)",
    ),
    *("\x01javascript:alert(1)", "javascript&colon;alert(1)", "&#106;avascript:alert(1)", "vbscript:msgbox(1)"),
    *(
        "data:text/html,<script>alert(1)</script>",
        "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
        "blob:x",
    ),
    *("feed:javascript:alert(1)", "view-source:javascript:alert(1)", "file:///etc/passwd", "ftp://evil.example/", "//"),
    *(
        'https://evil.example/"onmouseover="alert(1)',
        "https://evil.example/'><script>alert(1)</script>",
        "http:javascript:alert(1)",
    ),
)
"""Addresses that are none to be opened, and two that would leave the attribute in which they stand."""

ATTRIBUTES = ("href", "src", "action", "formaction", "data", "poster", "xlink:href")
NEVER = (
    "iframe",
    "object",
    "embed",
    "base",
    "frame",
    "applet",
    "style",
    "video",
    "audio",
    "math",
    "template",
    "marquee",
)


def faults(page: str) -> Iterator[str]:
    """What on a page could run a script or load something that we did not put there."""
    for element in html.fromstring(page).iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag in NEVER:
            yield f"<{element.tag}>"
        if element.tag == "script" and (
            not element.get("src", "").startswith("/static/") or (element.text or "").strip()
        ):
            yield "a script that is not ours"
        if element.tag == "meta" and element.get("http-equiv"):
            yield "<meta http-equiv>"
        for name, value in element.attrib.items():
            if name.startswith(("on", "hx-", "data-hx")) or name in ("style", "srcdoc"):
                yield f"{name}={value}"
            if name in ATTRIBUTES and _leads_astray(value):
                yield f"{name}={value}"


def _leads_astray(address: str) -> bool:
    scheme = urlsplit(re.sub(r"[\s\x00-\x1f]", "", address)).scheme
    return scheme not in ("", "http", "https", "mailto", "tel") and not address.startswith("data:image/")
