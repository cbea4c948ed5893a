"""Word files for tests, written as raw XML: only what a test is about stands in them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SPACES = (
    f'xmlns:w="{WORD}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
_KINDS = ("styles", "numbering", "footnotes", "endnotes", "header", "footer")


def part(tag: str, inner: str) -> str:
    """An XML part whose root is ``w:tag``."""
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:{tag} {_SPACES}>{inner}</w:{tag}>'


def docx(body: str, more: Mapping[str, str | bytes] | None = None, **parts: str) -> bytes:
    """A .docx with this body (XML of its blocks); ``parts`` are styles, numbering … as XML of what is in them."""
    roots = {"footnotes": "footnotes", "endnotes": "endnotes", "header": "hdr", "footer": "ftr"}
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Override PartName="/word/document.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        "_rels/.rels": _relations({"officeDocument": "word/document.xml"}),
        "word/document.xml": part("document", f"<w:body>{body}</w:body>"),
        "word/_rels/document.xml.rels": _relations({kind: f"{kind}1.xml" for kind in parts if kind in _KINDS}),
    }
    for kind, inner in parts.items():
        members[f"word/{kind}1.xml"] = part(roots.get(kind, kind), inner)
    members.update(more or {})
    return zipped(members)


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    """A zip with these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def _relations(targets: Mapping[str, str]) -> str:
    one = "".join(
        f'<Relationship Id="r{at}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets.items())
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{one}</Relationships>'


def p(words: str = "", properties: str = "", runs: str = "") -> str:
    """A paragraph with these words, then these runs as XML."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{r(words) if words else ''}{runs}</w:p>"


def r(words: str, properties: str = "") -> str:
    """A run with these words."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r>'


def item(words: str, level: int = 0, number: int = 1) -> str:
    """A paragraph of a list."""
    return p(words, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def level(depth: int, format: str, text: str, more: str = "", start: int = 1) -> str:
    """A level of a list's definition."""
    begin = f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{format}"/>'
    return f'{begin}{more}<w:lvlText w:val="{text}"/></w:lvl>'


def definition(*levels: str, name: int = 0, more: str = "") -> str:
    """A list's definition (abstractNum)."""
    return f'<w:abstractNum w:abstractNumId="{name}">{more}{"".join(levels)}</w:abstractNum>'


def num(number: int = 1, name: int = 0, more: str = "") -> str:
    """A list of a definition."""
    return f'<w:num w:numId="{number}"><w:abstractNumId w:val="{name}"/>{more}</w:num>'


def tc(content: str, properties: str = "") -> str:
    """A cell with paragraphs as XML, or with words."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content if content.startswith('<') else p(content)}</w:tc>"


def tr(*cells: str, properties: str = "") -> str:
    """A row."""
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def tbl(*rows: str, widths: tuple[int, ...] = ()) -> str:
    """A table."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
