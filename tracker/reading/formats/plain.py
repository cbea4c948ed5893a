"""Plain text: how bytes are decoded, and what is refused with which words."""

from __future__ import annotations

import codecs
import re

from tracker.reading.formats.contract import Extracted, Progress, UnreadableFile

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def extract_plain(data: bytes, name: str, progress: Progress) -> Extracted:
    """The text of a plain text file, its newlines made ``\\n``."""
    text = decode(data, name).replace("\r\n", "\n").replace("\r", "\n")
    progress(1, 1)
    return Extracted(text, "txt")


def decode(data: bytes, name: str) -> str:
    """The text of a file's bytes: by its byte order mark, else UTF-8, else GB18030; anything else is refused."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decoded(data[len(bom) :], (encoding,), name)
    if b"\x00" in data:
        raise UnreadableFile(f"《{name}》含有二进制内容，不是文本文件。请把正文另存为 .txt 后上传。")
    return _decoded(data, ("utf-8", "gb18030"), name)


def _decoded(data: bytes, encodings: tuple[str, ...], name: str) -> str:
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _looks_like_text(text):
            return text
    raise UnreadableFile(f"《{name}》的文字编码无法识别。请用记事本打开后另存为 UTF-8 编码再上传。")


def _looks_like_text(text: str) -> bool:
    """Whether hardly any character is a control character; a binary file has many."""
    head = text[:20000]
    return len(_CONTROL.findall(head)) * 50 <= len(head)
