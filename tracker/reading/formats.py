"""Bytes to text: which format a file has, how its text is decoded, and what is refused with which words."""

from __future__ import annotations

import codecs
import hashlib
from pathlib import PurePath

from tracker.domain.drafts import SourceReading
from tracker.reading.plans import read_text
from tracker.reading.secrecy import secrecy_mark

LARGEST_BYTES = 10 * 1024 * 1024
"""A text of more than 10 MB is refused: the longest plan is a hundredth of that."""

_SUPPORTED = "目前支持纯文本文件（.txt，UTF-8 或 GB18030 编码）"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = (
    (b"MZ", "一个程序（.exe）"),
    (b"\x7fELF", "一个程序"),
    (b"%PDF", "一个 PDF 文件"),
    (b"PK\x03\x04", "一个 Office 文档或压缩包（.docx、.xlsx、.zip）"),
    (b"\xd0\xcf\x11\xe0", "一个旧版 Office 文档（.doc、.xls、.wps）"),
    (b"Rar!", "一个压缩包"),
    (b"7z\xbc\xaf", "一个压缩包"),
    (b"\x1f\x8b", "一个压缩包"),
    (b"\x89PNG", "一张图片"),
    (b"\xff\xd8\xff", "一张图片"),
    (b"GIF8", "一张图片"),
    (b"{\\rtf", "一个 RTF 文档"),
)
_OTHER_SUFFIXES = frozenset(
    [
        "docx",
        "doc",
        "wps",
        "pdf",
        "xlsx",
        "xls",
        "et",
        "csv",
        "html",
        "htm",
        "ofd",
        "rtf",
        "zip",
        "rar",
        "7z",
        "png",
        "jpg",
        "jpeg",
        "exe",
    ]
)


class UnreadableFile(ValueError):
    """A file that cannot be read; the message is Chinese and says what is wrong and what to do."""


def read_bytes(data: bytes, name: str) -> SourceReading:
    """Everything a plan file says: its text (newlines made ``\\n``, offsets refer to that) and its plans.

    ``name`` is the file's own name, for its suffix and for messages. Refuses (UnreadableFile) empty files, files
    that are no text, formats not supported, texts above ``LARGEST_BYTES``, and documents marked 秘密, 机密 or 绝密.
    """
    _refuse_unfit(data, name)
    text = decode(data, name)
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    if not plain.strip():
        raise UnreadableFile(f"《{name}》里没有文字。请检查文件内容后重新上传。")
    mark = secrecy_mark(plain)
    if mark:
        raise UnreadableFile(f"《{name}》标有密级「{mark}」，涉密文件不得上传到本系统。请按保密规定处理。")
    return read_text(plain, name, hashlib.sha256(data).hexdigest())


def _refuse_unfit(data: bytes, name: str) -> None:
    if not data:
        raise UnreadableFile(f"《{name}》是空文件（0 字节）。请检查文件是否保存完整，再重新上传。")
    if len(data) > LARGEST_BYTES:
        size, most = len(data) / 1024 / 1024, LARGEST_BYTES // 1024 // 1024
        raise UnreadableFile(f"《{name}》有 {size:.0f} MB，超过 {most} MB 的上限。请拆分后分别上传，或只保留文件正文。")
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise UnreadableFile(f"《{name}》其实是{what}，不是文本。{_SUPPORTED}，请把正文另存为 .txt 后上传。")
    suffix = PurePath(name).suffix.lower().lstrip(".")
    if suffix in _OTHER_SUFFIXES:
        raise UnreadableFile(f"《{name}》的格式（.{suffix}）暂不支持。{_SUPPORTED}，请把正文另存为 .txt 后上传。")


def decode(data: bytes, name: str) -> str:
    """The text of a file's bytes: by its byte order mark, else UTF-8, else GB18030; anything else is refused."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decoded(data[len(bom) :], (encoding,), name)
    if b"\x00" in data:
        raise UnreadableFile(f"《{name}》含有二进制内容，不是文本文件。{_SUPPORTED}，请把正文另存为 .txt 后上传。")
    return _decoded(data, ("utf-8", "gb18030"), name)


def _decoded(data: bytes, encodings: tuple[str, ...], name: str) -> str:
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _looks_like_text(text):
            return text
    raise UnreadableFile(f"《{name}》的文字编码无法识别。{_SUPPORTED}，请用记事本打开后另存为 UTF-8 编码再上传。")


def _looks_like_text(text: str) -> bool:
    """Whether hardly any character is a control character; a binary file has many."""
    head = text[:20000]
    controls = sum((c < " " and c not in "\t\n\r\f\v") or c == "\x7f" for c in head)
    return controls * 50 <= len(head)
