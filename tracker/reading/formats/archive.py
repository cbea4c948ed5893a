"""Zip archives (.docx, .xlsx) before anything is unpacked: how much is in them, and whether their XML is harmless.

What a directory promises is binding: ``zipfile`` never unpacks more of a member than the size written there, so that
sizes checked here bound the memory of every later reader.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from tracker.reading.formats.contract import UnreadableFile

MOST_MEMBERS = 5000
"""A document with a thousand pictures has a fifth of that."""
MOST_XML_BYTES = 128 * 1024 * 1024
"""All XML of one archive, unpacked. A Word file of 300 pages has about 10 MB."""
MOST_BYTES = 1024 * 1024 * 1024
"""All members, unpacked. Pictures count here only: no reader unpacks them."""
MOST_RATIO = 500
"""How many times larger than packed a large XML part may be; text is packed 5 to 60 times, uniform tables 200 times."""

_LARGE = 8 * 1024 * 1024
_CHUNK = 1024 * 1024
_XML = (".xml", ".rels", ".vml")
_ENTRY = b"PK\x01\x02"
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_LONGEST_DECLARATION = 16
_ENCODING = re.compile(rb"""<\?xml[^>]{0,80}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})""")
_ENCODINGS = frozenset(
    (b"utf-8", b"utf8", b"us-ascii", b"ascii", b"iso-8859-1", b"windows-1252", b"gb2312", b"gbk", b"gb18030")
)
_WIDE_BEGINNINGS = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")


def open_archive(data: bytes, name: str) -> zipfile.ZipFile:
    """The archive, safe to read: sizes bounded, nothing encrypted, no DOCTYPE or entity in any XML part.

    Refuses (UnreadableFile) damaged, encrypted and swollen archives; ``name`` is for the message.
    """
    archive = open_directory(data, name)
    for part in archive.infolist():
        if is_xml(part):
            _refuse_declarations(archive, part, name)
    return archive


def open_directory(data: bytes, name: str) -> zipfile.ZipFile:
    """The archive with its directory checked and its contents not looked at; refuses as ``open_archive`` does."""
    if data.count(_ENTRY) > MOST_MEMBERS:
        raise UnreadableFile(
            f"《{name}》里的部件超过 {MOST_MEMBERS} 个，不像正常的文档，没有打开。请另存一份后重新上传。"
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, OSError, NotImplementedError) as failure:
        raise damaged(name) from failure
    parts = archive.infolist()
    if any(part.flag_bits & 0x1 for part in parts):
        raise UnreadableFile(f"《{name}》设有密码，无法读取。请去掉密码后重新上传。")
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise UnreadableFile(f"《{name}》的压缩方式不能识别。请用 Word 或 WPS 打开后另存一份，再上传。")
    _refuse_swollen(parts, name)
    return archive


def read_part(archive: zipfile.ZipFile, part: str, name: str) -> bytes:
    """A member's bytes; refuses (UnreadableFile) a member that is missing or damaged."""
    try:
        return archive.read(part)
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as failure:
        raise damaged(name) from failure


def is_xml(part: zipfile.ZipInfo) -> bool:
    """Whether a member holds XML, by its name."""
    return part.filename.lower().endswith(_XML)


def damaged(name: str) -> UnreadableFile:
    """The refusal of a file that cannot be unpacked or parsed."""
    return UnreadableFile(f"《{name}》已损坏或不完整，打不开。请重新下载或从原来的电脑另存一份，再上传。")


def _refuse_swollen(parts: list[zipfile.ZipInfo], name: str) -> None:
    xml = [part for part in parts if is_xml(part)]
    swollen = any(part.file_size > _LARGE and part.file_size > MOST_RATIO * max(1, part.compress_size) for part in xml)
    too_large = sum(part.file_size for part in xml) > MOST_XML_BYTES or sum(p.file_size for p in parts) > MOST_BYTES
    if swollen or too_large:
        raise UnreadableFile(f"《{name}》解压后过大，不像正常的文档，没有打开。请只保留正文，另存一份后重新上传。")


def _refuse_declarations(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> None:
    """A DOCTYPE can name files to read and words to multiply; no office program writes one."""
    before = b""
    for chunk in _chunks(archive, part, name):
        if not before and not _can_be_searched(chunk):
            raise damaged(name)
        plain = (before + chunk).replace(b"\x00", b"")
        if _DECLARATION.search(plain):
            raise UnreadableFile(
                f"《{name}》里含有外部实体声明，可能有安全风险，没有打开。请用 Word 或 WPS 打开后另存一份，再上传。"
            )
        before = chunk[-2 * _LONGEST_DECLARATION :]


def _can_be_searched(head: bytes) -> bool:
    """Whether a declaration would stand in the bytes as ASCII, or as ASCII with zeros between (UTF-16)."""
    if head.startswith(_WIDE_BEGINNINGS):
        return True
    found = _ENCODING.search(head[:200])
    return found is None or found[1].lower() in _ENCODINGS


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    try:
        with archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as failure:
        raise damaged(name) from failure
