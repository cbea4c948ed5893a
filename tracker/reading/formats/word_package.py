"""The parts of a Word file (.docx): found by their relationships, parsed with entities off, in one namespace."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import unquote

from lxml import etree

from tracker.reading.formats.archive import damaged, open_archive, read_part

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WORD = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_OFF = frozenset(("0", "false", "off", "none"))


@dataclass(frozen=True)
class Package:
    """An open .docx; ``name`` is the file's own name, for refusals."""

    archive: zipfile.ZipFile
    name: str
    _members: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def main(self) -> str:
        """The member that holds the document's body."""
        for kind, target in self._relations("", "_rels/.rels"):
            if kind == "officeDocument" and target in self._members:
                return target
        if "word/document.xml" in self._members:
            return "word/document.xml"
        raise damaged(self.name)

    @cached_property
    def has_macros(self) -> bool:
        """Whether the file carries a program; it is never looked at."""
        return any(member.lower().endswith("vbaproject.bin") for member in self._members)

    def related(self, kind: str) -> list[str]:
        """The members of a kind (styles, numbering, header …) that belong to the body, in order."""
        folder, own = posixpath.split(self.main)
        found = [target for k, target in self._relations(folder, f"{folder}/_rels/{own}.rels".lstrip("/")) if k == kind]
        return [target for target in dict.fromkeys(found) if target in self._members]

    def root(self, part: str) -> etree._Element:
        """A member's XML; refuses (UnreadableFile) what is not well formed."""
        try:
            return etree.fromstring(self.xml(part), etree.XMLParser(resolve_entities=False, no_network=True))
        except (etree.XMLSyntaxError, ValueError) as failure:
            raise damaged(self.name) from failure

    def xml(self, part: str) -> bytes:
        """A member's bytes as UTF-8, the strict edition's namespace made the usual one."""
        data = read_part(self.archive, part, self.name)
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            data = _DECLARATION.sub("", data.decode("utf-16", "replace")).encode()
        return data.replace(_STRICT, _WORD)

    def blocks(self, xml: bytes) -> Iterator[etree._Element]:
        """The body's paragraphs, tables and containers, one at a time; each is emptied when the next is asked for."""
        tags = [W + tag for tag in ("p", "tbl", "sdt", "customXml", "altChunk", "ins", "moveTo")]
        events = etree.iterparse(io.BytesIO(xml), events=("end",), tag=tags, resolve_entities=False, no_network=True)
        try:
            for _, element in events:
                parent = element.getparent()
                if parent is None or parent.tag != W + "body":
                    continue
                yield element
                element.clear()
                while (before := element.getprevious()) is not None:
                    parent.remove(before)
        except (etree.XMLSyntaxError, ValueError) as failure:
            raise damaged(self.name) from failure

    def _relations(self, folder: str, part: str) -> Iterator[tuple[str, str]]:
        if part not in self._members:
            return
        for one in self.root(part).iter(_RELATIONSHIP):
            if one.get("TargetMode") != "External":
                target = unquote(one.get("Target", ""))
                path = (
                    target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
                )
                yield one.get("Type", "").rsplit("/", 1)[-1], path


def open_package(data: bytes, name: str) -> Package:
    """A .docx with its zip checked; refuses (UnreadableFile) what ``open_archive`` refuses."""
    archive = open_archive(data, name)
    return Package(archive, name, frozenset(archive.namelist()))


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """The first descendant along a path of Word tags, each a child of the one before."""
    for tag in path:
        element = None if element is None else element.find(W + tag)
    return element


def value(element: etree._Element | None, *path: str) -> str | None:
    """``w:val`` of the descendant along a path, or None."""
    found = child(element, *path)
    return None if found is None else found.get(W + "val")


def whole(text: str | None, otherwise: int = 0) -> int:
    """A whole number that an attribute writes, or ``otherwise``; the size of a page is no reason to fail."""
    try:
        return int(text or "")
    except ValueError:
        return otherwise


def is_on(element: etree._Element | None, *path: str) -> bool | None:
    """Whether a switch (``w:vanish``) is on; None where it is not set."""
    found = child(element, *path)
    return None if found is None else (found.get(W + "val") or "1").lower() not in _OFF
