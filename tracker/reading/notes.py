"""Notes in brackets behind a unit's name: which belong to the name, and which are left out."""

from __future__ import annotations

import re

from tracker.reading.unit_words import ONLY_ADMIN, looks_like_unit

_NOTE = re.compile(r"[（(〈<](?P<words>[^（()）〈〉<>]*)[)）〉>]$")
_KIND_NOTE = re.compile(r"[处部室办系院所局委馆科组校]|中心|研究院|实验室|党组|管委会|办事处|党工委")
"""A note that says what else the unit is called is part of its name: 学生工作部（处）."""
_NO_NAME = re.compile("^(?:原|代|由|其中)|[、，,；;]|负责|牵头|配合|协助|有关|相关")


def without_note(name: str, second_names: bool) -> str:
    """The name without a note at its end (市委研究室（原市委改革办）); 各县（市、区） and second names stay."""
    while True:
        found = _NOTE.search(name)
        if not found or not found.start() or ONLY_ADMIN.fullmatch(found["words"]) or found["words"][:1] in ("含", "包"):
            return name
        head = name[: found.start()]
        if head.startswith("各") or not looks_like_unit(head) or _KIND_NOTE.fullmatch(found["words"]):
            return name
        if second_names and looks_like_unit(found["words"]) and not _NO_NAME.search(found["words"]):
            return name
        name = head
