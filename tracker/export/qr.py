"""QR codes: as inline SVG for pages, as PNG for documents."""

from __future__ import annotations

from io import BytesIO

import segno

# Error level M is read from a sheet that was folded or copied; a module of 1 mm is read from half a metre.
_LEVEL, _MODULE_MM, _QUIET_MODULES = "m", 1, 4
_PIXELS = 8  # to a module
_LONGEST = 1000  # characters; more makes a code larger than a phone's camera resolves from paper


def qr_svg(text: str, title: str = "二维码") -> str:
    """The text as an inline ``<svg>`` in millimetres, for screen and print, without style attributes or scripts.

    ``title`` is what a screen reader says. Refuses empty text and text over 1000 characters with a ValueError.
    """
    return _code(text).svg_inline(
        scale=_MODULE_MM, unit="mm", border=_QUIET_MODULES, light="#fff", title=title, svgclass="qr", lineclass=None
    )


def qr_png(text: str) -> bytes:
    """The text as a PNG with a white margin, fine enough to be printed 6 cm wide; refuses what ``qr_svg`` refuses."""
    file = BytesIO()
    _code(text).save(file, kind="png", scale=_PIXELS, border=_QUIET_MODULES)
    return file.getvalue()


def _code(text: str) -> segno.QRCode:
    if not text:
        raise ValueError("没有内容，无法生成二维码。")
    if len(text) > _LONGEST:
        raise ValueError(f"内容有 {len(text)} 个字符，超过二维码可用的 {_LONGEST} 个，请缩短后再试。")
    return segno.make(text, error=_LEVEL, micro=False)
