"""Web pages (.html, .htm) to text: the article without the site around it, and what the site says about it.

Nothing is dropped because it looks unimportant: outside the article's element only links, menus and short words go,
inside it only lines that are wholly tools of the site (打印、关闭、上一篇).
"""

from __future__ import annotations

import re
from dataclasses import replace

from tracker.domain.doubts import doubt
from tracker.domain.text import compact
from tracker.reading.formats.contract import Extracted, Progress
from tracker.reading.formats.grid import tidied
from tracker.reading.formats.web_body import article_of
from tracker.reading.formats.web_lines import Line, lines_of
from tracker.reading.formats.web_meta import is_meta, with_meta_apart
from tracker.reading.formats.web_tree import Page, page_of
from tracker.reading.titles import is_number

_TOOL = (
    r"打印(?:本页|此页|页面|文章)?|关闭(?:窗口|本页|页面)?|分享(?:到|至|按钮)?|收藏(?:本页)?|返回(?:顶部|首页|列表|上一页)?|复制链接|微信|微博|新浪微博"
    r"|QQ(?:空间|好友)?|腾讯微博|人人网|字体|字号|大|中|小|默认|超大|\+|-|朗读|语音播报|无障碍(?:阅读|浏览)?|长者模式|繁体|简体|我要纠错|下载|首页"
    r"|扫一扫(?:在手机(?:上)?(?:打开|查看)(?:当前|本)?页(?:面)?)?|手机(?:扫码|版)(?:阅读)?|T|A|/*相关(?:链接|文章|阅读|新闻|信息|稿件|文档|解读|政策|附件)"
    r"|(?:网站|网页)?导航|回到顶部|点击(?:查看|下载)"
)
_BETWEEN = r"[【\[（(<>|/、：:·\s】\]）)]*"
_TOOLS = re.compile(rf"{_BETWEEN}(?:(?:{_TOOL}){_BETWEEN})+", re.IGNORECASE)
_NEIGHBOUR = re.compile(r"[【\[]?(?:上一[篇条页则]|下一[篇条页则])[】\]]?\s*[：:]?.{0,80}")
_PLACE = re.compile(r"(?:您?(?:现在|当前|所在)(?:的)?(?:所在)?位置|您的位置|当前所在位置)(?:是)?\s*[：:].{0,120}")
_EDITOR = re.compile(r"[（(【]?(?:责任编辑|编辑|审核|校对|责编|初审|复审|终审)\s*[：:][^。]{0,30}")
_SITE = re.compile(
    r"版权所有|ICP备|公网安备|网站标识码|网站地图|技术支持|建议使用.{0,20}浏览器|本站(?:已|共)"
    r"|copyright|all rights reserved",
    re.IGNORECASE,
)
_ASSIGNS = re.compile("责任单位|牵头单位|责任部门|牵头部门|配合单位|完成时限|整改时限|责任主体")
_TITLE_WORDS = re.compile("关于|通知|方案|意见|计划|规划|办法|要点|清单|分工|行动|措施|报告|公告|通告|决定|批复|台账")
_TRAIL = re.compile("[>\u203a»]")
_NUMBERED = re.compile(
    r"(?:第[一二三四五六七八九十]+[章节条部]|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）])\s*\S"
)
_LEAST_PROSE = 25
_LONGEST_TOOL = 160
_FIRST_LINES = 12
_HEAD_LINES = 40
_DAY = r"(?P<day>(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?)"
_PUBLISHED = re.compile(_DAY)
_DAY_LINE = re.compile(
    rf"(?:(?:发表|更新|上传|上网|录入)?(?:时间|日期)\s*[：:]\s*)?{_DAY}(?:\s+\d\d:\d\d(?::\d\d)?)?(?:\s.*)?"
)
_LONGEST_DAY_LINE = 80
_META_DAYS = ("pubdate", "firstpublishedtime", "publishdate", "publishtime")


def extract_html(data: bytes, name: str, progress: Progress) -> Extracted:
    """The text of a web page; refuses (UnreadableFile) bytes in no known encoding and pages of absurd size."""
    page = page_of(data, name)
    article, named = article_of(page.body)
    lines = _without_second_title(_kept(_meta_apart(lines_of(page.body, article)), named, page))
    progress(1, 1)
    return Extracted(tidied(_with_head(lines, page)), "html", (doubt("lost-characters"),) if page.lost else ())


def _meta_apart(lines: list[Line]) -> list[Line]:
    """The lines with what the site says about the document line by line: around the article, and in its beginning."""
    inside = [at for at, line in enumerate(lines) if line.inside]
    end = inside[_HEAD_LINES] if len(inside) > _HEAD_LINES else inside[-1] + 1 if inside else 0
    begins = inside[0] if inside else end
    apart = with_meta_apart([line.words for line in lines[:end]])
    head = [replace(lines[at], words=_day_told(words) if at < begins else words) for words, at in apart]
    return head + lines[end:]


def _day_told(line: str) -> str:
    """A line above the article that begins with a day (2023-01-20 10:15　来源：…), as what it says: 发布日期."""
    found = _DAY_LINE.fullmatch(line) if len(line) <= _LONGEST_DAY_LINE else None
    return f"发布日期：{found['day']}" if found else line


def _kept(lines: list[Line], named: bool, page: Page) -> list[Line]:
    """The lines that belong to the document; ``named`` when the article's element is known by its name."""
    begins = next((at for at, line in enumerate(lines) if line.inside and line.words), len(lines))
    kept = []
    for at, line in enumerate(lines):
        if line.is_row or not line.words:
            stays = line.inside or not line.words or line.linked * 2 < len(line.words)
        elif _is_tool(line):
            stays = False
        elif line.inside or _tells(line):
            stays = True
        else:
            stays = line.linked * 2 < len(line.words) and (not named or (at < begins and _is_title(line, page)))
        if stays:
            kept.append(line)
    return kept


def _is_tool(line: Line) -> bool:
    """Whether the whole line is a tool of the site."""
    words = line.words
    if len(words) > _LONGEST_TOOL:
        return False
    if any(pattern.fullmatch(words) for pattern in (_TOOLS, _NEIGHBOUR, _PLACE, _EDITOR)):
        return True
    if line.linked * 2 > len(words) and _TRAIL.search(words):
        return True
    return bool(_SITE.search(words)) and "。" not in words


def _tells(line: Line) -> bool:
    """Whether a line outside the article is about the document, or prose, so that it is kept wherever it stands."""
    words = line.words
    if is_meta(words) or is_number(words):
        return True
    return line.linked * 3 <= len(words) and (
        bool(_ASSIGNS.search(words) or _NUMBERED.match(words)) or ("。" in words and len(words) >= _LEAST_PROSE)
    )


def _is_title(line: Line, page: Page) -> bool:
    """Whether a line before the article is its title: the page's own title says it, or a heading sounds like one."""
    words = compact(line.words)
    if len(words) > 5 and words in compact(page.title + page.meta.get("articletitle", "")):
        return True
    return line.is_heading and bool(_TITLE_WORDS.search(words))


def _without_second_title(lines: list[Line]) -> list[str]:
    """The lines' words, without a title before the article that the article says again."""
    first = [line for line in lines if line.inside and line.words][:_FIRST_LINES]
    begins = compact("".join(line.words for line in first))
    return [line.words for line in lines if line.inside or not _says_again(line, begins)]


def _says_again(line: Line, begins: str) -> bool:
    words = compact(line.words)
    return len(words) > 5 and words in begins and "。" not in words and not is_meta(line.words)


def _with_head(lines: list[str], page: Page) -> list[str]:
    """The lines, before them the title and the day that only the page's ``<meta>`` elements tell."""
    title = " ".join(page.meta.get("articletitle", "").split())
    if title and compact(title) not in compact("".join(lines[: 2 * _FIRST_LINES])):
        lines = [title, *lines]
    day = next((found for name in _META_DAYS if (found := _PUBLISHED.match(page.meta.get(name, "").strip()))), None)
    if day and not any(line.startswith(("发布日期", "发布时间", "公开日期")) for line in lines):
        lines = [f"发布日期：{day['day']}", *lines]
    return lines
