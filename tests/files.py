"""Small files of every kind that is taken as evidence, made on the spot."""

from __future__ import annotations

import io
import zipfile

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)


def zipped(*members: str) -> bytes:
    """A zip whose members hold a word each."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            archive.writestr(member, "内容")
    return held.getvalue()


TAKEN: dict[str, bytes] = {
    "报告.pdf": b"%PDF-1.7\n%...",
    "扫描.PDF": b"\r\n%PDF-1.4\n",
    "总结.doc": OLE,
    "总结.docx": zipped("[Content_Types].xml", "word/document.xml"),
    "清单.xls": OLE,
    "清单.xlsx": zipped("[Content_Types].xml", "xl/workbook.xml"),
    "汇报.ppt": OLE,
    "汇报.pptx": zipped("[Content_Types].xml", "ppt/presentation.xml"),
    "请示.wps": OLE,
    "批复.ofd": zipped("OFD.xml", "Doc_0/Document.xml"),
    "现场.jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "现场.jpeg": b"\xff\xd8\xff\xe1\x00\x10Exif",
    "截图.png": b"\x89PNG\r\n\x1a\n\x00\x00",
    "附件.zip": zipped("一.txt", "二.exe"),
    "说明.txt": "已完成。".encode(),
    "说明一.txt": "已完成。".encode("gb18030"),
    "说明二.txt": "已完成。".encode("utf-16"),
}
PNG = TAKEN["截图.png"]
