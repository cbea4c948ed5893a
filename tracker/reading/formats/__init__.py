"""Bytes to text to plans: which format a file has, which extractor reads it, and what is refused with which words."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module

from tracker.domain.drafts import SourceReading
from tracker.reading.file_notes import noted
from tracker.reading.formats.contract import Extracted, Progress, UnreadableFile
from tracker.reading.formats.recognition import recognise
from tracker.reading.plans import read_text
from tracker.reading.secrecy import secrecy_mark

LARGEST_BYTES = 10 * 1024 * 1024
"""A text or a web page of more than 10 MB is refused: the longest plan is a hundredth of that."""
LARGEST_DOCUMENT_BYTES = 50 * 1024 * 1024
"""A document may bring its fonts and pictures along: those of more than 50 MB are refused."""
_MEGABYTE = 1024 * 1024
MOST_CHARACTERS = 10_000_000
"""A text of more characters is refused: a year of gazettes has fewer, and a small zip can hold far more."""

__all__ = ["LARGEST_BYTES", "Extracted", "Progress", "UnreadableFile", "extract", "read_bytes", "recognise"]

_EXTRACTORS = {
    "docx": "word:extract_docx",
    "html": "web:extract_html",
    "txt": "plain:extract_plain",
    "pdf": "pdf:extract_pdf",
    "xlsx": "sheet:extract_xlsx",
}
"""What reads each format that ``recognise`` tells: a module of this folder and its function.

A module is loaded with the first file of its format: its libraries take longer to load than most plans to read.
"""

_FORMAT_WORDS = {
    "docx": "Word 文档（.docx）",
    "html": "网页（.html）",
    "txt": "纯文本文件（.txt，UTF-8 或 GB18030 编码）",
    "pdf": "有文字的 PDF 文件（.pdf，不是扫描件）",
    "xlsx": "Excel 表格（.xlsx）",
}
"""Each format of ``_EXTRACTORS``, as a refusal lists what is supported."""

_REFUSED = {
    "doc": ("一个旧版 Office 文档（.doc、.wps）", "请用 Word 或 WPS 打开，另存为 .docx 后上传。"),
    "xls": ("一个旧版 Excel 表格（.xls、.et、.xlsb）", "请用 Excel 或 WPS 打开，另存为 .xlsx 后上传。"),
    "ppt": ("一个演示文稿（.ppt、.pptx）", "请把其中的正文另存为 .txt 后上传。"),
    "ole": ("一个旧版 Office 文档", "请用 Word 或 WPS 打开，另存为 .docx 后上传。"),
    "encrypted": ("一个设有密码的 Office 文档", "请去掉密码，另存一份后重新上传。"),
    "rtf": ("一个 RTF 文档", "请用 Word 或 WPS 打开，另存为 .docx 后上传。"),
    "odf": ("一个 ODF 文档（.odt、.ods）", "请用 Word 或 WPS 打开，另存为 .docx 后上传。"),
    "ofd": ("一个 OFD 版式文件", "请用阅读软件打开，把正文复制后另存为 .txt 上传。"),
    "office-xml": ("一个 XML 格式的 Office 文档", "请用 Word 或 WPS 打开，另存为 .docx 后上传。"),
    "mail": ("一封邮件或单个文件网页（.eml、.mht）", "请打开后把正文另存为 .txt 后上传。"),
    "csv": ("一个 CSV 表格", "请用 Excel 或 WPS 打开，另存为 .xlsx 后上传。"),
    "archive": ("一个压缩包", "请先解压，把里面的文件逐个上传。"),
    "image": ("一张图片", "图片里的文字读不出来，请上传文件的文字版。"),
    "program": ("一个程序（.exe）", "程序不能上传，请选择方案文件本身。"),
}
"""What every other format is, and what to do with it. A format that gets an extractor leaves this table."""


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
    mark = secrecy_mark(extracted.text) or secrecy_mark(extracted.margins)
    if mark:
        raise UnreadableFile(f"《{name}》标有密级「{mark}」，涉密文件不得上传到本系统。请按保密规定处理。")
    reading = read_text(extracted.text, name, hashlib.sha256(data).hexdigest(), extracted.format)
    return replace(reading, plans=noted(reading.plans, extracted.notes))


def extract(data: bytes, name: str, progress: Progress = _no_progress) -> Extracted:
    """The file's text; refuses empty files, files too large for their format, and formats that are not supported."""
    if not data:
        raise UnreadableFile(f"《{name}》是空文件（0 字节）。请检查文件是否保存完整，再重新上传。")
    _refuse_above(LARGEST_DOCUMENT_BYTES, data, name)
    format = recognise(data, name)
    if format in ("txt", "html"):
        _refuse_above(LARGEST_BYTES, data, name)
    if format not in _EXTRACTORS:
        what, what_to_do = _REFUSED[format]
        supported = "、".join(_FORMAT_WORDS.values())
        raise UnreadableFile(f"《{name}》是{what}，不能直接读取。目前支持{supported}。{what_to_do}")
    extracted = _extractor(format)(data, name, progress)
    if len(extracted.text) > MOST_CHARACTERS:
        raise UnreadableFile(f"《{name}》里的文字超过 {MOST_CHARACTERS // 10_000} 万字，没有读取。请拆分后分别上传。")
    return extracted


def _refuse_above(most: int, data: bytes, name: str) -> None:
    if len(data) > most:
        size = f"《{name}》有 {len(data) / _MEGABYTE:.0f} MB，超过 {most // _MEGABYTE} MB 的上限。"
        raise UnreadableFile(f"{size}请拆分后分别上传，或只保留文件正文。")


def _extractor(format: str) -> Callable[[bytes, str, Progress], Extracted]:
    module, _, function = _EXTRACTORS[format].partition(":")
    extractor: Callable[[bytes, str, Progress], Extracted] = getattr(import_module(f"{__name__}.{module}"), function)
    return extractor
