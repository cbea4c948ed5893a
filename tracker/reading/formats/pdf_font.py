"""The one font that PDFium draws with where a file brings none: the same on every machine, whatever fonts it has.

PDFium takes words for nothing whose glyphs cover no space, and widens a character's box to what its glyph covers. With
the fonts of the system a plan would be read differently on each: on a server without any, or with one that has no
digits, numbers would be missing. So every character gets one glyph, a small square, narrower than any character is set;
its place and its width come from the file alone.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from ctypes import c_char_p, memmove
from typing import Any

from pypdfium2 import raw

EM = 1000
SIDE = EM // 10
_LAST_CODE = 0x10FFFF
_WHOLE_FILE = 0  # instead of a table's tag
_ONLY_FONT = 1


def square_font() -> bytes:
    """A TrueType font (OpenType 1.9) in which each code of Unicode is drawn as the same square."""
    glyph = struct.pack(">5h", 1, 0, 0, SIDE, SIDE)  # one outline, and what it covers
    glyph += struct.pack(">2H4B", 3, 0, 1, 1, 1, 1)  # its fourth point is the last; all are corners
    glyph += struct.pack(">8h", 0, 0, SIDE, 0, 0, SIDE, 0, -SIDE)  # the steps to the right, then those upwards
    group = struct.pack(">3L", 0, _LAST_CODE, 1)
    many_to_one = struct.pack(">2H3L", 13, 0, 16 + len(group), 0, 1) + group
    return _file(
        {
            "cmap": struct.pack(">4HL", 0, 1, 3, 10, 12) + many_to_one,
            "glyf": glyph,
            "head": struct.pack(
                ">4L2H2q4h2H3h", 0x10000, 0, 0, 0x5F0F3CF5, 3, EM, 0, 0, 0, 0, SIDE, SIDE, 0, 8, 2, 0, 0
            ),
            "hhea": struct.pack(">L3hH11hH", 0x10000, EM, -EM // 5, 0, EM, *[0] * 11, 2),
            "hmtx": struct.pack(">HhHh", EM, 0, EM, 0),
            "loca": struct.pack(">3H", 0, 0, len(glyph) // 2),
            "maxp": struct.pack(">L14H", 0x10000, 2, 4, 1, 0, 0, 1, *[0] * 8),
        }
    )


def _file(tables: Mapping[str, bytes]) -> bytes:
    """The tables behind a directory of them; sums of their bytes are left nought, which nobody checks."""
    at = 12 + 16 * len(tables)
    directory, bodies = [struct.pack(">L4H", 0x10000, len(tables), 64, 2, 16 * len(tables) - 64)], []
    for tag, body in sorted(tables.items()):
        directory.append(struct.pack(">4s3L", tag.encode(), 0, at, len(body)))
        bodies.append(body + bytes(-len(body) % 4))
        at += len(bodies[-1])
    return b"".join((*directory, *bodies))


def use_square_font() -> None:
    """Lets PDFium ask for no font but this one, in the whole process; once is enough."""
    raw.FPDF_SetSystemFontInfo(_FONTS)


def _fonts() -> Any:
    """What PDFium asks: which font stands for one, and what that font's file holds."""
    data = square_font()

    def font_for(*_asked: object) -> int:
        return _ONLY_FONT

    def give(_self: object, _font: object, table: int, room: Any, size: int) -> int:
        if table != _WHOLE_FILE:
            return 0
        if room and size >= len(data):
            memmove(room, c_char_p(data), len(data))
        return len(data)

    info = raw.FPDF_SYSFONTINFO(version=1)
    kinds = dict(raw.FPDF_SYSFONTINFO._fields_)
    info.MapFont, info.GetFont = kinds["MapFont"](font_for), kinds["GetFont"](font_for)
    info.GetFontData = kinds["GetFontData"](give)
    return info


_FONTS = _fonts()  # PDFium keeps its address
