"""A web page to a plain tree: bytes decoded, markup parsed, what no reader sees (scripts, hidden elements) left out."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tracker.reading.formats.contract import UnreadableFile

DEEPEST = 200
"""Elements nested deeper are put beside each other: no page needs more, and every walk here is recursive."""
MOST_ELEMENTS = 500_000
MOST_LEFT_OPEN = 5_000
_TAG = re.compile(
    r"<(/?)(?!(?:p|br|hr|img|li|d[td]|t[dhr]|tbody|thead|tfoot|colgroup|col|meta|link|input|option|wbr|area|param|base)\b)"
    r"[a-z][^<>]*(?<!/)>",
    re.IGNORECASE,
)

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_-]{2,20})""", re.IGNORECASE)
_DECLARED_WITHIN = 4096
_SAME_AS = dict.fromkeys(("gb2312", "gbk", "x-gbk", "gb_2312-80", "gb18030", "cp936"), "gb18030")
_KNOWN = frozenset(("utf-8", "utf8", "gb18030", "big5", "big5-hkscs", "hz-gb-2312", "hz"))
_MOST_REPLACED = 0.002

_UNSEEN_WORDS = (
    "head|script|style|noscript|template|iframe|frame|object|embed|applet|svg|canvas|audio|video|map|select|option"
    "|textarea|button|input|datalist|del|rt|rp|meta|link|title|math"
)
_UNSEEN = frozenset(_UNSEEN_WORDS.split("|"))
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_BLANK = re.compile(r"\s+")
_NO_LETTERS = re.compile(r"[-_\d]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@lru_cache(maxsize=4096)
def _words_of(names: str) -> frozenset[str]:
    return frozenset(_NO_LETTERS.sub(" ", _CAMEL.sub(" ", names)).lower().split())


@dataclass(slots=True)
class Node:
    """An element. ``length`` and ``linked`` count the characters in it, and those of them that are in links."""

    tag: str
    attributes: dict[str, str | None]
    children: list[Node | str] = field(default_factory=list)
    length: int = 0
    linked: int = 0

    @property
    def unlinked(self) -> int:
        """How many characters are no links: the words themselves, not the way elsewhere."""
        return self.length - self.linked

    @property
    def names(self) -> list[str]:
        """The element's id and classes."""
        return f"{self.attributes.get('id') or ''} {self.attributes.get('class') or ''}".split()

    @property
    def words(self) -> frozenset[str]:
        """The words that the element's id and classes are made of: ``pageFooter`` gives page and footer."""
        return _words_of(" ".join(self.names))

    def elements(self) -> Iterator[Node]:
        """The elements directly in this one."""
        return (child for child in self.children if isinstance(child, Node))

    def all(self) -> Iterator[Node]:
        """This element and all below it, in the order of the page."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(list(node.elements())))

    def text(self) -> str:
        """All words in the element, blanks collapsed."""
        found: list[str] = []
        waiting: list[Node | str] = [self]
        while waiting:
            one = waiting.pop()
            if isinstance(one, str):
                found.append(one)
            else:
                waiting.extend(reversed(one.children))
        return _BLANK.sub(" ", "".join(found)).strip()


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page: its body, its ``<title>``, what its ``<meta>`` elements say by lower-case name, letters lost."""

    body: Node
    title: str
    meta: dict[str, str]
    lost: int


def page_of(data: bytes, name: str) -> Page:
    """A page's bytes as a tree; refuses (UnreadableFile) bytes in no known encoding and pages of too many elements."""
    text = decoded(data, name)
    if _left_open(text) > MOST_LEFT_OPEN:
        raise _too_large(name)
    parser = LexborHTMLParser(text.replace("\x00", ""))
    meta = {
        (one.attributes.get("name") or "").lower(): one.attributes.get("content") or "" for one in parser.css("meta")
    }
    title = parser.css_first("title")
    body = _tree(parser.body, name, keep_hidden=False)
    if body.length == 0:
        body = _tree(parser.body, name, keep_hidden=True)
    return Page(body, title.text() if title else "", meta, text.count("\ufffd"))


def decoded(data: bytes, name: str) -> str:
    """A page's text: by its byte order mark, as UTF-8 if it is that, else as it declares, else as GB18030."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, "replace")
    declared = _declared(data)
    for encoding in ("utf-8", *declared, "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    for encoding in (*declared, "gb18030", "utf-8"):
        text = data.decode(encoding, "replace")
        if text.count("\ufffd") <= _MOST_REPLACED * len(text) + 2:
            return text
    raise UnreadableFile(f"《{name}》的文字编码无法识别。请用浏览器打开后，另存为 UTF-8 编码的网页或文本，再上传。")


def _declared(data: bytes) -> list[str]:
    found = _CHARSET.search(data[:_DECLARED_WITHIN])
    charset = found[1].decode("ascii").lower() if found else ""
    charset = _SAME_AS.get(charset, charset)
    return [charset] if charset in _KNOWN else []


def _tree(body: LexborNode | None, name: str, *, keep_hidden: bool) -> Node:
    top = Node("body", {})
    count = 0
    waiting: list[tuple[LexborNode | None, Node, int]] = [(body.child if body else None, top, 0)]
    while waiting:
        node, parent, depth = waiting.pop()
        if node is None:
            continue
        waiting.append((node.next, parent, depth))
        if node.is_text_node:
            parent.children.append(node.text_content or "")
        elif node.is_element_node and (keep_hidden or not _is_unseen(node)) and node.tag not in _UNSEEN:
            count += 1
            own = Node(node.tag or "", dict(node.attributes))
            parent.children.append(own)
            waiting.append((node.child, own if depth < DEEPEST else parent, min(depth + 1, DEEPEST)))
    if count > MOST_ELEMENTS:
        raise _too_large(name)
    measure(top)
    return top


def _left_open(text: str) -> int:
    """How many elements are begun and not ended, without those that end by themselves; parsing takes its square."""
    tags = Counter(found[1] for found in _TAG.finditer(text))
    return tags[""] - tags["/"]


def _too_large(name: str) -> UnreadableFile:
    return UnreadableFile(f"《{name}》的网页结构过于庞大，没有读取。请把正文另存为 .txt 或 .docx 后上传。")


def _is_unseen(node: LexborNode) -> bool:
    attributes = node.attributes
    return "hidden" in attributes or bool(_HIDDEN_STYLE.search(attributes.get("style") or ""))


def measure(node: Node, in_link: bool = False) -> None:
    """Counts, again after something was taken out, the characters of an element and of all below it."""
    in_link = in_link or node.tag == "a"
    node.length = node.linked = 0
    for child in node.children:
        if isinstance(child, str):
            size = len(_BLANK.sub("", child))
            node.length += size
            node.linked += size if in_link else 0
        else:
            measure(child, in_link)
            node.length += child.length
            node.linked += child.linked
