"""Which files are taken as proof (佐证材料): by what is in them and by the name's suffix, which must agree. Pure.

Source: what offices exchange every day – PDF, Word, Excel, PowerPoint, WPS, OFD, photographs, plain text, and a zip
of several of them. A file is kept as it came and is never opened here; what cannot be told by its first bytes and
by a zip's list of members is not taken.
"""

from __future__ import annotations

import codecs
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

MEGABYTE = 1024 * 1024
LARGEST_FILE_MB = 20
MOST_FILES = 10
"""So many files come with one report; more are put into a zip."""
MOST_MEMBERS = 20_000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_ENTRY = b"PK\x01\x02"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!")
_PDF_WITHIN = 1024


class Unfit(ValueError):
    """The file is not taken; the message is Chinese and says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: how it is called, the type it is sent out under, and whether bytes are one."""

    label: str
    media_type: str
    fits: Callable[[bytes], bool]


def _begins(*magic: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(magic)


def _is_pdf(data: bytes) -> bool:
    return b"%PDF-" in data[:_PDF_WITHIN]


def _holds(*parts: str) -> Callable[[bytes], bool]:
    """A zip with a member of one of these names, or beneath one that ends in a slash."""

    def fits(data: bytes) -> bool:
        names = _members(data)
        return any(name == part or (part.endswith("/") and name.startswith(part)) for name in names for part in parts)

    return fits


def _is_zip(data: bytes) -> bool:
    return bool(_members(data))


def _members(data: bytes) -> tuple[str, ...]:
    """The names in a zip, in small letters; nothing for what is no whole zip, or has far too many members."""
    if not data.startswith(_ZIP) or data.count(_ENTRY) > MOST_MEMBERS:
        return ()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return tuple(name.lower().lstrip("/") for name in archive.namelist())
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, OSError, NotImplementedError):
        return ()


def _is_text(data: bytes) -> bool:
    """Words in UTF-8, GB18030, or UTF-16 with its mark; nothing that a program would take for something else."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decodes(data, "utf-16")
    if b"\x00" in data or data.startswith(_PROGRAMS) or _is_pdf(data):
        return False
    return _decodes(data, "utf-8") or _decodes(data, "gb18030")


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _office(name: str) -> str:
    return f"application/vnd.openxmlformats-officedocument.{name}"


_DOC, _XLS, _PPT = "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"
_JPEG = Kind("JPG 图片", "image/jpeg", _begins(b"\xff\xd8\xff"))
KINDS: dict[str, Kind] = {
    "pdf": Kind("PDF", "application/pdf", _is_pdf),
    "doc": Kind("Word 文档", _DOC, _begins(_OLE)),
    "docx": Kind("Word 文档", _office("wordprocessingml.document"), _holds("word/")),
    "xls": Kind("Excel 表格", _XLS, _begins(_OLE)),
    "xlsx": Kind("Excel 表格", _office("spreadsheetml.sheet"), _holds("xl/")),
    "ppt": Kind("演示文稿", _PPT, _begins(_OLE)),
    "pptx": Kind("演示文稿", _office("presentationml.presentation"), _holds("ppt/")),
    # Newer WPS writes its own suffix over Word's format.
    "wps": Kind("WPS 文档", "application/vnd.ms-works", lambda data: _begins(_OLE)(data) or _holds("word/")(data)),
    "ofd": Kind("OFD 版式文件", "application/ofd", _holds("ofd.xml")),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "png": Kind("PNG 图片", "image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "zip": Kind("ZIP 压缩包", "application/zip", _is_zip),
    "txt": Kind("纯文本", "text/plain", _is_text),
}
TAKEN = "PDF、Word、Excel、PPT、WPS、OFD、JPG、PNG、TXT 和 ZIP 压缩包"
ACCEPT = ",".join(f".{suffix}" for suffix in KINDS)
"""What a browser is told to offer; the check is made here all the same."""


def kind_of(name: str, data: bytes) -> Kind:
    """The file's kind, on which its name and its content agree; raises Unfit."""
    if not data:
        raise Unfit(f"“{name}”是空文件（0字节），请检查后重新选择。")
    suffix = PurePosixPath(name).suffix.lower().lstrip(".")
    kind = KINDS.get(suffix)
    if kind is None:
        told = f"后缀“.{suffix}”不在可收的范围内" if suffix else "没有后缀，看不出是什么文件"
        raise Unfit(f"“{name}”{told}。可以上传{TAKEN}，其他文件请转成其中一种。")
    if suffix in ("docx", "xlsx", "pptx") and data.startswith(_OLE) and _ENCRYPTED in data:
        raise Unfit(f"“{name}”设有打开密码，审核人无法查看。请去掉密码后重新选择。")
    if not kind.fits(data):
        raise Unfit(f"“{name}”的内容不是{kind.label}，可能已损坏或改过后缀。请用原来的程序打开、另存后重新选择。")
    return kind
