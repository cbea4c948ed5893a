"""The font that stands for those a file does not bring: a PDF is read the same on every machine."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import ImageFont

from tests.pdfs import LEFT, Look, Setter
from tracker.reading.formats.pdf_font import EM, SIDE, square_font
from tracker.reading.formats.pdf_page import Glyph, open_document, page_content


def glyphs_of(words: str, size: float) -> list[Glyph]:
    setter = Setter(Look(numbers=""))
    setter.line(words, LEFT, size)
    document = open_document(setter.bytes())
    try:
        return page_content(document, 0).glyphs
    finally:
        document.close()


@pytest.mark.parametrize("char", ["1", "督", "𰻞", "\uf0a7", "\U0010fffd"])
def test_every_code_is_drawn_as_the_same_square(char: str) -> None:
    font = ImageFont.truetype(BytesIO(square_font()), size=EM)
    assert font.getmask(char).getbbox() == (0, 0, SIDE, SIDE)


@pytest.mark.parametrize("words", ["1", "2024", "督", "—"])
def test_words_alone_in_their_place_are_read_though_the_file_brings_no_font(words: str) -> None:
    assert "".join(glyph.char for glyph in glyphs_of(words, 12)) == words


def test_a_character_is_as_wide_as_the_file_says_not_as_a_font_draws_it() -> None:
    digits = glyphs_of("2024", 10)
    assert [glyph.x1 for glyph in digits[:-1]] == pytest.approx([glyph.x0 for glyph in digits[1:]], abs=0.01)
    (wide,) = glyphs_of("督", 10)
    assert wide.x1 - wide.x0 == pytest.approx(10, abs=0.01)
