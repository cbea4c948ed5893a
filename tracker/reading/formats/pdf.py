"""PDF files with a text layer; scans and files that do not tell what their characters mean are refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pypdfium2 import PdfiumError

from tracker.domain.drafts import Doubt
from tracker.reading.formats.contract import Extracted, Progress, UnreadableFile
from tracker.reading.formats.pdf_furniture import without_furniture
from tracker.reading.formats.pdf_layout import PageBlocks, page_blocks
from tracker.reading.formats.pdf_page import PDFIUM, open_document, page_content
from tracker.reading.formats.pdf_paragraphs import text_of
from tracker.reading.formats.pdf_streams import refuse_swollen

MOST_PAGES = 2000
"""A yearbook has half of that."""
MOST_CHARACTERS = 5_000_000
_PASSWORD = 4  # PDFium's FPDF_ERR_PASSWORD
_UNSUPPORTED_SECURITY = 5
_FEW_CHARACTERS = 60  # on a page whose picture is the page: a stamp or a page number
_MOST_UNMAPPED = 0.2
_FEW_UNMAPPED = 5


@dataclass(slots=True)
class _Findings:
    """What the pages turned out to be, by their numbers from 1."""

    blocks: list[PageBlocks] = field(default_factory=list)
    scanned: list[int] = field(default_factory=list)
    recognised: list[int] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    aslant: list[str] = field(default_factory=list)
    characters: int = 0
    unmapped: int = 0


def extract_pdf(data: bytes, name: str, progress: Progress) -> Extracted:
    """The text of a PDF, read page by page; ``progress`` is told after each.

    Refuses (UnreadableFile) files with a password, damaged and empty ones, scans, files whose fonts do not tell what
    their characters mean, and those with too many pages.
    """
    refuse_swollen(data, name)
    with PDFIUM:
        findings = _read(data, name, progress)
    _refuse_unread(findings, name)
    pages, furniture = without_furniture(findings.blocks)
    margins = "\n".join((*furniture, *dict.fromkeys(findings.aslant)))
    return Extracted(text_of(pages), "pdf", tuple(_notes(findings, data)), margins)


def _read(data: bytes, name: str, progress: Progress) -> _Findings:
    document = _opened(data, name)
    try:
        count = len(document)
        if count > MOST_PAGES:
            raise UnreadableFile(f"《{name}》有 {count} 页，超过 {MOST_PAGES} 页的上限。请拆分成几个文件后分别上传。")
        findings = _Findings()
        for index in range(count):
            _read_page(document, index, findings)
            if findings.characters > MOST_CHARACTERS:
                raise UnreadableFile(
                    f"《{name}》的文字超过 {MOST_CHARACTERS // 10000} 万字，请拆分成几个文件后分别上传。"
                )
            progress(index + 1, count)
        return findings
    finally:
        document.close()


def _opened(data: bytes, name: str) -> Any:
    try:
        return open_document(data)
    except PdfiumError as failure:
        code = getattr(failure, "err_code", None)
        if code == _PASSWORD:
            reason = "设有打开密码，无法读取。请去掉密码，另存一份后重新上传"
        elif code == _UNSUPPORTED_SECURITY:
            reason = "用了特殊的加密方式，无法读取。请向发文单位索取未加密的文件，或上传 Word 版"
        else:
            reason = "是 PDF 文件，但已损坏、不完整或没有页面，打不开。请重新下载或从原来的电脑另存一份，再上传"
        raise UnreadableFile(f"《{name}》{reason}。") from failure


def _read_page(document: Any, index: int, findings: _Findings) -> None:
    number = index + 1
    try:
        content = page_content(document, index)
    except PdfiumError:
        findings.broken.append(number)
        return
    findings.characters += len(content.glyphs)
    findings.unmapped += content.unmapped
    findings.aslant += [content.aslant] if content.aslant else []
    if content.unmapped > max(_FEW_UNMAPPED, _MOST_UNMAPPED * len(content.glyphs)):
        findings.unreadable.append(number)
    if content.pictured > 0.5:
        (findings.scanned if len(content.glyphs) < _FEW_CHARACTERS else findings.recognised).append(number)
    findings.blocks.append(page_blocks(number, content))


def _refuse_unread(findings: _Findings, name: str) -> None:
    pages = len(findings.blocks) + len(findings.broken)
    if len(findings.broken) == pages:
        raise UnreadableFile(f"《{name}》的页面全部打不开，文件可能已损坏。请重新下载或从原来的电脑另存一份，再上传。")
    if findings.unmapped > _MOST_UNMAPPED * (findings.characters + findings.unmapped):
        raise UnreadableFile(
            f"《{name}》的文字看得见、读不出：文件里没有字体与文字的对照表，复制出来是乱码。"
            "请上传 Word 版，或先用文字识别（OCR）软件转换后再上传。"
        )
    with_text = {page.number for page in findings.blocks if page.blocks} - set(findings.scanned)
    if findings.scanned and not with_text:
        raise UnreadableFile(
            f"《{name}》是扫描件：每页都是图片，没有可读的文字。"
            "请先用文字识别（OCR）软件转换并校对，或向发文单位索取 Word 版后上传。"
        )
    if not findings.characters:
        raise UnreadableFile(
            f"《{name}》里没有可读的文字：可能是空白文件，或文字已转成图形。"
            "请上传 Word 版，或先用文字识别（OCR）软件转换。"
        )


def _notes(findings: _Findings, data: bytes) -> Iterator[Doubt]:
    if findings.scanned:
        pages = _pages(findings.scanned)
        yield Doubt("pdf-scanned-pages", f"{pages}是扫描图片，没有读出文字，请对照原文补录其中的任务")
    if findings.recognised:
        pages = _pages(findings.recognised)
        yield Doubt("pdf-recognised-pages", f"{pages}是图片加识别出的文字，可能有错字，请对照原文核对")
    if findings.unreadable:
        pages = _pages(findings.unreadable)
        yield Doubt("pdf-unreadable-letters", f"{pages}有些文字读不出来，请对照原文核对")
    if findings.broken:
        yield Doubt("pdf-broken-pages", f"{_pages(findings.broken)}打不开，没有读取，请检查文件是否完整")
    if b"%%EOF" not in data[-2048:]:
        yield Doubt("pdf-cut-off", "文件结尾不完整，可能没有下载完，请核对页数是否齐全")


def _pages(numbers: Iterable[int]) -> str:
    """第3页、第5—9页."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words = [f"第{run[0]}页" if len(run) == 1 else f"第{run[0]}—{run[-1]}页" for run in runs]
    return "、".join(words[:10]) + ("等" if len(words) > 10 else "")
