"""Files that nobody should have to fear: bombs, traps, wrecks and disguises, each made in memory."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

MEGABYTE = 1024 * 1024
PLAN = "某市校园整治方案\n一、排查校舍。（责任单位：市教育局；完成时限：2023年6月底前）\n"
NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
)
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships '
    'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)


def a_docx(body: str = "", head: str = "", main: str = MAIN, more: dict[str, bytes] | None = None) -> bytes:
    """A Word file whose paragraphs are the plan's, with ``body`` before them and ``head`` before its root."""
    paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in PLAN.splitlines())
    root = f"<w:document {NAMESPACE}><w:body>{body}{paragraphs}</w:body></w:document>"
    document = f'<?xml version="1.0" encoding="UTF-8"?>{head}{root}'
    parts = {"[Content_Types].xml": TYPES.format(main=main), "_rels/.rels": RELATIONS, "word/document.xml": document}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        for name, data in (more or {}).items():
            archive.writestr(name, data)
    return made.getvalue()


def a_pdf(password: str | None = None) -> bytes:
    """A PDF with the plan's text, which opens with the password alone when one is given."""
    made = io.BytesIO()
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    encryption = StandardEncryption(password, strength=128) if password else None
    canvas = Canvas(made, encrypt=encryption)
    canvas.setFont("STSong-Light", 12)
    for number, line in enumerate(PLAN.splitlines()):
        canvas.drawString(72, 760 - 20 * number, line)
    canvas.save()
    return made.getvalue()


def a_bomb(megabytes: int, claimed: int | None = None, member: str = "word/document.xml") -> bytes:
    """A Word file one of whose members unpacks to so many megabytes of blanks; it claims to hold ``claimed`` bytes."""
    block = zlib.compressobj(9, zlib.DEFLATED, -15)
    one = block.compress(b" " * MEGABYTE) + block.flush(zlib.Z_FULL_FLUSH)
    packed = one * megabytes + zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    size = megabytes * MEGABYTE if claimed is None else claimed
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("[Content_Types].xml", TYPES.format(main=MAIN))
        archive.writestr("_rels/.rels", RELATIONS)
    data = kept.getvalue()
    directory = data.rindex(b"PK\x05\x06")
    first = data.index(b"PK\x01\x02")
    name = member.encode()
    head = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, 0, len(packed), size, len(name), 0)
    entry = struct.pack("<HHHHHHIIIHHHHHII", 20, 20, 0, 8, 0, 33, 0, len(packed), size, len(name), 0, 0, 0, 0, 0, first)
    local = b"PK\x03\x04" + head + name + packed
    central = data[first:directory] + b"PK\x01\x02" + entry + name
    end = struct.pack("<HHHHIIH", 0, 0, 3, 3, len(central), first + len(local), 0)
    return data[:first] + local + central + b"PK\x05\x06" + end


def a_zip(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return made.getvalue()


def nested(depth: int = 6, width: int = 10) -> bytes:
    """A zip of zips of zips, a million times a megabyte if anybody unpacked them all."""
    data = b" " * MEGABYTE
    for level in range(depth):
        data = a_zip({f"{level}-{number}.zip": data for number in range(width)})
    return data


def many_members(count: int = 70_000) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("[Content_Types].xml", TYPES.format(main=MAIN))
        for number in range(count):
            archive.writestr(f"word/media/{number}", b"")
    return made.getvalue()


def an_ole(*streams: str) -> bytes:
    """The beginning of a compound file, and the names of its streams as its directory has them."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(504)
        + b"".join(name.encode("utf-16-le") + bytes(64) for name in streams)
        + bytes(2048)
    )


LAUGHS = (
    "<!DOCTYPE w ["
    + '<!ENTITY a0 "哈">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    + "]>"
)
SECRET_FILE = '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
ELSEWHERE = '<!DOCTYPE w [<!ENTITY x SYSTEM "http://192.0.2.1/x">]>'
PAGE = f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>方案</title></head><body><p>{PLAN}</p></body></html>"

# What rules of text look for, over and over: a pattern that tries every beginning with every end would never finish.
SIGNS = (
    "（",
    "(",
    "【",
    "）",
    "：",
    ":",
    "、",
    "，",
    "。",
    " ",
    "　",
    "1",
    "一",
    "\n",
    "\t",
    "责任单位：",
    "市教育局、",
    "（一）",
)


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file, what it is called, and what the person is told of it; None when it is simply read."""

    make: Callable[[], bytes]
    name: str
    says: str | None
    seconds: float = 5.0
    megabytes: int = 200


FILES = {
    "flat bomb": Hostile(lambda: a_bomb(2000), "方案.docx", "解压后过大"),
    "bomb that lies": Hostile(lambda: a_bomb(2000, 5000), "方案.docx", "已损坏"),
    "bomb in a picture": Hostile(lambda: a_bomb(2000, None, "word/media/1.png"), "方案.docx", "解压后过大"),
    "bomb beside the text": Hostile(lambda: a_bomb(900, None, "customXml/item1.xml"), "方案.docx", "解压后过大"),
    "nested bomb": Hostile(nested, "方案.docx", "压缩包"),
    "billion laughs": Hostile(lambda: a_docx("&a11;", LAUGHS), "方案.docx", "外部实体"),
    "reads a file": Hostile(lambda: a_docx("&x;", SECRET_FILE), "方案.docx", "外部实体"),
    "asks the network": Hostile(lambda: a_docx("&x;", ELSEWHERE), "方案.docx", "外部实体"),
    "deep xml": Hostile(lambda: a_docx("<w:p>" * 200_000), "方案.docx", "已损坏"),
    "half a docx": Hostile(lambda: a_docx()[:700], "方案.docx", "已损坏"),
    "half a pdf": Hostile(lambda: a_pdf()[:600], "方案.pdf", "请"),
    "empty zip": Hostile(lambda: a_zip({}), "方案.docx", "请"),
    "70,000 members": Hostile(many_members, "方案.docx", "部件超过"),
    "climbing names": Hostile(
        lambda: a_docx(more={"../../../tmp/climbed": b"x", "/tmp/climbed": b"x"}), "方案.docx", None
    ),
    "docx as txt": Hostile(a_docx, "方案.txt", None),
    "pdf as docx": Hostile(a_pdf, "方案.docx", None),
    "txt as docx": Hostile(PLAN.encode, "方案.docx", None),
    "exe as docx": Hostile(lambda: b"MZ\x90\x00" + bytes(3000), "方案.docx", "一个程序"),
    "docx with a password": Hostile(lambda: an_ole("EncryptionInfo", "EncryptedPackage"), "方案.docx", "密码"),
    "xlsx with a password": Hostile(lambda: an_ole("EncryptionInfo", "EncryptedPackage"), "台账.xlsx", "密码"),
    "pdf with a password": Hostile(lambda: a_pdf("four words"), "方案.pdf", "密码"),
    "docm": Hostile(lambda: a_docx(main=MACROS, more={"word/vbaProject.bin": an_ole("VBA")}), "方案.docm", None),
    "xls with macros": Hostile(lambda: an_ole("Workbook", "_VBA_PROJECT_CUR"), "台账.xls", "旧版 Excel"),
    "old doc": Hostile(lambda: an_ole("WordDocument"), "方案.doc", "旧版 Office"),
    "zeros": Hostile(lambda: PLAN.encode() + b"\x00" * 5000, "方案.txt", "二进制"),
    "lone surrogates": Hostile(
        lambda: PLAN.encode() + "\ud800".encode("utf-8", "surrogatepass"), "方案.txt", "编码无法识别"
    ),
    "turning characters": Hostile(PLAN.encode, "方案\u202etxt.exe", None),
    "50 MB of text": Hostile(lambda: PLAN.encode() * 450_000, "方案.txt", "10 MB 的上限"),
    "a million signs": Hostile(lambda: "".join(sign * 50_000 for sign in SIGNS).encode(), "方案.txt", None, 60, 300),
    "10 MB in one line": Hostile(
        lambda: "统筹推进各项工作，".encode() * (10 * MEGABYTE // 27), "方案.txt", None, 60, 900
    ),
}
