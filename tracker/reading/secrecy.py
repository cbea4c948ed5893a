"""密级: whether a document carries a mark of secrecy. Only a line of its own near the head counts."""

from __future__ import annotations

import re

from tracker.domain.text import compact

_HEAD_LINES = 25
_MARK = re.compile(
    r"(?:密级|秘密等级)?[:：]?[★☆*]?(?P<mark>秘密|机密|绝密)(?:[★☆*]?(?:[\d一二三四五六七八九十]{0,3}(?:年|个月|月)|长期|启用前)?)?(?:件|文件)?"
)


def secrecy_mark(text: str) -> str | None:
    """秘密, 机密 or 绝密 if one of the first lines is such a mark (「机密★1年」), else None.

    The words in running text (国家秘密, 保守商业秘密) are no mark. A mark may share its line with the copy number
    or the urgency (「秘密　特急」), which are set apart by blanks.
    """
    lines = [line for line in text[:4000].split("\n") if line.strip()]
    for line in lines[:_HEAD_LINES]:
        for part in (compact(line), *line.split()):
            found = _MARK.fullmatch(part)
            if found:
                return found["mark"]
    return None
