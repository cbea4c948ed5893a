"""PDF files that cannot be read, or only in part: each is refused or noted with words that say what to do."""

from __future__ import annotations

import zlib
from io import BytesIO

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen import canvas

from tests.pdfs import Look, Setter, plan_pdf, scan_pdf
from tracker.reading import UnreadableFile
from tracker.reading.formats.pdf import MOST_PAGES, extract_pdf
from tracker.reading.formats.pdf_letters import letter, looks_unmapped

PLAN = "一、排查校舍。（责任单位：市教育局）\n" * 60
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
MUTE_FONT = (
    b"<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+X/Encoding/Identity-H/DescendantFonts[6 0 R]>>",
    b"<</Type/Font/Subtype/CIDFontType2/BaseFont/ABCDEF+X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
    b"/Supplement 0>>/DW 1000>>",
)
"""A font in which characters have numbers only."""


def built(*objects: bytes) -> bytes:
    """A file of these objects; the first is the catalogue."""
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return (
        out + b"xref\n0 %d\n0000000000 65535 f \n" % count + table
        + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (count, len(out))
    )  # fmt: skip


def one_page(content: bytes, packing: bytes = b"") -> bytes:
    stream = b"<</Length %d%s>>stream\n" % (len(content), packing) + content + b"\nendstream"
    return built(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", PAGE, stream, *MUTE_FONT)


def locked() -> bytes:
    file = BytesIO()
    page = canvas.Canvas(file, encrypt=StandardEncryption("open", "own"))
    page.drawString(72, 700, "x")
    page.save()
    return file.getvalue()


def without_text() -> bytes:
    return Setter(Look(numbers="")).bytes()


def many_pages() -> bytes:
    setter = Setter(Look(numbers=""))
    for _ in range(MOST_PAGES):
        setter.new_page()
    return setter.bytes()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (locked(), "设有打开密码"),
        (plan_pdf(PLAN)[:2000], "已损坏、不完整"),
        (b"%PDF-1.7 nothing", "已损坏、不完整"),
        (built(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"), "没有页面"),
        (scan_pdf(3), "是扫描件.*OCR.*Word 版"),
        (without_text(), "没有可读的文字"),
        (one_page(b"BT /F1 16 Tf 72 700 Td <" + b"012C012D012E" * 20 + b"> Tj ET"), "读不出.*OCR"),
        (one_page(zlib.compress(b" " * 200_000_000, 9), b"/Filter/FlateDecode"), "解压后过大"),
        (one_page(zlib.compress(zlib.compress(b" " * 9_000_000)), b"/Filter[/FlateDecode/FlateDecode]"), "解压后过大"),
        (many_pages(), f"超过 {MOST_PAGES} 页"),
    ],
    ids=["password", "cut", "damaged", "no page", "scan", "blank", "mute font", "bomb", "bomb in bomb", "too many"],
)
def test_refuses_and_says_what_to_do(data: bytes, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says) as refusal:
        extract_pdf(data, "plan.pdf", lambda done, total: None)
    assert "请" in str(refusal.value)


def test_scanned_pages_among_text_are_noted() -> None:
    setter = Setter(Look(numbers=""))
    setter.paragraph("一、排查校舍。（责任单位：市教育局）")
    setter.new_page()
    setter.picture()
    extracted = extract_pdf(setter.bytes(), "plan.pdf", lambda done, total: None)
    assert "市教育局" in extracted.text
    assert [(note.code, note.message[:3]) for note in extracted.notes] == [("pdf-scanned-pages", "第2页")]


def test_a_scan_with_recognised_text_is_read_and_noted() -> None:
    setter = Setter(Look(numbers=""))
    setter.picture()
    for _ in range(4):
        setter.paragraph("一、排查校舍。（责任单位：市教育局，完成时间：2024年6月底前）")
    extracted = extract_pdf(setter.bytes(), "plan.pdf", lambda done, total: None)
    assert extracted.text.count("市教育局") == 4
    assert [note.code for note in extracted.notes] == ["pdf-recognised-pages"]


def test_a_file_whose_end_is_missing_but_whose_pages_are_there_is_read_with_a_note() -> None:
    whole = plan_pdf(PLAN)
    extracted = extract_pdf(whole.removesuffix(b"%%EOF\n") + b" " * 4096, "plan.pdf", lambda done, total: None)
    assert extracted.text.count("市教育局") == 60
    assert [note.code for note in extracted.notes] == ["pdf-cut-off"]


def test_a_permission_password_does_not_keep_a_plan_from_being_read() -> None:
    file = BytesIO()
    page = canvas.Canvas(file, encrypt=StandardEncryption("", "own", canPrint=0, canCopy=0))
    page.drawString(72, 700, "Plan 2024 for the city and its counties")
    page.save()
    assert extract_pdf(file.getvalue(), "plan.pdf", lambda done, total: None).text.startswith("Plan 2024")


@pytest.mark.parametrize(
    ("drawn", "meant"), [("⼀", "一"), ("⽂", "文"), ("⻔", "门"), ("⺠", "民"), ("市", "市"), ("（", "（")]
)
def test_a_radical_that_a_font_draws_is_the_character(drawn: str, meant: str) -> None:
    assert letter(ord(drawn)) == meant


@pytest.mark.parametrize("code", [0, 5, 0x85, 0xE123, 0xFFFD, 0xF0001])
def test_codes_that_tell_nothing(code: int) -> None:
    assert looks_unmapped(code)
    assert not looks_unmapped(ord("市"))
