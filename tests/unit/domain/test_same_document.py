"""Which plans are versions of one document."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.revision_texts import FIRST, SECOND
from tracker.domain.same_document import Document, version_likeness

TITLE = "示例市人民政府办公室关于印发示例市护学行动实施方案的通知"
PLAN = Document(TITLE, "示政办字〔2023〕31号", "示例市人民政府办公室", date(2023, 5, 8), FIRST)
OTHER_TEXT = "".join(f"第{n}类事项由牵头单位商有关方面研究后另行通知。" for n in range(60))

SAME = {
    "the very same": PLAN,
    "a changed text": replace(PLAN, text=SECOND),
    "a number in other brackets": replace(PLAN, number="示政办字[2023] 31 号", text=OTHER_TEXT),
    "the same number, title mended": replace(PLAN, title=TITLE.replace("护学行动", "护学"), text=SECOND),
    "issued anew under another number": replace(PLAN, number="示政办字〔2023〕58号", text=SECOND),
    "no number read": replace(PLAN, number=None, text=SECOND),
    "no issuer read": replace(PLAN, number=None, issuer=None, text=SECOND),
    "a title with blanks": replace(PLAN, title=TITLE.replace("关于", " 关于"), number=None, text=SECOND),
    "no text kept, same number": replace(PLAN, text=""),
    "no text and no number, same day": replace(PLAN, text="", number=None),
}
OTHERS = {
    "another title and number": replace(PLAN, title="示例市绿地更新方案", number="示政办字〔2023〕32号"),
    "the same title for another year": replace(
        PLAN, number="示政办字〔2024〕9号", issued_on=date(2024, 5, 8), text=OTHER_TEXT
    ),
    "another issuer's plan of the same title": replace(PLAN, number=None, issuer="东河县人民政府办公室", text=SECOND),
    "a number read wrongly": replace(PLAN, title="关于做好汛期安全工作的紧急通知", text=OTHER_TEXT),
    "no text, another day": replace(PLAN, text="", number=None, issued_on=date(2024, 5, 8)),
}


@pytest.mark.parametrize("what", SAME)
def test_versions_of_one_document(what: str) -> None:
    assert version_likeness(PLAN, SAME[what]) > 0
    assert version_likeness(SAME[what], PLAN) > 0


@pytest.mark.parametrize("what", OTHERS)
def test_other_documents(what: str) -> None:
    assert version_likeness(PLAN, OTHERS[what]) == 0
    assert version_likeness(OTHERS[what], PLAN) == 0


def test_a_common_number_is_surer_than_a_common_title() -> None:
    by_title = replace(PLAN, number="示政办字〔2023〕58号")
    by_number = replace(PLAN, title=TITLE.replace("护学行动", "护学"), text=SECOND)
    assert version_likeness(PLAN, by_number) > version_likeness(PLAN, by_title)
