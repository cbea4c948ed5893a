"""Bytes to text to plans: which format a file has, which extractor reads it, and what is refused with which words."""

from __future__ import annotations

import hashlib
from pathlib import PurePath

from tracker.domain.drafts import SourceReading
from tracker.reading.formats.contract import Extracted, Progress, UnreadableFile
from tracker.reading.formats.plain import extract_plain
from tracker.reading.plans import read_text
from tracker.reading.secrecy import secrecy_mark

LARGEST_BYTES = 10 * 1024 * 1024
"""A text of more than 10 MB is refused: the longest plan is a hundredth of that."""

__all__ = ["LARGEST_BYTES", "Extracted", "Progress", "UnreadableFile", "extract", "read_bytes"]

_SUPPORTED = "目前支持纯文本文件（.txt，UTF-8 或 GB18030 编码）"
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
_OTHER_SUFFIXES = frozenset(["docx", "doc", "wps", "pdf", "xlsx", "xls", "et", "csv", "html", "htm", "ofd", "rtf", "zip", "rar", "7z", "png", "jpg", "jpeg", "exe"])


def _no_progress(done: int, total: int) -> None:
    """Nobody wants to know."""


def read_bytes(data: bytes, name: str, progress: Progress = _no_progress) -> SourceReading:
    """Everything a plan file says: its text (newlines made ``\\n``, offsets refer to that) and its plans.

    ``name`` is the file's own name, for its suffix and for messages. Refuses (UnreadableFile) what ``extract``
    refuses, files without text, and documents marked 秘密, 机密 or 绝密.
    """
    extracted = extract(data, name, progress)
    if not extracted.text.strip():
        raise UnreadableFile(f"《{name}》里没有文字。请检查文件内容后重新上传。")
    mark = secrecy_mark(extracted.text)
    if mark:
        raise UnreadableFile(f"《{name}》标有密级「{mark}」，涉密文件不得上传到本系统。请按保密规定处理。")
    return read_text(extracted.text, name, hashlib.sha256(data).hexdigest(), extracted.format)


def extract(data: bytes, name: str, progress: Progress = _no_progress) -> Extracted:
    """The file's text; refuses empty files, files above ``LARGEST_BYTES``, and formats that are not supported."""
    _refuse_unfit(data, name)
    return extract_plain(data, name, progress)


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
