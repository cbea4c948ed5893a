"""How much a PDF's packed streams hold, before PDFium unpacks them: a file of 2 MB can hold 10 GB.

Only sizes are looked at; what is unpacked is thrown away piece by piece. Pictures are not counted, for nothing here
unpacks them. The streams of an encrypted file cannot be looked at: there the time and memory of the process that
reads has to be bounded.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from tracker.reading.formats.contract import UnreadableFile

MOST_BYTES_A_STREAM = 48 * 1024 * 1024
"""A font of all Chinese characters has 20 MB, a page's drawing in a map 10 MB."""
MOST_BYTES = 512 * 1024 * 1024

_STREAM = re.compile(rb"stream\r?\n")
_FLATE = re.compile(rb"/(?:FlateDecode|Fl)\b")
_OTHER_PACKING = re.compile(rb"/(?:LZWDecode|LZW|RunLengthDecode|RL)\b")
_IMAGE = re.compile(rb"/Subtype\s*/Image\b")
_LONGEST_DICTIONARY = 2048
_MOST_OTHERWISE_PACKED = 256 * 1024
_PIECE = 1024 * 1024


def refuse_swollen(data: bytes, name: str) -> None:
    """Refuses (UnreadableFile) a file whose streams unpack to more than any document's do."""
    total = 0
    for packing, at in _streams(data):
        if len(_FLATE.findall(packing)) > 1 or _is_packed_otherwise(packing, data, at):
            raise _swollen(name)
        for piece in _pieces(data, at):
            total += piece
            if total > MOST_BYTES:
                raise _swollen(name)


def _streams(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Every stream that is packed and no picture: its dictionary, and where it begins."""
    for found in _STREAM.finditer(data):
        before = data[max(0, found.start() - _LONGEST_DICTIONARY) : found.start()]
        dictionary = before[before.rfind(b" obj") + 1 :]
        packed = _FLATE.search(dictionary) or _OTHER_PACKING.search(dictionary)
        if packed and not _IMAGE.search(dictionary):
            yield dictionary, found.end()


def _is_packed_otherwise(dictionary: bytes, data: bytes, at: int) -> bool:
    """Whether a long stream is packed in an old way, of which no program makes use for text today."""
    if not _OTHER_PACKING.search(dictionary):
        return False
    end = data.find(b"endstream", at)
    return (end if end >= 0 else len(data)) - at > _MOST_OTHERWISE_PACKED


def _pieces(data: bytes, at: int) -> Iterator[int]:
    """The sizes of what a stream unpacks to, piece by piece, up to one byte more than a stream may hold."""
    unpacker = zlib.decompressobj()
    left, waiting = MOST_BYTES_A_STREAM, data[at : at + _PIECE]
    at += _PIECE
    while waiting and left >= 0 and not unpacker.eof:
        try:
            piece = len(unpacker.decompress(waiting, _PIECE))
        except zlib.error:
            return
        left -= piece
        yield piece if left >= 0 else MOST_BYTES + 1
        waiting = unpacker.unconsumed_tail
        if not waiting:
            waiting, at = data[at : at + _PIECE], at + _PIECE


def _swollen(name: str) -> UnreadableFile:
    return UnreadableFile(f"《{name}》解压后过大，不像正常的文档，没有打开。请只保留正文，另存一份后重新上传。")
