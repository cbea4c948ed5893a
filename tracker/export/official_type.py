"""The type of official papers: fonts, sizes and measures, and how a run or a line of text is set in them.

Fonts are named, not embedded: an office machine has them.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from docx.enum.text import WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Pt

from tracker.export.text import one_line

TITLE_FONT, BODY_FONT, HEAD_FONT, SUBHEAD_FONT, NUMBER_FONT = (
    "方正小标宋简体",
    "仿宋_GB2312",
    "黑体",
    "楷体_GB2312",
    "宋体",
)
SIZE_2, SIZE_3, SIZE_4, SIZE_SMALL, SIZE_TABLE = 22, 16, 14, 12, 10.5  # points
LINE, TITLE_LINE = 28.9, 35  # points between lines
TOP, BOTTOM, LEFT, RIGHT = 37, 35, 28, 26  # millimetres
WIDTH, HEIGHT = 210, 297
_POINTS_PER_MM = 72 / 25.4
_NARROW_EMS = 0.55  # of a letter or digit


def styled(run: Any, font: str, size: float) -> Any:
    """The run in that font, for Chinese characters too."""
    run.font.name, run.font.size = font, Pt(size)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    return run


def exact_lines(paragraph: Any, points: float) -> None:
    """Sets the lines of the paragraph, or style, that far apart, whatever font a machine puts in another's place."""
    spacing = paragraph.paragraph_format
    spacing.line_spacing_rule, spacing.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(points)


def kept(text: str) -> str:
    """The text in one line without control characters; blanks at its ends stay, for runs follow each other."""
    ahead = " " if text.startswith(" ") else ""
    return ahead + one_line(text) + (" " if len(text) > 1 and text.endswith(" ") else "")


def twips(millimetres: float) -> int:
    """Twentieths of a point, in which tables are measured."""
    return round(millimetres * 1440 / 25.4)


def in_mm(points: float) -> float:
    """Points as millimetres."""
    return points / _POINTS_PER_MM


def lines_of(text: str, size: float, width: float) -> int:
    """About how many lines the text takes at that size in points, in a box so many millimetres wide; at least one.

    Rather one more than one less: half a character of each line is left over, because a sign such as 、 may not begin
    a line and takes the character before it along.
    """
    room = int(width / in_mm(size)) - 0.5
    ems = sum(1 if unicodedata.east_asian_width(char) in "WFA" else _NARROW_EMS for char in one_line(text))
    return max(1, -int(-ems // room))
