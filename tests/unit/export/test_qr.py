"""QR codes as inline SVG and as PNG."""

from __future__ import annotations

import re
from io import BytesIO
from xml.etree import ElementTree

import pytest
import segno
from PIL import Image

from tracker.export.qr import qr_png, qr_svg

LINK = "https://duban.example.cn/feeds/Zk3v9w2Qf7Hn5Lx1Rb8Ty6Uc4Ma0Se_-.ics"
QUIET = 4


def dark_modules(svg: str) -> set[tuple[int, int]]:
    """The (row, column) of every dark module, drawn from the SVG's own strokes, the quiet zone counted off."""
    (path,) = re.findall(r'stroke="#000" d="([^"]+)"', svg)
    x = y = 0.0
    dark: set[tuple[int, int]] = set()
    for step, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?: ?(-?[\d.]+))?", path):
        if step == "h":
            dark |= {(int(y) - QUIET, int(x) + n - QUIET) for n in range(int(first))}
            x += float(first)
        else:
            x, y = (float(first), float(second)) if step == "M" else (x + float(first), y + float(second))
    return dark


def test_the_svg_draws_the_code_of_the_text() -> None:
    matrix = segno.make(LINK, error="m", micro=False).matrix
    expected = {(row, column) for row, line in enumerate(matrix) for column, module in enumerate(line) if module}
    assert dark_modules(qr_svg(LINK)) == expected


def test_it_is_sized_in_millimetres_with_its_quiet_zone() -> None:
    size = len(segno.make(LINK, error="m", micro=False).matrix) + 2 * QUIET
    assert f'width="{size}mm" height="{size}mm" viewBox="0 0 {size} {size}"' in qr_svg(LINK)
    assert 30 <= size <= 60  # a link fits a card and is read by a phone


def test_it_stands_in_a_page_whose_policy_forbids_inline_styles_and_scripts() -> None:
    root = ElementTree.fromstring(qr_svg(LINK))
    assert {part.tag for part in root.iter()} == {"svg", "title", "path"}
    assert not [name for part in root.iter() for name in part.attrib if name == "style" or name.startswith("on")]


def test_it_says_what_it_is_and_escapes_what_it_is_told() -> None:
    root = ElementTree.fromstring(qr_svg(LINK, '市教育局 <"&> 的订阅'))
    assert root.findtext("title") == '市教育局 <"&> 的订阅'


def test_the_background_is_drawn_so_that_it_is_read_on_dark_pages() -> None:
    assert '<path fill="#fff"' in qr_svg(LINK)


@pytest.mark.parametrize(("text", "message"), [("", "没有内容"), ("a" * 1001, "有 1001 个字符")])
def test_what_makes_no_readable_code_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        qr_svg(text)


def test_the_longest_text_makes_a_code() -> None:
    assert qr_svg("字" * 600)
    assert qr_svg("a" * 1000)


def test_the_png_draws_the_same_code_with_its_quiet_zone() -> None:
    image = Image.open(BytesIO(qr_png(LINK))).convert("L")
    matrix = segno.make(LINK, error="m", micro=False).matrix
    pixels = image.width // (len(matrix) + 2 * QUIET)
    assert image.size == ((len(matrix) + 2 * QUIET) * pixels,) * 2
    middle = [(QUIET + n) * pixels + pixels // 2 for n in range(len(matrix))]
    assert [[image.getpixel((x, y)) == 0 for x in middle] for y in middle] == [[bool(m) for m in row] for row in matrix]


def test_a_png_refuses_what_the_svg_refuses() -> None:
    with pytest.raises(ValueError, match="没有内容"):
        qr_png("")
