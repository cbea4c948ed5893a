"""What parts the names of a list beside the usual signs: a role behind a name, numbers, and odd signs."""

from __future__ import annotations

import re

ROLE_NOTE = re.compile(r"[（(〔【\[［](?P<role>牵头|主办|主责|配合|协办|会办|参与|负责)(?:单位|部门)?[)）〕】\]］]")
_WHOSE = "[省市县区州盟旗各国团]"
"""A name is surely a new one where it says whose it is."""

_JOINT = re.compile(
    rf"(?:{ROLE_NOTE.pattern})(?={_WHOSE}(?![、，,]))"
    r"|(?<=[局委办厅部院府会处队心司）])\s*(?:[.．·•+＋&\uff06\\\uff3c—–]|[（(]\d{1,2}[)）]|[①-⑳]|\d{1,2}[.．、])"
    rf"\s*(?={_WHOSE}[\u4e00-\u9fff])"
)


def with_signs(words: str) -> str:
    """The list with 、 at such places: 市住建局（牵头）市财政局, ①市住建局②市财政局, 市住建局+市财政局."""
    return _JOINT.sub(lambda found: f"{found.group()}、" if found["role"] else "、", words)
