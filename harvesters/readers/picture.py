"""A picture that somebody gives us, drawn anew as PNG by Pillow: nothing of the bytes that came is kept."""

import base64
from io import BytesIO
from typing import Any, Final

from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from harvesters.readers import Refusal

FORMATS: Final = tuple(
    one.format for one in (PngImagePlugin.PngImageFile, JpegImagePlugin.JpegImageFile, WebPImagePlugin.WebPImageFile)
)
"""What is taken. SVG is a program, and is none of them."""

MOST_PIXELS: Final = 20_000_000

# What Pillow loads at first use is loaded before the sandbox shuts.
Image.preinit()


def read(data: bytes, width: int = 600, height: int = 200, **_: Any) -> dict[str, Any]:
    """{"png": base64, "width": …, "height": …}, no larger than asked.

    Refusal: `unknown-format`, `bomb`, `unreadable`.
    """
    try:
        picture = Image.open(BytesIO(data), formats=FORMATS)
    except Exception:
        raise Refusal("unknown-format", "only PNG, JPEG and WebP are taken") from None
    if picture.width * picture.height > MOST_PIXELS:
        raise Refusal("bomb")
    try:
        drawn = ImageOps.exif_transpose(picture).convert("RGBA")
        drawn.thumbnail((width, height))
        out = BytesIO()
        # A new picture: neither notes nor colour profiles nor frames come along.
        clean = Image.frombytes("RGBA", drawn.size, drawn.tobytes())
        clean.save(out, "PNG", optimize=True)
    except Exception as error:
        raise Refusal("unreadable", type(error).__name__) from None
    return {"png": base64.b64encode(out.getvalue()).decode(), "width": clean.width, "height": clean.height}
