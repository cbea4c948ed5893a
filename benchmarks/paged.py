"""Measures the reading of a PDF of 300 pages in a process of its own: seconds, processor time, peak memory, progress.

A page is 22 lines of 28 characters, as 党政机关公文格式 sets it. The floor is PDFium opening every page's text alone.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from io import BytesIO

import pypdfium2
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from tracker.reading import read_bytes
from tracker.reading.formats import extract

PAGES, LINES, ACROSS = 300, 22, 28
SIZE, PITCH, LEFT, TOP = 15.8, 28.9, 79.4, 105.0  # points
_FONT = "STSong-Light"
_WORDS = "优化办理流程，压减申请材料，公开办结时限，接受群众监督，定期通报情况。"
_CLAUSE = "（责任单位：市行政审批局、市财政局，完成时限：2023年9月底前）"


def a_paged_file() -> tuple[bytes, int]:
    """A plan of 300 pages with running titles and page numbers, and how many clauses stand in it."""
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    out = BytesIO()
    sheet = canvas.Canvas(out, pagesize=A4)
    lines: list[str] = []
    clauses = 0
    while len(lines) < PAGES * LINES:
        clauses += 1
        words = f"　　{clauses}.完善第{clauses}类窗口服务。{_WORDS}{_WORDS}{_CLAUSE}"
        lines += [words[at : at + ACROSS] for at in range(0, len(words), ACROSS)]
    for page, first in enumerate(range(0, len(lines), LINES), 1):
        _page(sheet, page, lines[first : first + LINES])
    sheet.save()
    return out.getvalue(), clauses


def _page(sheet: canvas.Canvas, number: int, lines: list[str]) -> None:
    sheet.setFont(_FONT, 9)
    sheet.drawString(LEFT, A4[1] - 60, "某市人民政府公报")
    sheet.setFont(_FONT, SIZE)
    for at, line in enumerate(lines, 1):
        sheet.drawString(LEFT, A4[1] - TOP - at * PITCH, line)
    sheet.drawCentredString(A4[0] / 2, 62, f"— {number} —")
    sheet.showPage()


def _open_all(data: bytes) -> None:
    document = pypdfium2.PdfDocument(data)
    for page in document:
        text = page.get_textpage()
        text.count_chars()
        text.close()
        page.close()
    document.close()


def _measure(data: bytes, clauses: int) -> None:
    told: list[int] = []
    began, used = time.perf_counter(), time.process_time()
    text = extract(data, "plan.pdf", lambda done, total: told.append(done)).text
    extracted, processor, peak = time.perf_counter() - began, time.process_time() - used, _peak()
    began = time.perf_counter()
    _open_all(data)
    least = time.perf_counter() - began
    began = time.perf_counter()
    drafts = sum(len(plan.drafts) for plan in read_bytes(data, "plan.pdf").plans)
    whole = time.perf_counter() - began
    if drafts != clauses:
        raise SystemExit(f"plan.pdf: {clauses} clauses, {drafts} were read: the figure would mean nothing")
    print(
        f"plan.pdf   {len(data) // 1024:>6} kB {len(text):>8} characters   extract {extracted:6.2f} s "
        f"(processor {processor:.2f} s, {extracted / least:4.1f} x opening)   peak {peak:4.0f} MB   "
        f"told {len(told):>3} times   read {whole:6.2f} s   {drafts} drafts   peak {_peak():4.0f} MB"
    )


def _peak() -> float:
    """The most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)


def main() -> int:
    """Prints one line."""
    child = multiprocessing.get_context("spawn").Process(target=_measure, args=a_paged_file())
    child.start()
    child.join()
    return child.exitcode or 0


if __name__ == "__main__":
    sys.exit(main())
