"""The article of a web page: site furniture taken out, the element found that holds the words; else the page."""

from __future__ import annotations

from tracker.reading.formats.web_tree import Node, measure

_FURNITURE_TAGS = frozenset(("nav", "footer", "aside"))
_FURNITURE_WORDS = (
    "nav|navbar|navigation|menu|breadcrumb|breadcrumbs|crumb|crumbs|position|dqwz|wz|share|bdsharebuttonbox|bdshare"
    "|social|print|dayin|toolbar|pager|pagination|prevnext|shangyipian|xiayipian|related|relate|xgxx|xglj|xgwd"
    "|recommend|sidebar|search|login|qrcode|ewm|erweima|friendlink|friendlinks|yqlj|footer|foot|copyright|banner|logo"
    "|toplink|topbar|wza|fontsize|zihao|accessibility|jiathis|comment|pinglun|close|guanbi|tools|gjdh"
)
_FURNITURE = frozenset(_FURNITURE_WORDS.split("|"))
_ARTICLE_WORDS = frozenset(("article", "content", "detail", "title", "zhengwen", "editor", "zoom"))
_CONTAINER_WORDS = frozenset(
    ("trs", "editor", "ueditor", "zoom", "article", "con", "cont", "detail", "zhengwen", "zw", "text", "nr", "neirong")
)
"""What the ids and classes of article bodies are made of, beside …content: TRS_Editor, zoom, pages_content, xlCon."""
_NO_PLACE = frozenset(("table", "tbody", "thead", "tr", "p", "span", "font", "b", "strong", "center"))
_MOST_FURNITURE = 0.4
_LEAST_ARTICLE = 0.5
_LEAST_OF_OUTER = 0.9
_DOMINANT = 0.85


def article_of(body: Node) -> tuple[Node, bool]:
    """The element that holds the article, and whether its name says so too. Takes furniture out of the body.

    Where no element clearly holds it, that is the body itself.
    """
    named = {id(node) for node in body.all() if _is_container(node)}
    _take_out(body, named, body.unlinked)
    measure(body)
    known = [node for node in body.all() if id(node) in named and node.unlinked >= _LEAST_ARTICLE * body.unlinked]
    return (_innermost(known), True) if known else (_dominant(body), False)


def _is_container(node: Node) -> bool:
    if node.tag in ("article", "main"):
        return True
    words = node.words | {node.tag}
    return bool(words & _CONTAINER_WORDS) or any(word.endswith(("content", "contents")) for word in words)


def _take_out(node: Node, named: set[int], total: int) -> bool:
    """Drops furniture below an element; tells whether a named container is in it, for that is never dropped."""
    holds = id(node) in named
    kept: list[Node | str] = []
    for child in node.children:
        if isinstance(child, Node):
            child_holds = _take_out(child, named, total)
            holds |= child_holds
            if not child_holds and _is_furniture(child) and child.unlinked <= _MOST_FURNITURE * total:
                continue
        kept.append(child)
    node.children = kept
    return holds


def _is_furniture(node: Node) -> bool:
    if node.tag in _FURNITURE_TAGS or (node.tag == "header" and not _has_heading(node)):
        return True
    words = node.words
    return bool(words & _FURNITURE) and not words & _ARTICLE_WORDS and not _has_heading(node)


def _has_heading(node: Node) -> bool:
    return any(one.tag == "h1" for one in node.all())


def _innermost(known: list[Node]) -> Node:
    """The last of the containers, each in the one before, that still holds nearly all of the largest."""
    largest = max(node.unlinked for node in known)
    return min((node for node in known if node.unlinked >= _LEAST_OF_OUTER * largest), key=lambda node: node.length)


def _dominant(node: Node) -> Node:
    """The smallest element that holds nearly all the words; of a table, a cell or the table's own surroundings."""
    found = node
    while True:
        below = max(node.elements(), key=lambda one: one.unlinked, default=None)
        if below is None or not node.unlinked or below.unlinked < _DOMINANT * node.unlinked:
            return found
        node = below
        found = found if node.tag in _NO_PLACE else node
