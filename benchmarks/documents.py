"""Measures the extraction of long documents, each in a process of its own: seconds, peak memory, progress told.

A page is 22 lines of 28 characters, as 党政机关公文格式 sets it. The floor is unpacking and parsing alone.
"""

from __future__ import annotations

import io
import multiprocessing
import re
import resource
import sys
import time
import zipfile
from collections.abc import Callable

from lxml import etree
from selectolax.lexbor import LexborHTMLParser

from tracker.reading import read_bytes
from tracker.reading.formats import extract

PAGES = 300
CHARACTERS_PER_PAGE = 22 * 28
ROWS = 200
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_FONT = '<w:rPr><w:rFonts w:ascii="仿宋" w:eastAsia="仿宋" w:hAnsi="仿宋"/><w:sz w:val="32"/></w:rPr>'
_WORDS = "优化办理流程，压减申请材料，公开办结时限，接受群众监督，定期通报情况。"


def clauses() -> int:
    """How many clauses of 150 characters fill the pages."""
    return PAGES * CHARACTERS_PER_PAGE // 150


def a_word_file() -> bytes:
    """A plan with automatic numbers, each paragraph in several runs as Word writes it, and a table at the end."""
    body = [_paragraph(["某市便民服务提升实施方案"])]
    for number in range(1, clauses() + 1):
        if number % 20 == 1:
            body.append(_paragraph(["重点任务"], depth=0))
        parts = [
            f"完善第{number}类窗口服务。",
            _WORDS,
            _WORDS,
            "（责任单位：市行政审批局、市财政局，",
            "完成时限：2023年9月底前）",
        ]
        body.append(_paragraph(parts, depth=1))
    rows = [("序号", "重点任务", "责任单位", "完成时限")]
    rows += [(str(n), f"完善第{n}类台账", "市财政局", "2023年底前") for n in range(1, ROWS + 1)]
    body.append("<w:tbl>" + "".join(f"<w:tr>{''.join(map(_cell, row))}</w:tr>" for row in rows) + "</w:tbl>")
    levels = (("chineseCountingThousand", "%1、"), ("decimal", "%2."))
    lists = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{format}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for depth, (format, text) in enumerate(levels)
    )
    num = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    members = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>',
        "_rels/.rels": _relation("officeDocument", "word/document.xml"),
        "word/_rels/document.xml.rels": _relation("numbering", "numbering.xml"),
        "word/document.xml": f'<w:document xmlns:w="{_W}"><w:body>{"".join(body)}</w:body></w:document>',
        "word/numbering.xml": f'<w:numbering xmlns:w="{_W}"><w:abstractNum w:abstractNumId="0">{lists}</w:abstractNum>'
        f"{num}</w:numbering>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def a_web_page() -> bytes:
    """The same plan as a page with its words in nested spans."""
    style = 'style="font-family:仿宋_GB2312;font-size:16pt;line-height:28pt"'
    spans = "".join(f"<span {style}><span>{words}</span></span>" for words in (_WORDS, _WORDS))
    body = [
        f"<p {style}>　　{n}．完善第{n}类窗口服务。{spans}（责任单位：市行政审批局，完成时限：2023年9月底前）</p>"
        for n in range(1, clauses() + 1)
    ]
    return f'<html><body><div id="zoom">{"".join(body)}</div></body></html>'.encode("gb18030")


def _paragraph(parts: list[str], depth: int | None = None) -> str:
    runs = "".join(f'<w:r w:rsidR="00A1B2C3">{_FONT}<w:t>{words}</w:t></w:r>' for words in parts)
    numbered = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="1"/></w:numPr>' if depth is not None else ""
    return f'<w:p w:rsidR="00A1B2C3"><w:pPr>{numbered}<w:ind w:firstLine="640"/></w:pPr>{runs}</w:p>'


def _cell(words: str) -> str:
    return f"<w:tc><w:tcPr/>{_paragraph([words])}</w:tc>"


def _relation(kind: str, target: str) -> str:
    one = f'<Relationship Id="r1" Type="{_OFFICE}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{one}</Relationships>'


def _parse_word(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        etree.fromstring(archive.read("word/document.xml"))


def _parse_page(data: bytes) -> None:
    LexborHTMLParser(data.decode("gb18030"))


def _measure(name: str, data: bytes, floor: Callable[[bytes], None]) -> None:
    began = time.perf_counter()
    told: list[int] = []
    text = extract(data, name, lambda done, total: told.append(done)).text
    extracted, peak = time.perf_counter() - began, _peak()
    began = time.perf_counter()
    floor(data)
    least = time.perf_counter() - began
    began = time.perf_counter()
    drafts = sum(len(plan.drafts) for plan in read_bytes(data, name).plans)
    whole = time.perf_counter() - began
    if drafts < clauses():
        raise SystemExit(f"{name}: {clauses()} clauses, {drafts} were read: the figure would mean nothing")
    print(
        f"{name:<10} {len(data) // 1024:>6} kB {len(text):>8} characters   extract {extracted:6.2f} s "
        f"({extracted / least:4.1f} x parsing)   peak {peak:4.0f} MB   told {len(told):>3} times   "
        f"read {whole:6.2f} s   {drafts} drafts   peak {_peak():4.0f} MB"
    )


def _peak() -> float:
    """The most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)


def main() -> int:
    """Prints one line for each format."""
    print(f"{PAGES} pages of {CHARACTERS_PER_PAGE} characters, Python {re.split(' ', sys.version)[0]}")
    context = multiprocessing.get_context("spawn")
    for name, make, floor in (("plan.docx", a_word_file, _parse_word), ("plan.html", a_web_page, _parse_page)):
        child = context.Process(target=_measure, args=(name, make(), floor))
        child.start()
        child.join()
        if child.exitcode:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
