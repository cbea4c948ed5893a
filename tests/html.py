"""A page as a tree, read strictly: tags that are not closed, or closed in the wrong order, are faults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# These stand within a word; any other element is set apart from what is around it.
INLINE = {"a", "abbr", "b", "code", "em", "i", "mark", "q", "s", "small", "span", "strong", "sub", "sup", "time", "wbr"}


@dataclass(slots=True)
class Node:
    """An element with what stands in it, in order: texts and elements."""

    tag: str
    attrs: dict[str, str | None] = field(default_factory=dict)
    parts: list[Node | str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Node]:
        """The element itself and every element inside it, in the order of the page."""
        yield self
        for part in self.parts:
            if isinstance(part, Node):
                yield from part

    def all(self, tag: str, **attrs: str) -> list[Node]:
        """Elements of that tag inside, whose attributes have these values; ``class_`` asks for one of the classes."""
        return [node for node in self if node is not self and node.tag == tag and node.has(**attrs)]

    def one(self, tag: str, **attrs: str) -> Node:
        """The only such element; fails when there is none or several."""
        found = self.all(tag, **attrs)
        assert len(found) == 1, f"{len(found)} <{tag}> with {attrs}, one is wanted"
        return found[0]

    def has(self, **attrs: str) -> bool:
        """Whether the attributes have these values; ``data_x`` stands for ``data-x``."""
        for name, value in attrs.items():
            if name == "class_":
                if value not in (self.attrs.get("class") or "").split():
                    return False
            elif self.attrs.get(name.rstrip("_").replace("_", "-")) != value:
                return False
        return True

    @property
    def text(self) -> str:
        """What a person reads, with runs of blanks as one."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for part in self.parts:
            if isinstance(part, str):
                yield part
            elif part.tag not in ("script", "style"):
                apart = "" if part.tag in INLINE else " "
                yield apart
                yield from part._texts()
                yield apart

    def get(self, name: str) -> str:
        """An attribute's value; empty when it has none."""
        return self.attrs.get(name) or ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("#page")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        node = Node(tag, dict(attrs))
        self.open[-1].parts.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].parts.append(Node(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        last = self.open.pop()
        assert last.tag == tag, f"line {self.getpos()[0]}: </{tag}> closes <{last.tag}>"

    def handle_data(self, data: str) -> None:
        self.open[-1].parts.append(data)


def parse(text: str) -> Node:
    """The tree of a page; fails on tags that do not nest."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert len(reader.open) == 1, f"<{reader.open[-1].tag}> is never closed"
    return reader.root
