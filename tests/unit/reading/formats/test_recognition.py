"""Which format a file has: content decides, a suffix only where content cannot."""

from __future__ import annotations

import io
import time
import zipfile

import pytest

from tracker.reading.formats import _EXTRACTORS, _FORMAT_WORDS, _REFUSED
from tracker.reading.formats.contract import UnreadableFile
from tracker.reading.formats.recognition import recognise

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
WORD_MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
WORD_TEMPLATE = "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
EXCEL_MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
EXCEL_BINARY = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"


def zipped(**members: str) -> bytes:
    """A zip with these members; ``__`` in a name stands for a slash, ``_dot_`` for a dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, words in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), words)
    return out.getvalue()


def office(content_type: str) -> bytes:
    """A zip whose list of content types names one main part."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(
            "[Content_Types].xml", f'<Types><Override PartName="/a" ContentType="{content_type}"/></Types>'
        )
    return out.getvalue()


def compound(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + stream.encode("utf-16-le")


@pytest.mark.parametrize(
    ("data", "name", "format"),
    [
        ("一、排查校舍。".encode(), "方案.txt", "txt"),
        ("一、排查校舍。".encode(), "方案.docx", "txt"),
        ("甲,乙\n".encode("gb18030"), "台账.csv", "csv"),
        ("甲,乙\n".encode(), "台账.txt", "txt"),
        (office(WORD), "方案.docx", "docx"),
        (office(WORD), "方案.txt", "docx"),
        (office(WORD_MACROS), "方案.docm", "docx"),
        (office(WORD_TEMPLATE), "方案.dotx", "docx"),
        (office(EXCEL), "方案.docx", "xlsx"),
        (office(EXCEL_MACROS), "台账.xlsm", "xlsx"),
        (office(EXCEL_BINARY), "台账.xlsb", "xls"),
        (office(SLIDES), "汇报.pptx", "ppt"),
        (zipped(word__document_dot_xml="<w/>"), "方案.docx", "docx"),
        (zipped(xl__workbook_dot_xml="<w/>"), "台账.xlsx", "xlsx"),
        (zipped(OFD_dot_xml="<o/>"), "方案.ofd", "ofd"),
        (zipped(content_dot_xml="<o/>"), "方案.odt", "odf"),
        (zipped(a_dot_txt="方案"), "方案.docx", "archive"),
        (compound("WordDocument"), "方案.doc", "doc"),
        (compound("WordDocument"), "方案.docx", "doc"),
        (compound("Workbook"), "台账.et", "xls"),
        (compound("EncryptedPackage"), "方案.docx", "encrypted"),
        (compound("Other"), "方案.wps", "ole"),
        (b"%PDF-1.7\n", "方案.doc", "pdf"),
        (b"\xef\xbb\xbf\n%PDF-1.4\n", "方案.pdf", "pdf"),
        (b"{\\rtf1\\ansi", "方案.doc", "rtf"),
        (b"<!DOCTYPE html><p>", "方案.txt", "html"),
        ("\ufeff\n<!-- 存档 --><HTML>".encode(), "方案.doc", "html"),
        ("<html><p>方案".encode("utf-16"), "方案.htm", "html"),
        (b'<?xml version="1.0"?>\n<html xmlns="x">', "方案.xhtml", "html"),
        ("<p>一、排查校舍。</p>".encode("gb18030"), "方案.html", "html"),
        ("一、排查<b>校舍</b>。".encode(), "方案.txt", "txt"),
        ("一、排查校舍。".encode(), "方案.html", "txt"),
        (b'<?xml version="1.0"?><?mso-application progid="Word.Document"?>', "方案.doc", "office-xml"),
        (b"From: <Saved by browser>\r\nMIME-Version: 1.0\r\n", "方案.mht", "mail"),
        (b"MZ\x90", "方案.docx", "program"),
        (b"Rar!\x1a", "方案.docx", "archive"),
        (b"\xff\xd8\xff\xe0", "方案.docx", "image"),
    ],
)
def test_content_decides(data: bytes, name: str, format: str) -> None:
    assert recognise(data, name) == format
    assert (format in _EXTRACTORS) != (format in _REFUSED), "a format is read or refused, and never both"


def test_every_format_that_is_read_has_words() -> None:
    assert _EXTRACTORS.keys() == _FORMAT_WORDS.keys()


def test_a_cut_off_zip_is_damaged_not_unknown() -> None:
    with pytest.raises(UnreadableFile, match="已损坏或不完整"):
        recognise(office(WORD)[:-30], "方案.docx")


def test_a_head_of_comments_takes_no_time() -> None:
    began = time.process_time()
    assert recognise(b"<!---->" * 2000, "方案.txt") == "txt"
    assert time.process_time() - began < 1
