"""Which format a file has: by its first bytes and by what is in it, never by its suffix alone."""

from __future__ import annotations

import codecs
import re
import zipfile
from pathlib import PurePath

from tracker.reading.formats.archive import open_directory, read_part

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"{\\rtf", "rtf"),
)
_OLE = b"\xd0\xcf\x11\xe0"
_OLE_STREAMS = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("PowerPoint Document", "ppt"),
)
_CONTENT_TYPES = "[Content_Types].xml"
_MAIN_PARTS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"wordprocessingml\.(?:document|template)\.main|ms-word\.(?:document|template)\.\w+\.main"), "docx"),
    (re.compile(rb"ms-excel\.sheet\.binary"), "xls"),
    (re.compile(rb"spreadsheetml\.(?:sheet|template)\.main|ms-excel\.(?:sheet|template)\.\w+\.main"), "xlsx"),
    (re.compile(rb"presentationml\."), "ppt"),
)
_NAMED_PARTS = (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"), ("ofd.xml", "ofd"), ("content.xml", "odf"))
_MOST_CONTENT_TYPES = 4 * 1024 * 1024
_PDF_WITHIN = 1024
_HEAD = 4096
_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*|<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title|link|style|script)\b",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"<(?:html|body|head|meta|div|p|span|table|br|article|h[1-6])(?:\s[^<>]*)?/?>", re.IGNORECASE)
_WEB_SUFFIXES = frozenset(("html", "htm", "shtml", "xhtml", "aspx", "jsp", "php"))
_OFFICE_XML = re.compile(r"<\?mso-application|<pkg:package|<w:wordDocument|<Workbook\b|<office:document", re.IGNORECASE)
_MAIL = re.compile(r"(?:[A-Za-z-]+:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*)*?MIME-Version:\s*1", re.IGNORECASE)


def recognise(data: bytes, name: str) -> str:
    """The file's format: a key of the extractors or of the refusals in this package; text is what nothing else is.

    ``name`` decides only where content cannot (.csv, a fragment of a page). Refuses a damaged or encrypted zip.
    """
    for magic, format in _MAGIC:
        if data.startswith(magic):
            return format
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _archived(data, name)
    if data.startswith(_OLE):
        return _compound(data)
    if b"%PDF-" in data[:_PDF_WITHIN]:
        return "pdf"
    return _written(_peeped(data), PurePath(name).suffix.lower().lstrip("."))


def _archived(data: bytes, name: str) -> str:
    """What a zip holds, as its list of content types says; else as its members are called."""
    with open_directory(data, name) as archive:
        names = {part.filename.lower().lstrip("/") for part in archive.infolist()}
        types = _content_types(archive, name)
    for pattern, format in _MAIN_PARTS:
        if pattern.search(types):
            return format
    return next((format for part, format in _NAMED_PARTS if part in names), "archive")


def _content_types(archive: zipfile.ZipFile, name: str) -> bytes:
    listed = [part for part in archive.infolist() if part.filename == _CONTENT_TYPES]
    if not listed or listed[0].file_size > _MOST_CONTENT_TYPES:
        return b""
    return read_part(archive, _CONTENT_TYPES, name).replace(b"\x00", b"")


def _compound(data: bytes) -> str:
    """What a compound file (OLE) holds: its directory names its streams in UTF-16."""
    for stream, format in _OLE_STREAMS:
        if stream.encode("utf-16-le") in data:
            return format
    return "ole"


def _peeped(data: bytes) -> str:
    """The beginning of a text as far as markup can be seen in it; other letters may come out wrong."""
    head = data[:_HEAD]
    for bom, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(bom):
            return head[2:].decode(encoding, "ignore")
    return head.removeprefix(codecs.BOM_UTF8).decode("utf-8", "ignore")


def _written(head: str, suffix: str) -> str:
    if _OFFICE_XML.search(head):
        return "office-xml"
    if _PAGE.match(head) or (suffix in _WEB_SUFFIXES and _TAG.search(head)):
        return "html"
    if _MAIL.match(head):
        return "mail"
    return "csv" if suffix == "csv" else "txt"
