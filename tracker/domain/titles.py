"""How a document is called in a list: the frame that every notice has around its matter is left out."""

from __future__ import annotations

import re
from functools import lru_cache

# 某某办公室关于印发……的通知, 某某印发……的通知: the issuer and the act of issuing stand before, 的通知 behind.
_FRAME = re.compile(r"[^《》]{2,30}?(?:关于)?(?:印发|转发|批转|公布|发布)(?P<matter>.+)的通知")
_QUOTED = re.compile(r"《([^《》]+)》")


@lru_cache(maxsize=1024)
def brief_title(title: str) -> str:
    """What a notice issues, without issuer, 关于印发 and 的通知; any other title as it is.

    For columns and choices, where forty characters that all titles share would hide what tells them apart.
    """
    found = _FRAME.fullmatch(title)
    if not found:
        return title
    quoted = _QUOTED.fullmatch(found["matter"])
    return quoted[1] if quoted else found["matter"]
